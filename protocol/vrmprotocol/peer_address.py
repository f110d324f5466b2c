"""Addresses of nodes in text: where one is, and who must answer there.

Implements `specs/10-joining.md#address`. Dialling is left to the network.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from vrmprotocol import base58

MAX_CHARACTERS = 256

_FORM = re.compile(
    r"/(ip4|ip6|dns|dns4|dns6)/([^/]+)/tcp/([1-9][0-9]{0,4})(?:/(wss?))?/p2p/([^/]+)"
)
_NAME = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
_PEER_ID_PREFIX = bytes.fromhex("002408011220")
_PEER_ID_BYTES = 38
_PEER_ID_LETTERS = 52


@dataclass(frozen=True, slots=True)
class PeerAddress:
    """An address of a known form; `text` is its one way to be written."""

    text: str
    host: str
    port: int
    peer_id: str
    transport: str = "tcp"
    """`tcp`; `ws`, a WebSocket; `wss`, one by TLS, to a name."""

    @property
    def is_ip(self) -> bool:
        """Whether it is a numeric address, not a name."""
        return self.text.startswith(("/ip4/", "/ip6/"))

    @property
    def is_loopback(self) -> bool:
        """Whether it leads to the machine of whoever dials it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost" or self.host.endswith(".localhost")


def parse(text: str) -> PeerAddress | None:
    """The address that a text is, or None if its form isn't known."""
    match = _FORM.fullmatch(text) if len(text) <= MAX_CHARACTERS else None
    if match is None:
        return None
    kind, host, port, web_socket, peer_id = match.groups()
    # A certificate is for a name.
    if web_socket == "wss" and not kind.startswith("dns"):
        return None
    if not _is_host(kind, host) or int(port) > 65_535 or not _is_peer_id(peer_id):
        return None
    transport = web_socket or "tcp"
    return PeerAddress(text=text, host=host, port=int(port), peer_id=peer_id, transport=transport)


def as_written(text: str) -> str:
    """An address as this protocol writes it, where libp2p has two words: `/wss` for `/tls/ws`."""
    return text.replace("/tls/ws/", "/wss/")


def could_be(text: str) -> bool:
    """Whether a text is an address, perhaps of a form of later times."""
    return (
        2 <= len(text) <= MAX_CHARACTERS
        and text.startswith("/")
        and all("!" <= letter <= "~" for letter in text)
    )


def _is_host(kind: str, host: str) -> bool:
    if kind.startswith("dns"):
        return len(host) <= 253 and _NAME.fullmatch(host) is not None
    try:
        if kind == "ip4":
            return str(ipaddress.IPv4Address(host)) == host
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return False
    # A zone means something on one machine only.
    return str(address) == host and address.ipv4_mapped is None and address.scope_id is None


def _is_peer_id(text: str) -> bool:
    # Without the first check a long text would cost time that grows with its square.
    raw = base58.decode(text) if len(text) == _PEER_ID_LETTERS else None
    return (
        raw is not None
        and len(raw) == _PEER_ID_BYTES
        and raw.startswith(_PEER_ID_PREFIX)
        and base58.encode(raw) == text
    )

"""Multiaddrs: the few forms the node understands, and errors that say what was wrong.

Understood: ``/ip4|ip6/<address>/tcp/<port>`` and ``/dns|dns4|dns6/<name>/tcp/<port>``, followed by
``/p2p/<peer id>`` when it is to be dialled. Before that may stand ``/ws``, and after a name
``/wss`` (or ``/tls/ws``, which is the same).
"""

import ipaddress
import socket
from dataclasses import dataclass

from multiaddr import Multiaddr
from multiaddr.exceptions import Error as MultiaddrError

from vrmnode.network.connection.pinned_libp2p import ID
from vrmnode.network.errors import NetworkError
from vrmprotocol import peer_address

_DIALLED = "/ip4/<address>/tcp/<port>/p2p/<peer id>"
_BY_TLS = "/dns4/<name>/tcp/<port>/wss/p2p/<peer id>, a name that a certificate can be for"
_TRANSPORTS = {"p2p": "tcp", "ws/p2p": "ws", "wss/p2p": "wss", "tls/ws/p2p": "wss"}
_TAKES_BOTH = " (WebSockets are taken there, too; TLS is a web server's to end)"
_LISTENED = "/ip4/<address>/tcp/<port>"


@dataclass(frozen=True, slots=True)
class DialAddress:
    """Where a peer is, and who must answer there."""

    text: str
    host: str
    port: int
    peer_id: str
    transport: str = "tcp"
    """``tcp``, ``ws``, or ``wss``, by TLS."""


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where to listen; port 0 lets the system choose."""

    text: str
    host: str
    port: int


def parse_dial_address(text: str) -> DialAddress:
    """The parts of a multiaddr with a peer id.

    Raises:
        NetworkError: ``network.address_invalid``.
    """
    parts = _parts(text, _DIALLED)
    host, port = _host_and_port(text, parts, _DIALLED, names=True)
    names = "/".join(name for name, _ in parts[2:])
    transport = _TRANSPORTS.get(names)
    if transport is None:
        raise _invalid(text, _DIALLED)
    if transport == "wss" and not parts[0][0].startswith("dns"):
        raise _invalid(text, _BY_TLS)
    try:
        peer_id = ID.from_base58(parts[-1][1]).to_base58()
    except ValueError as error:
        raise _invalid(text, _DIALLED) from error
    if port == 0:
        raise _invalid(text, f"{_DIALLED} with a port above 0")
    written = peer_address.as_written(text)
    return DialAddress(text=written, host=host, port=port, peer_id=peer_id, transport=transport)


def parse_listen_address(text: str) -> ListenAddress:
    """The parts of a multiaddr without a peer id.

    Raises:
        NetworkError: ``network.address_invalid``.
    """
    parts = _parts(text, _LISTENED)
    host, port = _host_and_port(text, parts, _LISTENED, names=False)
    if len(parts) != 2:
        web_socket = parts[2][0] in ("ws", "wss", "tls")
        raise _invalid(text, f"{_LISTENED}{_TAKES_BOTH if web_socket else ''}")
    return ListenAddress(text=text, host=host, port=port)


def tcp_multiaddr(host: str, port: int) -> str:
    """``/ip4/...`` or ``/ip6/...`` of an IP address and a port."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return f"/ip{address.version}/{address}/tcp/{port}"


def tcp_multiaddr_bytes(host: str, port: int) -> bytes:
    """The binary form, as identify carries it."""
    return bytes(Multiaddr(tcp_multiaddr(host, port)).to_bytes())


def announced_hosts(host: str) -> list[str]:
    """IP addresses under which a listener on ``host`` can be reached from other machines.

    A wildcard stands for the loopback address and the one the system would send from.
    """
    address = ipaddress.ip_address(host)
    if not address.is_unspecified:
        return [host]
    loopback = "127.0.0.1" if address.version == 4 else "::1"
    outward = outward_address(address.version)
    return [loopback] if outward is None else [loopback, outward]


def outward_address(version: int) -> str | None:
    """The IP address from which the machine would send to the internet, if it could."""
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    # Documentation addresses (RFC 5737, RFC 3849): connecting a UDP socket sends nothing.
    probe = "192.0.2.1" if version == 4 else "2001:db8::1"
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((probe, 9))
            return str(sock.getsockname()[0])
    except OSError:
        return None


def _parts(text: str, expected: str) -> list[tuple[str, str]]:
    try:
        return [(p.name, str(v)) for p, v in Multiaddr(text).items()]
    except (MultiaddrError, ValueError, TypeError) as error:
        raise _invalid(text, expected) from error


def _host_and_port(
    text: str, parts: list[tuple[str, str]], expected: str, *, names: bool
) -> tuple[str, int]:
    hosts = {"ip4", "ip6"} | ({"dns", "dns4", "dns6"} if names else set())
    if len(parts) < 2 or parts[0][0] not in hosts or parts[1][0] != "tcp":
        raise _invalid(text, expected)
    return parts[0][1], int(parts[1][1])


def _invalid(text: str, expected: str) -> NetworkError:
    return NetworkError("network.address_invalid", f"expected {expected}, came {text[:200]!r}")

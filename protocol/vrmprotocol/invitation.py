"""Invitation links: addresses of nodes in a text that people hand on.

Implements `specs/10-joining.md#invitation`. Connecting is left to the node, and so is the QR code.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from vrmprotocol import encoding, peer_address, schema
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.fields import Wire
from vrmprotocol.peer_address import PeerAddress

PREFIX = "vrm:join:"
NETWORK = 1
MAX_PEERS = 8
MAX_CHARACTERS = 4_096
CHECK_BYTES = 4

_CONTEXT = b"vrm/1 invitation\0"
_WHITESPACE = str.maketrans("", "", " \t\r\n\v\f")
_ADDRESS = r"^/[!-~]{1,255}\Z"


class _Invitation(Wire, frozen=True, kw_only=True):
    v: Literal[1]
    network: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    peers: Annotated[
        tuple[Annotated[str, Meta(pattern=_ADDRESS)], ...],
        Meta(min_length=1, max_length=MAX_PEERS),
    ]


def write(peers: Sequence[str]) -> str:
    """The link that invites to these addresses.

    Raises:
        LocalError: `invitation.no_peer` for none, or one of an unknown form; `invitation.schema`
            for more than 8, or one twice.
    """
    # SPEC 10: The writer MUST put only addresses of a form of this spec into an invitation.
    unknown = [text for text in peers if peer_address.parse(text) is None]
    if unknown or not peers:
        came = repr(unknown[0][:80]) if unknown else "none"
        raise LocalError("invitation.no_peer", f"expected addresses of known forms, came {came}")
    if len(peers) > MAX_PEERS or len(set(peers)) < len(peers):
        raise LocalError("invitation.schema", f"expected at most {MAX_PEERS} addresses, each once")
    raw = encoding.encode({"v": 1, "network": NETWORK, "peers": list(peers)})
    return PREFIX + _letters(raw + _check(raw))


def read(link: str) -> list[PeerAddress]:
    """The addresses in a link that are of a known form, at least one.

    Raises:
        RemoteError: `invitation.form`, `.check`, `.version`, `.schema`, `.network`, `.no_peer`,
            `encoding.*`.
    """
    raw = _checked(link)
    fields = encoding.decode(raw)
    if not isinstance(fields, dict):
        raise RemoteError("invitation.schema", "expected a map, came another value")
    # SPEC 10: The reader MUST refuse an invitation of another `v` with `invitation.version`, and
    # one of another network with `invitation.network`.
    version = fields.get("v")
    if type(version) is int and version != 1:
        raise RemoteError("invitation.version", f"expected version 1, came {version}")
    # SPEC 10: The reader MUST refuse an invitation that breaks its table with `invitation.schema`.
    invitation = schema.load(_Invitation, fields, code="invitation.schema")
    if len(set(invitation.peers)) < len(invitation.peers):
        raise RemoteError("invitation.schema", "peers: expected each address once")
    if invitation.network != NETWORK:
        came = invitation.network
        raise RemoteError("invitation.network", f"expected network {NETWORK}, came {came}")
    # SPEC 10: The reader MUST pass over an address whose form it doesn't know, and refuse an
    # invitation without a known one with `invitation.no_peer`.
    known = [found for text in invitation.peers if (found := peer_address.parse(text))]
    if not known:
        count = len(invitation.peers)
        raise RemoteError(
            "invitation.no_peer", f"expected an address of a known form, came {count} others"
        )
    return known


def _checked(link: str) -> bytes:
    # SPEC 10: The reader MUST leave out ASCII whitespace wherever it stands in a link.
    text = link.translate(_WHITESPACE)
    raw = _bytes(text.removeprefix(PREFIX)) if len(text) <= MAX_CHARACTERS else None
    # SPEC 10: The reader MUST refuse a link without its prefix, longer than 4,096 characters, or
    # not in the one base64url form of its bytes with `invitation.form`.
    if raw is None or not text.startswith(PREFIX):
        raise RemoteError("invitation.form", f"expected a whole link that begins {PREFIX}")
    # SPEC 10: The reader MUST refuse a link whose last four bytes aren't its check with
    # `invitation.check`.
    body, check = raw[:-CHECK_BYTES], raw[-CHECK_BYTES:]
    if _check(body) != check:
        raise RemoteError(
            "invitation.check", "expected a link as it was made; a character is missing or wrong"
        )
    return body


def _check(raw: bytes) -> bytes:
    return encoding.sha256(_CONTEXT + raw)[:CHECK_BYTES]


def _letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(letters: str) -> bytes | None:
    try:
        raw = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return None
    # The decoder skips letters it doesn't know, and the last letter may hold unused bits.
    return raw if _letters(raw) == letters else None

"""The question and the answer of `/vrm/peers/1`: which peers does another node know.

Implements the messages of `specs/07-gossip.md#peer-exchange`. Whom to ask, what to name and what
to dial is left to the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from vrmprotocol import encoding, peer_address, schema
from vrmprotocol.errors import RemoteError
from vrmprotocol.fields import Wire
from vrmprotocol.peer_address import PeerAddress

PROTOCOL = "/vrm/peers/1"
MAX_QUESTION_BYTES = 64
MAX_ANSWER_BYTES = 8_192
MAX_PEERS = 16

_CODE = "peers.schema"
_Address = Annotated[str, Meta(pattern=r"^/[!-~]{1,255}\Z")]


class _Question(Wire, frozen=True, kw_only=True):
    port: Annotated[int, Meta(ge=1, le=65_535)] | None = None


class _Answer(Wire, frozen=True, kw_only=True):
    peers: Annotated[tuple[_Address, ...], Meta(max_length=MAX_PEERS)]


def question(port: int | None) -> bytes:
    """The question of a node that listens at a TCP port, or nowhere."""
    return encoding.encode({} if port is None else {"port": port})


def read_question(raw: bytes) -> int | None:
    """The port at which the asking node listens, if it does.

    Raises:
        RemoteError: `peers.schema`, `encoding.*`.
    """
    fields = _map(raw, MAX_QUESTION_BYTES)
    return schema.load(_Question, fields, code=_CODE).port


def answer(peers: Sequence[str]) -> bytes:
    """The answer that names these addresses, at most 16."""
    return encoding.encode({"peers": list(peers)})


def read_answer(raw: bytes) -> list[PeerAddress]:
    """The addresses named, those of known forms alone.

    Raises:
        RemoteError: `peers.schema`, `encoding.*`.
    """
    fields = _map(raw, MAX_ANSWER_BYTES)
    peers = schema.load(_Answer, fields, code=_CODE).peers
    if len(set(peers)) < len(peers):
        raise RemoteError(_CODE, "peers: expected each address once")
    known = (peer_address.parse(text) for text in peers)
    return [found for found in known if found is not None and found.is_ip]


def _map(raw: bytes, max_bytes: int) -> dict[str, encoding.Value]:
    fields = encoding.decode(raw, max_bytes=max_bytes)
    if not isinstance(fields, dict):
        raise RemoteError(_CODE, "expected a map, came another value")
    return fields

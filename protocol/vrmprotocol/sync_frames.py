"""The frames of `/vrm/sync/1`: what the asking side says, and what it is answered.

Implements `specs/08-sync.md#asking`. The messages inside are `reconciliation`'s; whom to ask and
when, and what becomes of envelopes, is left to the node.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from vrmprotocol import encoding, schema
from vrmprotocol.errors import RemoteError
from vrmprotocol.fields import Bytes32, Time, Wire

PROTOCOL = "/vrm/sync/1"
MAX_MESSAGE_BYTES = 32_768
MAX_REQUEST_BYTES = 65_536
MAX_ANSWER_BYTES = 262_144
MAX_FETCH = 256
MAX_CLOCK_DIFFERENCE_S = 900

Refusal = Literal["topic", "clock", "busy"]

_CODE = "sync.frame"
_Message = Annotated[bytes, Meta(min_length=1, max_length=MAX_MESSAGE_BYTES)]
_Envelope = Annotated[bytes, Meta(min_length=1, max_length=66_560)]


class Request(Wire, frozen=True, kw_only=True):
    """A set and the first message about it, a further message, or the ids that are wanted."""

    topic: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    at: Time | None = None
    message: _Message | None = None
    fetch: Annotated[tuple[Bytes32, ...], Meta(min_length=1, max_length=MAX_FETCH)] | None = None


class Answer(Wire, frozen=True, kw_only=True):
    """A message, a refusal, or envelopes; with `more` further ones follow."""

    message: _Message | None = None
    refused: Refusal | None = None
    envelopes: Annotated[tuple[_Envelope, ...], Meta(max_length=MAX_FETCH)] | None = None
    more: bool = False


def write(frame: Request | Answer) -> bytes:
    """The bytes of a frame, without the length before it."""
    return encoding.encode(schema.dump(frame))


def read_request(raw: bytes) -> Request:
    """A frame of the asking side.

    Raises:
        RemoteError: `sync.frame`, `encoding.*`.
    """
    found = schema.load(Request, _map(raw, MAX_REQUEST_BYTES), code=_CODE)
    opens = found.topic is not None
    if (found.message is None) == (found.fetch is None) or opens != (found.at is not None):
        raise RemoteError(_CODE, "expected topic, at and message; or message; or fetch")
    if opens and found.message is None:
        raise RemoteError(_CODE, "expected a message beside the topic")
    if found.fetch is not None and len(set(found.fetch)) < len(found.fetch):
        raise RemoteError(_CODE, "fetch: expected each id once")
    return found


def read_answer(raw: bytes) -> Answer:
    """A frame of the side that was asked.

    Raises:
        RemoteError: `sync.frame`, `encoding.*`.
    """
    found = schema.load(Answer, _map(raw, MAX_ANSWER_BYTES), code=_CODE)
    if [found.message, found.refused, found.envelopes].count(None) != 2:
        raise RemoteError(_CODE, "expected one of message, refused and envelopes")
    if found.more and found.envelopes is None:
        raise RemoteError(_CODE, "more: expected only beside envelopes")
    return found


def packed(envelopes: Sequence[bytes]) -> list[Answer]:
    """The frames that carry these envelopes, at least one."""
    frames: list[list[bytes]] = [[]]
    size = 0
    for raw in envelopes:
        if size + len(raw) > MAX_ANSWER_BYTES - 4_096:
            frames.append([])
            size = 0
        frames[-1].append(raw)
        size += len(raw) + 5
    last = len(frames) - 1
    return [Answer(envelopes=tuple(each), more=at < last) for at, each in enumerate(frames)]


def _map(raw: bytes, max_bytes: int) -> dict[str, encoding.Value]:
    fields = encoding.decode(raw, max_bytes=max_bytes)
    if not isinstance(fields, dict):
        raise RemoteError(_CODE, "expected a map, came another value")
    return fields

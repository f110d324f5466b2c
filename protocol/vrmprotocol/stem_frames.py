"""The frame of `/vrm/stem/1`: an envelope and its topic, on the way to where it will be spread.

Implements the message of `specs/07-gossip.md#stem`. Where it goes next is left to the network.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from vrmprotocol import encoding, schema
from vrmprotocol.errors import RemoteError
from vrmprotocol.fields import Wire

PROTOCOL = "/vrm/stem/1"
MAX_ENVELOPE_BYTES = 66_560
MAX_FRAME_BYTES = MAX_ENVELOPE_BYTES + 128

_CODE = "stem.frame"


class StemFrame(Wire, frozen=True, kw_only=True):
    """What one node hands to the next."""

    envelope: Annotated[bytes, Meta(min_length=1, max_length=MAX_ENVELOPE_BYTES)]
    topic: Annotated[str, Meta(min_length=1, max_length=64)]


def write(topic: str, envelope: bytes) -> bytes:
    """The bytes of a frame, without the length before it."""
    return encoding.encode(schema.dump(StemFrame(envelope=envelope, topic=topic)))


def read(raw: bytes) -> StemFrame:
    """A frame as it came; the envelope in it is unverified.

    Raises:
        RemoteError: `stem.frame`, `encoding.*`.
    """
    fields = encoding.decode(raw, max_bytes=MAX_FRAME_BYTES)
    if not isinstance(fields, dict):
        raise RemoteError(_CODE, "expected a map, came another value")
    return schema.load(StemFrame, fields, code=_CODE)

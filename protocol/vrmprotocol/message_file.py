"""Envelopes in a file: how messages travel where there is no network.

Implements `specs/02-envelope-and-keys.md#message-file`. What to do with each envelope is left to
the caller, who treats it as if it had come by gossip.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from msgspec import Meta

from vrmprotocol import encoding, envelope, schema
from vrmprotocol.envelope import Envelope
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.fields import Wire

FILE_TYPE = "vrm-messages"
FILE_SUFFIX = ".vrmm"
MAX_ENVELOPES = 4_096
MAX_FILE_BYTES = 16_777_216

_RawEnvelope = Annotated[bytes, Meta(min_length=1, max_length=envelope.MAX_MAIL_BYTES)]


class _File(Wire, frozen=True, kw_only=True):
    v: Literal[1]
    type: Literal["vrm-messages"]
    envelopes: Annotated[tuple[_RawEnvelope, ...], Meta(min_length=1, max_length=MAX_ENVELOPES)]


def write(envelopes: Sequence[bytes]) -> bytes:
    """The bytes of a file with these raw envelopes, 1 to 4,096 of them.

    Raises:
        LocalError: `file.schema`, `encoding.too_large`.
    """
    raw = encoding.encode({"v": 1, "type": FILE_TYPE, "envelopes": list(envelopes)})
    try:
        read(raw)
    except RemoteError as error:
        raise LocalError(error.code, error.detail) from None
    return raw


# SPEC 02: The reader MUST NOT pass on to its peers what came in a file.
#
# Whoever calls this has no peers to pass it on to, or leaves it.
def read(raw: bytes) -> tuple[bytes, ...]:
    """The raw envelopes of a file, in its order; nothing in them is verified.

    Raises:
        RemoteError: `encoding.*`, `file.schema`.
    """
    fields = encoding.decode(raw, max_bytes=MAX_FILE_BYTES)
    # SPEC 02: The reader MUST refuse a message file with a missing or unknown key, or a value
    # outside the table, with `file.schema`.
    return schema.load(_File, fields, code="file.schema").envelopes


# SPEC 02: The reader MUST check each envelope of a file by itself, as if it had come in the topic
# that it names.
def verify_envelope(raw: bytes, *, now: int, known: Callable[[bytes], bool]) -> Envelope:
    """The verified envelope of a file that is read at `now` (Unix seconds).

    Raises:
        RemoteError: as `envelope.verify_and_load`.
    """
    named = envelope.unsecure_load(raw).topic
    return envelope.verify_and_load(raw, topic=named, now=now, known=known)

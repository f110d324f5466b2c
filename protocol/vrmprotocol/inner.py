"""The inner message's form: header, digest and signature.

Implements `specs/06-sealing-and-mail.md#the-inner-message` up to the signature. Whom a message
is for and what its body says is checked in `message` and `coherence`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import msgspec
from msgspec import Meta

from vrmprotocol import conversion, ed25519, encoding, keys, schema
from vrmprotocol.bodies import MailBody
from vrmprotocol.encoding import Map, Value
from vrmprotocol.errors import RemoteError
from vrmprotocol.fields import Bytes32, Bytes64, Time

MAX_INNER_BYTES = 60_000
MAX_RECEIVED = 16

_DIGEST_CONTEXT = b"vrm/1 message\0"
_SIGNATURE_CONTEXT = b"vrm/1 message signature\0"


class _Fields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    v: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    kind: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]
    deal: Bytes32
    seq: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    prev: Bytes32 | None
    author: Bytes32
    recipient: Bytes32
    created: Time
    received: Annotated[tuple[Bytes32, ...], Meta(max_length=MAX_RECEIVED)]
    body: dict[str, object]
    sig: Bytes64


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What every inner message has, whatever its body is.

    `deal`, `prev`, `author`, `recipient` and `digest` are 32 bytes; `created` is Unix seconds;
    `raw` are the exact bytes that were signed and sent.
    """

    kind: str
    deal: bytes
    seq: int
    prev: bytes | None
    author: bytes
    recipient: bytes
    created: int
    received: tuple[bytes, ...]
    digest: bytes
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMessage(Header):
    """A verified message with a body that makes sense in it."""

    body: MailBody


@dataclass(frozen=True, slots=True, kw_only=True)
class UninterpretedMessage(Header):
    """A message rightly signed and addressed, whose body can't be used; `code` says why.

    It is acknowledged and kept, and never changes the state of a deal.
    """

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A header whose signature is right, with the version and body that nobody looked at yet."""

    header: Header
    version: int
    body: Value


def write(fields: Map, key: keys.SigningKey) -> bytes:
    """The bytes of a message with these fields (all but `sig`), signed."""
    signature = key.sign(_SIGNATURE_CONTEXT + _digest(fields))
    return encoding.encode({**fields, "sig": signature})


def read(raw: bytes) -> Opened:
    """The message of some bytes, its form and signature verified.

    Raises:
        RemoteError: `encoding.*`, `message.schema`, `message.signature`.
    """
    if len(raw) > MAX_INNER_BYTES:
        raise RemoteError(
            "message.schema", f"expected at most {MAX_INNER_BYTES} bytes, came {len(raw)}"
        )
    fields = encoding.decode(raw, max_bytes=MAX_INNER_BYTES)
    try:
        typed = conversion.convert(fields, _Fields)
    except msgspec.ValidationError as error:
        raise schema.refusal(error, fields, code="message.schema") from None
    if (typed.prev is None) != (typed.seq == 0):
        raise RemoteError("message.schema", "prev: expected nil exactly when seq is 0")
    assert type(fields) is dict
    del fields["sig"]
    digest = _digest(fields)
    # SPEC 06: The reader MUST refuse an inner message whose signature is wrong with
    # `message.signature`.
    if not ed25519.verify(typed.author, _SIGNATURE_CONTEXT + digest, typed.sig):
        raise RemoteError("message.signature", "expected the author's signature")
    return Opened(_header(typed, digest, raw), typed.v, fields["body"])


def _header(typed: _Fields, digest: bytes, raw: bytes) -> Header:
    return Header(
        kind=typed.kind,
        deal=typed.deal,
        seq=typed.seq,
        prev=typed.prev,
        author=typed.author,
        recipient=typed.recipient,
        created=typed.created,
        received=typed.received,
        digest=digest,
        raw=raw,
    )


def interpreted(header: Header, body: MailBody) -> SignedMessage:
    """The message of a header and its body."""
    return SignedMessage(
        kind=header.kind,
        deal=header.deal,
        seq=header.seq,
        prev=header.prev,
        author=header.author,
        recipient=header.recipient,
        created=header.created,
        received=header.received,
        digest=header.digest,
        raw=header.raw,
        body=body,
    )


def uninterpreted(header: Header, error: RemoteError) -> UninterpretedMessage:
    """The message of a header whose body can't be used because of `error`."""
    return UninterpretedMessage(
        kind=header.kind,
        deal=header.deal,
        seq=header.seq,
        prev=header.prev,
        author=header.author,
        recipient=header.recipient,
        created=header.created,
        received=header.received,
        digest=header.digest,
        raw=header.raw,
        code=error.code,
        detail=error.detail,
    )


def _digest(fields: Map) -> bytes:
    return encoding.sha256(_DIGEST_CONTEXT + encoding.encode(fields))

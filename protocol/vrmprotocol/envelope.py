"""The envelope: the signed, stamped outer form of every message.

Implements `specs/02-envelope-and-keys.md`. The order of a reader's checks is that of the
spec, cheap ones first: the signature is looked at last, and not at all for a known id. What the
body says is left to `market` and `sealing`; counting and remembering ids to the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from vrmprotocol import (
    conversion,
    ed25519,
    encoding,
    envelope_rules,
    keys,
    schema,
    stamp,
    topics,
)
from vrmprotocol.encoding import Map
from vrmprotocol.envelope_rules import (
    DIRECTORY_KINDS as DIRECTORY_KINDS,
)
from vrmprotocol.envelope_rules import (
    FEEDBACK_LIFETIME_S as FEEDBACK_LIFETIME_S,
)
from vrmprotocol.envelope_rules import (
    MAIL_BASE_BITS as MAIL_BASE_BITS,
)
from vrmprotocol.envelope_rules import (
    MAIL_BODY_BYTES as MAIL_BODY_BYTES,
)
from vrmprotocol.envelope_rules import (
    MAIL_KIND as MAIL_KIND,
)
from vrmprotocol.envelope_rules import (
    MAIL_LIFETIME_S as MAIL_LIFETIME_S,
)
from vrmprotocol.envelope_rules import (
    MARKET_BASE_BITS as MARKET_BASE_BITS,
)
from vrmprotocol.envelope_rules import (
    MARKET_KINDS as MARKET_KINDS,
)
from vrmprotocol.envelope_rules import (
    MARKET_LIFETIME_S as MARKET_LIFETIME_S,
)
from vrmprotocol.envelope_rules import (
    MAX_BODY_BYTES as MAX_BODY_BYTES,
)
from vrmprotocol.envelope_rules import (
    MAX_MAIL_BYTES as MAX_MAIL_BYTES,
)
from vrmprotocol.envelope_rules import (
    MAX_MARKET_BYTES as MAX_MARKET_BYTES,
)
from vrmprotocol.envelope_rules import (
    PROFILE_LIFETIME_S as PROFILE_LIFETIME_S,
)
from vrmprotocol.envelope_rules import (
    SKEW_S as SKEW_S,
)
from vrmprotocol.envelope_rules import (
    TIME_QUANTUM_S as TIME_QUANTUM_S,
)
from vrmprotocol.envelope_rules import (
    quantise_time as quantise_time,
)
from vrmprotocol.envelope_rules import (
    required_bits as required_bits,
)
from vrmprotocol.envelope_rules import (
    verdict_of as verdict_of,
)
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.fields import Bytes16, Bytes32, Bytes64, Time

_CORE_CONTEXT = b"vrm/1 envelope core\0"
_SIGNATURE_CONTEXT = b"vrm/1 envelope signature\0"


class _Core(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    v: Literal[1] = 1
    kind: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]
    topic: Annotated[str, Meta(pattern=r"^[\x00-\x7f]{1,64}\Z")]
    tag: Bytes16 | msgspec.UnsetType = msgspec.UNSET
    author: Bytes32
    created: Time
    expires: Time
    body: Annotated[bytes, Meta(min_length=1)]


class _Fields(_Core, frozen=True, kw_only=True, forbid_unknown_fields=True):
    v: Literal[1]
    stamp: Annotated[bytes, Meta(min_length=8, max_length=8)]
    sig: Bytes64


_DECODER = msgspec.msgpack.Decoder(_Fields)
_ENCODER = msgspec.msgpack.Encoder(order="sorted")


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """An envelope that was verified, unless it came from `unsecure_load`.

    `created` and `expires` are Unix seconds; `id` is 32 bytes; `raw` are the exact bytes.
    """

    kind: str
    topic: str
    tag: bytes | None
    author: bytes
    created: int
    expires: int
    body: bytes
    stamp: bytes
    sig: bytes
    id: bytes
    raw: bytes

    @property
    def is_mail(self) -> bool:
        return self.kind == MAIL_KIND

    def __repr__(self) -> str:
        return f"Envelope({self.kind}, id={self.id.hex()[:16]}…, {len(self.raw)} bytes)"


def core_digest(
    *,
    kind: str,
    topic: str,
    tag: bytes | None,
    author: bytes,
    created: int,
    expires: int,
    body: bytes,
) -> bytes:
    """The digest (32 bytes) of everything but stamp and signature; `stamp.grind` works on it."""
    fields: Map = {
        "v": 1,
        "kind": kind,
        "topic": topic,
        "author": author,
        "created": created,
        "expires": expires,
        "body": body,
    }
    if tag is not None:
        fields["tag"] = tag
    return _digest(encoding.encode(fields))


def build(
    *,
    kind: str,
    topic: str,
    tag: bytes | None,
    body: bytes,
    created: int,
    expires: int,
    signing_key: keys.SigningKey,
    stamp: bytes,
) -> Envelope:
    """A signed envelope that every reader will accept; `.raw` is what is sent.

    Raises:
        LocalError: the code with which a reader would refuse it.
    """
    fields: Map = {
        "v": 1,
        "kind": kind,
        "topic": topic,
        "author": signing_key.public,
        "created": created,
        "expires": expires,
        "body": body,
    }
    if tag is not None:
        fields["tag"] = tag
    id_ = _id(_digest(encoding.encode(fields)), stamp)
    fields["stamp"] = stamp
    fields["sig"] = signing_key.sign(_SIGNATURE_CONTEXT + id_)
    raw = encoding.encode(fields)
    try:
        return verify_stored(raw)
    except RemoteError as error:
        raise LocalError(error.code, error.detail) from None


def build_stamped(
    *,
    kind: str,
    topic: str,
    tag: bytes | None,
    body: bytes,
    created: int,
    expires: int,
    signing_key: keys.SigningKey,
    grind: Callable[[bytes, int], bytes],
) -> Envelope:
    """As `build`, with the stamp that `grind(core, bits)` finds (`stamp.grind` does)."""
    core = core_digest(
        kind=kind,
        topic=topic,
        tag=tag,
        author=signing_key.public,
        created=created,
        expires=expires,
        body=body,
    )
    return build(
        kind=kind,
        topic=topic,
        tag=tag,
        body=body,
        created=created,
        expires=expires,
        signing_key=signing_key,
        stamp=grind(core, required_bits(kind, len(body))),
    )


def unsecure_load(raw: bytes) -> Envelope:
    """The envelope that bytes claim to be: well-formed, but nothing in it is verified.

    Raises:
        RemoteError: `envelope.too_large`, `encoding.*`, `envelope.schema`.
    """
    return _load(raw, MAX_MAIL_BYTES)


# SPEC 02: The reader MUST make the checks of an envelope in the order of the table and report the
# first that fails.
def verify_and_load(
    raw: bytes, *, topic: str, now: int, known: Callable[[bytes], bool]
) -> Envelope:
    """The verified envelope that came in a topic at `now` (Unix seconds).

    `known(id)` says whether an envelope with this id was accepted before; the first is kept.

    Raises:
        RemoteError: `encoding.*` or `envelope.*`; `verdict_of` tells what to do with the sender.
    """
    loaded = unsecure_load_live(raw, topic=topic, now=now)
    check_new(known=known(loaded.id))
    check_signature(loaded)
    return loaded


def unsecure_load_live(raw: bytes, *, topic: str, now: int) -> Envelope:
    """The envelope that came in a topic at `now`, after the first ten checks of the table.

    For a reader of many at once: whether the ids are known (`check_new`), and then whether the
    signatures are right (`check_signature`), is for the caller to see.

    Raises:
        RemoteError: as `verify_and_load`.
    """
    loaded = _load(raw, MAX_MAIL_BYTES if topics.is_mail(topic) else MAX_MARKET_BYTES)
    # SPEC 02: The reader MUST refuse an envelope whose topic field isn't the topic it came in with
    # `envelope.topic`.
    if loaded.topic != topic:
        raise RemoteError("envelope.topic", "expected the topic it came in, came another")
    envelope_rules.check_form(loaded)
    envelope_rules.check_clock(loaded, now)
    envelope_rules.check_stamp(loaded)
    return loaded


class _Topic(msgspec.Struct, frozen=True):
    topic: str


_TOPIC_DECODER = msgspec.msgpack.Decoder(_Topic)


def unsecure_topic(raw: bytes) -> str | None:
    """The topic that bytes name, None where they name none; nothing else in them is looked at."""
    try:
        return _TOPIC_DECODER.decode(raw).topic
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None


def check_new(*, known: bool) -> None:
    """Refuse an envelope whose id is known.

    Raises:
        RemoteError: `envelope.duplicate`.
    """
    # SPEC 02: The reader MUST keep the first envelope of an id and ignore any other with
    # `envelope.duplicate`, without checking its signature.
    if known:
        raise RemoteError("envelope.duplicate", "expected a new id, came a known one")


def verify_stored(raw: bytes) -> Envelope:
    """The verified envelope of bytes that came from a store or a file, at whatever time.

    Raises:
        RemoteError: as `verify_and_load`, but for clock, topic it came in, and duplicates.
    """
    loaded = _load(raw, MAX_MAIL_BYTES)
    if not loaded.is_mail and len(raw) > MAX_MARKET_BYTES:
        raise RemoteError(
            "envelope.too_large", f"expected at most {MAX_MARKET_BYTES} bytes, came {len(raw)}"
        )
    envelope_rules.check_form(loaded)
    envelope_rules.check_stamp(loaded)
    check_signature(loaded)
    return loaded


def _load(raw: bytes, max_bytes: int) -> Envelope:
    if len(raw) > max_bytes:
        raise RemoteError(
            "envelope.too_large", f"expected at most {max_bytes} bytes, came {len(raw)}"
        )
    typed = _read(raw, max_bytes)
    if (typed.kind == MAIL_KIND) != (typed.tag is not msgspec.UNSET):
        raise RemoteError("envelope.schema", "tag: expected with kind mail, and only there")
    core = _Core(
        kind=typed.kind,
        topic=typed.topic,
        tag=typed.tag,
        author=typed.author,
        created=typed.created,
        expires=typed.expires,
        body=typed.body,
    )
    return Envelope(
        kind=typed.kind,
        topic=typed.topic,
        tag=None if typed.tag is msgspec.UNSET else typed.tag,
        author=typed.author,
        created=typed.created,
        expires=typed.expires,
        body=typed.body,
        stamp=typed.stamp,
        sig=typed.sig,
        id=_id(_digest(_ENCODER.encode(core)), typed.stamp),
        raw=raw,
    )


def _digest(core: bytes) -> bytes:
    return encoding.sha256(_CORE_CONTEXT + core)


def _id(core: bytes, stamp_bytes: bytes) -> bytes:
    return stamp.envelope_id(core, stamp_bytes)


def _read(raw: bytes, max_bytes: int) -> _Fields:
    # Bytes that come back from the struct as they were are canonical and fit the schema, and nearly
    # all do. What is wrong with others is found step by step.
    try:
        typed = _DECODER.decode(raw)
        if _ENCODER.encode(typed) == raw:
            return typed
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        pass
    fields = encoding.decode(raw, max_bytes=max_bytes)
    try:
        return conversion.convert(fields, _Fields)
    except msgspec.ValidationError as error:
        raise schema.refusal(error, fields, code="envelope.schema") from None


def signed_message(envelope: Envelope) -> bytes:
    """What an envelope's author signs: always of the same length."""
    return _SIGNATURE_CONTEXT + envelope.id


def check_signature(envelope: Envelope) -> None:
    """Refuse what its author didn't sign.

    Raises:
        RemoteError: `envelope.signature`.
    """
    right = ed25519.verify(envelope.author, signed_message(envelope), envelope.sig)
    check_verified(right=right)


def check_verified(*, right: bool) -> None:
    """Refuse an envelope whose signature was found wrong.

    Raises:
        RemoteError: `envelope.signature`.
    """
    if not right:
        raise RemoteError("envelope.signature", "expected the author's signature over the id")

"""Sealing: an inner message becomes a mail body that only its recipient can open.

Implements `specs/06-sealing-and-mail.md#sealing`: HPKE (RFC 9180) base mode, one shot, bound to
the envelope's header. HPKE draws its own ephemeral key inside `cryptography`; it is the one piece
of randomness that isn't an argument, because a key used twice would open both messages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from vrmprotocol import encoding, topics
from vrmprotocol import envelope as envelopes
from vrmprotocol.envelope import Envelope
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.fields import SUITE_X25519, RecipientKey
from vrmprotocol.keys import SealKey, SigningKey

MAX_INNER_BYTES = 60_000
BODY_BYTES = envelopes.MAIL_BODY_BYTES
# Room that a deal's size class leaves beside the offer, so that an accept has the same size.
ACCEPT_MARGIN_BYTES = 1536

_ENC_BYTES = 32
_TAG_BYTES = 16
_LENGTH_BYTES = 4
_OVERHEAD_BYTES = _ENC_BYTES + _TAG_BYTES + _LENGTH_BYTES
_INFO_CONTEXT = b"vrm/1 mail\0"
# Only to find points of small order: with those every private key gives zero.
_PROBE = X25519PrivateKey.from_private_bytes(bytes(range(32)))
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True, slots=True)
class MailHeader:
    """What of the envelope is bound into the seal; `tag` is 16, `author` 32 bytes."""

    topic: str
    tag: bytes
    author: bytes
    created: int
    expires: int

    def info(self) -> bytes:
        """The bytes that HPKE takes as `info`."""
        return _INFO_CONTEXT + encoding.encode(
            {
                "v": 1,
                "kind": envelopes.MAIL_KIND,
                "topic": self.topic,
                "tag": self.tag,
                "author": self.author,
                "created": self.created,
                "expires": self.expires,
            }
        )


def header_of(envelope: Envelope) -> MailHeader:
    """The header of a mail envelope.

    Raises:
        LocalError: `seal.no_mail` for an envelope of another kind.
    """
    if envelope.tag is None:
        raise LocalError("seal.no_mail", "expected a mail envelope")
    return MailHeader(
        topic=envelope.topic,
        tag=envelope.tag,
        author=envelope.author,
        created=envelope.created,
        expires=envelope.expires,
    )


def capacity(body_bytes: int) -> int:
    """The longest inner message, in bytes, that a body of this size holds."""
    return min(body_bytes - _OVERHEAD_BYTES, MAX_INNER_BYTES)


def size_class(inner_bytes: int) -> int:
    """The smallest body size, in bytes, that holds an inner message of this length.

    Raises:
        LocalError: `seal.size`.
    """
    for body_bytes in BODY_BYTES:
        if inner_bytes <= capacity(body_bytes):
            return body_bytes
    raise LocalError("seal.size", f"expected at most {MAX_INNER_BYTES} bytes, came {inner_bytes}")


def deal_size_class(offer_bytes: int) -> int:
    """The body size of all mail of a deal whose first signed offer has this length.

    Raises:
        LocalError: `seal.size`.
    """
    return size_class(offer_bytes + ACCEPT_MARGIN_BYTES)


def seal(
    inner: bytes, *, recipient_key: RecipientKey, header: MailHeader, body_bytes: int
) -> bytes:
    """A mail body of exactly `body_bytes` (one of `BODY_BYTES`), sealed to the recipient.

    Raises:
        LocalError: `seal.size`, `seal.unknown_suite`, `seal.key` for a key that can't be used.
    """
    # SPEC 06: The writer MUST refuse to seal an inner message longer than the capacity of the body
    # with `seal.size`.
    if body_bytes not in BODY_BYTES or len(inner) > capacity(body_bytes):
        raise LocalError(
            "seal.size", f"expected a body size for {len(inner)} bytes, came {body_bytes}"
        )
    # SPEC 06: The writer MUST refuse to seal to a recipient key of a suite it doesn't know with
    # `seal.unknown_suite`.
    if recipient_key.suite != SUITE_X25519:
        raise LocalError("seal.unknown_suite", f"expected {SUITE_X25519}, came another suite")
    # SPEC 06: The writer MUST fill the plaintext up with zero bytes to the body size.
    padding = bytes(body_bytes - _OVERHEAD_BYTES - len(inner))
    plaintext = len(inner).to_bytes(_LENGTH_BYTES, "big") + inner + padding
    # SPEC 06: The writer MUST refuse to seal to a key of the wrong length or one that gives an
    # all-zero shared secret with `seal.key`.
    try:
        public = X25519PublicKey.from_public_bytes(recipient_key.key)
        return _SUITE.encrypt(plaintext, public, info=header.info())
    except ValueError:
        # A wrong length, or a point of small order, with which everybody could open the seal.
        raise LocalError("seal.key", "expected a usable X25519 public key") from None


def can_seal_to(recipient_key: RecipientKey) -> bool:
    """Whether `seal` takes this recipient key: of a known suite, and usable."""
    if recipient_key.suite != SUITE_X25519:
        return False
    try:
        _PROBE.exchange(X25519PublicKey.from_public_bytes(recipient_key.key))
    except ValueError:
        return False
    return True


def open_sealed(body: bytes, *, seal_key: SealKey, header: MailHeader) -> bytes:
    """The inner message of a mail body; who wrote it is not verified yet.

    Raises:
        RemoteError: `seal.open` for a wrong key or altered bytes, `seal.padding`.
    """
    # SPEC 06: The reader MUST report a body that it can't decrypt, for whatever reason, with
    # `seal.open`.
    try:
        plaintext = _SUITE.decrypt(body, seal_key.key, info=header.info())
    except (InvalidTag, ValueError):
        raise RemoteError("seal.open", "expected a body sealed to this key and header") from None
    end = _LENGTH_BYTES + int.from_bytes(plaintext[:_LENGTH_BYTES], "big")
    # SPEC 06: The reader MUST refuse a plaintext whose length field exceeds what follows, or whose
    # padding isn't zero, with `seal.padding`.
    if len(plaintext) < _LENGTH_BYTES or end > len(plaintext):
        raise RemoteError("seal.padding", "expected a length within the body")
    if plaintext.count(0, end) != len(plaintext) - end:
        raise RemoteError("seal.padding", "expected zero bytes after the message")
    return plaintext[_LENGTH_BYTES:end]


def open_envelope(envelope: Envelope, *, seal_key: SealKey) -> bytes:
    """The inner message of a verified mail envelope; raises as `open_sealed`."""
    return open_sealed(envelope.body, seal_key=seal_key, header=header_of(envelope))


def build_mail(
    inner: bytes,
    *,
    recipient_key: RecipientKey,
    tag: bytes,
    body_bytes: int,
    created: int,
    one_time_key: SigningKey,
    grind: Callable[[bytes, int], bytes],
) -> bytes:
    """A whole mail envelope, ready to send; `created` is floored to 10 minutes.

    `one_time_key` signs this envelope and no other. `grind(core, bits)` finds the stamp.

    Raises:
        LocalError: as `seal` and `envelope.build`.
    """
    floored = envelopes.quantise_time(created)
    header = MailHeader(
        topic=topics.mail_topic(tag),
        tag=tag,
        author=one_time_key.public,
        created=floored,
        expires=floored + envelopes.MAIL_LIFETIME_S,
    )
    body = seal(inner, recipient_key=recipient_key, header=header, body_bytes=body_bytes)
    return envelopes.build_stamped(
        kind=envelopes.MAIL_KIND,
        topic=header.topic,
        tag=tag,
        body=body,
        created=header.created,
        expires=header.expires,
        signing_key=one_time_key,
        grind=grind,
    ).raw

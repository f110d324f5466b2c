"""The sealed intent: what a customer wants, said to one vendor alone.

Implements `specs/03-messages.md#sealed_intent`: the body, and how it stands to its header and to
earlier ones of its deal; and the signature of `specs/09-relationship.md#recognition`. How it is
addressed is left to the node (`specs/06-sealing-and-mail.md`), whose key is known to the vendor.
"""

from __future__ import annotations

from typing import Literal

from vrmprotocol import ed25519, keys, market
from vrmprotocol.body_checks import refuse
from vrmprotocol.envelope_rules import MARKET_LIFETIME_S, SKEW_S
from vrmprotocol.errors import RemoteError
from vrmprotocol.fields import Body, Bytes32, Bytes64, Wire
from vrmprotocol.market import Intent

MAX_SEALED_INTENT_BYTES = 16_332

_RECOGNITION_CONTEXT = b"vrm/1 recognition\0"


class ShownRelationship(Wire, frozen=True, kw_only=True):
    """The relationship key, and its signature over deal and pseudonym."""

    key: Bytes32
    signature: Bytes64

    def __repr__(self) -> str:
        return "ShownRelationship(hidden)"


class SealedIntent(Body, frozen=True, kw_only=True):
    """A whole intent for one vendor, or its withdrawal; it takes the place of earlier ones."""

    status: Literal["active", "withdrawn"]
    intent: Intent
    relationship: ShownRelationship | None = None


def show_relationship(key: keys.SigningKey, *, deal: bytes, pseudonym: bytes) -> ShownRelationship:
    """What lets one vendor recognise who holds a relationship key, in one deal."""
    signature = key.sign(_RECOGNITION_CONTEXT + deal + pseudonym)
    return ShownRelationship(key=key.public, signature=signature)


def check_content(body: SealedIntent, known_ext: frozenset[str]) -> None:
    """Refuse what would be refused in an intent of the market, and a withdrawal that says who.

    Raises:
        RemoteError: `message.body`, `message.critical`.
    """
    # SPEC 03: The writer MUST NOT put `relationship` into a sealed intent that is `withdrawn`.
    # SPEC 03: The reader MUST refuse a sealed intent that is `withdrawn` and has `relationship`
    # with `message.body`.
    if body.status == "withdrawn" and body.relationship is not None:
        raise refuse("relationship", "nothing in a withdrawal")
    market.check_content(body.intent, known_ext=known_ext)


def check(body: SealedIntent, *, size_bytes: int, now: int | None) -> None:
    """Refuse a sealed intent that stands too long, or whose signed message is too long.

    `now` (Unix seconds) is when it is read first, None afterwards.

    Raises:
        RemoteError: `message.body`.
    """
    # SPEC 03: The writer MUST NOT make a sealed intent whose signed message is longer than 16,332
    # bytes.
    # SPEC 03: The reader MUST refuse a sealed intent whose signed message is longer than 16,332
    # bytes with `message.body`.
    if size_bytes > MAX_SEALED_INTENT_BYTES:
        raise refuse("intent", f"at most {MAX_SEALED_INTENT_BYTES} bytes, came {size_bytes}")
    # SPEC 03: The reader MUST refuse a sealed intent whose `validThrough` is more than 7,776,300
    # seconds after now with `message.body`.
    if now is not None and body.intent.valid_through > now + MARKET_LIFETIME_S + SKEW_S:
        raise refuse("intent.validThrough", f"at most {MARKET_LIFETIME_S} s from now")


# SPEC 09: The reader MUST refuse a sealed intent whose relationship key didn't sign deal and
# pseudonym with `recognition.signature`.
def check_relationship(body: SealedIntent, *, deal: bytes, pseudonym: bytes) -> None:
    """Refuse a sealed intent with a relationship key that doesn't call the pseudonym its own.

    Raises:
        RemoteError: `recognition.signature`.
    """
    shown = body.relationship
    if shown is None:
        return
    if not ed25519.verify(shown.key, _RECOGNITION_CONTEXT + deal + pseudonym, shown.signature):
        raise RemoteError(
            "recognition.signature", "expected the key's signature over deal and pseudonym"
        )


def check_replaces(body: Intent, known: Intent, *, later: bool) -> None:
    """Refuse a sealed intent that doesn't belong to the one the reader knows.

    `later` says that it has the higher sequence number, and so would take the other's place.

    Raises:
        RemoteError: `message.body`.
    """
    # SPEC 03: The reader MUST refuse a sealed intent whose reply key or reply tag isn't that of the
    # sealed intent that it knows, or that ends before it though its `seq` is higher, with
    # `message.body`.
    market.check_answered_alike(body, known)
    if later and body.valid_through < known.valid_through:
        raise refuse("intent.validThrough", f"at least {known.valid_through}")

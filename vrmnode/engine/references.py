"""Names of things as an owner types them: a whole id in hex, or its beginning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from vrmnode.engine.failures import conflict, invalid, not_found
from vrmnode.storage import deals, intents, market, messages, standing_intents
from vrmnode.storage.database import Connection
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.market import MarketIntent
from vrmnode.storage.standing_intents import StandingIntent
from vrmnode.storage.table import hex_bounds
from vrmprotocol import base58, keys

T = TypeVar("T")

SHORTEST_PREFIX = 6


def checked_id(reference: str) -> str:
    """The id or prefix as typed, if it can be one.

    Raises:
        ServiceError: `request.id`.
    """
    text = reference.strip().lower()
    if not SHORTEST_PREFIX <= len(text) <= 64 or any(c not in "0123456789abcdef" for c in text):
        raise invalid(
            "request.id",
            f"expected {SHORTEST_PREFIX} to 64 hex digits of an id, came {reference[:80]!r}",
        )
    return text


def only(what: str, reference: str, found: Sequence[T]) -> T:
    """The one thing that was found by a reference.

    Raises:
        ServiceError: `<what>.not_found`, `<what>.ambiguous`.
    """
    if not found:
        raise not_found(what, reference)
    if len(found) > 1:
        raise conflict(
            f"{what}.ambiguous",
            f"expected the beginning of one id, {reference!r} begins {len(found)} of them",
        )
    return found[0]


def find_intent(tx: Connection, reference: str) -> OwnIntent:
    """An own intent by id or prefix.

    Raises:
        ServiceError: `intent.not_found`, `intent.ambiguous`, `request.id`.
    """
    return only("intent", reference, intents.by_prefix(tx, checked_id(reference)))


def find_market_intent(tx: Connection, reference: str) -> MarketIntent:
    """An intent that came from the market, by the id of its newest envelope or a prefix of it.

    Raises:
        ServiceError: `intent.not_found`, `intent.ambiguous`, `request.id`.
    """
    return only("intent", reference, market.intents_by_prefix(tx, checked_id(reference)))


def find_standing(tx: Connection, reference: str) -> StandingIntent:
    """A standing intent by id or prefix.

    Raises:
        ServiceError: `standing.not_found`, `standing.ambiguous`, `request.id`.
    """
    return only("standing", reference, standing_intents.by_prefix(tx, checked_id(reference)))


def find_offer(tx: Connection, reference: str) -> bytes:
    """The digest of a received offer by id or prefix.

    Raises:
        ServiceError: `offer.not_found`, `offer.ambiguous`, `request.id`.
    """
    found = messages.by_prefix(tx, checked_id(reference), kind="offer")
    return only("offer", reference, [item for item in found if not item.own]).digest


def find_question(tx: Connection, reference: str) -> bytes:
    """The digest of a received question by id or prefix.

    Raises:
        ServiceError: `question.not_found`, `question.ambiguous`, `request.id`.
    """
    found = messages.by_prefix(tx, checked_id(reference), kind="question")
    return only("question", reference, [item for item in found if not item.own]).digest


def find_deal(tx: Connection, reference: str) -> bytes:
    """A deal's id by id or prefix.

    Raises:
        ServiceError: `deal.not_found`, `deal.ambiguous`, `request.id`.
    """
    return only("deal", reference, deals.by_prefix(tx, checked_id(reference))).deal


_DID = "did:key:"
_ED25519 = "z6Mk"
_MULTICODEC = b"\xed\x01"
_DID_LETTERS = 47
"""Letters after the z: always as many, for the number behind them begins with the multicodec."""


def find_vendor(tx: Connection, reference: str) -> bytes:
    """A vendor's root by did:key or hex; by its beginning if the vendor is known here.

    Raises:
        ServiceError: `vendor.not_found`, `vendor.ambiguous`, `request.vendor`.
        LocalError: `keys.did`.
    """
    text = reference.strip()
    if len(text) == 64 and (bounds := hex_bounds(text)) is not None:
        return bounds[0]
    letters = text.removeprefix(_DID)
    if len(letters) == _DID_LETTERS + 1:
        return keys.from_did(_DID + letters)
    if letters.startswith(_ED25519):
        bounds = _did_bounds(letters)
    else:
        bounds = hex_bounds(text) if len(text) >= SHORTEST_PREFIX else None
    if bounds is None:
        raise invalid(
            "request.vendor",
            f"expected a vendor's did:key, or its beginning with at least {SHORTEST_PREFIX} letters"
            f" after {_ED25519}, or its root in hex, came {reference[:80]!r}",
        )
    return only("vendor", reference, market.known_roots(tx, *bounds))


def _did_bounds(letters: str) -> tuple[bytes, bytes] | None:
    """The least and greatest root whose did:key begins with these letters."""
    known = letters[1:]
    if not len(_ED25519) - 1 + SHORTEST_PREFIX <= len(known) < _DID_LETTERS:
        return None
    low = base58.decode(known.ljust(_DID_LETTERS, "1"))
    high = base58.decode(known.ljust(_DID_LETTERS, "z"))
    if low is None or high is None:
        return None
    least, greatest = _MULTICODEC + bytes(32), _MULTICODEC + b"\xff" * 32
    return max(low, least)[2:], min(high, greatest)[2:]

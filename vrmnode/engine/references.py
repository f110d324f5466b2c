"""Names of things as an owner types them: a whole id in hex, or its beginning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from vrmnode.engine.failures import conflict, invalid, not_found
from vrmnode.storage import deals, intents, messages
from vrmnode.storage.database import Connection
from vrmnode.storage.intents import OwnIntent

T = TypeVar("T")

SHORTEST_PREFIX = 6


def _checked(reference: str) -> str:
    text = reference.strip().lower()
    if not SHORTEST_PREFIX <= len(text) <= 64 or any(c not in "0123456789abcdef" for c in text):
        raise invalid(
            "request.id",
            f"expected {SHORTEST_PREFIX} to 64 hex digits of an id, came {reference[:80]!r}",
        )
    return text


def _only(what: str, reference: str, found: Sequence[T]) -> T:
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
    return _only("intent", reference, intents.by_prefix(tx, _checked(reference)))


def find_offer(tx: Connection, reference: str) -> bytes:
    """The digest of a received offer by id or prefix.

    Raises:
        ServiceError: `offer.not_found`, `offer.ambiguous`, `request.id`.
    """
    found = messages.by_prefix(tx, _checked(reference), kind="offer")
    return _only("offer", reference, [item for item in found if not item.own]).digest


def find_question(tx: Connection, reference: str) -> bytes:
    """The digest of a received question by id or prefix.

    Raises:
        ServiceError: `question.not_found`, `question.ambiguous`, `request.id`.
    """
    found = messages.by_prefix(tx, _checked(reference), kind="question")
    return _only("question", reference, [item for item in found if not item.own]).digest


def find_deal(tx: Connection, reference: str) -> bytes:
    """A deal's id by id or prefix.

    Raises:
        ServiceError: `deal.not_found`, `deal.ambiguous`, `request.id`.
    """
    return _only("deal", reference, deals.by_prefix(tx, _checked(reference))).deal

"""Which images an intent, an offer or a profile names (specs/03-messages.md#images).

By their hash alone: the files come by other ways and are held against it.
"""

from __future__ import annotations

from collections.abc import Sequence

from vrmnode.engine.customer import offers
from vrmnode.engine.failures import invalid, not_found
from vrmnode.engine.mail.mailroom import offer_of
from vrmnode.engine.records import intent_body, read_intent
from vrmnode.engine.references import find_intent, find_market_intent, find_offer, find_vendor
from vrmnode.engine.trust.directory import read_profile
from vrmnode.errors import ServiceError
from vrmnode.storage import market
from vrmnode.storage.database import Connection
from vrmprotocol import keys

Json = dict[str, object]


def named(tx: Connection, *, offer: str | None, intent: str | None, vendor: str | None) -> Json:
    """The hashes that one of them names, in its order.

    Raises:
        ServiceError: `request.invalid` unless exactly one is asked for; `*.not_found`,
            `*.ambiguous`, `request.id`, `request.vendor`.
    """
    asked = [each for each in (offer, intent, vendor) if each is not None]
    if len(asked) != 1:
        raise invalid(
            "request.invalid", f"expected one of offer, intent and vendor, came {len(asked)}"
        )
    if offer is not None:
        digest = find_offer(tx, offer)
        signed = offers.deal_of(tx, digest).state.offers[digest]
        return _answer("offer", digest, offer_of(signed).draft.item_offered.image)
    if intent is not None:
        return _of_intent(tx, intent)
    return _of_vendor(tx, str(vendor))


def _of_intent(tx: Connection, reference: str) -> Json:
    """An own intent's, or one's that came from the market."""
    try:
        own = find_intent(tx, reference)
    except ServiceError as error:
        if error.code != "intent.not_found":
            raise
        stored = find_market_intent(tx, reference)
        return _answer("intent", stored.envelope_id, read_intent(stored.body).image)
    return _answer("intent", own.intent_id, intent_body(own).image)


def _of_vendor(tx: Connection, reference: str) -> Json:
    root = find_vendor(tx, reference)
    stored = market.get_profile(tx, root)
    if stored is None:
        raise not_found("vendor", reference)
    return _answer("vendor", root, read_profile(stored.body).image)


def _answer(what: str, which: bytes, images: Sequence[bytes]) -> Json:
    shown = keys.to_did(which) if what == "vendor" else which.hex()
    return {what: shown, "images": [image.hex() for image in images]}

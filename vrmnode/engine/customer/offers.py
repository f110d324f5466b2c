"""Offers that this node's intents received, in the order in which the customer would take them."""

from __future__ import annotations

from vrmnode.customer.ranking import RankedOffer, ReceivedOffer, rank
from vrmnode.engine.customer import standing
from vrmnode.engine.failures import not_found
from vrmnode.engine.records import DealRecord, intent_body, load_deal
from vrmnode.storage import deals, key_updates, messages
from vrmnode.storage.database import Connection
from vrmnode.storage.intents import OwnIntent
from vrmnode.values.money import Money
from vrmnode.values.prices import maximum_of, minimum_of
from vrmprotocol.mail import Offer


def deal_of(tx: Connection, digest: bytes) -> DealRecord:
    """The deal in which an offer was received.

    Raises:
        ServiceError: `offer.not_found`.
    """
    stored = messages.get(tx, digest)
    if stored is None or stored.own or stored.kind != "offer":
        raise not_found("offer", digest.hex())
    record = load_deal(tx, stored.deal)
    if digest not in record.state.offers:
        raise not_found("offer", digest.hex())
    return record


def limit_of(own: OwnIntent) -> Money | None:
    """The owner's private maximum for the intent, or the published one."""
    return private_maximum(own) or maximum_of(intent_body(own))


def least_of(own: OwnIntent) -> Money | None:
    """What a vendor that buys has to pay at least."""
    return minimum_of(intent_body(own))


def private_maximum(own: OwnIntent) -> Money | None:
    """The maximum that never leaves the node."""
    budget = intent_body(own).price_specification
    if own.private_maximum is None or budget is None:
        return None
    return Money(own.private_maximum, budget.price_currency)


def received(tx: Connection, own: OwnIntent, *, open_only: bool = False) -> list[ReceivedOffer]:
    """The offers to the intent, of several in one deal each; all, or those still open."""
    found = []
    wanted = "offered" if open_only else None
    for row in deals.list_deals(tx, role="customer", state=wanted, intent_id=own.intent_id):
        record = load_deal(tx, row.deal)
        arrived = {item.digest: item.received_at for item in messages.list_messages(tx, row.deal)}
        for digest, signed in record.state.offers.items():
            if isinstance(signed.body, Offer):
                found.append(
                    ReceivedOffer(
                        digest=digest,
                        deal=row.deal,
                        offer=signed.body,
                        vendor_root=row.vendor_root,
                        received_at=arrived.get(digest, row.created),
                        declined=digest in record.state.declined_offers
                        or record.state.state in ("declined", "withdrawn", "cancelled"),
                        revoked=key_updates.is_revoked(tx, row.vendor_root, signed.author),
                    )
                )
    return found


def ranked(
    tx: Connection,
    own: OwnIntent,
    *,
    now: int,
    open_only: bool = False,
) -> list[RankedOffer]:
    """The offers to the intent, best first, with the reasons."""
    return rank(
        received(tx, own, open_only=open_only),
        intent_body(own),
        regards=standing.regards(tx, now),
        now=now,
        private_maximum=private_maximum(own),
    )

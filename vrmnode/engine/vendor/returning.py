"""Returning customers: the earlier deals of who shows a relationship key in a sealed intent.

Implements the vendor's part of specs/09-relationship.md#recognition. The key lies under the deal's
erasable key while the intent stands. What is made of the history is a pure function of
`vrmnode.vendor.returning`.
"""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.engine.context import Context
from vrmnode.engine.orders.order_records import find_order
from vrmnode.engine.records import DealRecord
from vrmnode.storage import deals, market, messages, secrets
from vrmnode.storage.database import Connection
from vrmnode.storage.market import MarketIntent
from vrmnode.storage.secrets import Vault
from vrmnode.vendor.returning import MOST_COUNTED
from vrmprotocol import keys
from vrmprotocol.order import Order
from vrmprotocol.order_timeline import duties
from vrmprotocol.sealed_intent import SealedIntent

Json = dict[str, object]

MOST_DEALS = 2_000
"""Deals with an opened key that are looked through, those that changed last."""


@dataclass(frozen=True, slots=True)
class History:
    """What a shop knows of who is recognised.

    `deals` are agreed and were opened to `key` (32 bytes), the one changed last first; in so many
    of them as `finished` says the customer has goods or service, and nobody owes anything.
    """

    key: bytes
    deals: tuple[bytes, ...]
    finished: int


def keep(ctx: Context, record: DealRecord, body: SealedIntent) -> None:
    """Keep the key that the newest sealed intent of a deal shows, in place of an earlier one.

    None is kept of what crossed the agreement.
    """
    if body.relationship is None or record.state.state == "agreed":
        forget(ctx, record.deal)
    else:
        ctx.keep_secret("deal", record.deal, secrets.RECOGNITION, body.relationship.key)


def forget(ctx: Context, deal: bytes) -> None:
    """Erase the key that the intent of a deal showed; nothing happens where it showed none."""
    if secrets.erase(ctx.tx, "deal", deal, secrets.RECOGNITION):
        ctx.sweep = True


def tidy(ctx: Context) -> None:
    """Erase the keys of intents that are over."""
    for deal in secrets.owners(ctx.tx, "deal", secrets.RECOGNITION):
        row = deals.get(ctx.tx, deal)
        stored = None if row is None else market.get_intent(ctx.tx, row.customer)
        if stored is None or stored.valid_through <= ctx.now:
            forget(ctx, deal)


# SPEC 09: The vendor MUST answer a sealed intent with a relationship key that it doesn't know as if
# `relationship` weren't there.
def history(tx: Connection, vault: Vault, stored: MarketIntent) -> History | None:
    """What is known of who sent a sealed intent; None of who isn't recognised."""
    message = messages.get(tx, stored.envelope_id) if stored.sealed else None
    if message is None:
        return None
    key = secrets.get(tx, vault, "deal", message.deal, secrets.RECOGNITION)
    found = () if key is None else _opened_to(tx, vault, key)
    return History(key, found, _finished(tx, found)) if key is not None and found else None


def of_order(tx: Connection, vault: Vault, deal: bytes) -> History | None:
    """What is known of who opened its key in an agreed deal, that deal included."""
    key = secrets.get(tx, vault, "deal", deal, secrets.RELATIONSHIP)
    if key is None:
        return None
    found = _opened_to(tx, vault, key)
    return History(key, found, _finished(tx, found))


def _opened_to(tx: Connection, vault: Vault, key: bytes) -> tuple[bytes, ...]:
    """The agreed deals in which this key was opened."""
    name = secrets.RELATIONSHIP
    found = (
        deal
        for deal in secrets.deals_with(tx, name, MOST_DEALS)
        if secrets.get(tx, vault, "deal", deal, name) == key
    )
    rows = ((deal, deals.get(tx, deal)) for deal in found)
    return tuple(deal for deal, row in rows if row is not None and row.state == "agreed")


def _finished(tx: Connection, found: tuple[bytes, ...]) -> int:
    orders = (find_order(tx, deal) for deal in found[:MOST_COUNTED])
    return sum(each is not None and _is_finished(each.order) for each in orders)


def _is_finished(order: Order) -> bool:
    kept = order.status == "delivered"
    given_back = order.draft.lease is not None and order.status == "returned"
    return (kept or given_back) and not duties(order)


def shown(found: History | None) -> Json | None:
    """The same, ready for JSON."""
    if found is None:
        return None
    return {
        "customer": keys.to_did(found.key),
        "deals": [deal.hex() for deal in found.deals],
        "finished": found.finished,
    }

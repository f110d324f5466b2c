"""Returning customers: the earlier deals of who shows a relationship key in a sealed intent.

Implements the vendor's part of specs/09-relationship.md#recognition. The key lies under the deal's
erasable key while the intent stands. What is made of the history is a pure function of
`vrmnode.vendor.returning`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from vrmnode.engine.context import Context
from vrmnode.engine.orders.order_records import find_order
from vrmnode.engine.records import DealRecord
from vrmnode.storage import deals, market, messages, secrets
from vrmnode.storage.database import Connection
from vrmnode.storage.market import MarketIntent
from vrmnode.storage.secrets import Vault
from vrmnode.values.returning import MOST_COUNTED
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


class Reading:
    """What one reading of the database knows of returning customers.

    Each key of a deal is opened once, when the first of them is asked for, however many intents
    there are. It holds `MOST_DEALS` keys at most, and is dropped with the reading.
    """

    def __init__(self, tx: Connection, vault: Vault) -> None:
        self._tx, self._vault = tx, vault
        self._found: dict[bytes, History] = {}

    # SPEC 09: The vendor MUST answer a sealed intent with a relationship key that it doesn't know
    # as if `relationship` weren't there.
    def history(self, stored: MarketIntent) -> History | None:
        """What is known of who sent a sealed intent; None of who isn't recognised."""
        message = messages.get(self._tx, stored.envelope_id) if stored.sealed else None
        if message is None:
            return None
        key = self._key(message.deal, secrets.RECOGNITION)
        found = None if key is None else self._of_key(key)
        return found if found is not None and found.deals else None

    def of_order(self, deal: bytes) -> History | None:
        """What is known of who opened its key in an agreed deal, that deal included."""
        key = self._key(deal, secrets.RELATIONSHIP)
        return None if key is None else self._of_key(key)

    def _of_key(self, key: bytes) -> History:
        if key not in self._found:
            found = tuple(deal for deal in self._opened.get(key, ()) if self._is_agreed(deal))
            self._found[key] = History(key, found, _finished(self._tx, found))
        return self._found[key]

    @cached_property
    def _opened(self) -> dict[bytes, list[bytes]]:
        """The deals in which each key was opened, the one changed last first."""
        found: dict[bytes, list[bytes]] = {}
        for deal in secrets.deals_with(self._tx, secrets.RELATIONSHIP, MOST_DEALS):
            key = self._key(deal, secrets.RELATIONSHIP)
            if key is not None:
                found.setdefault(key, []).append(deal)
        return found

    def _key(self, deal: bytes, name: str) -> bytes | None:
        return secrets.get(self._tx, self._vault, "deal", deal, name)

    def _is_agreed(self, deal: bytes) -> bool:
        row = deals.get(self._tx, deal)
        return row is not None and row.state == "agreed"


def history(tx: Connection, vault: Vault, stored: MarketIntent) -> History | None:
    """What is known of who sent one sealed intent, as `Reading.history` says."""
    return Reading(tx, vault).history(stored)


def of_order(tx: Connection, vault: Vault, deal: bytes) -> History | None:
    """What is known of the customer of one order, as `Reading.of_order` says."""
    return Reading(tx, vault).of_order(deal)


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

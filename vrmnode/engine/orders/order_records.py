"""An order as the engine sees it: its deal, and the state that follows from the same messages."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from vrmnode.engine.failures import conflict
from vrmnode.engine.records import DealRecord, MessageSet, message_set, state_of
from vrmnode.storage import deals, messages
from vrmnode.storage.database import Connection
from vrmnode.storage.deals import Deal
from vrmprotocol import order, order_retention
from vrmprotocol.negotiation import Role
from vrmprotocol.order import Order
from vrmprotocol.order_bodies import Side
from vrmprotocol.order_retention import Received


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """A deal with what it came to, and when each of its messages came here."""

    record: DealRecord
    order: Order
    received: Received

    @property
    def deal(self) -> bytes:
        """The id of the deal, and of the order."""
        return self.record.deal

    @property
    def row(self) -> Deal:
        """The deal's row."""
        return self.record.row

    @property
    def role(self) -> Role:
        """This node's part in the deal."""
        return "vendor" if self.row.role == "vendor" else "customer"

    @property
    def side(self) -> Side:
        """This node's part in the order."""
        return self.order.side_of(self.role)

    @property
    def delete_by(self) -> int | None:
        """By when its data have to be deleted (Unix seconds), whoever dates ahead."""
        return order_retention.delete_by(self.order, self.received)

    def who(self, side: Side) -> Role:
        """Which of the two has a part in the order."""
        return "vendor" if self.order.side_of("vendor") == side else "customer"


def find_order(tx: Connection, deal: bytes) -> OrderRecord | None:
    """The order of a deal; None while nothing is agreed."""
    row = deals.get(tx, deal)
    if row is None:
        return None
    stored = messages.list_messages(tx, deal)
    known = message_set([item.raw for item in stored])
    found = _order_of(known)
    if found is None:
        return None
    received = {item.digest: item.received_at for item in stored}
    return OrderRecord(DealRecord(row, state_of(known)), found, received)


@functools.lru_cache(maxsize=256)
def _order_of(known: MessageSet) -> Order | None:
    """The order that follows from a set of messages; the last ones are kept ready."""
    return order.of_deal(state_of(known), known.load())


def load_order(tx: Connection, deal: bytes) -> OrderRecord:
    """The order of a deal.

    Raises:
        ServiceError: `order.none`: nothing is agreed.
    """
    found = find_order(tx, deal)
    if found is None:
        row = deals.get(tx, deal)
        came = "an unknown deal" if row is None else f"one that is {row.state}"
        raise conflict("order.none", f"expected an agreed deal, came {came}")
    return found

"""What an order looks like to both sides: one timeline, and who owes what until when.

Implements `specs/11-orders.md#timeline`. Both follow from the set of messages alone, so both sides
show the same once they have the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from vrmprotocol.inner import SignedMessage
from vrmprotocol.negotiation import DealState
from vrmprotocol.order import Order, Return
from vrmprotocol.order_bodies import OrderEvent, Side
from vrmprotocol.order_rules import DELIVERY_WORDS, ENDED, UNDER_WAY, Status

DAY_S = 86_400

What: TypeAlias = Literal[
    "pay",
    "refund",
    "deliver",
    "answer_cancel",
    "answer_return",
    "send_back",
    "give_back",
    "bring_back",
]
_TO_DELIVER: frozenset[Status] = frozenset(
    {
        *("placed", "processing", "shipped", "in_transit", "pickup_ready", "failed_attempt"),
        *("undeliverable", "returned_to_sender", "problem"),
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline: who said what; `word` is an event, or else the kind of message."""

    side: Side
    word: str
    message: SignedMessage


@dataclass(frozen=True, slots=True)
class Duty:
    """What a side has to do; `amount` in minor units, `until` as agreed or asked (Unix seconds)."""

    side: Side
    what: What
    amount: int | None = None
    until: int | None = None


# SPEC 11: The node MUST show the timeline of an order in this order.
def timeline(deal: DealState, order: Order) -> tuple[Entry, ...]:
    """The agreement and all that counts after it, in the order that both sides show."""
    entries = [Entry(said.side, _word(said.message), said.message) for said in order.said]
    if deal.agreement is not None:
        entries.append(Entry(order.side_of("vendor"), deal.agreement.kind, deal.agreement))
    if deal.withdraw is not None:
        entries.append(Entry(order.side_of("customer"), deal.withdraw.kind, deal.withdraw))
    entries.sort(key=lambda entry: (entry.message.seq, entry.message.digest))
    buyer, seller = (_Queue(entries, side) for side in ("buyer", "seller"))
    told: list[Entry] = []
    while buyer.left and seller.left:
        waits = buyer.waits_for(seller), seller.waits_for(buyer)
        if waits[0] == waits[1]:
            later = buyer.left[0].message.created > seller.left[0].message.created
        else:
            later = waits[0]
        told.append((seller if later else buyer).take())
    return (*told, *buyer.left, *seller.left)


class _Queue:
    """What one side has yet to say, and what it had seen by then."""

    def __init__(self, entries: Sequence[Entry], side: Side) -> None:
        self.left = [entry for entry in entries if entry.side == side]
        self._seen: set[bytes] = set()

    def waits_for(self, other: _Queue) -> bool:
        """Whether the next one's author had seen something that the other has yet to say."""
        seen = self._seen.union(self.left[0].message.received)
        return any(entry.message.digest in seen for entry in other.left)

    def take(self) -> Entry:
        entry = self.left.pop(0)
        self._seen.update(entry.message.received)
        return entry


def _word(message: SignedMessage) -> str:
    return message.body.event if isinstance(message.body, OrderEvent) else message.kind


def duties(order: Order) -> tuple[Duty, ...]:
    """Who owes what now, by the state of the order alone."""
    return tuple(_duties(order))


def _duties(order: Order) -> Iterator[Duty]:
    payment, draft = order.payment, order.draft
    if payment.missing:
        due_by = None if payment.due is None else payment.due.due_by
        yield Duty("buyer", "pay", payment.missing, due_by)
    if payment.refund_due:
        yield Duty("seller", "refund", payment.refund_due)
    if order.status in _TO_DELIVER:
        yield Duty("seller", "deliver", until=draft.delivery_latest)
    if order.status == "cancelling":
        yield Duty("seller", "answer_cancel")
    for one in order.returns:
        yield from _return_duties(one)
    if draft.lease is not None and order.status == "delivered":
        yield Duty("buyer", "give_back", until=lease_ends(order))
    if holds_thing(order) and order.status in ENDED:
        yield Duty("seller", "bring_back")


def _return_duties(one: Return) -> Iterator[Duty]:
    if one.status == "requested":
        yield Duty("seller", "answer_return")
    elif one.status == "accepted":
        yield Duty("buyer", "send_back")


def lease_ends(order: Order) -> int | None:
    """When a leased thing has to be back (Unix seconds); None while its days haven't begun."""
    lease = order.draft.lease
    begins = None if lease is None else lease.start_date or order.came_at
    return None if lease is None or begins is None else begins + lease.lease_length * DAY_S


def holds_thing(order: Order) -> bool:
    """Whether the seller has a thing of the buyer's that is to come back."""
    if order.draft.business_function == "Dispose" or order.received is not None:
        return False
    words = [word for said in order.said if (word := _word(said.message)) in DELIVERY_WORDS]
    if "collected" not in words:
        return False
    at = words.index("collected")
    return not UNDER_WAY & set(words[:at]) and "delivered" not in words[at:]

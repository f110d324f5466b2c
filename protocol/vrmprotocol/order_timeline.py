"""What an order looks like to both sides: one timeline, and who owes what until when.

Implements `specs/11-orders.md#timeline`. Both follow from the set of messages alone, so both sides
show the same once they have the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from vrmprotocol.inner import SignedMessage
from vrmprotocol.negotiation import DealState
from vrmprotocol.order import Order, Return
from vrmprotocol.order_bodies import OrderEvent, Side
from vrmprotocol.order_rules import DELIVERY_WORDS, UNDER_WAY, Status

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
_OVER: frozenset[Status] = frozenset({"cancelled", "returned"})


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
    for message, role in ((deal.agreement, "vendor"), (deal.withdraw, "customer")):
        if message is not None:
            side = order.side_of("vendor" if role == "vendor" else "customer")
            entries.append(Entry(side, message.kind, message))
    entries.sort(key=lambda entry: (entry.message.seq, entry.message.digest))
    latest: dict[Side, int] = {"buyer": 0, "seller": 0}
    told: list[tuple[int, Entry]] = []
    for entry in entries:
        latest[entry.side] = max(latest[entry.side], entry.message.created)
        told.append((latest[entry.side], entry))
    told.sort(key=lambda each: (each[0], each[1].side))
    return tuple(entry for _, entry in told)


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
    if holds_thing(order) and order.status in _OVER:
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

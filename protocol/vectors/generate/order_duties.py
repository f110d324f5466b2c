"""Who owes what in an order, read from the table of specs/11-orders.md#timeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .world import DAY, Body

if TYPE_CHECKING:
    from .deal_table import Event
    from .order_table import State

TO_DELIVER = (
    *("placed", "processing", "shipped", "in_transit", "pickup_ready", "failed_attempt"),
    *("undeliverable", "returned_to_sender", "problem"),
)


def order_duties(
    state: State, counting: Sequence[Event], draft: Body, agreed_at: int
) -> list[Body]:
    """The rows of the table that hold, in its order; absent fields are left out."""
    rows: list[Body] = []
    saldo = state.came - state.went
    if saldo < state.owed:
        rows.append(_duty("buyer", "pay", state.owed - saldo, state.due_by))
    if saldo > state.owed:
        rows.append(_duty("seller", "refund", saldo - state.owed))
    if state.status in TO_DELIVER:
        rows.append(_duty("seller", "deliver", until=draft.get("deliveryLatest")))
    if state.status == "cancelling":
        rows.append(_duty("seller", "answer_cancel"))
    for one in state.returns:
        if one["status"] == "requested":
            rows.append(_duty("seller", "answer_return"))
        if one["status"] == "accepted":
            rows.append(_duty("buyer", "send_back"))
    lease = draft.get("lease")
    if lease and state.status == "delivered":
        begins = lease.get("startDate", _came_at(counting, agreed_at))
        rows.append(_duty("buyer", "give_back", until=begins + lease["leaseLength"] * DAY))
    if state.status in ("cancelled", "returned") and _holds_thing(counting, draft):
        rows.append(_duty("seller", "bring_back"))
    return rows


def _duty(side: str, what: str, amount: int | None = None, until: int | None = None) -> Body:
    found = {"side": side, "what": what, "amount": amount, "until": until}
    return {name: value for name, value in found.items() if value is not None}


def _words(counting: Sequence[Event]) -> list[Body]:
    return [event.message.body for event in counting if event.message.kind == "order_event"]


def _came_at(counting: Sequence[Event], agreed_at: int) -> int:
    for word, which in (("received", 0), ("delivered", -1)):
        found = [body["at"] for body in _words(counting) if body["event"] == word]
        if found:
            return max(int(found[which]), agreed_at)
    raise ValueError("what was delivered came at some time")


def _holds_thing(counting: Sequence[Event], draft: Body) -> bool:
    if draft["businessFunction"] == "Dispose":
        return False
    words = [body["event"] for body in _words(counting)]
    if "collected" not in words or "received" in words:
        return False
    before, after = words[: words.index("collected")], words[words.index("collected") :]
    left = {"shipped", "in_transit", "failed_attempt", "delivered"}
    return not left & set(before) and "delivered" not in after

"""What a shop has to do next about an order, or what it waits for, in a few words.

Follows from the duties of the order (specs/11-orders.md#timeline) and from what its address still
lacks; the words of duties are those of `order_words`.
"""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.values.money import format_money
from vrmnode.values.order_words import DUTIES
from vrmprotocol.order import Order
from vrmprotocol.order_timeline import Duty, duties

CLOSED = "nothing"
"""The words of an order in which nobody has anything to do."""

_HAND_OVER = {
    "ship": "ship it",
    "pickup": "make it ready to be picked up",
    "onsite": "go there",
    "download": "let it be loaded",
}
_UNDER_WAY = frozenset({"shipped", "in_transit", "pickup_ready"})


@dataclass(frozen=True, slots=True)
class Step:
    """`mine`: the shop has to act; otherwise it waits for the customer. `until` in Unix seconds."""

    mine: bool
    words: str
    until: int | None = None

    @property
    def closed(self) -> bool:
        """Whether nobody has anything to do."""
        return self.words == CLOSED


def next_step(order: Order, missing: tuple[str, ...]) -> Step:
    """The next step of the vendor's in an order; `missing` are fields that its label lacks.

    What the customer waits for comes before what the vendor waits for.
    """
    own = order.side_of("vendor")
    found = [(duty.side == own, duty) for duty in duties(order)]
    mine = [_mine(order, duty, missing) for is_own, duty in found if is_own]
    theirs = [_theirs(order, duty) for is_own, duty in found if not is_own]
    acting = [step for step in mine if step.mine]
    return next(iter([*acting, *theirs, *mine]), Step(False, CLOSED))


def _mine(order: Order, duty: Duty, missing: tuple[str, ...]) -> Step:
    if duty.what != "deliver":
        return Step(True, _with_amount(order, duty), duty.until)
    if order.status in _UNDER_WAY:
        return Step(False, "wait until it is delivered", duty.until)
    if order.flags.unpaid and order.status == "processing":
        return Step(False, f"wait for the payment of {_missing(order)}", duty.until)
    if order.status == "placed":
        return Step(True, "begin: say processing", duty.until)
    if missing and order.status == "processing":
        return Step(False, f"wait for {', '.join(missing)}", duty.until)
    if order.status == "processing":
        return Step(True, _HAND_OVER[order.draft.delivery_method], duty.until)
    return Step(True, "deliver it after all, or cancel", duty.until)


def _theirs(order: Order, duty: Duty) -> Step:
    if duty.what == "pay":
        return Step(False, f"wait for the payment of {_amount(order, duty)}", duty.until)
    if duty.what == "deliver":
        return Step(False, "wait until it comes", duty.until)
    return Step(False, f"wait for the customer to {_with_amount(order, duty)}", duty.until)


def _missing(order: Order) -> str:
    return format_money(order.payment.missing, order.draft.price_specification.price_currency)


def _with_amount(order: Order, duty: Duty) -> str:
    words = DUTIES[duty.what]
    return words if duty.amount is None else f"{words} {_amount(order, duty)}"


def _amount(order: Order, duty: Duty) -> str:
    return format_money(duty.amount or 0, order.draft.price_specification.price_currency)

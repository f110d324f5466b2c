"""What a selling vendor's node says next about an order without being asked.

Pure: the state of the order, the policy and the time in, one statement or none out. Whoever calls
it says that and asks again. Every row ends by what it says.
"""

from __future__ import annotations

from vrmnode.vendor.order_policy import OrderPolicy, ways_to_pay
from vrmprotocol.order import Order, Return
from vrmprotocol.order_bodies import Cancel, OrderBody, OrderEvent, Receipt, ReturnAnswer
from vrmprotocol.order_moves import DAY_S, earliest_due, return_until
from vrmprotocol.order_rules import MOST, permitted


def next_statement(
    order: Order, policy: OrderPolicy, *, reference: str, now: int
) -> OrderBody | None:
    """The next thing to say, or None: everything is said, or a human has to."""
    found = (
        _cancel(order, policy)
        or _payment_due(order, policy, reference, now)
        or _processing(order, policy, now)
        or _receipt(order, policy, reference)
        or _return_answer(order, policy, now)
    )
    return found if found is not None and _has_room(order, found) else None


def _has_room(order: Order, body: OrderBody) -> bool:
    kind = {
        OrderEvent: "order_event",
        Cancel: "cancel",
        Receipt: "receipt",
        ReturnAnswer: "return_answer",
    }.get(type(body), "")
    return len(order.spoken("seller", kind)) < MOST.get(kind, 0)


def _events(order: Order, word: str) -> list[OrderEvent]:
    bodies = [said.body for said in order.said if isinstance(said.body, OrderEvent)]
    return [body for body in bodies if body.event == word]


def _cancel(order: Order, policy: OrderPolicy) -> Cancel | None:
    """End what the customer doesn't want any more, unless the vendor has a thing of theirs."""
    holds = bool(_events(order, "collected"))
    if order.status != "cancelling" or holds or not policy.accept_cancels:
        return None
    return Cancel(agreement=order.document, reason="requested")


def _payment_due(order: Order, policy: OrderPolicy, reference: str, now: int) -> OrderEvent | None:
    terms = order.draft.payment
    if order.payment.due is not None or order.payment.missing == 0:
        return None
    if "payment_due" not in permitted("seller", order.status):
        return None
    if terms.due == "on_agreement":
        # The customer has all of its time, also where this node was away for a while.
        due_by = max(earliest_due(order), now + (terms.pay_within or 0))
    elif terms.due == "days_after_delivery" and order.came_at is not None:
        due_by = max(now, order.came_at) + (terms.due_days or 0) * DAY_S
    else:
        return None
    return OrderEvent(
        agreement=order.document,
        event="payment_due",
        at=now,
        amount=order.payment.missing,
        due_by=due_by,
        reference=reference,
        instructions=ways_to_pay(policy, terms.method, reference),
    )


def _processing(order: Order, policy: OrderPolicy, now: int) -> OrderEvent | None:
    if order.status not in ("placed", "payment_due") or policy.processing == "by_hand":
        return None
    if policy.processing == "on_payment" and order.flags.unpaid:
        return None
    return OrderEvent(agreement=order.document, event="processing", at=now)


def _receipt(order: Order, policy: OrderPolicy, reference: str) -> Receipt | None:
    """For the money that came since the last receipt."""
    given = [said.body for said in order.said if isinstance(said.body, Receipt)]
    amount = order.payment.came - sum(receipt.amount for receipt in given)
    if amount <= 0 or not policy.receipts:
        return None
    price = order.draft.price_specification
    whole = amount == price.total
    return Receipt(
        agreement=order.document,
        number=f"{reference}-{len(given) + 1}",
        amount=amount,
        tax_included=price.tax_included if whole else None,
        tax_rate_ppm=price.tax_rate_ppm if whole else None,
        paid_at=_events(order, "paid")[-1].at,
    )


def _return_answer(order: Order, policy: OrderPolicy, now: int) -> ReturnAnswer | None:
    until = return_until(order)
    if not policy.accept_returns or until is None or now > until:
        return None
    if "return_answer" not in permitted("seller", order.status):
        return None
    waiting = next((one for one in order.returns if one.status == "requested"), None)
    if waiting is None:
        return None
    return ReturnAnswer(
        agreement=order.document,
        request=waiting.request.digest,
        accepted=True,
        refund=refund_for(order, waiting),
        instructions=policy.return_instructions,
    )


def refund_for(order: Order, one: Return) -> int:
    """What goes back for a return (minor units): with the last piece, all that is left.

    What was leased is paid for: when its time is over, nothing goes back but the deposit.
    """
    price = order.draft.price_specification
    body = one.request.body
    if getattr(body, "reason", None) == "lease_over":
        return 0
    others = [each for each in order.returns if each is not one and each.status != "refused"]
    if one.quantity + sum(each.quantity for each in others) >= order.draft.eligible_quantity:
        return max(0, price.total - sum(each.refund for each in others))
    return price.unit_price * one.quantity

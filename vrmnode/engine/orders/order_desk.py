"""What follows an agreement on this node: statements go out and come in, and what they lead to.

Implements specs/11-orders.md for both sides. What an order is follows from its messages alone;
this module keeps the row beside it, tells the owner, moves stock and demand, and says what the
vendor's policy lets it say by itself.
"""

from __future__ import annotations

from vrmnode.engine.context import NODE, Context
from vrmnode.engine.customer import customer_desk, standing, things_desk
from vrmnode.engine.disclosure import forgetting
from vrmnode.engine.mail import mailroom
from vrmnode.engine.orders.order_records import OrderRecord, find_order, load_order
from vrmnode.engine.records import own_intent
from vrmnode.engine.rights import answering
from vrmnode.engine.vendor import shop
from vrmnode.storage import intents, orders, reservations, timers
from vrmnode.storage.orders import OrderRow
from vrmnode.values import creditor_reference, reasons
from vrmnode.vendor.order_automation import next_statement
from vrmprotocol import order_moves
from vrmprotocol.errors import LocalError
from vrmprotocol.message import SignedMessage
from vrmprotocol.order import Said
from vrmprotocol.order_bodies import Cancel, OrderBody, OrderEvent
from vrmprotocol.order_rules import DELIVERY_WORDS, ENDED, UNDER_WAY

TIMER = "payment"
"""Due when the money of an order had to be there."""

MOST_IN_A_ROW = 8
"""Statements that the node makes by itself after one event; three are usual."""

_MINE = frozenset({"requested", "unpaid"})
"""Cancels of a vendor that the customer brought about: what it wanted isn't bought again."""


def say(ctx: Context, deal: bytes, body: OrderBody) -> OrderRecord:
    """Make a statement about an order: sign it, queue it, and do what follows from it.

    Raises:
        ServiceError: `order.none`, `deal.no_keys`.
        LocalError: `order.illegal_move`, `order.too_early`, `order.too_late`, `message.body`.
    """
    found = load_order(ctx.tx, deal)
    digest = _post(ctx, found, body)
    _settle(ctx, deal, digest)
    return load_order(ctx.tx, deal)


def _post(ctx: Context, found: OrderRecord, body: OrderBody) -> bytes:
    order_moves.check(found.order, found.role, body, now=ctx.now)
    until = ctx.now + mailroom.ORDER_LIFETIME_S
    return mailroom.tell(ctx, found.record, body, until=until).digest


def after_message(ctx: Context, deal: bytes, signed: SignedMessage) -> None:
    """React to a message of the other side that was just added to a deal."""
    _settle(ctx, deal, signed.digest)


def _settle(ctx: Context, deal: bytes, digest: bytes) -> None:
    """Bring everything in line with the order after the message `digest` came or went."""
    found = find_order(ctx.tx, deal)
    if found is None:
        return
    order, row = found.order, orders.get(ctx.tx, deal)
    fresh = [said for said in order.said if row is None or said.digest == digest]
    if row is None:
        _open(ctx, found)
    elif not fresh and (row.status, row.payment) == (order.status, order.payment.status):
        return  # an acknowledgement, or another message that says nothing about the order
    for said in fresh:
        _tell(ctx, found, said)
    _follow(ctx, found)
    for _ in range(MOST_IN_A_ROW):
        if not _say_next(ctx, deal):
            break
    answering.order_changed(ctx, deal)


def _open(ctx: Context, found: OrderRecord) -> None:
    row = OrderRow(
        deal=found.deal,
        role=found.role,
        status="placed",
        payment="none",
        item_name=found.order.draft.item_offered.name,
        reference=_new_reference(ctx) if _sells_as_vendor(found) else None,
        created=ctx.now,
        updated=ctx.now,
    )
    orders.insert(ctx.tx, row)
    if found.order.status in ENDED:
        return  # a withdrawal of the accept crossed the agreement
    ctx.event(
        "order.placed",
        "deal",
        found.deal,
        status=found.order.status,
        total=found.order.draft.price_specification.total,
        currency=found.order.draft.price_specification.price_currency,
        vendor=found.row.vendor_name,
    )


def _new_reference(ctx: Context) -> str:
    while True:
        reference = creditor_reference.draw(ctx.random)
        if not orders.has_reference(ctx.tx, reference):
            return reference


def _tell(ctx: Context, found: OrderRecord, said: Said) -> None:
    """Note a statement in the log: words and amounts, no texts and no accounts."""
    body, order = said.body, found.order
    amount = getattr(body, "amount", None)
    word, reason = order_moves.word_of(body), getattr(body, "reason", None)
    ctx.event(
        f"order.{word}",
        "deal",
        found.deal,
        by=found.who(said.side),
        status=order.status,
        payment=order.payment.status,
        reason=reason,
        words=None if reason is None else reasons.of_order(word, reason),
        quantity=getattr(body, "quantity", None),
        amount=amount,
        currency=None if amount is None else order.draft.price_specification.price_currency,
        vendor=found.row.vendor_name,
    )


def _follow(ctx: Context, found: OrderRecord) -> None:
    """Update the row and do what a change of it asks for."""
    order, row = found.order, orders.get(ctx.tx, found.deal)
    if row is None:
        raise TypeError("expected an order that was opened")
    due_by = None if order.payment.due is None else order.payment.due.due_by
    told = None if order.payment.due is None else order.payment.due.reference
    orders.update(
        ctx.tx,
        found.deal,
        updated=ctx.now,
        status=order.status,
        payment=order.payment.status,
        due_by=due_by,
        reference=row.reference if _sells_as_vendor(found) else told,
    )
    forgetting.watch(ctx, found)
    waits = order.payment.missing > 0 and order.status not in ENDED
    if due_by is None or not waits:
        timers.clear(ctx.tx, TIMER, found.deal)
    elif due_by != row.due_by or row.payment in ("paid", "refund_due"):
        timers.arm(ctx.tx, TIMER, found.deal, due_by + 1)
    if found.role == "customer" and order.status == "delivered" != row.status:
        things_desk.delivered(ctx, found.deal, order.draft)
    if order.status == row.status or order.status not in ENDED:
        return
    if found.role == "customer":
        things_desk.not_bought(ctx, found.deal)
        _want_again(ctx, found)
    elif order.status == "cancelled" and not _has_left(found):
        put_back(ctx, found, order.draft.eligible_quantity)


def _has_left(found: OrderRecord) -> bool:
    bodies = [said.body for said in found.order.said]
    return any(isinstance(body, OrderEvent) and body.event in UNDER_WAY for body in bodies)


def put_back(ctx: Context, found: OrderRecord, quantity: int) -> bool:
    """Put goods of an order back on the shelf; other customers may be waiting for them."""
    if not reservations.put_back(ctx.tx, found.deal, quantity):
        return False
    ctx.event("order.restocked", "deal", found.deal, quantity=quantity)
    timers.arm_earlier(ctx.tx, "reconsider", NODE, ctx.now)
    return True


def _want_again(ctx: Context, found: OrderRecord) -> None:
    """The lock has fallen: buy again, but by itself only what the vendor alone ended."""
    own = own_intent(ctx.tx, found.row.intent_id)
    cancel = None if found.order.cancel is None else found.order.cancel.body
    gave_up = (
        found.order.status == "returned"
        or found.order.spoken("buyer", "cancel")
        or (isinstance(cancel, Cancel) and cancel.reason in _MINE)
    )
    if gave_up and standing.acceptance_policy(ctx, own).mode == "automatic":
        # What the customer gave up isn't bought again behind its back.
        intents.set_acceptance(ctx.tx, own.intent_id, {**(own.acceptance or {}), "mode": "manual"})
        ctx.event("intent.manual", "intent", own.intent_id, deal=found.deal.hex())
    standing.refresh(ctx, own)
    customer_desk.consider(ctx, own_intent(ctx.tx, own.intent_id))


def _say_next(ctx: Context, deal: bytes) -> bool:
    """Say what the policy of a vendor that sells wants said next; False when there is nothing."""
    found, row = load_order(ctx.tx, deal), orders.get(ctx.tx, deal)
    if row is None or row.reference is None or not _sells_as_vendor(found):
        return False
    policy = shop.stored_policy(ctx.tx).orders
    body = next_statement(found.order, policy, reference=row.reference, now=ctx.now)
    return body is not None and _say_by_itself(ctx, found, body)


def _sells_as_vendor(found: OrderRecord) -> bool:
    return (found.role, found.side) == ("vendor", "seller")


def _say_by_itself(ctx: Context, found: OrderRecord, body: OrderBody) -> bool:
    try:
        digest = _post(ctx, found, body)
    except LocalError as error:
        # A policy that doesn't fit this order leaves it to the owner.
        ctx.notes.append(f"order: {order_moves.word_of(body)} isn't said by itself: {error}")
        return False
    after = load_order(ctx.tx, found.deal)
    for said in after.order.said:
        if said.digest == digest:
            _tell(ctx, after, said)
    _follow(ctx, after)
    return True


def money_overdue(ctx: Context, deal: bytes) -> None:
    """The time to pay is over: a vendor's node ends the order if its policy says so."""
    found = find_order(ctx.tx, deal)
    if found is None or not found.order.payment.missing:
        return
    order = found.order
    ctx.event(
        "order.overdue",
        "deal",
        deal,
        status=order.status,
        payment=order.payment.status,
        amount=order.payment.missing,
        currency=order.draft.price_specification.price_currency,
        vendor=found.row.vendor_name,
    )
    ends = _sells_as_vendor(found) and _is_unclaimed(found)
    if ends and shop.stored_policy(ctx.tx).orders.cancel_unpaid:
        _say_by_itself(ctx, found, Cancel(agreement=order.document, reason="unpaid"))


def _is_unclaimed(found: OrderRecord) -> bool:
    """Whether nothing was paid and nothing done: what money or work is in is a human's matter."""
    order = found.order
    words = {said.body.event for said in order.said if isinstance(said.body, OrderEvent)}
    done = words & (set(DELIVERY_WORDS) - {"processing", "pickup_ready"})
    return order.payment.came == 0 and not done and order.status not in ENDED

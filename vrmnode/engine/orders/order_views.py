"""Read models of orders: the list, and one order with its timeline.

What `order_show` says of an order follows from its messages, so it is the same on both sides, but
for `role`, `side` and `can_say`. Money is in minor units, times are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.engine.audience import readable
from vrmnode.engine.orders.order_records import OrderRecord, load_order
from vrmnode.engine.references import find_deal
from vrmnode.storage import deals, orders
from vrmnode.storage.database import Connection
from vrmnode.storage.orders import OrderRow
from vrmnode.values import reasons
from vrmnode.values.order_words import DUTIES, PAYMENT, SAID, STATUS
from vrmprotocol import bodies, keys, order_moves, order_timeline
from vrmprotocol.order import Return
from vrmprotocol.order_bodies import OrderBody, ReturnAnswer, ReturnRequest, Side
from vrmprotocol.order_timeline import Duty, Entry

Json = dict[str, object]
Params = Mapping[str, object]

_HEAD = frozenset({"agreement", "event", "ext", "critical"})


def order_list(tx: Connection, params: Params) -> list[Json]:
    """Orders of both roles, the one changed last first."""
    role, status = params.get("role"), params.get("status")
    rows = orders.list_orders(
        tx,
        role=role if isinstance(role, str) else None,
        status=status if isinstance(status, str) else None,
    )
    return [order_row(tx, row) for row in rows]


def order_row(tx: Connection, row: OrderRow) -> Json:
    """One line of the list of orders."""
    deal = deals.get(tx, row.deal)
    return {
        "deal": row.deal.hex(),
        "role": row.role,
        "status": row.status,
        "status_words": STATUS.get(row.status, row.status),
        "payment": row.payment,
        "item_name": row.item_name,
        "vendor_name": None if deal is None else deal.vendor_name,
        "total": None if deal is None else deal.total,
        "currency": None if deal is None else deal.currency,
        "quantity": None if deal is None else deal.quantity,
        "reference": row.reference,
        "due_by": row.due_by,
        "created": row.created,
        "updated": row.updated,
    }


def order_show(tx: Connection, reference: str, now: int) -> Json:
    """One order: status, payment, what is owed, what was said.

    Raises:
        ServiceError: `deal.not_found`, `order.none`.
    """
    found = load_order(tx, find_deal(tx, reference))
    order, draft = found.order, found.order.draft
    return {
        "deal": found.deal.hex(),
        "role": found.role,
        "side": found.side,
        "status": order.status,
        "status_words": STATUS[order.status],
        "vendor": keys.to_did(found.row.vendor_root),
        "vendor_name": draft.vendor.name,
        "business_function": draft.business_function,
        "item_name": draft.item_offered.name,
        "quantity": draft.eligible_quantity,
        "currency": draft.price_specification.price_currency,
        "payment": _payment(found),
        "delivery_method": draft.delivery_method,
        "delivery_earliest": draft.delivery_earliest,
        "delivery_latest": draft.delivery_latest,
        "return_until": _return_until(found),
        "duties": [_duty(found, duty, now) for duty in order_timeline.duties(order)],
        "returns": [_return(one) for one in order.returns],
        "timeline": timeline(found),
        "can_say": list(order_moves.can_say(order, found.role)),
    }


def _return_until(found: OrderRecord) -> int | None:
    """Until when the buyer may give back for any reason; None where that can't be asked for."""
    may = "return_request" in order_moves.can_say(found.order, found.who("buyer"))
    return order_moves.return_until(found.order) if may else None


def _payment(found: OrderRecord) -> Json:
    payment, due = found.order.payment, found.order.payment.due
    wire = {} if due is None else bodies.to_wire(due)
    return {
        "status": payment.status,
        "status_words": PAYMENT[payment.status],
        "total": found.order.draft.price_specification.total,
        "owed": payment.owed,
        "came": payment.came,
        "went": payment.went,
        "missing": payment.missing,
        "refund_due": payment.refund_due,
        "due": found.order.draft.payment.due,
        "due_by": None if due is None else due.due_by,
        "reference": None if due is None else due.reference,
        "instructions": readable(wire.get("instructions", [])),
    }


def _duty(found: OrderRecord, duty: Duty, now: int) -> Json:
    return {
        "by": found.who(duty.side),
        "what": duty.what,
        "words": DUTIES[duty.what],
        "amount": duty.amount,
        "until": duty.until,
        "overdue": duty.until is not None and now > duty.until,
    }


def _return(one: Return) -> Json:
    asked = one.request.body
    reason = asked.reason if isinstance(asked, ReturnRequest) else "unspecified"
    refusal = None if one.answer is None else one.answer.reason
    return {
        "return": one.request.digest.hex(),
        "quantity": one.quantity,
        "status": one.status,
        "reason": reason,
        "reason_words": reasons.of_order("return_request", reason),
        "refund": None if one.answer is None else one.answer.refund,
        "instructions": None if one.answer is None else one.answer.instructions,
        "refusal": refusal,
        "refusal_words": None if refusal is None else reasons.of_order("return_answer", refusal),
    }


def timeline(found: OrderRecord) -> list[Json]:
    """What was said, in the order in which both sides show it."""
    entries = order_timeline.timeline(found.record.state, found.order)
    return [_entry(found, entry) for entry in entries]


def _entry(found: OrderRecord, entry: Entry) -> Json:
    body = entry.message.body
    told: Json = {
        "at": getattr(body, "at", entry.message.created),
        "created": entry.message.created,
        "by": found.who(entry.side),
        "word": entry.word,
        "words": _words(entry.word, entry.side, body),
        "digest": entry.message.digest.hex(),
    }
    if isinstance(body, OrderBody):
        wire = {name: value for name, value in bodies.to_wire(body).items() if name not in _HEAD}
        reason = wire.get("reason")
        if isinstance(reason, str):
            told["reason_words"] = reasons.of_order(entry.word, reason)
        told |= {_snake(name): readable(value) for name, value in wire.items()}
    return told


def _words(word: str, side: Side, body: object) -> str:
    if word == "cancel":
        return SAID[f"cancel.{side}"]
    if isinstance(body, ReturnAnswer):
        return SAID[f"return_answer.{'accepted' if body.accepted else 'refused'}"]
    return SAID[word]


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)

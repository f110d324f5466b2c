"""The owner's statements about orders: from what the API takes to a body, and what it answers.

One command for all words, because a word is all that differs: who may say it when is decided by
`vrmprotocol.order_moves`.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.orders import order_desk, order_views
from vrmnode.engine.orders.order_records import OrderRecord, load_order
from vrmnode.engine.references import find_deal
from vrmnode.engine.vendor import shop
from vrmnode.storage import orders
from vrmnode.values.fields import Fields
from vrmnode.values.spans import format_moment
from vrmnode.vendor.order_automation import refund_for
from vrmnode.vendor.order_policy import METHOD, ways_to_pay
from vrmprotocol import bodies, order_moves, schema
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.order_bodies import (
    BUYER_EVENTS,
    FIELDS,
    SELLER_EVENTS,
    OrderBody,
    OrderEvent,
)

Json = dict[str, object]
Params = Mapping[str, object]

KINDS = ("cancel", "return_request", "return_answer", "receipt")
WORDS = (*sorted(SELLER_EVENTS | BUYER_EVENTS), *KINDS)


def say(ctx: Context, params: Params) -> Json:
    """Make the statement `word` about an order; the order as it is afterwards.

    Raises:
        ServiceError: `deal.*`, `order.none`, `order.named`, `request.*`.
        LocalError: `order.*`, `message.body`.
    """
    asked = dict(params)
    deal = find_deal(ctx.tx, str(asked.pop("deal", "")))
    found = load_order(ctx.tx, deal)
    fields = Fields(asked, "request")
    word = fields.one_of("word", WORDS, None)
    if word is None:
        raise fields.error("word", "what to say: one of " + ", ".join(WORDS), None)
    restock = fields.flag("restock", False)
    if restock and found.side != "seller":
        raise fields.error("restock", "it from who sells", True)
    body = _read(ctx, found, word, fields)
    fields.finish()
    after = order_desk.say(ctx, deal, body)
    if restock:
        _restock(ctx, after, body)
    return order_views.order_show(ctx.tx, deal.hex(), ctx.now)


def _read(ctx: Context, found: OrderRecord, word: str, fields: Fields) -> OrderBody:
    base: Json = {"agreement": found.order.document}
    note, language = fields.text("note", 500), fields.language("language")
    base |= {"note": note, "inLanguage": language if note else None}
    if word in FIELDS:
        return _event(ctx, found, word, fields, base)
    if word == "cancel":
        return _checked(word, {**base, "reason": _reason(fields)})
    if word == "return_request":
        quantity = fields.whole("quantity", 1, 10_000, found.order.draft.eligible_quantity)
        return _checked(word, {**base, "reason": _reason(fields), "quantity": quantity})
    if word == "return_answer":
        return _return_answer(found, fields, base)
    return _receipt(ctx, found, fields, base)


def _event(ctx: Context, found: OrderRecord, word: str, fields: Fields, base: Json) -> OrderBody:
    row = FIELDS[word]
    at = fields.whole("at", 0, 2**32 - 1, ctx.now)
    if at > ctx.now:
        raise fields.error("at", f"a time until now, {format_moment(ctx.now)}", format_moment(at))
    told: Json = {**base, "event": word, "at": at}
    if "of" in row.needed:
        told["of"] = _named(found, word, fields)
    if "reason" in row.needed:
        told["reason"] = _reason(fields, _why_back(found) if word == "refunded" else "unspecified")
    if "amount" in row.needed:
        told["amount"] = _amount(found, word, fields)
    if "carrier" in row.optional:
        told |= {"carrier": fields.text("carrier", 64), "tracking": fields.text("tracking", 64)}
    if "method" in row.optional:
        told["method"] = fields.text("method", 32, METHOD)
    if word == "payment_due":
        told |= _instructions(ctx, found, fields)
    return _checked("order_event", told)


def _reason(fields: Fields, usual: str = "unspecified") -> str:
    return fields.text("reason", 32) or usual


def _why_back(found: OrderRecord) -> str:
    """Why money goes back, unless the owner says otherwise."""
    order = found.order
    if order.status == "cancelled":
        return "cancelled"
    if any(one.status == "received" for one in order.returns):
        return "returned"
    return "overpaid" if order.payment.refund_due else "goodwill"


def _checked(kind: str, told: Json) -> OrderBody:
    """The body of these fields, if a reader will take it."""
    present = {name: value for name, value in told.items() if value is not None}
    try:
        body = bodies.from_wire(kind, present)
    except RemoteError as error:
        raise LocalError(error.code, error.detail) from None
    assert isinstance(body, OrderBody)
    return body


def _named(found: OrderRecord, word: str, fields: Fields) -> bytes:
    """The message that a word is about: the only one there is, or the one that is named."""
    known = order_moves.nameable(found.order, word)
    asked = fields.text("of", 64, "[0-9a-f]{6,64}")
    if asked is not None:
        known = tuple(digest for digest in known if digest.hex().startswith(asked))
    if len(known) == 1:
        return known[0]
    shown = ", ".join(digest.hex()[:12] for digest in known) or "none"
    raise conflict(
        "order.named", f"of: expected one message that {word} is about, there are: {shown}"
    )


def _amount(found: OrderRecord, word: str, fields: Fields) -> int:
    """The amount that was given, or what is missing, or owed back."""
    payment = found.order.payment
    usual = payment.refund_due if word == "refunded" else payment.missing
    amount = _money(found, fields, "amount", usual)
    if amount < 1:
        what = "owed back" if word == "refunded" else "missing"
        raise fields.error("amount", f'one such as "45.00 EUR", for nothing is {what}', None)
    return amount


def _instructions(ctx: Context, found: OrderRecord, fields: Fields) -> Json:
    """Ways to pay as given, or those of the vendor's policy."""
    row, due_by = orders.get(ctx.tx, found.deal), fields.whole("due_by", 0, 2**32 - 1, None)
    asked = fields.take("instructions")
    reference = fields.text("reference", 64) or (None if row is None else row.reference)
    if asked is None:
        policy = shop.stored_policy(ctx.tx).orders
        ways = ways_to_pay(policy, found.order.draft.payment.method, reference or "")
        asked = [schema.dump(way) for way in ways]
    return {"instructions": asked, "reference": reference, "dueBy": due_by}


def _return_answer(found: OrderRecord, fields: Fields, base: Json) -> OrderBody:
    digest = _named(found, "return_answer", fields)
    one = next(each for each in found.order.returns if each.request.digest == digest)
    accepted = fields.flag("accepted", True)
    told = {**base, "request": digest, "accepted": accepted}
    if accepted:
        told |= {
            "refund": _money(found, fields, "refund", refund_for(found.order, one)),
            "instructions": fields.text("instructions", 1_000),
        }
    else:
        told["reason"] = _reason(fields)
    return _checked("return_answer", told)


def _money(found: OrderRecord, fields: Fields, name: str, usual: int) -> int:
    """An amount in the currency of the agreement (minor units), or the usual one."""
    currency = found.order.draft.price_specification.price_currency
    money = fields.money(name, currency)
    if money is not None and money.currency != currency:
        raise fields.error(name, f"an amount in {currency}", str(money))
    return usual if money is None else money.amount


def _receipt(ctx: Context, found: OrderRecord, fields: Fields, base: Json) -> OrderBody:
    row = orders.get(ctx.tx, found.deal)
    given = found.order.spoken("seller", "receipt")
    name = row.reference if row is not None and row.reference else found.deal.hex()[:12]
    told = {
        **base,
        "number": fields.text("number", 64) or f"{name}-{len(given) + 1}",
        "amount": _money(found, fields, "amount", found.order.payment.came),
        "paidAt": fields.whole("paid_at", 0, 2**32 - 1, ctx.now),
    }
    return _checked("receipt", told)


def _restock(ctx: Context, after: OrderRecord, body: OrderBody) -> None:
    """Put back what came back: the pieces of a return, or all of an order."""
    quantity = after.order.draft.eligible_quantity
    if isinstance(body, OrderEvent) and body.event == "return_received":
        returns = [one for one in after.order.returns if one.request.digest == body.of]
        quantity = sum(one.quantity for one in returns)
    order_desk.put_back(ctx, after, quantity)

"""An order for people: the list, and one order with its timeline."""

from __future__ import annotations

from collections.abc import Iterable

from vrmnode.cli.locales import marked
from vrmnode.cli.returning import returning_words
from vrmnode.cli.safe_text import one_line
from vrmnode.cli.show import columns, counted, day, entries, moment, money, short

Json = dict[str, object]


def orders_text(orders: list[Json]) -> str:
    """Orders as a table."""
    if not orders:
        return "no orders"
    header = ("order", "role", "status", "payment", "total", "item", "vendor", "due by")
    return columns(header, [_row(each) for each in orders])


def _row(each: Json) -> tuple[object, ...]:
    return (
        short(each.get("deal")),
        each.get("role"),
        each.get("status"),
        each.get("payment"),
        money(each.get("total"), each.get("currency")),
        each.get("item_name"),
        each.get("vendor_name"),
        moment(each.get("due_by")) if each.get("payment") in _OWED else "-",
    )


_OWED = ("due", "sent", "partly_paid")


def order_text(order: Json) -> str:
    """One order: what it is, what is owed, what was said."""
    return "\n".join(_lines(order))


def _lines(order: Json) -> Iterable[str]:
    item, vendor = one_line(order.get("item_name")), one_line(order.get("vendor_name"))
    yield f"order {short(order.get('deal'))}: {order.get('status_words')} [{order.get('status')}]"
    yield f"  {order.get('quantity')} x {item}; vendor: {vendor}"
    yield from _payment(order)
    yield from _label(order)
    yield from returning_words(order.get("returning"), least=2)
    duties = entries(order, "duties")
    if duties:
        yield "to do:"
        yield from (_duty(order, each) for each in duties)
    until = order.get("return_until")
    if until is not None:
        yield f"to be given back for any reason until {moment(until)}"
    yield from _returns(order)
    yield "timeline:"
    for each in entries(order, "timeline"):
        yield from _entry(order, each)
    yield from _can_say(order)


_COMMANDS = {
    "payment_due": "bill",
    "payment_sent": "pay",
    "paid": "paid",
    "refunded": "refund",
    "receipt": "receipt",
    "cancel": "cancel",
    "return_request": "return",
    "return_answer": "answer",
}
"""The words of spec 11 that have commands of their own; all others are events."""


def _can_say(order: Json) -> Iterable[str]:
    """The commands for what may be said now."""
    said = order.get("can_say")
    words = [str(word) for word in said] if isinstance(said, list) else []
    deal = short(order.get("deal"))
    named = sorted(_COMMANDS[word] for word in words if word in _COMMANDS)
    events = [word for word in words if word not in _COMMANDS]
    if named:
        yield f"you may say: vrm order {'|'.join(named)} {deal}"
    if events:
        yield f"you may say: vrm order event {deal} {'|'.join(events)}"


def _payment(order: Json) -> Iterable[str]:
    payment = order.get("payment")
    if not isinstance(payment, dict):
        return
    currency = order.get("currency")
    came, total = money(payment.get("came"), currency), money(payment.get("total"), currency)
    told = f"  payment: {payment.get('status_words')}; {came} of {total} came"
    if payment.get("went"):
        told += f", {money(payment.get('went'), currency)} went back"
    yield told
    if not payment.get("missing"):
        return
    if payment.get("reference"):
        yield f"  to be named when paying: {grouped(payment.get('reference'))}"
    for way in entries(payment, "instructions"):
        parts = (way.get("payee"), grouped(way.get("account")), way.get("url"))
        told = ", ".join(one_line(part) for part in parts if part)
        yield f"  by {one_line(way.get('method'))}" + (f": {told}" if told else "")


def _label(order: Json) -> Iterable[str]:
    """Where the shop sends it, as far as that is known, and what the customer is asked to tell."""
    label = order.get("label")
    if isinstance(label, dict):
        lines = label.get("lines")
        yield f"deliver to: {label.get('words')}"
        yield from (f"    {one_line(line)}" for line in (lines if isinstance(lines, list) else []))
        yield from _given_later(label.get("given_later"))
    for each in entries(order, "wanted"):
        fields, missing = _listed(each.get("fields")), _listed(each.get("missing"))
        if fields:
            yield f"the vendor needs your {fields}: vrm deal disclose {short(order.get('deal'))}"
        if missing:
            yield f"the vendor needs your {missing}: set it with vrm contact set"


def _given_later(names: object) -> Iterable[str]:
    if listed := _listed(names):
        yield f"    given after the agreement: {listed}"


def _listed(names: object) -> str:
    return ", ".join(str(name) for name in names) if isinstance(names, list) else ""


def grouped(value: object) -> str:
    """An account or a reference in groups of four, where it is one word of some length."""
    text = one_line(value or "")
    plain = len(text) > 8 and text.isalnum()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4)) if plain else text


def _who(order: Json, by: object) -> str:
    return "you " if by == order.get("role") else "they"


def _duty(order: Json, each: Json) -> str:
    amount = each.get("amount")
    told = f"  {_who(order, each.get('by'))}  {each.get('words')}"
    if amount is not None:
        told += f" {money(amount, order.get('currency'))}"
    if each.get("until") is not None:
        told += f" by {moment(each.get('until'))}"
    payment = order.get("payment")
    if each.get("what") == "pay" and isinstance(payment, dict) and payment.get("status") == "sent":
        told += " (sent, says the buyer; not again)"
    return told + (", overdue" if each.get("overdue") else "")


def _returns(order: Json) -> Iterable[str]:
    for each in entries(order, "returns"):
        told = f"return {short(each.get('return'))}: {_pieces(each)},"
        told += f" {each.get('reason_words')} [{each.get('status')}]"
        if each.get("refund") is not None:
            told += f"; refund {money(each.get('refund'), order.get('currency'))}"
        if each.get("refusal_words"):
            told += f"; not taken back: {each['refusal_words']}"
        yield told
        if each.get("instructions"):
            yield from _quoted(each["instructions"])


def _pieces(each: Json) -> str:
    quantity = each.get("quantity")
    return counted(quantity, "piece") if isinstance(quantity, int) else "some pieces"


def _entry(order: Json, each: Json) -> Iterable[str]:
    told = f"  {moment(each.get('created'))}  {_who(order, each.get('by'))}  {each.get('words')}"
    if each.get("amount") is not None:
        told += f": {money(each.get('amount'), order.get('currency'))}"
    details = [one_line(part) for part in _details(order, each) if part]
    yield told + (f" ({', '.join(details)})" if details else "")
    if each.get("note"):
        yield from _quoted(marked(each["note"], each.get("in_language")))


def _quoted(text: object) -> Iterable[str]:
    """The other side's own lines, set off from what the node says."""
    return (f"    | {line}" for line in str(text).splitlines())


def _details(order: Json, each: Json) -> Iterable[object]:
    yield each.get("reason_words")
    yield each.get("carrier")
    yield each.get("tracking")
    yield each.get("method")
    yield each.get("number")
    if each.get("quantity") is not None:
        yield _pieces(each)
    if each.get("refund") is not None:
        yield f"refund {money(each['refund'], order.get('currency'))}"
    if each.get("due_by") is not None:
        yield f"by {moment(each['due_by'])}"
    at, created = each.get("at"), each.get("created")
    if isinstance(at, int) and isinstance(created, int) and day(at) != day(created):
        yield f"on {day(at)}"

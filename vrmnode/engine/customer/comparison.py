"""The offers for an intent side by side: each fact of the signed drafts in a row of its own.

Nothing is judged here; position, problems and reasons are those of the ranking
(`vrmnode.customer.ranking`).
"""

from __future__ import annotations

from collections.abc import Callable

from vrmnode.customer.ranking import RankedOffer
from vrmnode.engine.customer import offers
from vrmnode.engine.mail.mailroom import offer_of
from vrmnode.engine.references import find_intent
from vrmnode.storage.database import Connection
from vrmnode.values.functions import does
from vrmnode.values.items import condition_words, warranty_words
from vrmnode.values.money import format_money
from vrmnode.values.spans import format_day, format_moment, format_span
from vrmprotocol import keys
from vrmprotocol.draft import Draft

Json = dict[str, object]


def offer_compare(tx: Connection, reference: str, now: int) -> Json:
    """The offers as columns, the best first, and what they say as rows.

    Raises:
        ServiceError: `intent.not_found`, `intent.ambiguous`, `request.id`.
    """
    own = find_intent(tx, reference)
    ranked = offers.ranked(tx, own, now=now)
    drafts = [_draft(tx, each) for each in ranked]
    return {
        "intent": own.intent_id.hex(),
        "offers": [_column(each) for each in ranked],
        "rows": [_row(name, read, drafts) for name, read in _FACTS],
    }


def _draft(tx: Connection, each: RankedOffer) -> Draft:
    return offer_of(offers.deal_of(tx, each.digest).state.offers[each.digest]).draft


def _column(each: RankedOffer) -> Json:
    return {
        "position": each.position,
        "offer": each.digest.hex(),
        "vendor": keys.to_did(each.vendor_root),
        "vendor_name": each.vendor_name,
        "trusted": each.trusted,
        "acceptable": each.acceptable,
        "reasons": list(each.reasons),
        "problems": [{"code": one.code, "words": one.words} for one in each.problems],
    }


def _row(name: str, read: Callable[[Draft], str | None], drafts: list[Draft]) -> Json:
    values = [read(draft) for draft in drafts]
    return {"name": name, "values": values, "differ": len(set(values)) > 1}


def _price(draft: Draft, amount: int | None) -> str | None:
    currency = draft.price_specification.price_currency
    return None if amount is None else format_money(amount, currency)


def _payment_due(draft: Draft) -> str:
    payment = draft.payment
    if payment.due == "days_after_delivery":
        return f"{payment.due_days} days after delivery"
    if payment.pay_within is not None:
        return f"on agreement, within {format_span(payment.pay_within)}"
    return payment.due.replace("_", " ")


def _returns(draft: Draft) -> str:
    if draft.returns.days == 0:
        return "none"
    return f"{draft.returns.days} days, the {draft.returns.cost} pays for it"


def _warranty(draft: Draft) -> str | None:
    return None if draft.warranty is None else warranty_words(draft.warranty)


def _supply(draft: Draft) -> str:
    if draft.reserved:
        return f"set aside until {format_moment(draft.confirm_by)}"
    return "subject to stock"


def _condition(draft: Draft) -> str | None:
    condition = draft.item_offered.item_condition
    return None if condition is None else condition_words((condition,))


def _lease(draft: Draft) -> str | None:
    if draft.lease is None:
        return None
    days = "1 day" if draft.lease.lease_length == 1 else f"{draft.lease.lease_length} days"
    start = draft.lease.start_date
    return days if start is None else f"{days} from {format_day(start)}"


def _deposit(draft: Draft) -> str | None:
    return None if draft.lease is None else _price(draft, draft.lease.deposit)


_FACTS: tuple[tuple[str, Callable[[Draft], str | None]], ...] = (
    ("total", lambda draft: _price(draft, draft.price_specification.total)),
    ("unit price", lambda draft: _price(draft, draft.price_specification.unit_price)),
    ("delivery charge", lambda draft: _price(draft, draft.price_specification.delivery_charge)),
    ("tax included", lambda draft: _price(draft, draft.price_specification.tax_included)),
    ("quantity", lambda draft: str(draft.eligible_quantity)),
    ("what", lambda draft: draft.item_offered.name),
    ("brand", lambda draft: draft.item_offered.brand),
    ("product number", lambda draft: draft.item_offered.gtin),
    ("condition", _condition),
    ("function", lambda draft: f"{draft.business_function}: {does(draft.business_function)}"),
    ("lease", _lease),
    ("deposit", _deposit),
    ("delivery", lambda draft: draft.delivery_method),
    (
        "there by",
        lambda draft: None if draft.delivery_latest is None else format_day(draft.delivery_latest),
    ),
    ("payment", lambda draft: ", ".join(draft.payment.method)),
    ("payment due", _payment_due),
    ("returns", _returns),
    ("warranty", _warranty),
    ("terms", lambda draft: draft.terms),
    ("language", lambda draft: draft.in_language),
    ("stock", _supply),
    ("valid until", lambda draft: format_moment(draft.valid_through)),
)

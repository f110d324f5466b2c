"""An intent in plain words, for the people of a shop who answer it."""

from collections.abc import Iterator, Mapping

from vrmnode.values import constraints
from vrmnode.values.items import condition_words
from vrmnode.values.money import format_money
from vrmnode.values.spans import format_day, format_moment
from vrmnode.vendor import taxonomy
from vrmprotocol.fields import BusinessFunction
from vrmprotocol.market import Intent

WISHES: Mapping[BusinessFunction, str] = {
    "Sell": "to buy",
    "LeaseOut": "to rent",
    "Repair": "a repair of",
    "Maintain": "maintenance of",
    "ProvideService": "a service for",
    "Dispose": "to be rid of",
    "Buy": "to sell",
}


def wanted(intent: Intent) -> str:
    """In one line what is wanted: "wants to buy 2 × desk lamp, new"."""
    wishes = " or ".join(WISHES[function] for function in intent.functions)
    count = f"{intent.eligible_quantity} × " if intent.eligible_quantity != 1 else ""
    conditions = f", {condition_words(intent.item_condition)}" if intent.item_condition else ""
    return f"wants {wishes} {count}{_item(intent)}{conditions}"


def told(intent: Intent) -> list[str]:
    """All that an intent says, a sentence each."""
    return [wanted(intent), *_details(intent)]


def _item(intent: Intent) -> str:
    item = intent.item_offered
    numbers = [f"GTIN {item.gtin}"] if item.gtin else []
    numbers += [f"part number {item.mpn}"] if item.mpn else []
    parts = [part for part in (item.brand, item.name) if part]
    if item.category is not None:
        category = taxonomy.name_of(item.category) or f"category {item.category}"
        if not parts and not numbers:
            return f"something of {category}"
        numbers.append(category)
    name = " ".join(parts) or numbers.pop(0)
    return f"{name} ({', '.join(numbers)})" if numbers else name


def _details(intent: Intent) -> Iterator[str]:
    if intent.item_offered.description:
        yield f"in its words: {intent.item_offered.description}"
    for label, found in (("must have", intent.must), ("would like", intent.prefer)):
        for each in found:
            yield f"{label} {constraints.words_of(each.name, each.op, each.value)}"
    yield _place(intent)
    yield from _money(intent)
    yield f"under terms {', else '.join(intent.accepted_terms)}"
    if intent.in_language:
        yield f"reads {', '.join(intent.in_language)}"
    offers = "1 offer" if intent.max_offers == 1 else f"{intent.max_offers} offers"
    yield f"stands until {format_moment(intent.valid_through)}, for {offers} at most"


def _place(intent: Intent) -> str:
    where = intent.area.country
    where += f", {intent.area.region}" if intent.area.region else ""
    where += f", cell {intent.area.cell}" if intent.area.cell else ""
    ways = f" by {' or '.join(intent.delivery_method)}" if intent.delivery_method else ""
    day = intent.availability_ends
    until = "" if day is None else f", by {format_day(day)}"
    return f"delivered to {where}{ways}{until}"


def _money(intent: Intent) -> Iterator[str]:
    budget = intent.price_specification
    if budget is None:
        yield "names no limit and no currency"
    else:
        currency = budget.price_currency
        limits = [
            f"{words} {format_money(amount, currency)}"
            for words, amount in (
                ("pays to the door at most", budget.max_price),
                ("sells for at least", budget.min_price),
            )
            if amount is not None
        ]
        yield " and ".join(limits) or f"names no limit; in {currency}"
    if intent.payment_method:
        yield f"by {' or '.join(intent.payment_method)}"

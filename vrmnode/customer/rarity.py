"""What in an intent makes its customer easier to tell apart, in words for the dry run.

Everything warned of is allowed: the customer decides.
"""

from vrmnode.values.money import exponent, format_money
from vrmprotocol.functions import SUPPLYING
from vrmprotocol.market import Intent

LONG_S = 30 * 86_400
MANY_CONSTRAINTS = 5
LONG_TEXT = 200


def warnings(intent: Intent, *, now: int) -> list[str]:
    """Plain sentences, the weightiest first; empty when nothing stands out."""
    return [
        *_place(intent),
        *_thing(intent),
        *_words(intent),
        *_amount(intent),
        *_rest(intent, now),
    ]


def _place(intent: Intent) -> list[str]:
    area = intent.area
    if area.cell:
        return [
            f"cell {area.cell} shows where you are more closely than the country: {area.country}"
        ]
    if area.region:
        return [f"region {area.region} narrows down where you are within {area.country}"]
    return []


def _thing(intent: Intent) -> list[str]:
    if intent.business_function in SUPPLYING or intent.business_function == "ProvideService":
        return []
    return ["it tells everybody that whoever asks has such a thing"]


def _words(intent: Intent) -> list[str]:
    found = []
    description = intent.item_offered.description or ""
    if len(description) > LONG_TEXT:
        found.append(
            f"a description of {len(description)} characters shows your way of writing;"
            " constraints tell vendors as much"
        )
    text = f"{intent.item_offered.name or ''} {description}"
    if "@" in text or "://" in text:
        found.append("the text looks as if it holds an address: everybody can read an intent")
    if len(intent.must) + len(intent.prefer) > MANY_CONSTRAINTS:
        found.append(
            f"{len(intent.must) + len(intent.prefer)} constraints together may fit only you"
        )
    return found


def _amount(intent: Intent) -> list[str]:
    budget = intent.price_specification
    found = []
    if budget is not None and budget.max_price is not None:
        unit = 10 ** (exponent(budget.price_currency) or 0)
        shown = format_money(budget.max_price, budget.price_currency)
        if budget.max_price % unit and budget.max_price > 10 * unit:
            found.append(f"a budget of {shown} is unusually exact; a round one stands out less")
        found.append(
            f"vendors see your budget of {shown} and may price up to it;"
            " private_maximum stays in your node"
        )
    if budget is not None and budget.min_price is not None:
        shown = format_money(budget.min_price, budget.price_currency)
        found.append(f"vendors see your least price of {shown} and may pay no more")
    if intent.eligible_quantity > 10:
        found.append(f"a quantity of {intent.eligible_quantity} is rare")
    return found


def _rest(intent: Intent, now: int) -> list[str]:
    found = []
    if len(intent.in_language) > 1:
        languages = ", ".join(intent.in_language)
        found.append(f"the languages {languages} together are rarer than one")
    if intent.image:
        found.append(
            "the images themselves stay here until you hand them to somebody: what they show may"
            " tell who you are"
        )
    if intent.payment_method and len(intent.payment_method) > 2:
        found.append("the ways of payment together are rarer than one")
    if any(intent.addendum):
        found.append("an addendum to the terms that few others have shows which intents are yours")
    if intent.valid_through - now > LONG_S:
        days = (intent.valid_through - now) // 86_400
        found.append(f"it stays readable for {days} days, withdrawn or not")
    return found

"""Whether an offer's draft gives what the intent asked for, and where not.

The customer's node checks for itself what the vendor's matching promised: a vendor may err, or
try. Reads only the intent and the signed draft.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from vrmnode.values import constraints, items, words
from vrmnode.values.addenda import choice_words
from vrmnode.values.constraints import Scalar
from vrmnode.values.money import Money, exponent
from vrmnode.values.prices import currency_of, maximum_of, minimum_of, total_of
from vrmnode.values.spans import format_day, format_moment
from vrmnode.vendor import taxonomy
from vrmprotocol import gtin, language
from vrmprotocol.draft import Draft
from vrmprotocol.errors import LocalError
from vrmprotocol.functions import SUPPLYING
from vrmprotocol.market import Constraint, Intent


@dataclass(frozen=True, slots=True)
class Problem:
    """A reason not to accept: a stable code, and the same in words."""

    code: str
    words: str


KEY_REVOKED = Problem(
    "key_revoked", "the vendor has revoked the key that signed it: somebody else may have it"
)


def problems_of(
    draft: Draft, intent: Intent, now: int, private_maximum: Money | None, declined: bool
) -> tuple[Problem, ...]:
    """Every problem of an offer, the weightiest first."""
    found = [
        *_item(draft, intent),
        *_lease(draft, intent),
        *_money(draft, intent, private_maximum),
        *_terms(draft, intent),
        *_supply(draft, intent),
        *_delivery(draft, intent),
        *_language(draft, intent),
        *_time(draft, now),
    ]
    if declined:
        found.append(Problem("declined", "you declined it"))
    return tuple(found)


def wishes(draft: Draft, intent: Intent) -> int:
    """How many of the intent's `prefer` constraints the draft shows to hold."""
    return sum(_holds(draft, constraint) is True for constraint in intent.prefer)


def unproven(draft: Draft, intent: Intent) -> list[str]:
    """Musts that the draft says nothing of, in words."""
    return [_words(each) for each in intent.must if _holds(draft, each) is None]


def replaces(draft: Draft, intent: Intent) -> bool:
    """Whether a thing of the vendor's comes in the place of the customer's own."""
    return draft.business_function in SUPPLYING and intent.business_function not in SUPPLYING


def same_model(draft: Draft, intent: Intent) -> bool:
    """Whether the draft has the number that the intent gives, if it gives one."""
    asked, offered = intent.item_offered, draft.item_offered
    if asked.gtin is not None:
        return _same_gtin(asked.gtin, offered.gtin)
    return not _differ(asked.mpn, offered.mpn)


def _item(draft: Draft, intent: Intent) -> Iterator[Problem]:
    asked, offered = intent.item_offered, draft.item_offered
    if draft.business_function not in intent.functions:
        wanted = " or ".join(intent.functions)
        yield Problem("item", f"you asked for {wanted}, not {draft.business_function}")
    if replaces(draft, intent):
        if not _looks_alike(draft, intent):
            yield Problem("item", f"it doesn't look like what you have: {offered.name}")
    elif not same_model(draft, intent):
        number = "product" if asked.gtin is not None else "model"
        there = (offered.gtin if asked.gtin is not None else offered.mpn) or "none"
        yield Problem("item", f"another {number} number: {there}")
    elif asked.gtin is None and asked.mpn is None and not _is_of_its_kind(draft, intent):
        yield Problem("item", f"it doesn't look like what you asked for: {offered.name}")
    if _differ(asked.brand, offered.brand):
        yield Problem("item", f"another brand: {offered.brand}")
    condition = offered.item_condition
    if intent.item_condition and condition and condition not in intent.item_condition:
        asked_for = items.condition_words(intent.item_condition)
        there = items.condition_words((condition,))
        yield Problem("condition", f"it is {there}, you asked for {asked_for}")
    for constraint in intent.must:
        if _holds(draft, constraint) is False:
            yield Problem("constraint", f"not met: {_words(constraint)}")


def _looks_alike(draft: Draft, intent: Intent) -> bool:
    """Whether it may replace the customer's thing: the same model, or another of that name."""
    asked = intent.item_offered
    numbered = asked.gtin is not None or asked.mpn is not None
    if numbered and same_model(draft, intent):
        return True
    if asked.name is None:
        return not numbered
    return words.enough(words.significant(asked.name), _described(draft))


def _is_of_its_kind(draft: Draft, intent: Intent) -> bool:
    """Whether what is drafted goes by the name that was asked for.

    What is done with the customer's thing (a repair) has a name of its own: its category will do.
    """
    asked, offered = intent.item_offered, draft.item_offered
    if draft.business_function not in SUPPLYING and asked.category is not None:
        there = offered.category
        if there is not None and taxonomy.belongs(there, asked.category, ""):
            return True
    return asked.name is None or words.enough(words.significant(asked.name), _described(draft))


def _lease(draft: Draft, intent: Intent) -> Iterator[Problem]:
    if draft.lease is not None and draft.lease.lease_length != intent.lease_length:
        days, asked = draft.lease.lease_length, intent.lease_length
        yield Problem("lease", f"for {days} days, you asked for {asked}")


def _money(draft: Draft, intent: Intent, private_maximum: Money | None) -> Iterator[Problem]:
    total = total_of(draft)
    buys = draft.business_function == "Buy"
    most, least = maximum_of(intent), minimum_of(intent)
    wanted = currency_of(intent) or (private_maximum.currency if private_maximum else None)
    if exponent(total.currency) is None:
        yield Problem("currency", f"its currency {total.currency} isn't known to this node")
    elif wanted is not None and wanted != total.currency:
        yield Problem("currency", f"it is in {total.currency}, you want to pay in {wanted}")
    elif buys:
        if least is not None and total < least:
            yield Problem("below_minimum", f"{least - total} less than your least of {least}")
    elif most is not None and total > most:
        yield Problem("over_budget", f"{total - most} over your limit of {most}")
    elif private_maximum is not None and total > private_maximum:
        yield Problem("over_private_maximum", f"{total - private_maximum} over your private limit")


def _terms(draft: Draft, intent: Intent) -> Iterator[Problem]:
    if draft.choice not in intent.choices:
        asked = " / ".join(choice_words(choice) for choice in intent.choices)
        yield Problem("terms", f"terms {choice_words(draft.choice)}, you proffered {asked}")
    if intent.payment_method and not set(draft.payment.method) & set(intent.payment_method):
        ways = ", ".join(draft.payment.method)
        yield Problem("payment", f"payment by {ways} only")


def _supply(draft: Draft, intent: Intent) -> Iterator[Problem]:
    wanted, offered = intent.eligible_quantity, draft.eligible_quantity
    if offered != wanted:
        less = "only " if offered < wanted else ""
        yield Problem("quantity", f"{less}{offered} where you asked for {wanted}")


def _delivery(draft: Draft, intent: Intent) -> Iterator[Problem]:
    if intent.delivery_method and draft.delivery_method not in intent.delivery_method:
        asked = " or ".join(intent.delivery_method)
        yield Problem("delivery", f"delivery by {draft.delivery_method}, you asked for {asked}")
    until = intent.availability_ends
    if until is None:
        return
    if draft.delivery_latest is None:
        yield Problem("late", f"no day of delivery is promised, you need it by {format_day(until)}")
    elif draft.delivery_latest > until:
        day = format_day(draft.delivery_latest)
        yield Problem("late", f"it may come on {day}, you need it by {format_day(until)}")


# SPEC 03: The customer's node MUST NOT accept by itself an offer whose draft is in a language that
# fits none of the intent's, if the intent names any.
def _language(draft: Draft, intent: Intent) -> Iterator[Problem]:
    read = intent.in_language
    if read and language.choose(read, (draft.in_language,)) is None:
        yield Problem("language", f"it is in {draft.in_language}, you read {' or '.join(read)}")


def _time(draft: Draft, now: int) -> Iterator[Problem]:
    if draft.valid_through <= now:
        yield Problem("expired", f"it was valid until {format_moment(draft.valid_through)}")


def _described(draft: Draft) -> str:
    """All that the vendor signs for in words."""
    item = draft.item_offered
    texts = [item.name, item.brand or "", item.mpn or "", item.description or ""]
    texts += [value for value in _stated(draft).values() if isinstance(value, str)]
    return " ".join(texts)


def _differ(asked: str | None, offered: str | None) -> bool:
    return asked is not None and offered is not None and words.fold(asked) != words.fold(offered)


def _same_gtin(asked: str, offered: str | None) -> bool:
    try:
        return offered is not None and gtin.gtin14(asked) == gtin.gtin14(offered)
    except LocalError:
        return False


def _holds(draft: Draft, constraint: Constraint) -> bool | None:
    """None when the draft doesn't say."""
    actual = _value(draft, constraint.name)
    if actual is None:
        return None
    return constraints.holds(constraint.op, constraint.value, actual)


def _value(draft: Draft, name: str) -> Scalar | None:
    item = draft.item_offered
    return items.value_of(item, item.item_condition, _stated(draft), name)


def _stated(draft: Draft) -> dict[str, Scalar]:
    return items.scalars(draft.ext.get(items.PROPERTIES))


def _words(constraint: Constraint) -> str:
    return constraints.words_of(constraint.name, constraint.op, constraint.value)

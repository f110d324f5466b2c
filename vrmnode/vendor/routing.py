"""Whether the vendor's node answers an intent by itself, or a human does.

Pure: what the node would answer is an argument, and so are the owner's rules.
"""

from vrmnode.values.money import format_money
from vrmnode.values.prices import currency_of
from vrmnode.vendor import taxonomy
from vrmnode.vendor.inbox_rules import InboxRules
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.profile import VendorDetails
from vrmnode.vendor.responder import Plan, Refusal, Reply
from vrmprotocol import terms
from vrmprotocol.market import Intent

HARDLY_S = 300
"""An intent that ends sooner isn't left to a human: nobody would see it in time."""


def left_to_human(
    policy: VendorPolicy,
    details: VendorDetails,
    intent: Intent,
    reply: Reply,
    *,
    now: int,
) -> str | None:
    """Why a human answers this intent, in words; None: the node does.

    `reply` is what the node would answer. An intent that no offer could be made for is never left
    to a human.
    """
    rules = policy.inbox
    if rules is None or intent.valid_through <= now + HARDLY_S:
        return None
    plans = reply if isinstance(reply, tuple) else ()
    if not plans and not _within_reach(policy, details, intent):
        return None
    if functions := [each for each in intent.functions if each in rules.function]:
        return f"{functions[0]} is left to a human"
    if (category := _category_of(rules.category, intent, plans)) is not None:
        return f"{taxonomy.name_of(category) or f'category {category}'} is left to a human"
    doubts = (_doubt(rules, plan, policy.currency) for plan in plans)
    if (words := next((each for each in doubts if each is not None), None)) is not None:
        return words
    if isinstance(reply, Refusal) and rules.near_misses:
        return f"near miss: {reply.words}"
    return "everything is left to a human" if rules.everything else None


def _within_reach(policy: VendorPolicy, details: VendorDetails, intent: Intent) -> bool:
    """Whether this vendor could offer anything for it, whatever it had."""
    country, asked = intent.area.country, currency_of(intent)
    return (
        any(each in details.business_function for each in intent.functions)
        and (not details.area_served or country in details.area_served)
        and (asked is None or asked == policy.currency)
        and terms.choose(intent.accepted_terms, policy.accepted_terms) is not None
        and _deals_in(intent, details.category)
    )


def _deals_in(intent: Intent, categories: tuple[int, ...]) -> bool:
    asked = intent.item_offered.category
    if not categories or asked is None:
        return True
    return any(taxonomy.belongs(each, asked, "") for each in categories)


def _category_of(
    categories: tuple[int, ...], intent: Intent, plans: tuple[Plan, ...]
) -> int | None:
    """The first of these categories in which the wanted thing lies, or a proposed one."""
    found = [(intent.item_offered.category, "")]
    found += [(plan.parts.item_offered.category, plan.category_path) for plan in plans]
    for category in categories:
        if any(taxonomy.belongs(category, number, path) for number, path in found):
            return category
    return None


def _doubt(rules: InboxRules, plan: Plan, currency: str) -> str | None:
    total = plan.parts.price.total
    if rules.above is not None and total > rules.above:
        shown, limit = format_money(total, currency), format_money(rules.above, currency)
        return f"{shown} is above {limit}"
    if rules.below_match is not None and plan.score < rules.below_match * 10:
        return f"it matches by {plan.score // 10} % only"
    return None

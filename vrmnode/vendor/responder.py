"""The vendor's answer to an intent: complete drafts of an agreement, or a coded refusal.

Implements the vendor's part of `specs/03-messages.md` (offer, decline). Sealing, sequence and
the stock itself are left to the caller.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec

from vrmnode.values.functions import does
from vrmnode.values.money import Money
from vrmnode.values.prices import maximum_of, total_in
from vrmnode.vendor import prices
from vrmnode.vendor.drafting import DraftParts, complete_draft, draft_parts, drafted_category
from vrmnode.vendor.matching import Candidate, NearMiss, match
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.product import ProductFields, ProductIndex
from vrmnode.vendor.profile import VendorDetails
from vrmnode.vendor.quoting import Quote, quote
from vrmnode.vendor.terms import TermsMiss, choose_terms, chosen_words
from vrmprotocol import gtin
from vrmprotocol.functions import SUPPLYING
from vrmprotocol.mail import VendorReason
from vrmprotocol.market import Intent

Available = Callable[[str], int | None]
"""How many of a sku may still be promised; None where stock isn't counted."""
MAX_NOTE = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """An offer to make: with `reserve_until` that much of the sku has to be held till then.

    `score` says in permille how well the product matches, `rule` why it is this one.
    """

    sku: str
    quantity: int
    parts: DraftParts
    reserve_until: int | None
    rule: str
    score: int
    category_path: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A decline of the intent; not to be sent unless `send`."""

    reason: VendorReason
    words: str
    send: bool
    terms: TermsMiss | None = None


Reply = tuple[Plan, ...] | Refusal | None
"""What the node answers: offers side by side, a refusal, or nothing."""


def answer(
    intent: Intent,
    index: ProductIndex,
    *,
    policy: VendorPolicy,
    details: VendorDetails,
    available: Available,
    now: int,
) -> Reply:
    """The answer to an intent from the whole catalogue; None: nothing near it, stay silent.

    A plan for each function that is asked for and can be offered, in the customer's order of
    preference; a refusal is about the first that comes near.
    """
    if not policy.answer:
        return None
    known = _known_better(intent, index)
    # SPEC 03: The writer MUST answer an intent with at most one offer for each function that it
    # asks for.
    replies = []
    for function in intent.functions:
        if function in details.business_function:
            asked = intent if function in SUPPLYING else known
            found = match(
                asked,
                index,
                function,
                currency=policy.currency,
                languages=details.in_language,
                unit_bound=_bound(intent, function, policy),
            )
            reply = respond(
                asked, found, policy=policy, details=details, available=available, now=now
            )
            replies.append(reply)
    plans = tuple(reply for reply in replies if isinstance(reply, Plan))
    refusals = [reply for reply in replies if isinstance(reply, Refusal)]
    return plans or (refusals[0] if refusals else _undone(intent, index, policy, details))


def _known_better(intent: Intent, index: ProductIndex) -> Intent:
    """The intent with the category of its thing, where the vendor sells that and so knows it."""
    item = intent.item_offered
    if item.category is not None:
        return intent
    sold = _of_number(intent, index.doing("Sell"))
    category = next((product.category for product in sold if product.category is not None), None)
    if category is None:
        return intent
    return msgspec.structs.replace(
        intent, item_offered=msgspec.structs.replace(item, category=category)
    )


def _of_number(intent: Intent, index: ProductIndex) -> Sequence[ProductFields]:
    item = intent.item_offered
    if item.gtin and (found := index.find_by_gtin(gtin.gtin14(item.gtin))):
        return found
    return index.find_by_mpn(item.mpn, item.brand) if item.mpn else ()


def _bound(intent: Intent, function: str, policy: VendorPolicy) -> Money | None:
    """The highest catalogue price that can still meet the budget; None: that doesn't follow."""
    most = maximum_of(intent)
    if most is None or most.currency != policy.currency or function in ("LeaseOut", "Buy"):
        return None
    unit = most.amount // intent.eligible_quantity
    if function == "Sell":
        unit = prices.catalogue_bound(policy.prices, unit)
    return Money(unit, most.currency)


def _undone(
    intent: Intent, index: ProductIndex, policy: VendorPolicy, details: VendorDetails
) -> Refusal | None:
    """A refusal where the vendor deals in that very product, and does nothing of what is asked."""
    for function in details.business_function:
        if function not in intent.functions and _of_number(intent, index.doing(function)):
            words = f"this shop {does(function)}, and does nothing of what you ask"
            return Refusal("function", words, policy.refuse_near_misses)
    return None


def respond(
    intent: Intent,
    candidates: Sequence[Candidate],
    *,
    policy: VendorPolicy,
    details: VendorDetails,
    available: Available,
    now: int,
) -> Plan | Refusal | None:
    """The best candidate that can be offered, else why the nearest can't; None without any."""
    if not policy.answer or not candidates or intent.valid_through <= now:
        return None
    misses: list[NearMiss] = []
    for candidate in candidates:
        category = drafted_category(candidate.product, intent.item_offered)
        chosen = choose_terms(intent, policy.terms_policy, policy.accepted_terms, category)
        if isinstance(chosen, TermsMiss):
            misses.append(chosen)
            continue
        if candidate.problem is not None:
            misses.append(candidate.problem)
            continue
        stock = available(candidate.product.sku)
        found = quote(intent, candidate.product, policy, details, stock, now)
        if isinstance(found, Quote):
            parts = draft_parts(
                intent, found, policy=policy, details=details, choice=chosen, now=now
            )
            return _plan(candidate, parts, chosen_words(chosen, intent))
        misses.append(found)
    nearest = misses[0]
    missed = nearest if isinstance(nearest, TermsMiss) else None
    return Refusal(nearest.reason, _note(nearest.words), policy.refuse_near_misses, missed)


def with_reason(reply: Reply, why: str | None) -> Reply:
    """The same answer; what is sold in it says why its price isn't that for everybody."""
    if why is None or not isinstance(reply, tuple):
        return reply
    return tuple(
        replace(plan, rule=f"{plan.rule}; {why}")
        if plan.parts.business_function == "Sell"
        else plan
        for plan in reply
    )


def _note(words: str) -> str:
    """Words that a decline can carry, though they may repeat what a stranger wrote."""
    text = "".join(mark if mark.isprintable() else " " for mark in words)
    return text if len(text) <= MAX_NOTE else text[: MAX_NOTE - 1] + "…"


def _plan(candidate: Candidate, parts: DraftParts, terms: str) -> Plan:
    sku, total = candidate.product.sku, total_in(parts.price)
    return Plan(
        sku=sku,
        quantity=parts.eligible_quantity,
        parts=parts,
        reserve_until=parts.confirm_by if parts.reserved else None,
        rule=f"{sku} found by {candidate.found_by}, {total}, {terms}",
        score=candidate.score,
        category_path=candidate.product.category_path,
    )


__all__ = [
    "Available",
    "DraftParts",
    "Plan",
    "Refusal",
    "Reply",
    "answer",
    "complete_draft",
    "respond",
    "with_reason",
]

"""Which products of the catalogue meet what an intent asks for, best first.

Identifiers decide where there are any; else words of the name, else the category. A product that
is done with the customer's thing (a repair, say) serves all things of its category and below, and
of its brand if it names one. What comes near but doesn't fit is kept with a coded reason. Prices,
stock and delivery are left to the responder.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vrmnode.values import constraints, items, words
from vrmnode.values.constraints import Scalar
from vrmnode.values.items import condition_words
from vrmnode.values.money import MAX_AMOUNT, Money
from vrmnode.vendor import prices, taxonomy
from vrmnode.vendor.product import ProductFields, ProductIndex
from vrmprotocol import gtin, language
from vrmprotocol.functions import CHANGES_HANDS, SUPPLYING
from vrmprotocol.mail import VendorReason
from vrmprotocol.market import Constraint, DemandedItem, Intent

WORD_SPREAD = 100
"""Permille below the best name within which another product still counts as asked for."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Why a product doesn't fit: a reason of a vendor's decline, and the same in words."""

    reason: VendorReason
    words: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that was found; `score` in permille, `preferred` counts satisfied wishes."""

    product: ProductFields
    found_by: str
    score: int
    preferred: int = 0
    problem: NearMiss | None = None


def match(
    intent: Intent,
    index: ProductIndex,
    function: str = "Sell",
    *,
    currency: str,
    languages: Sequence[str] = (),
    unit_bound: Money | None = None,
    limit: int = 20,
) -> list[Candidate]:
    """What fits of the products of one function first, then near misses; at most twice `limit`.

    `currency` is the one the vendor sells in, `languages` are those it deals in; of what fits,
    products in other currencies come last, before them those in languages the customer can't read.
    `unit_bound` is the highest catalogue price that can still meet the intent's budget.
    """
    index = index.doing(function)
    item = intent.item_offered
    # Where more than the category decides, the cheapest few may all be the wrong ones.
    picky = bool(intent.must or intent.prefer or intent.item_condition or item.brand)
    bound = unit_bound or Money(MAX_AMOUNT, currency)
    drawn = limit * 10 if picky else limit
    find = _find if function in SUPPLYING else _find_serving
    found_by, products = find(item, index, bound, drawn)
    wanted = words.significant(item.name or "")
    candidates = [
        Candidate(
            product=product,
            found_by=found_by,
            score=_score(wanted, product) if found_by == "words" else words.FULL,
            preferred=sum(_holds(constraint, product) for constraint in intent.prefer),
            problem=_problem(intent, product, found_by),
        )
        for product in products
    ]
    if found_by == "words":
        candidates = _nearest(candidates)

    def order(each: Candidate) -> tuple[object, ...]:
        product = each.product
        price = prices.unit_price(product, (), intent.lease_length)
        return (
            each.problem is not None,
            product.currency != currency,
            not _readable(intent, product, languages),
            -each.score,
            -each.preferred,
            product.currency,
            -price if function == "Buy" else price,
            product.sku,
        )

    return sorted(candidates, key=order)[: 2 * limit]


def _readable(intent: Intent, product: ProductFields, languages: Sequence[str]) -> bool:
    """Whether the customer reads the texts of a product, as far as that is known."""
    if not intent.in_language:
        return True
    spoken = languages if product.in_language is None else (product.in_language,)
    return not spoken or language.choose(intent.in_language, spoken) is not None


def _find(
    item: DemandedItem, index: ProductIndex, bound: Money, limit: int
) -> tuple[str, Sequence[ProductFields]]:
    if item.gtin and (found := index.find_by_gtin(gtin.gtin14(item.gtin))):
        return "gtin", found[:limit]
    if item.mpn and (found := index.find_by_mpn(item.mpn, item.brand)):
        return "mpn", found[:limit]
    if item.name:
        return "words", _by_words(item, index, bound, limit)
    if item.category is not None and not item.gtin and not item.mpn:
        return "category", _by_category(item.category, index, bound, limit)
    return "nothing", ()


def _find_serving(
    item: DemandedItem, index: ProductIndex, bound: Money, limit: int
) -> tuple[str, Sequence[ProductFields]]:
    """What is done with a thing like the customer's."""
    if item.gtin and (found := index.find_by_gtin(gtin.gtin14(item.gtin))):
        return "gtin", found[:limit]
    if item.mpn and (found := index.find_by_mpn(item.mpn, item.brand)):
        return "mpn", found[:limit]
    if item.category is not None:
        above = taxonomy.ancestors(item.category)
        # Where nothing is cheap enough, the nearest remain, to say so.
        found = index.find_by_category(above, bound, limit) or index.find_by_category(
            above, None, min(limit, 3)
        )
        if found:
            return "category", found
    if item.name:
        return "words", _by_words(item, index, bound, limit)
    return "nothing", ()


def _by_words(
    item: DemandedItem, index: ProductIndex, bound: Money, limit: int
) -> list[ProductFields]:
    wanted = words.significant(item.name or "")
    # The name alone can't tell how well a product fits: more are drawn than are kept.
    asked = words.plain(item.name or "")
    found = [*index.find_by_words(asked, None, None, 5 * limit)]
    if len(found) == 5 * limit:
        # So many have these words that the affordable ones may not be among the best named.
        known = {product.sku for product in found}
        affordable = index.find_by_words(asked, None, bound, 5 * limit)
        found += [product for product in affordable if product.sku not in known]
    return [
        product
        for product in found
        if words.enough(wanted, _searched(product))
        and words.share(wanted, product.name) > 0
        and (item.category is None or _in_category(item.category, product))
    ]


def _by_category(
    category: int, index: ProductIndex, bound: Money | None, limit: int
) -> Sequence[ProductFields]:
    ids = taxonomy.with_children(category)
    found = [*index.find_by_category(ids, bound, limit)]
    if not found and (starts := taxonomy.path_starts(category)):
        # Products with an id below the second level, whose path tells where they belong.
        drawn = index.find_by_category(starts, bound, 5 * limit)
        found = [product for product in drawn if _in_category(category, product)][:limit]
    if not found and bound is not None:
        # What is too dear is nearer than what is in another currency.
        any_price = Money(MAX_AMOUNT, bound.currency)
        wider = None if bound == any_price else any_price
        return _by_category(category, index, wider, min(limit, 3))
    return found


def _in_category(wanted: int, product: ProductFields) -> bool:
    return taxonomy.belongs(wanted, product.category, product.category_path)


def _searched(product: ProductFields) -> str:
    """The text in which an intent's words are looked for: name, brand, number, author and such."""
    texts = [product.name, product.brand or "", product.mpn or ""]
    texts += [value for value in product.properties.values() if isinstance(value, str)]
    return " ".join(texts)


def _score(wanted: tuple[str, ...], product: ProductFields) -> int:
    """Mostly how much of the intent's words is there; then how much of the name they are."""
    name = words.significant(product.name)
    covered = sum(word in wanted for word in name) * words.FULL // max(len(name), 1)
    return (7 * words.share(wanted, _searched(product)) + 3 * covered) // 10


def _nearest(candidates: Iterable[Candidate]) -> list[Candidate]:
    found = list(candidates)
    best = max((candidate.score for candidate in found), default=0)
    return [candidate for candidate in found if candidate.score >= best - WORD_SPREAD]


def _problem(intent: Intent, product: ProductFields, found_by: str) -> NearMiss | None:
    if (problem := _other_thing(intent, product, found_by)) is not None:
        return problem
    named = product.business_function in CHANGES_HANDS and intent.item_condition
    if named and product.condition not in intent.item_condition:
        asked, there = condition_words(intent.item_condition), condition_words((product.condition,))
        return NearMiss("condition", f"asked for {asked}, we have it {there}")
    for constraint in intent.must:
        if not _holds(constraint, product):
            asked = constraints.words_of(constraint.name, constraint.op, constraint.value)
            return NearMiss("constraint", f"we can't promise: {asked}")
    return None


def _other_thing(intent: Intent, product: ProductFields, found_by: str) -> NearMiss | None:
    """Why it isn't the thing that the intent names, or doesn't serve that one."""
    item = intent.item_offered
    if product.business_function not in SUPPLYING:
        if product.brand and not _names_brand(item, product.brand):
            return NearMiss("constraint", f"we do that for the brand {product.brand} only")
    elif item.brand and not _is_brand(item.brand, product):
        return NearMiss("constraint", f"we don't have it of the brand {item.brand}")
    if product.business_function in SUPPLYING and intent.business_function not in SUPPLYING:
        return None  # what replaces the customer's thing may have other numbers
    if item.gtin and product.gtin14 and gtin.gtin14(item.gtin) != product.gtin14:
        return NearMiss("constraint", "we have it under that name with another product number only")
    if item.mpn and found_by in ("words", "category") and product.mpn:
        return NearMiss("constraint", "we have it under that name with another model number only")
    return None


def _names_brand(item: DemandedItem, brand: str) -> bool:
    text = item.brand or item.name or ""
    return words.share(words.significant(brand), text) == words.FULL


def _is_brand(brand: str, product: ProductFields) -> bool:
    if product.brand:
        return words.fold(brand) == words.fold(product.brand)
    return words.share(words.significant(brand), product.name) == words.FULL


def _holds(constraint: Constraint, product: ProductFields) -> bool:
    return constraints.holds(constraint.op, constraint.value, value_of(product, constraint.name))


def value_of(product: ProductFields, name: str) -> Scalar | None:
    """The value of a field or property that a constraint names, or None if it isn't known."""
    return items.value_of(product, product.condition, items.scalars(product.properties), name)

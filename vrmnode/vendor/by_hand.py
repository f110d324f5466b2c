"""The offer that a human makes: what the node would offer, changed where the human says so.

What the protocol and the stock demand holds as for any offer (specs/03-messages.md#offer). Whether
the customer's wishes are met is the human's business, and is told by the caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from vrmnode.values.fields import Fields
from vrmnode.values.functions import FUNCTION_EXPECTED, read_function
from vrmnode.values.gtins import GTIN_EXPECTED, read_gtin
from vrmnode.values.items import CONDITION_WORDS
from vrmnode.values.money import MAX_AMOUNT
from vrmnode.values.prices import currency_of
from vrmnode.values.spans import DAY_EXPECTED, DAY_S, floor_day, format_moment, parse_day
from vrmnode.values.words import FULL
from vrmnode.vendor import prices
from vrmnode.vendor.delivery import METHODS, Way
from vrmnode.vendor.drafting import DraftParts, draft_parts, drafted_category
from vrmnode.vendor.matching import NearMiss
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.policy_fields import own_currency
from vrmnode.vendor.product import Product, ProductFields
from vrmnode.vendor.profile import VendorDetails
from vrmnode.vendor.quoting import Quote, cheapest, price_of, supply_problem, ways_for
from vrmnode.vendor.responder import Plan
from vrmnode.vendor.terms import TermsMiss, choose_terms, chosen_words
from vrmprotocol.market import Intent

LEAST_VALID_S = 60


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a human says of an offer; None: as the node would have it. Amounts in minor units.

    `name` is of an item that isn't in the catalogue; `function`, `condition` and `gtin14` go with
    it.
    """

    sku: str | None = None
    name: str | None = None
    function: str | None = None
    condition: str | None = None
    gtin14: str | None = None
    unit_price: int | None = None
    delivery_charge: int | None = None
    delivery_method: str | None = None
    deliver_by: int | None = None
    valid_s: int | None = None

    @property
    def changes_nothing(self) -> bool:
        """Whether the node's own proposal is meant as it is."""
        return self == ByHand()


def read_by_hand(raw: Mapping[str, object], currency: str, now: int) -> ByHand:
    """What a human says, from the fields that people write.

    Raises: FieldError `answer.invalid`, `answer.unknown_field`.
    """
    fields = Fields(raw, "answer")
    wish = ByHand(
        sku=fields.text("sku", 64),
        name=fields.text("name", 200),
        function=fields.parsed("function", read_function, FUNCTION_EXPECTED),
        condition=_condition(fields),
        gtin14=fields.parsed("gtin", read_gtin, GTIN_EXPECTED),
        unit_price=own_currency(fields, "unit_price", currency),
        delivery_charge=own_currency(fields, "delivery_charge", currency),
        delivery_method=fields.one_of("delivery_method", METHODS, None),
        deliver_by=fields.parsed("deliver_by", parse_day, DAY_EXPECTED),
        valid_s=fields.span("valid_for", None),
    )
    fields.finish()
    if wish.name is not None and wish.sku is not None:
        raise fields.error("name", "a sku or the name of another item, not both", wish.name)
    if wish.name is not None and wish.unit_price is None:
        raise fields.error("unit_price", "a price beside the name of an item", None)
    if wish.name is None and (wish.function or wish.condition or wish.gtin14):
        raise fields.error("name", "the name of an item beside what is said of it", None)
    if wish.deliver_by is not None and wish.deliver_by + DAY_S <= now:
        raise fields.error("deliver_by", "a day that isn't over", raw.get("deliver_by"))
    return wish


def _condition(fields: Fields) -> str | None:
    named = fields.one_of("condition", tuple(CONDITION_WORDS.values()), None)
    return next((code for code, words in CONDITION_WORDS.items() if words == named), None)


def free_item(wish: ByHand, intent: Intent, details: VendorDetails, currency: str) -> Product:
    """The item that a human offers without having it in the catalogue; its sku is empty.

    It is what the customer asks for first of all that the vendor does, if the human doesn't say.
    """
    does = [each for each in intent.functions if each in details.business_function]
    return Product(
        sku="",
        name=wish.name or "",
        price=wish.unit_price or 0,
        currency=currency,
        gtin14=wish.gtin14,
        condition=wish.condition or "NewCondition",
        business_function=wish.function or (does or intent.functions)[0],
    )


def plan_by_hand(
    intent: Intent,
    wish: ByHand,
    product: ProductFields,
    *,
    policy: VendorPolicy,
    details: VendorDetails,
    stock: int | None,
    now: int,
) -> Plan | NearMiss:
    """The offer of this product as the human wants it, or what makes any offer of it impossible.

    Raises: FieldError `answer.invalid`.
    """
    category = drafted_category(product, intent.item_offered)
    chosen = choose_terms(intent, policy.terms_policy, policy.accepted_terms, category)
    if isinstance(chosen, TermsMiss):
        why = "; ".join(chosen.reasons) or "the customer proffers none"
        return NearMiss("terms", f"expected terms that we accept, {why}")
    asked = currency_of(intent)
    if (asked or policy.currency) != policy.currency:
        return NearMiss("currency", f"expected an intent in {policy.currency}, came one in {asked}")
    if product.business_function not in intent.functions:
        return NearMiss("function", f"the customer doesn't ask for {product.business_function}")
    if (problem := supply_problem(intent, product, policy, stock)) is not None:
        return problem
    unit = prices.unit_price(product, policy.prices, intent.lease_length)
    unit = unit if wish.unit_price is None else wish.unit_price
    goods = unit * intent.eligible_quantity
    way = _way(intent, wish, product, policy, details, goods, now)
    if isinstance(way, NearMiss):
        return way
    price = price_of(intent, product, policy, unit, way.charge_for(goods))
    if price is None:
        return NearMiss("over_budget", f"expected a total of at most {MAX_AMOUNT} minor units")
    methods = tuple(n for n in policy.payment_method if n in intent.payment_method)
    quote = Quote(product, price, way, methods or policy.payment_method, stock is not None)
    parts = draft_parts(intent, quote, policy=policy, details=details, choice=chosen, now=now)
    parts = _until(parts, intent, wish, policy, now)
    if not product.sku:
        parts = replace(parts, item_offered=msgspec.structs.replace(parts.item_offered, sku=None))
    return Plan(
        sku=product.sku,
        quantity=parts.eligible_quantity,
        parts=parts,
        reserve_until=parts.confirm_by if parts.reserved else None,
        rule=f"{product.sku or 'an item of its own'}, {chosen_words(chosen, intent)}",
        score=FULL,
        category_path=product.category_path,
    )


def _way(
    intent: Intent,
    wish: ByHand,
    product: ProductFields,
    policy: VendorPolicy,
    details: VendorDetails,
    goods: int,
    now: int,
) -> Way | NearMiss:
    """A way that the human names whole, else the cheapest of the table that suits what is said."""
    methods = (wish.delivery_method,) if wish.delivery_method else intent.delivery_method
    days = None
    if wish.deliver_by is not None:
        days = max(0, wish.deliver_by - floor_day(now)) // DAY_S
    ways = ways_for(intent.area.country, methods, product, policy, details)
    if not isinstance(ways, NearMiss):
        way = cheapest(ways, goods)
    elif wish.delivery_charge is not None and days is not None:
        way = Way(methods[0] if methods else METHODS[0], wish.delivery_charge, (0, days))
    else:
        return NearMiss(
            "delivery", f"{ways.words}; or else say the delivery charge and the day yourself"
        )
    charge = way.charge_for(goods) if wish.delivery_charge is None else wish.delivery_charge
    first, last = way.days if days is None else (min(way.days[0], days), days)
    return Way(way.method, charge, (first, last))


def _until(
    parts: DraftParts, intent: Intent, wish: ByHand, policy: VendorPolicy, now: int
) -> DraftParts:
    """The parts with the end that the human wants; an offer never outlives its intent."""
    if wish.valid_s is None:
        return parts
    end = now + wish.valid_s
    if wish.valid_s < LEAST_VALID_S or end > intent.valid_through:
        until = format_moment(intent.valid_through)
        raise Fields({}, "answer").error(
            "valid_for",
            f"a span of {LEAST_VALID_S} seconds or more that ends with the intent, {until}",
            f"{wish.valid_s} seconds",
        )
    return replace(parts, valid_through=end, confirm_by=end + 60 * policy.confirm_minutes)

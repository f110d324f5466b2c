"""Whether and how one product can be offered for an intent: price to the door, way, payment.

What speaks against it is a coded reason in words that tell neither a price floor nor how much is
in stock. What else stands in a draft is left to `drafting`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vrmnode.values.money import MAX_AMOUNT
from vrmnode.values.prices import currency_of, maximum_of, minimum_of, total_in
from vrmnode.values.spans import format_day
from vrmnode.vendor import prices
from vrmnode.vendor.delivery import Table, Way, goes_to, read_table, ways_to
from vrmnode.vendor.matching import NearMiss
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.product import ProductFields
from vrmnode.vendor.profile import VendorDetails
from vrmprotocol.draft import Price
from vrmprotocol.errors import LocalError
from vrmprotocol.market import Intent


@dataclass(frozen=True, slots=True)
class Quote:
    """A product at a price, by a way of delivery; `counted` says whether its stock is."""

    product: ProductFields
    price: Price
    way: Way
    payment_method: tuple[str, ...]
    counted: bool


def quote(
    intent: Intent,
    product: ProductFields,
    policy: VendorPolicy,
    details: VendorDetails,
    stock: int | None,
    now: int,
) -> Quote | NearMiss:
    """The best quote within all that the intent asks; `stock` None where it isn't counted."""
    if (problem := supply_problem(intent, product, policy, stock)) is not None:
        return problem
    asked = intent.payment_method
    methods = tuple(name for name in policy.payment_method if not asked or name in asked)
    if not methods:
        return NearMiss("payment", "we take none of the ways of payment you named")
    unit = prices.unit_price(product, policy.prices, intent.lease_length)
    way = _way(intent, product, policy, details, unit, now)
    if isinstance(way, NearMiss):
        return way
    charge = way.charge_for(unit * intent.eligible_quantity)
    price = price_of(intent, product, policy, unit, charge)
    if price is None:
        return _TOO_DEAR
    if (problem := _budget_problem(intent, product, price)) is not None:
        return problem
    return Quote(product, price, way, methods, stock is not None)


_TOO_DEAR = NearMiss("over_budget", "the total to the door is above the most you would pay")
_TOO_LITTLE = NearMiss("below_minimum", "we would pay less than the least you would take")


def _budget_problem(intent: Intent, product: ProductFields, price: Price) -> NearMiss | None:
    if product.business_function == "Buy":
        least = minimum_of(intent)
        return _TOO_LITTLE if least is not None and total_in(price) < least else None
    most = maximum_of(intent)
    return _TOO_DEAR if most is not None and total_in(price) > most else None


_NO_TIME = "we can take on no more of them"
_NO_MORE = {
    "Sell": "it is out of stock",
    "LeaseOut": "all are rented out",
    "Buy": "we buy no more of them",
}


def supply_problem(
    intent: Intent, product: ProductFields, policy: VendorPolicy, stock: int | None
) -> NearMiss | None:
    """Why so many of the product can't be sold for this intent; `stock` None: not counted."""
    asked = currency_of(intent) or policy.currency
    if asked != policy.currency:
        return NearMiss("currency", f"we sell in {policy.currency}, not in {asked}")
    if asked != product.currency:
        # The rules of the policy (floors, charges) say nothing in the product's currency.
        return NearMiss("currency", f"we have it, but without a price in {asked}")
    if stock is not None and stock <= 0:
        return NearMiss("out_of_stock", _NO_MORE.get(product.business_function, _NO_TIME))
    quantity = intent.eligible_quantity
    if (
        quantity > policy.max_quantity
        or (stock is not None and quantity > stock)
        or quantity * (product.deposit or 0) > MAX_AMOUNT
    ):
        return NearMiss("quantity", "we can't supply that many")
    return None


def _way(
    intent: Intent,
    product: ProductFields,
    policy: VendorPolicy,
    details: VendorDetails,
    unit: int,
    now: int,
) -> Way | NearMiss:
    """The cheapest way that is allowed and in time; of equal ones the quickest."""
    ways = ways_for(intent.area.country, intent.delivery_method, product, policy, details)
    if isinstance(ways, NearMiss):
        return ways
    until = intent.availability_ends
    if until is not None:
        ways = tuple(way for way in ways if way.window(now)[1] <= until)
        if not ways:
            return NearMiss("late", f"we can't deliver by {format_day(until)}")
    return cheapest(ways, unit * intent.eligible_quantity)


def cheapest(ways: Sequence[Way], goods: int) -> Way:
    """The way that costs least for goods of this price; of equal ones the quickest."""
    return min(ways, key=lambda way: (way.charge_for(goods), way.days[1], way.method))


def ways_for(
    country: str,
    methods: Sequence[str],
    product: ProductFields,
    policy: VendorPolicy,
    details: VendorDetails,
) -> tuple[Way, ...] | NearMiss:
    """How the product gets to a country, by these methods if any are named."""
    table = _table(product, policy, details)
    if not goes_to(table, country):
        return NearMiss("out_of_area", f"we don't deliver to {country}")
    ways = ways_to(table, country, methods)
    if not ways:
        asked = " or ".join(methods)
        return NearMiss("delivery", f"we don't deliver to {country} by {asked}")
    lead = product.lead_days or 0
    ways = tuple(replace(way, days=(way.days[0] + lead, way.days[1] + lead)) for way in ways)
    if product.business_function == "Buy":
        # Who sends or brings it pays for that; a vendor that has to fetch it doesn't buy for this
        # price.
        ways = tuple(
            replace(way, charge=0) for way in ways if way.method != "onsite" or not way.charge
        )
        if not ways:
            return NearMiss("delivery", "we don't fetch it")
    return ways


def _table(product: ProductFields, policy: VendorPolicy, details: VendorDetails) -> Table:
    """The product's own ways of delivery, else the vendor's."""
    if product.delivery:
        try:
            return read_table(product.delivery, "product", "delivery", policy.currency)
        except LocalError:
            # A product whose own table is broken can't be delivered, rather than be delivered
            # for a charge that its vendor didn't mean.
            return {}
    return policy.ways(details.area_served)


def price_of(
    intent: Intent, product: ProductFields, policy: VendorPolicy, unit: int, charge: int
) -> Price | None:
    """The price to the door; None beyond the largest amount the protocol knows."""
    total = unit * intent.eligible_quantity + charge
    if total > MAX_AMOUNT:
        return None
    rate = prices.rule_for(product, policy.prices).tax_rate_ppm
    rate = policy.tax_rate_ppm if rate is None else rate
    if product.business_function == "Buy":
        rate = None  # the customer charges no tax
    return Price(
        price_currency=product.currency,
        unit_price=unit,
        delivery_charge=charge,
        total=total,
        tax_included=None if rate is None else prices.tax_included(total, rate),
        tax_rate_ppm=rate,
    )

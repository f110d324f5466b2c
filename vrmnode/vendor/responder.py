"""The vendor's answer to an intent: a complete draft of the agreement, or a coded refusal.

Implements the vendor's part of `specs/03-messages.md` (draft, decline). Words of a refusal never
tell a price floor or how much is in stock. Sealing, sequence and the stock itself are left to
the caller.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from vrmnode.values import words
from vrmnode.values.gtins import gtin_for_people
from vrmnode.values.items import PROPERTIES
from vrmnode.values.money import MAX_AMOUNT, format_money
from vrmnode.values.spans import format_day
from vrmnode.vendor import prices
from vrmnode.vendor.delivery import Table, Way, goes_to, read_table, ways_to
from vrmnode.vendor.matching import Candidate, NearMiss, match, value_of
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.product import ProductFields, ProductIndex
from vrmnode.vendor.profile import VendorDetails
from vrmprotocol import terms
from vrmprotocol.certificate import Certificate
from vrmprotocol.draft import Draft, OfferedItem, Payment, Price, Returns, VendorParty
from vrmprotocol.errors import LocalError
from vrmprotocol.market import Intent

Available = Callable[[str], int | None]
"""How many of a sku may still be promised; None where stock isn't counted."""


@dataclass(frozen=True, slots=True)
class DraftParts:
    """All of a draft but who signs it and what it answers."""

    business_function: str
    item_offered: OfferedItem
    eligible_quantity: int
    price: Price
    delivery_method: str
    delivery_earliest: int | None
    delivery_latest: int | None
    payment: Payment
    returns: Returns
    terms: str
    in_language: str
    valid_through: int
    confirm_by: int
    reserved: bool
    name: str
    legal_name: str | None = None
    url: str | None = None
    address: str | None = None
    ext: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """An offer to make: with `reserve_until` that much of the sku has to be held till then.

    `automatic` False: the total is above what the owner lets the node offer by itself.
    """

    sku: str
    quantity: int
    parts: DraftParts
    reserve_until: int | None
    automatic: bool
    rule: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A decline of the intent; not to be sent unless `send`."""

    reason: str
    words: str
    send: bool


def answer(
    intent: Intent,
    index: ProductIndex,
    *,
    policy: VendorPolicy,
    details: VendorDetails,
    available: Available,
    now: int,
) -> Plan | Refusal | None:
    """The answer to an intent from the whole catalogue; None: nothing near it, stay silent."""
    if not policy.answer or intent.business_function not in details.business_function:
        return None
    bound = None
    if (most := _most(intent)) is not None and _currency(intent) == policy.currency:
        bound = prices.catalogue_bound(policy.prices, most // intent.eligible_quantity)
    candidates = match(intent, index, unit_bound=bound)
    return respond(intent, candidates, policy=policy, details=details, available=available, now=now)


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
    chosen = terms.choose(intent.accepted_terms, policy.accepted_terms)
    misses: list[NearMiss] = []
    if chosen is None:
        misses.append(NearMiss("terms", "we accept none of the terms you proffer"))
        candidates = ()
    for candidate in candidates:
        if candidate.problem is not None:
            misses.append(candidate.problem)
            continue
        found = _offer(intent, candidate, policy, details, available, now, str(chosen))
        if isinstance(found, Plan):
            return found
        misses.append(found)
    nearest = misses[0]
    return Refusal(nearest.reason, nearest.words, policy.refuse_near_misses)


def complete_draft(
    parts: DraftParts,
    *,
    deal: bytes,
    intent_id: bytes,
    customer: bytes,
    root: bytes,
    certificate: Certificate,
) -> Draft:
    """The draft of the agreement, ready to be signed inside an offer."""
    return Draft(
        v=1,
        deal=deal,
        intent=intent_id,
        customer=customer,
        vendor=VendorParty(
            root=root,
            certificate=certificate,
            name=parts.name,
            legal_name=parts.legal_name,
            url=parts.url,
            address=parts.address,
        ),
        business_function=parts.business_function,  # type: ignore[arg-type]
        item_offered=parts.item_offered,
        eligible_quantity=parts.eligible_quantity,
        price_specification=parts.price,
        delivery_method=parts.delivery_method,  # type: ignore[arg-type]
        delivery_earliest=parts.delivery_earliest,
        delivery_latest=parts.delivery_latest,
        payment=parts.payment,
        returns=parts.returns,
        terms=parts.terms,
        in_language=parts.in_language,
        valid_through=parts.valid_through,
        confirm_by=parts.confirm_by,
        reserved=parts.reserved,
        ext=dict(parts.ext),
    )


def _offer(
    intent: Intent,
    candidate: Candidate,
    policy: VendorPolicy,
    details: VendorDetails,
    available: Available,
    now: int,
    terms_id: str,
) -> Plan | NearMiss:
    product = candidate.product
    stock = available(product.sku)
    if (problem := _supply_problem(intent, product, policy, stock)) is not None:
        return problem
    methods = tuple(
        method for method in policy.payment_method
        if not intent.payment_method or method in intent.payment_method
    )  # fmt: skip
    if not methods:
        return NearMiss("payment", "we take none of the ways of payment you named")
    unit = prices.unit_price(product, policy.prices)
    way = _way(intent, product, policy, details, unit, now)
    if isinstance(way, NearMiss):
        return way
    price = _price(intent, product, policy, unit, way)
    most = _most(intent)
    if price is None or (most is not None and price.total > most):
        return NearMiss("over_budget", "the total to the door is above the most you would pay")
    reserved = policy.reserve and stock is not None
    valid_through = _valid_through(intent, policy, reserved, now)
    confirm_by = valid_through + 60 * policy.confirm_minutes
    earliest, latest = way.window(now)
    parts = DraftParts(
        business_function=intent.business_function,
        item_offered=_item(product),
        eligible_quantity=intent.eligible_quantity,
        price=price,
        delivery_method=way.method,
        delivery_earliest=earliest,
        delivery_latest=latest,
        payment=Payment(
            method=methods,
            due=policy.payment_due,  # type: ignore[arg-type]
            due_days=policy.payment_due_days,
        ),
        returns=Returns(days=policy.returns_days, cost=policy.returns_cost),  # type: ignore[arg-type]
        terms=terms_id,
        in_language=_language(intent, details),
        valid_through=valid_through,
        confirm_by=confirm_by,
        reserved=reserved,
        name=details.name,
        legal_name=details.legal_name,
        url=details.url,
        address=details.address,
        ext=_asked_properties(intent, product),
    )
    automatic = policy.automatic_up_to is None or price.total <= policy.automatic_up_to
    return Plan(
        sku=product.sku,
        quantity=intent.eligible_quantity,
        parts=parts,
        reserve_until=confirm_by if reserved else None,
        automatic=automatic,
        rule=_rule(candidate, price, terms_id, automatic),
    )


def _supply_problem(
    intent: Intent, product: ProductFields, policy: VendorPolicy, stock: int | None
) -> NearMiss | None:
    asked = _currency(intent)
    if product.currency != policy.currency or (asked is not None and asked != product.currency):
        return NearMiss("currency", f"we sell it in {product.currency}")
    if stock is not None and stock <= 0:
        return NearMiss("out_of_stock", "it is out of stock")
    if intent.eligible_quantity > policy.max_quantity or (
        stock is not None and intent.eligible_quantity > stock
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
    table = _table(product, policy, details)
    country = intent.area.country
    if not goes_to(table, country):
        return NearMiss("out_of_area", f"we don't deliver to {country}")
    ways = ways_to(table, country, intent.delivery_method)
    if not ways:
        asked = " or ".join(intent.delivery_method)
        return NearMiss("delivery", f"we don't deliver to {country} by {asked}")
    until = intent.availability_ends
    if until is not None:
        ways = tuple(way for way in ways if way.window(now)[1] <= until)
        if not ways:
            return NearMiss("delivery", f"we can't deliver by {format_day(until)}")
    goods = unit * intent.eligible_quantity
    return min(ways, key=lambda way: (way.charge_for(goods), way.days[1], way.method))


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


def _price(
    intent: Intent, product: ProductFields, policy: VendorPolicy, unit: int, way: Way
) -> Price | None:
    """The price to the door; None beyond the largest amount the protocol knows."""
    goods = unit * intent.eligible_quantity
    total = goods + way.charge_for(goods)
    if total > MAX_AMOUNT:
        return None
    rate = prices.rule_for(product, policy.prices).tax_rate_ppm
    rate = policy.tax_rate_ppm if rate is None else rate
    return Price(
        price_currency=product.currency,
        unit_price=unit,
        delivery_charge=total - goods,
        total=total,
        tax_included=None if rate is None else prices.tax_included(total, rate),
        tax_rate_ppm=rate,
    )


def _item(product: ProductFields) -> OfferedItem:
    return OfferedItem(
        name=product.name[:200],
        gtin=gtin_for_people(product.gtin14) if product.gtin14 else None,
        mpn=product.mpn,
        sku=product.sku,
        brand=product.brand,
        category=product.category,
        description=product.description[:1000] or None,
        item_condition=product.condition,  # type: ignore[arg-type]
        image=(product.image,) if product.image else (),
    )


def _valid_through(intent: Intent, policy: VendorPolicy, reserved: bool, now: int) -> int:
    minutes = policy.offer_valid_minutes
    if reserved:
        minutes = min(minutes, policy.reserve_minutes)
    return min(now + 60 * minutes, intent.valid_through)


def _asked_properties(intent: Intent, product: ProductFields) -> dict[str, object]:
    """The properties that the intent's constraints or words name, for the agreement to hold."""
    named = dict.fromkeys(constraint.name for constraint in (*intent.must, *intent.prefer))
    known = {name: value_of(product, name) for name in named}
    found: dict[str, object] = {name: value for name, value in known.items() if value is not None}
    wanted = words.significant(intent.item_offered.name or "")
    for name, value in product.properties.items():
        if isinstance(value, str) and words.share(wanted, value):
            found.setdefault(name, value)
    return {PROPERTIES: found} if found else {}


def _language(intent: Intent, details: VendorDetails) -> str:
    both = [language for language in intent.in_language if language in details.in_language]
    return both[0] if both else details.in_language[0]


def _currency(intent: Intent) -> str | None:
    budget = intent.price_specification
    return budget.price_currency if budget else None


def _most(intent: Intent) -> int | None:
    budget = intent.price_specification
    return budget.max_price if budget else None


def _rule(candidate: Candidate, price: Price, terms_id: str, automatic: bool) -> str:
    total = format_money(price.total, price.price_currency)
    how = "automatic" if automatic else "for the owner to confirm"
    return f"{how}: {candidate.product.sku} found by {candidate.found_by}, {total}, {terms_id}"

"""The draft of an agreement for a quote: everything that the vendor proposes to agree on.

Implements the vendor's part of `specs/03-messages.md` (agreement draft). Deal, parties and
certificate come last, from the caller who signs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vrmnode.values import words
from vrmnode.values.gtins import gtin_for_people
from vrmnode.values.items import PROPERTIES
from vrmnode.vendor.matching import value_of
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.product import ProductFields
from vrmnode.vendor.profile import VendorDetails
from vrmnode.vendor.quoting import Quote
from vrmprotocol import language, terms_text
from vrmprotocol.certificate import Certificate
from vrmprotocol.draft import (
    Draft,
    Lease,
    OfferedItem,
    Payment,
    Price,
    Returns,
    VendorParty,
    Warranty,
)
from vrmprotocol.functions import CHANGES_HANDS, SUPPLYING
from vrmprotocol.market import DemandedItem, Intent
from vrmprotocol.terms_matching import Choice

DESCRIPTION_BYTES = 480
PROPERTY_CHARACTERS = 64
MOST_PROPERTIES = 8
MOST_IMAGES = 4


@dataclass(frozen=True, slots=True)
class DraftParts:
    """All of a draft but who signs it and what it answers."""

    business_function: str
    item_offered: OfferedItem
    eligible_quantity: int
    price: Price
    lease: Lease | None
    delivery_method: str
    delivery_earliest: int | None
    delivery_latest: int | None
    payment: Payment
    returns: Returns
    warranty: Warranty | None
    terms: Choice
    in_language: str
    valid_through: int
    confirm_by: int
    reserved: bool
    name: str
    legal_name: str | None = None
    url: str | None = None
    address: str | None = None
    ext: Mapping[str, object] = field(default_factory=dict)


def draft_parts(
    intent: Intent,
    quote: Quote,
    *,
    policy: VendorPolicy,
    details: VendorDetails,
    choice: Choice,
    now: int,
) -> DraftParts:
    """The parts that follow from the intent, the quote and the vendor's own settings."""
    reserved = policy.reserve and quote.counted
    valid_through = _valid_through(intent, policy, reserved, now)
    earliest, latest = quote.way.window(now)
    function = quote.product.business_function
    item = _item(quote.product, intent.item_offered)
    return DraftParts(
        business_function=function,
        item_offered=item,
        eligible_quantity=intent.eligible_quantity,
        price=quote.price,
        lease=_lease(intent, quote.product, earliest if earliest == latest else None),
        delivery_method=quote.way.method,
        delivery_earliest=earliest,
        delivery_latest=latest,
        payment=_payment(function, policy, quote.payment_method),
        returns=_returns(function, policy),
        warranty=policy.warranty.promised(function, item.item_condition),
        terms=choice,
        in_language=_language(intent, quote.product, details),
        valid_through=valid_through,
        confirm_by=valid_through + 60 * policy.confirm_minutes,
        reserved=reserved,
        name=details.name,
        legal_name=details.legal_name,
        url=details.url,
        address=details.address,
        ext=_asked_properties(intent, quote.product),
    )


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
    choice = parts.terms
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
        lease=parts.lease,
        delivery_method=parts.delivery_method,  # type: ignore[arg-type]
        delivery_earliest=parts.delivery_earliest,
        delivery_latest=parts.delivery_latest,
        payment=parts.payment,
        returns=parts.returns,
        warranty=parts.warranty,
        terms=choice.terms,
        addendum=dict(choice.addendum),
        terms_text=terms_text.digest(terms_text.page(choice.terms, choice.addendum)),
        in_language=parts.in_language,
        valid_through=parts.valid_through,
        confirm_by=parts.confirm_by,
        reserved=parts.reserved,
        ext=dict(parts.ext),
    )


def _payment(function: str, policy: VendorPolicy, methods: tuple[str, ...]) -> Payment:
    if function == "Buy" and policy.payment_due == "on_agreement":
        # Nobody pays a stranger for what hasn't come.
        return Payment(method=methods, due="on_delivery")
    return Payment(
        method=methods,
        due=policy.payment_due,  # type: ignore[arg-type]
        due_days=policy.payment_due_days,
        pay_within=policy.pay_within_s,
    )


def _returns(function: str, policy: VendorPolicy) -> Returns:
    """Only what was sold can be sent back."""
    days = policy.returns_days if function == "Sell" else 0
    return Returns(days=days, cost=policy.returns_cost)  # type: ignore[arg-type]


def _lease(intent: Intent, product: ProductFields, start: int | None) -> Lease | None:
    if product.business_function != "LeaseOut" or intent.lease_length is None:
        return None
    deposit = product.deposit
    return Lease(
        lease_length=intent.lease_length,
        deposit=None if deposit is None else deposit * intent.eligible_quantity,
        start_date=start,
    )


def drafted_category(product: ProductFields, asked: DemandedItem) -> int | None:
    """The category of a draft's item, which decides on the levels of the vendor's terms."""
    own = product.business_function in SUPPLYING or asked.category is None
    return product.category if own else asked.category


def _item(product: ProductFields, asked: DemandedItem) -> OfferedItem:
    """What the vendor has; a thing of the customer's goes by what the customer says of it."""
    condition = product.condition if product.business_function in CHANGES_HANDS else None
    gtin = gtin_for_people(product.gtin14) if product.gtin14 else None
    mpn, brand = product.mpn, product.brand
    if product.business_function not in SUPPLYING:
        gtin, mpn = asked.gtin or gtin, asked.mpn or mpn
        brand = asked.brand or brand
    return OfferedItem(
        name=product.name[:200],
        gtin=gtin,
        mpn=mpn,
        sku=product.sku,
        brand=brand,
        category=drafted_category(product, asked),
        description=_shortened(product.description) or None,
        item_condition=condition,  # type: ignore[arg-type]
        image=tuple(bytes.fromhex(digest) for digest in product.image[:MOST_IMAGES]),
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
    # Long ones would push the mail to the next size class; the product's name comes first.
    short = {name: value for name, value in found.items() if len(str(value)) <= PROPERTY_CHARACTERS}
    short = dict(list(short.items())[:MOST_PROPERTIES])
    return {PROPERTIES: short} if short else {}


# SPEC 03: The writer MUST draft in a language that fits one of the intent's, if it has the texts in
# one.
def _language(intent: Intent, product: ProductFields, details: VendorDetails) -> str:
    """That of the product's texts where it is known, else one that the vendor deals in."""
    if product.in_language is not None:
        return product.in_language
    return language.choose(intent.in_language, details.in_language) or details.in_language[0]


def _shortened(description: str) -> str:
    """As much of a description as fits: offers of one size tell vendors apart the least.

    A longer one would push the deal's mail from 4 KiB to the next size class, which everybody
    sees (specs/06-sealing-and-mail.md#size-classes).
    """
    raw = description.encode()
    if len(raw) <= DESCRIPTION_BYTES:
        return description
    return raw[: DESCRIPTION_BYTES - 3].decode(errors="ignore").rstrip() + "…"

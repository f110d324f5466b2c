"""The agreement draft: everything that an offer proposes to agree on.

Implements `specs/03-messages.md#agreement-draft`. It stands unchanged in the agreement document,
so a draft and its map are equal to the byte.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from vrmprotocol import encoding, functions
from vrmprotocol.body_checks import check_choices, check_gtin, refuse
from vrmprotocol.certificate import Certificate
from vrmprotocol.errors import RemoteError
from vrmprotocol.fields import (
    Amount,
    Body,
    BusinessFunction,
    Bytes32,
    CategoryId,
    Currency,
    DeliveryMethod,
    Gtin,
    Images,
    ItemCondition,
    Language,
    LeaseDays,
    PaymentMethod,
    TermsId,
    Text64,
    Text128,
    Text200,
    Text256,
    Text1000,
    Time,
    Wire,
)
from vrmprotocol.terms_addendum import WireLevels, check_levels
from vrmprotocol.terms_matching import Choice, unknown
from vrmprotocol.terms_text import digest, page

_DEAL_CONTEXT = b"vrm/1 deal\0"


def deal_id(customer: bytes, vendor_root: bytes) -> bytes:
    """The id (32 bytes) of the deal between a pseudonym and a vendor root (32 bytes each)."""
    return encoding.sha256(_DEAL_CONTEXT + customer + vendor_root)


class VendorParty(Wire, frozen=True, kw_only=True):
    """Who the vendor is: the root key, the certified key that signs, and the legal identity."""

    root: Bytes32
    certificate: Certificate
    name: Text128
    legal_name: Text128 | None = None
    url: Text256 | None = None
    address: Text256 | None = None


class OfferedItem(Wire, frozen=True, kw_only=True):
    """What the function is done with; images by digest only.

    The condition is that of a thing that changes hands: there for `Sell`, `LeaseOut` and `Buy`.
    """

    name: Text200
    gtin: Gtin | None = None
    mpn: Text64 | None = None
    sku: Text64 | None = None
    brand: Text64 | None = None
    category: CategoryId | None = None
    description: Text1000 | None = None
    item_condition: ItemCondition | None = None
    image: Images = ()


class Price(Wire, frozen=True, kw_only=True):
    """Amounts in minor units; `total` is to the door. `tax_rate_ppm` is parts per million."""

    price_currency: Currency
    unit_price: Amount
    delivery_charge: Amount
    total: Amount
    tax_included: Amount | None = None
    tax_rate_ppm: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None


class Payment(Wire, frozen=True, kw_only=True):
    """How and when to pay.

    `due_days` is there exactly for `days_after_delivery`, `pay_within` (seconds) for
    `on_agreement`.
    """

    method: Annotated[tuple[PaymentMethod, ...], Meta(min_length=1, max_length=16)]
    due: Literal["on_agreement", "on_delivery", "days_after_delivery"]
    due_days: Annotated[int, Meta(ge=0, le=180)] | None = None
    pay_within: Annotated[int, Meta(ge=1, le=180 * 86_400)] | None = None
    reference: Text64 | None = None


class Returns(Wire, frozen=True, kw_only=True):
    """For how many days the goods may be sent back, and who pays that."""

    days: Annotated[int, Meta(ge=0, le=3650)]
    cost: Literal["customer", "vendor"]


class Lease(Wire, frozen=True, kw_only=True):
    """For how many days a thing is leased; the deposit comes on top of the total, and back."""

    lease_length: LeaseDays
    deposit: Amount | None = None
    start_date: Time | None = None


class Warranty(Wire, frozen=True, kw_only=True):
    """For how many months from the delivery the vendor puts right at its expense what fails."""

    duration_of_warranty: Annotated[int, Meta(ge=1, le=1200)]
    warranty_scope: (
        Literal["Labor-BringIn", "PartsAndLabor-BringIn", "PartsAndLabor-PickUp"] | None
    ) = None


class Draft(Body, frozen=True, kw_only=True):
    """A complete agreement that lacks only signatures; times are Unix seconds."""

    v: Literal[1]
    deal: Bytes32
    intent: Bytes32
    customer: Bytes32
    vendor: VendorParty
    business_function: BusinessFunction
    item_offered: OfferedItem
    eligible_quantity: Annotated[int, Meta(ge=1, le=10_000)]
    price_specification: Price
    lease: Lease | None = None
    delivery_method: DeliveryMethod
    delivery_earliest: Time | None = None
    delivery_latest: Time | None = None
    payment: Payment
    returns: Returns
    warranty: Warranty | None = None
    terms: TermsId
    addendum: WireLevels = msgspec.field(default_factory=dict)
    terms_text: Bytes32 | None = None
    in_language: Language
    valid_through: Time
    confirm_by: Time
    reserved: bool

    @property
    def choice(self) -> Choice:
        """The terms under which the offer is made."""
        return Choice(self.terms, self.addendum)


def check(draft: Draft) -> None:
    """Refuse a draft that contradicts itself. Parties and certificate are left to others.

    Raises:
        RemoteError: `message.body`, `message.total_mismatch`, `terms.text`.
    """
    check_form(draft)
    total = expected_total(draft)
    # SPEC 03: The reader MUST refuse a draft whose total isn't unit price times quantity plus
    # delivery charge with `message.total_mismatch`.
    if draft.price_specification.total != total:
        raise RemoteError(
            "message.total_mismatch",
            f"draft.priceSpecification.total: expected {total}, "
            f"came {draft.price_specification.total}",
        )
    # SPEC 05: The writer of a draft MUST set `termsText` to the digest of the text of its terms and
    # addendum, or leave it out.
    # SPEC 05: The reader MUST refuse a draft whose `termsText` isn't the digest of the text of its
    # terms and addendum with `terms.text`.
    if not has_its_text(draft):
        raise RemoteError("terms.text", "draft.termsText: expected the digest of the terms' text")


def check_form(draft: Draft) -> None:
    """Refuse what the tables of the spec forbid beyond types; the total isn't looked at.

    Raises:
        RemoteError: `message.body`.
    """
    check_gtin(draft.item_offered.gtin)
    check_choices({"draft.payment.method": draft.payment.method})
    functions.check_drafted(
        draft.business_function,
        has_lease=draft.lease is not None,
        start_date=None if draft.lease is None else draft.lease.start_date,
        has_condition=draft.item_offered.item_condition is not None,
        has_warranty=draft.warranty is not None,
    )
    check_levels(draft.addendum, code="message.body")
    if draft.confirm_by < draft.valid_through:
        raise refuse("draft.confirmBy", f"at least {draft.valid_through}, came {draft.confirm_by}")
    earliest, latest = draft.delivery_earliest, draft.delivery_latest
    if earliest is not None and latest is not None and latest < earliest:
        raise refuse("draft.deliveryLatest", f"at least {earliest}, came {latest}")
    if (draft.payment.due == "days_after_delivery") != (draft.payment.due_days is not None):
        raise refuse("draft.payment.dueDays", "it exactly when due is days_after_delivery")
    if (draft.payment.due == "on_agreement") != (draft.payment.pay_within is not None):
        raise refuse("draft.payment.payWithin", "it exactly when due is on_agreement")


def has_its_text(draft: Draft) -> bool:
    """Whether the text of the terms is the one that the draft names, if it names one.

    Of terms that aren't known here there is no text to compare with.
    """
    choice = draft.choice
    if draft.terms_text is None or unknown(choice):
        return True
    return digest(page(choice.terms, choice.addendum)) == draft.terms_text


def expected_total(draft: Draft) -> int:
    """Unit price times quantity plus delivery charge, in minor units."""
    price = draft.price_specification
    return price.unit_price * draft.eligible_quantity + price.delivery_charge

"""Intents and received offers for tests of the customer's decisions."""

from collections.abc import Mapping
from types import MappingProxyType

from vrmnode.customer.ranking import RankedOffer, ReceivedOffer, rank
from vrmnode.customer.regard import DomainProof, Regard
from vrmnode.customer.request import build_intent, read_request
from vrmnode.values.money import Money
from vrmprotocol import certificate
from vrmprotocol.draft import (
    Draft,
    Lease,
    OfferedItem,
    Payment,
    Price,
    Returns,
    VendorParty,
    deal_id,
)
from vrmprotocol.fields import SUITE_X25519, RecipientKey
from vrmprotocol.keys import SigningKey
from vrmprotocol.mail import Offer
from vrmprotocol.market import Intent

NOW = 1_800_000_000
DAY = 86_400
TODAY = NOW - NOW % DAY
CUSTOMER = bytes([9]) * 32


def intent(**wanted: object) -> Intent:
    """An intent for The C Programming Language to the Netherlands, unless it says otherwise."""
    plain: dict[str, object] = {"country": "NL", "gtin": "9780131103627", "currency": "EUR"}
    raw = {name: value for name, value in {**plain, **wanted}.items() if value is not None}
    return build_intent(
        read_request(raw), now=NOW, salt=bytes(16), reply_key=bytes(32), reply_tag=bytes(16)
    )


def root_of(vendor: int) -> SigningKey:
    return SigningKey(bytes([vendor]) * 32)


def draft(
    vendor: int = 1,
    *,
    total: int = 3149,
    quantity: int = 1,
    currency: str = "EUR",
    terms: str = "SD-BASE",
    days: int | None = 3,
    method: str = "ship",
    payment: tuple[str, ...] = ("card",),
    valid_s: int = DAY,
    reserved: bool = False,
    function: str = "Sell",
    lease: Lease | None = None,
    properties: dict[str, object] | None = None,
    **item: object,
) -> Draft:
    """A draft of vendor number `vendor`."""
    root = root_of(vendor)
    offered: dict[str, object] = {
        "name": "The C Programming Language",
        "gtin": "9780131103627",
        "item_condition": "NewCondition",
    }
    return Draft(
        v=1,
        deal=deal_id(CUSTOMER, root.public),
        intent=bytes(32),
        customer=CUSTOMER,
        vendor=VendorParty(
            root=root.public,
            certificate=certificate.issue(
                root, subject=root.public, serial=0, not_before=NOW, not_after=NOW + 9 * DAY
            ),
            name=f"Vendor {vendor}",
        ),
        business_function=function,  # type: ignore[arg-type]
        item_offered=OfferedItem(**{**offered, **item}),  # type: ignore[arg-type]
        eligible_quantity=quantity,
        price_specification=Price(
            price_currency=currency, unit_price=0, delivery_charge=total, total=total
        ),
        lease=lease,
        delivery_method=method,  # type: ignore[arg-type]
        delivery_latest=None if days is None else TODAY + days * DAY,
        payment=Payment(method=payment, due="on_agreement", pay_within=86_400),
        returns=Returns(days=14, cost="customer"),
        terms=terms,
        in_language="en",
        valid_through=NOW + valid_s,
        confirm_by=NOW + valid_s + 1800,
        reserved=reserved,
        ext={"properties": properties} if properties else {},
    )


def received(vendor: int = 1, *, declined: bool = False, **parts: object) -> ReceivedOffer:
    """An offer as it came."""
    made = draft(vendor, **parts)  # type: ignore[arg-type]
    return ReceivedOffer(
        digest=bytes([vendor]) * 32,
        deal=made.deal,
        offer=Offer(
            intent=bytes(32),
            draft=made,
            secret=bytes(32),
            reply_key=RecipientKey(suite=SUITE_X25519, key=bytes(range(32))),
            shard=0,
        ),
        vendor_root=made.vendor.root,
        received_at=NOW,
        declined=declined,
    )


def ranked(
    *offers: ReceivedOffer,
    asked: Intent | None = None,
    trusted: tuple[int, ...] = (),
    proved: tuple[int, ...] = (),
    groups: Mapping[int, tuple[str, ...]] = MappingProxyType({}),
    private_maximum: Money | None = None,
    now: int = NOW,
) -> list[RankedOffer]:
    """The offers in order; `trusted` and `proved` name vendors by number."""
    return rank(
        offers,
        asked or intent(),
        regards={
            root_of(vendor).public: Regard(
                vendor in trusted,
                groups.get(vendor, ()),
                DomainProof(f"shop-{vendor}.example", NOW) if vendor in proved else None,
            )
            for vendor in {*trusted, *proved}
        },
        now=now,
        private_maximum=private_maximum,
    )


def vendors(offers: list[RankedOffer]) -> list[int]:
    return [offer.digest[0] for offer in offers]

"""A customer, a vendor and the messages of their deal, for the tests of this folder."""

from __future__ import annotations

from typing import Any

import msgspec

from vrmprotocol import (
    agreement,
    certificate,
    coherence,
    draft,
    envelope,
    fields,
    keys,
    mail,
    market,
    message,
    stamp,
)
from vrmprotocol.message import SignedMessage

DAY = 86_400
NOW = 1_800_000_000
ROOT = keys.SigningKey(b"r" * 32)
VENDOR = keys.SigningKey(b"v" * 32)
CUSTOMER = keys.SigningKey(b"c" * 32)
STRANGER = keys.SigningKey(b"x" * 32)
FEEDBACK = keys.SigningKey(b"f" * 32)
CUSTOMER_SEAL = keys.SealKey(b"1" * 32)
VENDOR_SEAL = keys.SealKey(b"2" * 32)
CERTIFICATE = certificate.issue(
    ROOT, subject=VENDOR.public, serial=0, not_before=NOW - DAY, not_after=NOW + 300 * DAY
)
DEAL = draft.deal_id(CUSTOMER.public, ROOT.public)
INTENT_ID = b"I" * 32


def recipient_key(seal_key: keys.SealKey) -> fields.RecipientKey:
    return fields.RecipientKey(suite=fields.SUITE_X25519, key=seal_key.public)


def make(struct: Any, **changes: Any) -> Any:
    """A copy of a struct with other values."""
    return msgspec.structs.replace(struct, **changes)


DRAFT = draft.Draft(
    v=1,
    deal=DEAL,
    intent=INTENT_ID,
    customer=CUSTOMER.public,
    vendor=draft.VendorParty(
        root=ROOT.public, certificate=CERTIFICATE, name="Café Müller", address="Weg 1\n12345 Ort"
    ),
    business_function="Sell",
    item_offered=draft.OfferedItem(
        name="Kettle", gtin="4006381333931", item_condition="NewCondition"
    ),
    eligible_quantity=2,
    price_specification=draft.Price(
        price_currency="EUR", unit_price=1999, delivery_charge=490, total=4488
    ),
    delivery_method="ship",
    payment=draft.Payment(method=("invoice",), due="days_after_delivery", due_days=14),
    returns=draft.Returns(days=30, cost="vendor"),
    terms="SD-BASE",
    in_language="de",
    valid_through=NOW + DAY,
    confirm_by=NOW + 2 * DAY,
    reserved=True,
)
OFFER = mail.Offer(
    intent=INTENT_ID,
    draft=DRAFT,
    secret=b"s" * 32,
    reply_key=recipient_key(VENDOR_SEAL),
    shard=0,
    note="Gladly.",
)
INTENT = market.Intent(
    v=1,
    salt=b"n" * 16,
    business_function="Sell",
    item_offered=market.DemandedItem(name="kettle", category=2),
    eligible_quantity=2,
    must=(market.Constraint(name="volume", op="ge", value=1500),),
    prefer=(market.Constraint(name="colour", op="in", value=("red", "blue")),),
    area=market.Area(country="DE", region="BE"),
    availability_ends=DAY * 20_000,
    price_specification=market.Budget(price_currency="EUR", max_price=5000),
    accepted_terms=("SD-BASE", "SD-BASE-A"),
    reply_key=recipient_key(CUSTOMER_SEAL),
    reply_tag=b"t" * 16,
    max_offers=10,
    valid_through=NOW + 6 * DAY,
)
PROFILE = market.VendorProfile(
    v=1,
    seq=NOW,
    name="Café Müller",
    area_served=("DE", "AT"),
    category=(),
    business_function=("Sell",),
    accepted_terms=("SD-BASE",),
    payment_method=("invoice",),
    delivery_method=("ship",),
    in_language=("de",),
    certificate=CERTIFICATE,
    prekey=market.Prekey(
        suite=fields.SUITE_X25519, key=VENDOR_SEAL.public, not_after=NOW + 7 * DAY
    ),
    reply_tag=b"p" * 16,
    features=(),
)


def envelope_of(
    body: bytes,
    *,
    kind: str = "intent",
    topic: str = "/vrm/1/market/0",
    key: keys.SigningKey = CUSTOMER,
    lifetime_s: int = 6 * DAY,
) -> envelope.Envelope:
    """An envelope around a body, not stamped and not signed: the body is what is tested."""
    return envelope.Envelope(
        kind=kind,
        topic=topic,
        tag=None,
        author=key.public,
        created=NOW,
        expires=NOW + lifetime_s,
        body=body,
        stamp=bytes(8),
        sig=bytes(64),
        id=bytes(32),
        raw=b"",
    )


class Talk:
    """One side of the deal: counts its messages and chains them."""

    def __init__(self, key: keys.SigningKey, recipient: bytes, deal: bytes = DEAL) -> None:
        self.key = key
        self.recipient = recipient
        self.deal = deal
        self.seq = 0
        self.prev: bytes | None = None

    def say(self, kind: str, body: Any, **changes: Any) -> SignedMessage:
        values: dict[str, Any] = {
            "kind": kind,
            "deal": self.deal,
            "seq": self.seq,
            "prev": self.prev,
            "key": self.key,
            "recipient": self.recipient,
            "created": NOW,
            "received": (),
            "body": body,
        }
        said = message.sign(**{**values, **changes})
        self.seq += 1
        self.prev = said.digest
        return said


def vendor() -> Talk:
    return Talk(VENDOR, CUSTOMER.public)


def customer() -> Talk:
    return Talk(CUSTOMER, VENDOR.public)


def accept_body(
    offer: SignedMessage, *, accepted_at: int = NOW, key: keys.SigningKey = CUSTOMER
) -> mail.Accept:
    """An accept of an offer, signed under the document."""
    assert isinstance(offer.body, mail.Offer)
    commitments = {"relationship": b"k" * 32}
    document = agreement.document(
        draft=offer.body.draft, offer=offer.digest, accepted_at=accepted_at, commitments=commitments
    )
    return mail.Accept(
        offer=offer.raw,
        accepted_at=accepted_at,
        commitments=commitments,
        feedback_key=FEEDBACK.public,
        signature=agreement.sign(document, key),
    )


def agreement_body(
    accept: SignedMessage, offer: SignedMessage, key: keys.SigningKey = VENDOR
) -> mail.Agreement:
    """The vendor's countersignature."""
    return coherence.countersign(accept, offer, key)


def grind(core: bytes, bits: int) -> bytes:
    return stamp.grind(core, bits)

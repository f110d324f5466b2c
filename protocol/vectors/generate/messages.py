"""Inner messages, and the deal between the customer and the vendor of `world`.

Implements specs/06-sealing-and-mail.md#the-inner-message and the bodies of
specs/03-messages.md#mail-messages, the writer's side only.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from .canonical import pack
from .envelope_file import intent_envelope
from .primitives import Signer, fixed, sha256
from .world import (
    CUSTOMER,
    DAY,
    DEAL,
    DEAL_SECRET,
    NOW,
    VENDOR,
    VENDOR_REPLY,
    VENDOR_ROOT,
    Body,
    altered,
    certificate,
    suite_key,
)


@dataclass(frozen=True)
class Inner:
    """An inner message; `changes` alters header fields (None removes one) before signing."""

    kind: str
    author: Signer
    recipient: bytes
    body: Any
    seq: int = 0
    prev: bytes | None = None
    created: int = NOW
    received: tuple[bytes, ...] = ()
    deal: bytes = DEAL
    changes: Body = field(default_factory=dict)
    signer: Signer | None = None

    def unsigned(self) -> Body:
        """The map without its signature."""
        return altered_keeping_nil(
            {
                "v": 1,
                "kind": self.kind,
                "deal": self.deal,
                "seq": self.seq,
                "prev": self.prev,
                "author": self.author.public,
                "recipient": self.recipient,
                "created": self.created,
                "received": list(self.received),
                "body": self.body,
            },
            self.changes,
        )

    @property
    def digest(self) -> bytes:
        """The name of the message."""
        return sha256(b"vrm/1 message\0", pack(self.unsigned()))

    @property
    def sig(self) -> bytes:
        """The author's signature."""
        signer = self.signer or self.author
        return signer.sign(b"vrm/1 message signature\0" + self.digest)

    @property
    def raw(self) -> bytes:
        """The bytes that are sealed."""
        return pack({**self.unsigned(), "sig": self.sig})

    def with_(self, **changes: object) -> Inner:
        """The same message with other header fields, signed again."""
        return replace(self, changes={**self.changes, **changes})


GONE = object()


def altered_keeping_nil(body: Body, changes: Body) -> Body:
    """Fields replaced, or removed where the new value is GONE; nil stays."""
    merged = {**body, **changes}
    return {key: value for key, value in merged.items() if value is not GONE}


def from_vendor(kind: str, body: Any, **header: Any) -> Inner:
    """A message of the vendor to the customer."""
    return Inner(kind, VENDOR, CUSTOMER.public, body, **header)


def from_customer(kind: str, body: Any, **header: Any) -> Inner:
    """A message of the customer to the vendor."""
    return Inner(kind, CUSTOMER, VENDOR.public, body, **header)


def draft_body(**changes: object) -> Body:
    """A draft with every optional field."""
    body: Body = {
        "v": 1,
        "deal": DEAL,
        "intent": intent_envelope().id,
        "customer": CUSTOMER.public,
        "vendor": {
            "root": VENDOR_ROOT.public,
            "certificate": certificate(),
            "name": "Example Kettles",
            "legalName": "Example Kettles GmbH",
            "url": "https://kettles.example",
            "address": "Kesselweg 1\n10115 Berlin",
        },
        "businessFunction": "Sell",
        "itemOffered": {
            "name": "Kettle K-17, steel",
            "gtin": "4006381333931",
            "mpn": "K-17",
            "sku": "100-17",
            "brand": "Example",
            "category": 5117,
            "description": "1.7 l, 40 to 100 °C.",
            "itemCondition": "NewCondition",
            "image": [fixed("kettle image")],
        },
        "eligibleQuantity": 2,
        "priceSpecification": {
            "priceCurrency": "EUR",
            "unitPrice": 4_990,
            "deliveryCharge": 495,
            "total": 10_475,
            "taxIncluded": 1_672,
            "taxRatePpm": 190_000,
        },
        "deliveryMethod": "ship",
        "deliveryEarliest": NOW + 2 * DAY,
        "deliveryLatest": NOW + 5 * DAY,
        "payment": {
            "method": ["invoice", "card"],
            "due": "days_after_delivery",
            "dueDays": 14,
            "reference": "K-2027-1",
        },
        "returns": {"days": 30, "cost": "vendor"},
        "terms": "SD-BASE",
        "inLanguage": "de",
        "validThrough": NOW + 3 * DAY,
        "confirmBy": NOW + 4 * DAY,
        "reserved": True,
    }
    return altered(body, changes)


def small_draft_body(**changes: object) -> Body:
    """A draft with its required fields only."""
    body = draft_body(deliveryEarliest=None, deliveryLatest=None)
    vendor = altered(body["vendor"], {"legalName": None, "url": None, "address": None})
    price = altered(body["priceSpecification"], {"taxIncluded": None, "taxRatePpm": None})
    item = {"name": "Kettle", "itemCondition": "UsedCondition"}
    payment = {"method": ["cash"], "due": "on_delivery"}
    body.update(vendor=vendor, priceSpecification=price, itemOffered=item, payment=payment)
    return altered(body, changes)


def offer_body(**changes: object) -> Body:
    """An offer."""
    body: Body = {
        "intent": intent_envelope().id,
        "draft": draft_body(),
        "secret": DEAL_SECRET,
        "replyKey": suite_key(VENDOR_REPLY),
        "shard": 0,
        "note": "With best regards.",
    }
    return altered(body, changes)


@cache
def offer() -> Inner:
    """The vendor's first message."""
    return from_vendor("offer", offer_body())


def salt_of(name: str) -> bytes:
    """The salt of a commitment, always the same for one name."""
    return fixed(f"commitment salt {name}")


def commitment(name: str, value: object) -> bytes:
    """A commitment to a value under the salt of its name."""
    return sha256(b"vrm/1 commitment\0", salt_of(name), pack({"name": name, "value": value}))


# What the customer of `world` has stored; no region, so that one commitment is to nil.
CONTACT: Body = {
    "name": "Anna Muster",
    "street_address": "Musterstraße 1\n3. Stock",
    "postal_code": "10115",
    "locality": "Berlin",
    "region": None,
    "country": "DE",
    "email": "anna@mail.example",
    "telephone": "+49 30 901820",
}
RELATIONSHIP = Signer.named("relationship")
FEEDBACK = Signer.named("feedback")
COMMITMENTS: Body = {
    "relationship": commitment("relationship", RELATIONSHIP.public),
    **{name: commitment(name, value) for name, value in CONTACT.items()},
}
ACCEPTED_AT = NOW + 3_601


def month_of(time: int) -> str:
    """The month of a time, in UTC."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m")


def document_of(
    draft: Body,
    offer_digest: bytes,
    accepted_at: int = ACCEPTED_AT,
    commitments: Body = COMMITMENTS,
) -> Body:
    """The agreement document."""
    return {
        "v": 1,
        "type": "vrm-agreement",
        "draft": draft,
        "offer": offer_digest,
        "acceptedAt": accepted_at,
        "commitments": commitments,
    }


def document_signature(signer: Signer, document: Body) -> bytes:
    """A party's signature over the document."""
    digest = sha256(b"vrm/1 agreement\0", pack(document))
    return signer.sign(b"vrm/1 agreement signature\0" + digest)


def accept_body(answered: Inner | None = None, **changes: object) -> Body:
    """An accept of an offer, rightly signed unless `changes` say otherwise."""
    answered = answered or offer()
    accepted_at: Any = changes.get("acceptedAt", ACCEPTED_AT)
    commitments: Any = changes.get("commitments", COMMITMENTS)
    draft = answered.body["draft"]
    document = document_of(draft, answered.digest, accepted_at, commitments)
    body: Body = {
        "offer": answered.raw,
        "acceptedAt": accepted_at,
        "commitments": commitments,
        "feedbackKey": FEEDBACK.public,
        "signature": document_signature(CUSTOMER, document),
    }
    return altered(body, changes)


@cache
def accept() -> Inner:
    """The customer's first message."""
    return from_customer("accept", accept_body(), created=ACCEPTED_AT, received=(offer().digest,))


def document_from(accepted: Inner, answered: Inner) -> Body:
    """The document that follows from an accept of this offer."""
    body = accepted.body
    draft = answered.body["draft"]
    return document_of(draft, answered.digest, body["acceptedAt"], body["commitments"])


def grant(
    signer: Signer = VENDOR,
    *,
    key: bytes = FEEDBACK.public,
    month: str = month_of(ACCEPTED_AT),
    root: bytes = VENDOR_ROOT.public,
) -> bytes:
    """A vendor's grant to a feedback key (specs/14-feedback.md#the-grant)."""
    granted = {"v": 1, "root": root, "key": key, "month": month}
    return signer.sign(b"vrm/1 feedback grant\0" + pack(granted))


def agreement_body(
    accepted: Inner | None = None, answered: Inner | None = None, signer: Signer = VENDOR
) -> Body:
    """A countersignature."""
    accepted, answered = accepted or accept(), answered or offer()
    signature = document_signature(signer, document_from(accepted, answered))
    key, time = accepted.body["feedbackKey"], accepted.body["acceptedAt"]
    granted = grant(signer, key=key, month=month_of(time))
    return {"accept": accepted.digest, "signature": signature, "feedbackGrant": granted}


@cache
def agreement() -> Inner:
    """The vendor's second message."""
    return from_vendor(
        "agreement",
        agreement_body(),
        seq=1,
        prev=offer().digest,
        created=ACCEPTED_AT + 60,
        received=(accept().digest,),
    )


def agreement_file(document: Body, customer: bytes, vendor: bytes) -> Body:
    """The map that both keep."""
    return {
        "v": 1,
        "type": "vrm-agreement-file",
        "document": document,
        "signatures": {"customer": customer, "vendor": vendor},
    }

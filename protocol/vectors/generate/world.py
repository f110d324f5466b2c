"""The people, keys and times that all vectors share.

A customer (a pseudonym) states an intent for two kettles; a vendor, certified by its root,
answers. Nothing here is secret and nothing is drawn at random.
"""

from __future__ import annotations

from typing import Any

from .canonical import pack
from .primitives import Signer, fixed, sha256, x25519_public

Body = dict[str, Any]

NOW = 1_800_000_000
MINUTE, DAY = 60, 86_400
FORTNIGHT = 14 * DAY
YEAR = 365 * DAY

MARKET = "/vrm/1/market/0"
DIRECTORY = "/vrm/1/directory"
MAIL = "/vrm/1/mail/0"
SUITE = "x25519-hkdf-sha256-chacha20poly1305"

CUSTOMER = Signer.named("customer")
OTHER_CUSTOMER = Signer.named("other customer")
VENDOR_ROOT = Signer.named("vendor root")
VENDOR = Signer.named("vendor signing 0")
OTHER_ROOT = Signer.named("other vendor root")
OTHER_VENDOR = Signer.named("other vendor signing 0")
STRANGER = Signer.named("stranger")

CUSTOMER_REPLY = fixed("x25519 customer reply")
VENDOR_REPLY = fixed("x25519 vendor reply")
VENDOR_PREKEY = fixed("x25519 vendor prekey")
DEAL_SECRET = fixed("deal secret")

DEAL = sha256(b"vrm/1 deal\0", CUSTOMER.public, VENDOR_ROOT.public)
REPLY_TAG = fixed("reply tag", 16)


def suite_key(private: bytes) -> Body:
    """A recipient key as it stands in messages."""
    return {"suite": SUITE, "key": x25519_public(private)}


def certificate(
    root: Signer = VENDOR_ROOT,
    subject: bytes = VENDOR.public,
    changes: Body | None = None,
    serial: int = 0,
) -> Body:
    """A key certificate, signed after `changes` were made; None removes a field."""
    body: Body = {
        "v": 1,
        "root": root.public,
        "subject": subject,
        "serial": serial,
        "notBefore": NOW - 30 * DAY,
        "notAfter": NOW + 300 * DAY,
    }
    body = altered(body, changes or {})
    return {**body, "sig": root.sign(b"vrm/1 certificate\0" + pack(body))}


def altered(body: Body, changes: Body) -> Body:
    """A copy with some fields replaced, or removed where the new value is None."""
    merged = {**body, **changes}
    return {key: value for key, value in merged.items() if value is not None}


def intent_body(**changes: object) -> Body:
    """A whole intent with every optional field."""
    body: Body = {
        "v": 1,
        "salt": fixed("intent salt", 16),
        "businessFunction": "Sell",
        "itemOffered": {
            "name": "Kettle, 1.7 l, stainless steel",
            "gtin": "4006381333931",
            "brand": "Example",
            "category": 5117,
            "description": "Quiet, with temperature control.\nNo plastic inside.",
        },
        "eligibleQuantity": 2,
        "itemCondition": ["NewCondition", "RefurbishedCondition"],
        "must": [
            {"name": "capacity_ml", "op": "ge", "value": 1500},
            {"name": "colour", "op": "in", "value": ["black", "steel"]},
        ],
        "prefer": [{"name": "keep_warm", "op": "eq", "value": True}],
        "area": {"country": "DE", "region": "Berlin", "cell": "u33d"},
        "availabilityEnds": (NOW // DAY + 20) * DAY,
        "priceSpecification": {"priceCurrency": "EUR", "maxPrice": 12_000},
        "acceptedTerms": ["SD-BASE", "SD-BASE-A"],
        "deliveryMethod": ["ship", "pickup"],
        "paymentMethod": ["invoice", "card"],
        "replyKey": suite_key(CUSTOMER_REPLY),
        "replyTag": REPLY_TAG,
        "maxOffers": 10,
        "validThrough": NOW + 30 * DAY,
        "inLanguage": ["de", "en-GB"],
    }
    return altered(body, changes)


def small_intent_body(**changes: object) -> Body:
    """An intent with its required fields only."""
    body: Body = {
        "v": 1,
        "salt": fixed("small intent salt", 16),
        "businessFunction": "Repair",
        "itemOffered": {"category": 5117},
        "eligibleQuantity": 1,
        "area": {"country": "DE"},
        "acceptedTerms": ["SD-BASE"],
        "replyKey": suite_key(CUSTOMER_REPLY),
        "replyTag": REPLY_TAG,
        "maxOffers": 1,
        "validThrough": NOW + 30 * DAY,
    }
    return altered(body, changes)


def profile_body(**changes: object) -> Body:
    """A vendor profile with every optional field."""
    body: Body = {
        "v": 1,
        "seq": NOW,
        "name": "Example Kettles",
        "legalName": "Example Kettles GmbH",
        "url": "https://kettles.example",
        "description": "Kettles, and nothing else.",
        "areaServed": ["DE", "AT"],
        "category": [5117],
        "businessFunction": ["Sell", "Repair"],
        "acceptedTerms": ["SD-BASE", "SD-BASE-A", "SD-BASE-AT"],
        "paymentMethod": ["invoice", "card"],
        "deliveryMethod": ["ship", "pickup"],
        "inLanguage": ["de", "en"],
        "certificate": certificate(),
        "prekey": {**suite_key(VENDOR_PREKEY), "notAfter": NOW + 7 * DAY},
        "replyTag": fixed("vendor reply tag", 16),
        "features": ["mail/1"],
    }
    return altered(body, changes)


def update_body(**changes: object) -> Body:
    """An intent update that extends the intent."""
    body: Body = {
        "v": 1,
        "salt": fixed("update salt", 16),
        "seq": 1,
        "status": "active",
        "intent": intent_body(validThrough=NOW + 60 * DAY),
    }
    return altered(body, changes)

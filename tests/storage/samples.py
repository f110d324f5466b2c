"""Rows with nothing special about them; a test names what matters to it."""

from __future__ import annotations

from typing import Any

from vrmnode.storage.catalogue import Product
from vrmnode.storage.database import Tx
from vrmnode.storage.deals import Deal
from vrmnode.storage.envelopes import StoredEnvelope
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.market import MarketIntent, StoredProfile
from vrmnode.storage.messages import StoredMessage


def key(number: int) -> bytes:
    """Return 32 bytes that differ by number."""
    return number.to_bytes(32, "big")


def tag(number: int) -> bytes:
    return number.to_bytes(16, "big")


def deal(number: int = 1, **fields: Any) -> Deal:
    values: dict[str, Any] = {
        "deal": key(number),
        "role": "customer",
        "customer": key(100),
        "vendor_root": key(200 + number),
        "intent_id": key(300),
        "state": "offered",
        "created": 1000,
        "updated": 1000,
    }
    return Deal(**values | fields)


def message(number: int = 1, **fields: Any) -> StoredMessage:
    values: dict[str, Any] = {
        "digest": key(1000 + number),
        "deal": key(1),
        "author": key(201),
        "seq": number,
        "kind": "offer",
        "own": False,
        "created": 1000,
        "received_at": 1000 + number,
        "raw": b"signed %d" % number,
    }
    return StoredMessage(**values | fields)


def own_intent(number: int = 1, **fields: Any) -> OwnIntent:
    values: dict[str, Any] = {
        "intent_id": key(300 + number),
        "envelope_id": key(300 + number),
        "body": b"body",
        "quantity": 1,
        "valid_through": 5000,
        "created": 1000 + number,
    }
    return OwnIntent(**values | fields)


def market_intent(number: int = 1, **fields: Any) -> MarketIntent:
    values: dict[str, Any] = {
        "pseudonym": key(100 + number),
        "envelope_id": key(300 + number),
        "seq": 0,
        "status": "active",
        "body": b"body",
        "valid_through": 5000,
        "received_at": 1000 + number,
    }
    return MarketIntent(**values | fields)


def profile(number: int = 1, **fields: Any) -> StoredProfile:
    values: dict[str, Any] = {
        "root": key(200 + number),
        "seq": 10,
        "envelope_id": key(400 + number),
        "name": f"Vendor {number}",
        "body": b"body",
        "expires": 5000,
        "received_at": 1000,
    }
    return StoredProfile(**values | fields)


def envelope(number: int = 1, **fields: Any) -> StoredEnvelope:
    values: dict[str, Any] = {
        "id": key(600 + number),
        "topic": "/vrm/1/mail/0",
        "kind": "mail",
        "author": key(700 + number),
        "created": 600,
        "expires": 6000,
        "received_at": 1000 + number,
        "raw": b"r" * 100,
    }
    return StoredEnvelope(**values | fields)


def product(sku: str = "A1", **fields: Any) -> Product:
    values: dict[str, Any] = {"sku": sku, "name": "A thing", "price": 1000, "currency": "EUR"}
    return Product(**values | fields)


def set_stock(tx: Tx, sku: str, stock: int | None) -> None:
    """Another count of a product that is in the catalogue."""
    tx.run("UPDATE products SET stock = ? WHERE sku = ?", (stock, sku))
    assert tx.changes() == 1

"""Intents and products for tests of the vendor's decisions."""

from collections.abc import Callable, Mapping

from tests.vendor.shelf import Shelf
from vrmnode.customer.request import build_intent, read_request
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.product import Product
from vrmnode.vendor.profile import VendorDetails
from vrmnode.vendor.responder import Plan, Refusal, answer
from vrmprotocol.market import Intent

NOW = 1_800_000_000
DAY = 86_400

DETAILS = VendorDetails(name="Book shop", area_served=("NL", "DE"))

BOOKS = (
    Product(
        sku="c",
        name="The C Programming Language",
        price=999,
        currency="EUR",
        gtin14="09780131103627",
        brand="Prentice Hall",
        category=784,
        category_path="Books > Non-Fiction > Essential programming",
        stock=20,
        properties={"format": "paperback", "pages": "272", "author": "Kernighan, Ritchie"},
    ),
    Product(
        sku="cpp",
        name="The C++ Programming Language",
        price=1999,
        currency="EUR",
        gtin14="09780321563842",
        category=784,
        category_path="Books > Non-Fiction > Essential programming",
        stock=1,
    ),
    Product(
        sku="patterns",
        name="Design Patterns",
        price=2399,
        currency="EUR",
        gtin14="09780201633610",
        category=784,
        category_path="Books > Non-Fiction > Essential programming",
        stock=3,
        condition="UsedCondition",
    ),
    Product(
        sku="head-first",
        name="Head First Design Patterns",
        price=1500,
        currency="EUR",
        category=784,
        category_path="Books > Non-Fiction > Essential programming",
        stock=None,
    ),
    Product(
        sku="drill",
        name="Cordless combi drill 18 V",
        price=9490,
        currency="EUR",
        mpn="DHP484",
        brand="Makita",
        category=1167,
        category_path="Hardware > Tools > Drills",
        stock=0,
        properties={"voltage": "18 V"},
    ),
)


def intent(**wanted: object) -> Intent:
    """An intent by people's fields, to the Netherlands unless they say otherwise."""
    return build_intent(
        read_request({"country": "NL", **wanted}),
        now=NOW,
        salt=bytes(16),
        reply_key=bytes(range(32)),
        reply_tag=bytes(16),
    )


def replies(
    asked: Intent,
    *,
    products: tuple[Product, ...] = BOOKS,
    policy: Mapping[str, object] | None = None,
    details: VendorDetails = DETAILS,
    available: Callable[[str], int | None] | None = None,
    now: int = NOW,
) -> tuple[Plan, ...] | Refusal | None:
    """What the vendor of these products answers."""
    shelf = Shelf(products)
    return answer(
        asked,
        shelf,
        policy=VendorPolicy.from_dict(policy or {}),
        details=details,
        available=available or shelf.available,
        now=now,
    )


def reply(*args: object, **kwargs: object) -> Plan | Refusal | None:
    """The one plan that the vendor answers with, or its refusal, or nothing."""
    found = replies(*args, **kwargs)  # type: ignore[arg-type]
    if not isinstance(found, tuple):
        return found
    (only,) = found
    return only


def plan(*args: object, **kwargs: object) -> Plan:
    found = reply(*args, **kwargs)
    assert isinstance(found, Plan), found
    return found


def refusal(*args: object, **kwargs: object) -> Refusal:
    found = reply(*args, **kwargs)
    assert isinstance(found, Refusal), found
    return found

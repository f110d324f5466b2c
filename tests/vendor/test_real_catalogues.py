"""Whole catalogues: the examples, an export as of a bookshop, and real data where it is there."""

import io
import tomllib
from pathlib import Path

import pytest

from tests.vendor.samples import NOW, intent
from tests.vendor.shelf import Shelf
from vrmnode.vendor.feed import FeedOptions, RowError, parse_mapping, read_products
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.product import Product
from vrmnode.vendor.profile import VendorDetails
from vrmnode.vendor.responder import Plan, Refusal, answer

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "catalogues"
BOOKS = ROOT.parent / "shared" / "data" / "books.csv"
SHOPIFY = ROOT.parent / "shared" / "data" / "shopify-apparel.csv"
BOOKS_MAPPING = "gtin=3,name=4,price=8,stock=9,category_path=2,description=5,sku=7"
ODD_MAPPING = (
    "sku=shelf mark,name=what it is,gtin=number on the back,brand=house,price=ask,stock=left,"
    "category_path=group,property.author=who wrote it,property.format=cover,property.pages=leaves"
)
VENDORS = {
    "linden-books": ("catalogue.csv", ODD_MAPPING, 24),
    "werkstatt-nord": ("catalogue.csv", None, 31),
    "canal-goods": ("catalogue.tsv", None, 25),
}


def vendor(name: str) -> tuple[Shelf, VendorPolicy, VendorDetails]:
    folder = EXAMPLES / name
    file, mapping, count = VENDORS[name]
    options = FeedOptions(mapping=parse_mapping(mapping) if mapping else None)
    with (folder / file).open("rb") as stream:
        found = list(read_products(stream, options))
    assert [item.words for item in found if isinstance(item, RowError)] == []
    assert len(found) == count
    return (
        Shelf(item for item in found if isinstance(item, Product)),
        VendorPolicy.from_dict(tomllib.loads((folder / "policy.toml").read_text())),
        VendorDetails.from_dict(tomllib.loads((folder / "profile.toml").read_text())),
    )


def replies(**wanted: object) -> dict[str, int | str | None]:
    """Each example vendor's total, or its reason."""
    found: dict[str, int | str | None] = {}
    for name in VENDORS:
        shelf, policy, details = vendor(name)
        reply = answer(
            intent(**wanted),
            shelf,
            policy=policy,
            details=details,
            available=shelf.available,
            now=NOW,
        )
        if isinstance(reply, tuple):
            found[name] = reply[0].parts.price.total
        else:
            found[name] = reply.reason if reply else None
    return found


def test_examples_compete():
    terms = ["SD-BASE", "SD-BASE-A"]
    assert replies(gtin="9780131103627", terms=terms) == {
        "linden-books": 5190,
        "werkstatt-nord": 5380,
        "canal-goods": 4120,
    }
    assert replies(name="knipex cobra pliers", terms=terms, country="DE") == {
        "linden-books": None,
        "werkstatt-nord": 3495,
        "canal-goods": 4114,
    }


def test_examples_differ_in_terms_and_refuse_with_reasons():
    assert replies(gtin="9780131103627", terms=["PDC-AI"])["werkstatt-nord"] == 5380
    assert replies(gtin="9780131103627", budget="20 EUR", quantity=2) == {
        "linden-books": "over_budget",
        "werkstatt-nord": "terms",
        "canal-goods": "quantity",
    }
    assert replies(name="knipex cobra pliers", country="US")["canal-goods"] == 5824


def book_rows() -> bytes:
    """Rows as a bookshop exports them: no header, an empty cell, one ISBN twice, one wrong."""
    rows = [
        ("9780131103627", "The C Programming Language", "9.99", "20"),
        ("9780201633610", "Design Patterns", "23.99", "74"),
        ("9780130313584", "Современные операционные системы", "16.99", "3"),
        ("9780201615869", "La práctica de la programación", "15.99", "4"),
        ("9780131103627", "The C Programming Language", "9.99", "20"),
        ("9780131103620", "A book with a misprinted number", "5.00", "1"),
        ("9780441172719", "Dune", "", "1"),
    ]
    return "".join(
        f'Book,Books > Non-Fiction > Programming,{isbn},"{name}","He said ""well, yes"".",Partner,'
        f"{isbn},{price},{stock}\n"
        for isbn, name, price, stock in rows
    ).encode()


def book_shelf(raw: bytes) -> tuple[Shelf, list[RowError]]:
    options = FeedOptions(mapping=parse_mapping(BOOKS_MAPPING))
    found = list(read_products(io.BytesIO(raw), options))
    errors = [item for item in found if isinstance(item, RowError)]
    return Shelf(item for item in found if isinstance(item, Product)), errors


def check_three_intents(shelf: Shelf) -> None:
    """By ISBN, by words of the title, and by category and price: each gets an offer."""
    details = VendorDetails(name="Book shop", area_served=("NL",))
    found: dict[str, Plan | Refusal | None] = {}
    asked: dict[str, dict[str, object]] = {
        "gtin": {"gtin": "978-0-13-110362-7"},
        "words": {"name": "design patterns"},
        "category": {"category": 784, "budget": "10 EUR"},
        "none": {"name": "garden hose 25 m"},
    }
    for way, wanted in asked.items():
        reply = answer(
            intent(**wanted),
            shelf,
            policy=VendorPolicy(),
            details=details,
            available=shelf.available,
            now=NOW,
        )
        found[way] = reply[0] if isinstance(reply, tuple) else reply
    assert isinstance(found["gtin"], Plan)
    assert found["gtin"].parts.item_offered.name == "The C Programming Language"
    assert isinstance(found["words"], Plan)
    assert found["words"].parts.item_offered.name == "Design Patterns"
    assert isinstance(found["category"], Plan)
    assert found["category"].parts.price.total <= 1000
    assert found["none"] is None


def test_bookshop_export():
    shelf, errors = book_shelf(book_rows())
    assert [(error.row, error.column) for error in errors] == [
        (5, "column 7 (sku)"),
        (6, "column 3 (gtin)"),
        (7, "column 8 (price)"),
    ]
    assert len(shelf.products) == 4
    check_three_intents(shelf)


@pytest.mark.skipif(not BOOKS.exists(), reason="the shared data isn't beside the checkout")
def test_real_books():
    shelf, errors = book_shelf(BOOKS.read_bytes())
    assert len(shelf.products) == 198
    assert {error.column for error in errors} == {"column 7 (sku)"}
    check_three_intents(shelf)


def test_the_workshop_does_more_than_sell():
    shelf, policy, details = vendor("werkstatt-nord")
    thing = {"name": "DHP484 combi drill", "brand": "Makita", "mpn": "DHP484", "category": 1217}
    common = {"country": "DE", "terms": ["SD-BASE-A"]}

    def totals(**wanted: object) -> list[tuple[str, int]]:
        found = answer(
            intent(**{**common, **wanted}),
            shelf,
            policy=policy,
            details=details,
            available=shelf.available,
            now=NOW,
        )
        assert isinstance(found, tuple), found
        return [(each.parts.business_function, each.parts.price.total) for each in found]

    broken = {"function": "Repair", "alternatives": ["Sell", "LeaseOut"], "lease_days": 14}
    pickup = {"delivery": ["pickup"]}
    assert totals(**thing, **broken, **pickup) == [
        ("Repair", 4900),
        ("Sell", 9490),
        ("LeaseOut", 5000),
    ]
    assert totals(**thing, function="Maintain", **pickup) == [("Maintain", 2490)]
    assert totals(**thing, function="Buy", condition="used") == [("Buy", 2000)]
    assert totals(**thing, function="Dispose", **pickup) == [("Dispose", 350)]
    assert totals(name="assembly of lamps", function="ProvideService", **pickup) == [
        ("ProvideService", 4500)
    ]


@pytest.mark.skipif(not SHOPIFY.exists(), reason="the real export isn't here")
def test_a_real_shopify_export_needs_no_mapping():
    with SHOPIFY.open("rb") as stream:
        found = list(read_products(stream))
    assert [item.words for item in found if isinstance(item, RowError)] == []
    tops = [item.name for item in found if isinstance(item, Product) and "varsity" in item.sku]
    assert tops == [f"Classic Varsity Top, {size}" for size in ("Small", "Medium", "Large")]

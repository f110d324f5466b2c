"""Which products meet an intent."""

import pytest

from tests.vendor.samples import BOOKS, intent
from tests.vendor.shelf import Shelf
from vrmnode.values.money import Money
from vrmnode.vendor.matching import match, value_of
from vrmnode.vendor.product import Product


def found(asked, products=BOOKS, **kwargs) -> list[tuple[str, str | None]]:
    return [
        (candidate.product.sku, candidate.problem.reason if candidate.problem else None)
        for candidate in match(asked, Shelf(products), currency="EUR", **kwargs)
    ]


@pytest.mark.parametrize(
    ("wanted", "skus"),
    [
        ({"gtin": "9780131103627"}, ["c"]),
        ({"gtin": "978-0-13-110362-7"}, ["c"]),
        ({"gtin": "9780441172719"}, []),
        ({"mpn": "DHP484"}, ["drill"]),
        ({"mpn": "DHP484", "brand": "Makita"}, ["drill"]),
        ({"mpn": "unknown"}, []),
        ({"name": "The C Programming Language"}, ["c"]),
        ({"name": "c programming language kernighan"}, ["c"]),
        ({"name": "c++ programming"}, ["cpp"]),
        ({"name": "DESIGN PATTERN"}, ["patterns"]),
        ({"name": "head first design patterns"}, ["head-first"]),
        ({"name": "makita combi drill"}, ["drill"]),
        ({"name": "garden hose"}, []),
        ({"name": "programming the garden hose water timer"}, []),
        ({"name": "design patterns", "category": 784}, ["patterns"]),
        ({"name": "design patterns", "category": 1167}, []),
        ({"category": 1167}, ["drill"]),
        ({"category": 632}, ["drill"]),
        ({"category": 784}, ["c", "head-first", "cpp", "patterns"]),
        ({"category": 783}, ["c", "head-first", "cpp", "patterns"]),
        ({"category": 8}, []),
    ],
)
def test_what_is_found(wanted, skus):
    assert [sku for sku, problem in found(intent(**wanted))] == skus


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"name": "design patterns", "condition": "new"}, [("patterns", "condition")]),
        ({"name": "design patterns", "condition": ["new", "used"]}, [("patterns", None)]),
        ({"gtin": "9780131103627", "must": ["format=hardcover"]}, [("c", "constraint")]),
        ({"gtin": "9780131103627", "must": ["format=Paperback", "pages>=200"]}, [("c", None)]),
        ({"gtin": "9780131103627", "must": ["pages>=300"]}, [("c", "constraint")]),
        ({"gtin": "9780131103627", "must": ["weight<=2 kg"]}, [("c", "constraint")]),
        ({"gtin": "9780131103627", "brand": "prentice hall"}, [("c", None)]),
        ({"gtin": "9780131103627", "brand": "O'Reilly"}, [("c", "constraint")]),
        ({"mpn": "DHP484", "must": ["voltage>=18 V"]}, [("drill", None)]),
        ({"gtin": "9780441172719", "name": "design patterns"}, [("patterns", "constraint")]),
        ({"mpn": "X1", "name": "combi drill"}, [("drill", "constraint")]),
    ],
)
def test_near_misses_have_a_reason(wanted, expected):
    assert found(intent(**wanted)) == expected


def test_a_product_without_number_may_be_the_one_of_that_name():
    asked = intent(gtin="9780596007126", name="head first design patterns")
    assert found(asked) == [("head-first", None)]


def test_wishes_come_before_the_price():
    products = (
        Product(sku="cheap", name="Lamp", price=100, currency="EUR", category=594),
        Product(
            sku="green",
            name="Lamp",
            price=200,
            currency="EUR",
            category=594,
            properties={"color": "green"},
        ),
    )
    assert [sku for sku, _ in found(intent(category=594), products)] == ["cheap", "green"]
    asked = intent(category=594, prefer=["color=green"])
    assert [sku for sku, _ in found(asked, products)] == ["green", "cheap"]


def test_what_fits_comes_before_what_doesnt():
    asked = intent(category=784, condition="used")
    assert found(asked)[0] == ("patterns", None)
    assert {reason for _, reason in found(asked)[1:]} == {"condition"}


def test_unit_bound_leaves_out_the_dear_but_not_all():
    asked = intent(category=784)
    assert [sku for sku, _ in found(asked, unit_bound=Money(1500, "EUR"))] == ["c", "head-first"]
    # Nothing is cheap enough: the nearest remain, to say so.
    assert [sku for sku, _ in found(asked, unit_bound=Money(5, "EUR"))] == [
        "c",
        "head-first",
        "cpp",
    ]


def test_category_by_path_where_the_id_is_deeper():
    deep = Product(
        sku="audio",
        name="Dune, read aloud",
        price=900,
        currency="EUR",
        category=543541,
        category_path="Media > Books > Audiobooks",
    )
    assert found(intent(category=784), (deep,)) == [("audio", None)]
    assert found(intent(category=543541), (deep,)) == [("audio", None)]
    assert found(intent(category=1167), (deep,)) == []


def test_affordable_ones_are_found_among_many():
    dear = [
        Product(sku=f"d{at}", name="Steel lamp", price=90_000, currency="EUR") for at in range(200)
    ]
    cheap = Product(sku="cheap", name="Steel lamp", price=500, currency="EUR")
    bound = Money(1000, "EUR")
    skus = [sku for sku, _ in found(intent(name="steel lamp"), (*dear, cheap), unit_bound=bound)]
    assert "cheap" in skus


def test_the_right_brand_is_found_behind_many_cheaper_ones():
    others = [
        Product(sku=f"o{at}", name="Lamp", price=at, currency="EUR", category=594, brand="Other")
        for at in range(100)
    ]
    right = Product(
        sku="right", name="Lamp", price=5000, currency="EUR", category=594, brand="Wanted"
    )
    assert found(intent(category=594, brand="wanted"), (*others, right))[0] == ("right", None)


def test_values_that_constraints_may_name():
    book = BOOKS[0]
    assert value_of(book, "brand") == "Prentice Hall"
    assert value_of(book, "itemCondition") == "NewCondition"
    assert value_of(book, "condition") == "new"
    assert value_of(book, "Pages") == "272"
    assert value_of(book, "price") is None

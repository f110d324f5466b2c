"""Products: imported, found by identifier, category, words."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.storage.samples import key, product
from vrmnode.storage import catalogue
from vrmnode.storage.catalogue import Product, UpsertCounts
from vrmnode.storage.database import Database, Tx
from vrmnode.values.money import MAX_AMOUNT, Money

BOOKS = 784
SHOES = 187


@pytest.fixture
def shop(tx: Tx) -> Tx:
    catalogue.upsert_many(
        tx,
        [
            product("dune", name="Dune", brand="Frank Herbert", price=999, category=BOOKS),
            product("dune2", name="Dune Messiah", brand="Frank Herbert", price=899, category=BOOKS),
            product("emile", name="Émile, ou De l’éducation", price=1200, category=BOOKS),
            product(
                "shoe",
                name="Running shoe",
                price=8999,
                category=SHOES,
                category_path="Apparel > Shoes",
                mpn="XJ-9",
                brand="Acme",
                description="Made for dune and beach.",
                gtin14="04006381333931",
            ),
            product("hat", name="Sun hat", price=1500, category_path="Apparel > Hats"),
            product("usd", name="Dune, American edition", price=500, currency="USD"),
        ],
        updated=1,
    )
    return tx


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


def _skus(found: list[Product]) -> list[str]:
    return [item.sku for item in found]


def test_a_product_comes_back_as_it_was(tx: Tx) -> None:
    full = product(
        "full",
        gtin14="04006381333931",
        mpn="M1",
        brand="B",
        description="D",
        category=1,
        category_path="A > B",
        condition="UsedCondition",
        stock=0,
        url="https://example.org/1",
        image=[key(1).hex(), key(2).hex()],
        properties={"pages": 200, "format": "hardcover", "new": True},
        delivery={"AT": {"charge": 490, "days": [1, 2]}},
    )
    assert catalogue.upsert_many(tx, [full], updated=77) == (1, 0, 0)
    assert catalogue.get(tx, "full") == dataclasses.replace(full, updated=77)
    assert catalogue.get(tx, "none") is None


def test_counts_of_an_import(tx: Tx) -> None:
    assert catalogue.upsert_many(tx, [], updated=1) == UpsertCounts(0, 0, 0)
    first = [product("a"), product("b"), product("a", price=5)]
    assert catalogue.upsert_many(tx, first, updated=1) == UpsertCounts(2, 1, 0)
    second = [product("a", price=5), product("b", stock=3), product("c")]
    assert catalogue.upsert_many(tx, second, updated=2) == UpsertCounts(1, 1, 1)
    unchanged = catalogue.get(tx, "a")
    assert unchanged is not None
    assert unchanged.updated == 1


def test_by_gtin_and_mpn(shop: Tx) -> None:
    assert _skus(catalogue.find_by_gtin(shop, "04006381333931")) == ["shoe"]
    assert _skus(catalogue.find_by_mpn(shop, "xj-9")) == ["shoe"]
    assert _skus(catalogue.find_by_mpn(shop, "XJ-9", "ACME")) == ["shoe"]
    assert catalogue.find_by_mpn(shop, "XJ-9", "Other") == []


def test_by_category_and_price(shop: Tx) -> None:
    assert _skus(catalogue.find_by_category(shop, [BOOKS])) == ["dune2", "dune", "emile"]
    assert _skus(catalogue.find_by_category(shop, [BOOKS], euros(999))) == ["dune2", "dune"]
    assert _skus(catalogue.find_by_category(shop, [BOOKS], euros(999), 1)) == ["dune2"]
    assert _skus(catalogue.find_by_category(shop, ["Apparel"])) == ["hat", "shoe"]
    assert _skus(catalogue.find_by_category(shop, {"Apparel > Hats", BOOKS}, euros(1000))) == [
        "dune2",
        "dune",
    ]
    assert catalogue.find_by_category(shop, []) == []


def test_by_words_the_name_first(shop: Tx) -> None:
    assert _skus(catalogue.find_by_words(shop, ["dune"]))[-1] == "shoe"
    assert _skus(catalogue.find_by_words(shop, ["dune", "MESSIAH"]))[0] == "dune2"
    assert _skus(catalogue.find_by_words(shop, ["emile education"])) == ["emile"]
    assert _skus(catalogue.find_by_words(shop, ["herbert, dune"], [BOOKS], euros(900))) == ["dune2"]
    assert _skus(catalogue.find_by_words(shop, ["dune"], None, Money(MAX_AMOUNT, "USD"))) == ["usd"]
    assert len(catalogue.find_by_words(shop, ["dune"], limit=2)) == 2
    assert catalogue.find_by_words(shop, ["nothing like it"]) == []


def test_all_words_come_before_some(shop: Tx) -> None:
    found = _skus(catalogue.find_by_words(shop, ["running", "dune"]))
    assert found[0] == "shoe"
    assert set(found) == {"shoe", "dune", "dune2", "usd"}


def test_words_that_many_products_have_only_narrow_down(
    shop: Tx, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger's list of common words must not have the whole catalogue scored."""
    monkeypatch.setattr(catalogue, "COMMON", 2)
    many = [product(f"set{n}", name=f"cable set {n} {'red' if n < 2 else ''}") for n in range(9)]
    catalogue.upsert_many(shop, many, updated=2)
    assert len(catalogue.find_by_words(shop, ["cable set"])) == 9
    assert _skus(catalogue.find_by_words(shop, ["red cable"])) == ["set0", "set1"] + [
        f"set{n}" for n in range(2, 9)
    ]
    assert "emile" in _skus(catalogue.find_by_words(shop, ["cable", "emile"]))
    assert len(catalogue.find_by_words(shop, ["no", "such", "cable", "set"])) == 9
    monkeypatch.setattr(catalogue, "MAX_SCORED", 0)
    assert len(catalogue.find_by_words(shop, ["red", "cable"])) == 2


def test_words_follow_changes_of_the_product(shop: Tx) -> None:
    catalogue.upsert_many(shop, [product("dune", name="Sandworms")], updated=2)
    assert _skus(catalogue.find_by_words(shop, ["sandworms"])) == ["dune"]
    assert "dune" not in _skus(catalogue.find_by_words(shop, ["dune"]))
    assert catalogue.remove(shop, "dune") and not catalogue.remove(shop, "dune")
    assert catalogue.find_by_words(shop, ["sandworms"]) == []
    shop.run("INSERT INTO products_fts (products_fts, rank) VALUES ('integrity-check', 1)")


@given(words=st.lists(st.text(max_size=40), max_size=40))
@hypothesis_settings(max_examples=200, deadline=None)
def test_any_words_are_only_words(shared_database: Database, words: list[str]) -> None:
    with shared_database.transaction() as tx:
        catalogue.find_by_words(tx, words)


@pytest.mark.parametrize(
    "words", ['"', "NEAR(a b)", "name:x", "a OR", "*", "a AND NOT b", "^a", "(", "a\x00b", "-a"]
)
def test_the_search_language_stays_outside(shop: Tx, words: str) -> None:
    catalogue.find_by_words(shop, [words])


def test_list_by_pages(shop: Tx) -> None:
    pages = []
    after: str | None = None
    while page := catalogue.list_products(shop, 4, after):
        pages.append(_skus(page))
        after = page[-1].sku
    assert pages == [["dune", "dune2", "emile", "hat"], ["shoe", "usd"]]
    assert catalogue.count(shop) == 6


def test_functions_of_the_catalogue(tx: Tx) -> None:
    assert catalogue.functions(tx) == set()
    rows = [
        product(f"{name}-{at}", business_function=name)
        for name in ("Repair", "LeaseOut", "Buy")
        for at in range(3)
    ]
    catalogue.upsert_many(tx, rows, updated=1)
    assert catalogue.functions(tx) == {"Repair", "LeaseOut", "Buy"}
    catalogue.upsert_many(tx, [product("s")], updated=1)
    assert catalogue.functions(tx) == {"Repair", "LeaseOut", "Buy", "Sell"}


def test_products_are_found_by_function(tx: Tx) -> None:
    gtin14 = "09780131103627"
    common = {"gtin14": gtin14, "mpn": "X-1", "category": 7, "category_path": "Tools > Saws"}
    rows = [
        product("sell", name="Saw", price=900, **common),
        product("cheap", name="Saw", price=100, business_function="Buy", **common),
        product("dear", name="Saw", price=300, business_function="Buy", **common),
    ]
    catalogue.upsert_many(tx, rows, updated=1)
    finders = (
        lambda function: catalogue.find_by_gtin(tx, gtin14, function=function),
        lambda function: catalogue.find_by_mpn(tx, "x-1", function=function),
        lambda function: catalogue.find_by_category(tx, [7, "Tools"], function=function),
        lambda function: catalogue.find_by_words(tx, ["saw"], function=function),
    )
    for find in finders:
        assert [each.sku for each in find("Sell")] == ["sell"]
        assert sorted(each.sku for each in find("Buy")) == ["cheap", "dear"]
        assert find("Repair") == []
    # What the vendor pays most for comes first.
    for find in finders[:3]:
        assert [each.sku for each in find("Buy")] == ["dear", "cheap"]

"""Which column holds what."""

import pytest

from vrmnode.values.fields import FieldError
from vrmnode.vendor.columns import (
    complete_mapping,
    left_out,
    looks_like_header,
    parse_mapping,
    resolve,
    suggest_mapping,
)


def test_parse():
    assert parse_mapping("gtin=3, name = Title,property.author=Autor,") == {
        "gtin": 3,
        "name": "Title",
        "property.author": "Autor",
    }


@pytest.mark.parametrize(
    "text", ["name", "name=", "=3", "nmae=3", "name=0", "name=9999", "property.=1"]
)
def test_wrong_mappings(text):
    with pytest.raises(FieldError) as caught:
        parse_mapping(text)
    assert caught.value.code == "catalogue.mapping"


@pytest.mark.parametrize(
    ("header", "mapping"),
    [
        ("SKU,Name,Price", {"sku": 1, "name": 2, "price": 3}),
        ("id,title,price,gtin", {"sku": 1, "name": 2, "price": 3, "gtin": 4}),
        ("Artikelnummer,Bezeichnung,Preis", {"sku": 1, "name": 2, "price": 3}),
        ("Naam,Prijs,Voorraad,Auteur", {"name": 1, "price": 2, "stock": 3, "property.author": 4}),
        ("Title,Variant Price,Variant SKU", {"sku": 3, "name": 1, "price": 2}),
        ("a,b", {}),
    ],
)
def test_suggestions(header, mapping):
    assert suggest_mapping(header.split(",")) == mapping


@pytest.mark.parametrize(
    ("cells", "header"),
    [
        (["sku", "name", "price"], True),
        (["Titel", "Preis"], True),
        (["Book", "Books > Fiction", "9780441172719", "Dune"], False),
        (["name", "9.99"], False),
        (["one", "two", "three"], False),
    ],
)
def test_looks_like_header(cells, header):
    assert looks_like_header(cells) is header


def test_the_header_completes_a_mapping_with_columns_that_it_leaves():
    header = ["isbn", "title", "price", "stock", "EAN"]
    assert complete_mapping({"gtin": "EAN", "stock": 2}, header) == {
        "price": 3,
        "gtin": "EAN",
        "stock": 2,
    }, "isbn isn't taken for the gtin, nor title for the name"


def test_columns_that_hold_nothing_are_named():
    assert left_out(["sku", " watts", "", "name"], [0, 3]) == ["watts"]


def test_an_unresolvable_mapping_is_shown_as_it_was_written():
    with pytest.raises(FieldError) as caught:
        resolve({"sku": "Handle", "price": 2}, ["Handle", "Price"], 2)
    assert caught.value.came == "'sku=Handle,price=2'"


def test_resolve():
    mapping: dict[str, str | int] = {"name": "What", "price": 3, "sku": "art no"}
    assert resolve(mapping, ["Art. No", "what", "x"], 3) == {"name": 1, "price": 2, "sku": 0}


@pytest.mark.parametrize(
    "mapping", [{"name": 1}, {"price": 1}, {"name": 4, "price": 1}, {"name": "x", "price": 1}]
)
def test_unresolvable(mapping):
    with pytest.raises(FieldError) as caught:
        resolve(mapping, ["a", "b", "c"], 3)
    assert caught.value.code == "catalogue.mapping"

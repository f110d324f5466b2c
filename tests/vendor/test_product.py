"""Products and their JSON form."""

import pytest

from tests.vendor.samples import BOOKS
from vrmnode.values.fields import FieldError
from vrmnode.vendor.product import (
    Product,
    gtin_for_people,
    product_from_dict,
    product_to_dict,
    read_gtin,
)

PLAIN = {"sku": "a", "name": "A", "price": 100, "currency": "EUR"}


def test_reads_back():
    whole = Product(
        sku="a",
        name="A",
        price=0,
        currency="EUR",
        image=bytes(range(32)),
        url="https://a.example",
        stock=0,
        properties={"signed": True, "pages": 3, "format": "hard"},
        delivery={"NL": {"charge": "1.00 EUR"}},
    )
    for product in (*BOOKS, whole):
        assert product_from_dict(product_to_dict(product)) == product


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"sku": ""}, "product.invalid", "sku"),
        ({"name": None}, "product.invalid", "name"),
        ({"price": "1.00"}, "product.invalid", "price"),
        ({"price": -1}, "product.invalid", "price"),
        ({"price": None}, "product.invalid", "price"),
        ({"currency": "eur"}, "product.invalid", "currency"),
        ({"gtin": "9780131103628"}, "product.invalid", "gtin"),
        ({"stock": -1}, "product.invalid", "stock"),
        ({"condition": "mint"}, "product.invalid", "condition"),
        ({"image": "00"}, "product.invalid", "image"),
        ({"properties": ["x"]}, "product.invalid", "properties"),
        ({"properties": {"x": 1.5}}, "product.invalid", "properties.x"),
        ({"properties": {"": "y"}}, "product.invalid", "properties."),
        ({"delivery": "post"}, "product.invalid", "delivery"),
        ({"colour": "red"}, "product.unknown_field", "colour"),
    ],
)
def test_wrong_products(change, code, field):
    with pytest.raises(FieldError) as caught:
        product_from_dict({**PLAIN, **change})
    assert (caught.value.code, caught.value.field) == (code, field)


@pytest.mark.parametrize(
    ("text", "gtin14"),
    [
        ("9780131103627", "09780131103627"),
        ("0-13-110362-8", "09780131103627"),
        ("080442957X", "09780804429573"),
        ("0131103629", None),
        ("1234567890123", None),
        ("", None),
        ("ISBN", None),
        ("١٢٣٤٥٦٧٨٩٠", None),
    ],
)
def test_gtin(text, gtin14):
    assert read_gtin(text) == gtin14


def test_gtin_for_people():
    assert gtin_for_people("09780131103627") == "9780131103627"
    assert gtin_for_people("19780131103624") == "19780131103624"

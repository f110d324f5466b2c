"""Products and their JSON form."""

import pytest

from tests.vendor.samples import BOOKS
from vrmnode.values.fields import FieldError
from vrmnode.vendor.product import Product, product_from_dict, product_to_dict

PLAIN = {"sku": "a", "name": "A", "price": 100, "currency": "EUR"}


def test_reads_back():
    whole = Product(
        sku="a",
        name="A",
        price=0,
        currency="EUR",
        image=(bytes(range(32)).hex(), "ab" * 32),
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
        ({"currency": "XAU"}, "product.invalid", "currency"),
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

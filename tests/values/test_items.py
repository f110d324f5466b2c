"""Values that constraints name in an item."""

import pytest

from tests.vendor.samples import BOOKS
from vrmnode.values.items import condition_words, scalars, value_of


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("brand", "Prentice Hall"),
        ("SKU", "c"),
        ("condition", "used"),
        ("itemCondition", "UsedCondition"),
        ("Pages", "272"),
        ("price", None),
    ],
)
def test_value(name, value):
    book = BOOKS[0]
    assert value_of(book, "UsedCondition", scalars(book.properties), name) == value


def test_scalars_leaves_out_what_isnt_one():
    assert scalars({"a": 1, "b": "x", "c": [1], "d": True, "e": None}) == {
        "a": 1,
        "b": "x",
        "d": True,
    }
    assert scalars("no mapping") == {}


def test_condition_words():
    assert condition_words(("NewCondition", "UsedCondition")) == "new or used"

"""An intent in plain words."""

import pytest

from tests.vendor.samples import NOW, intent
from vrmnode.values.spans import format_moment
from vrmnode.vendor.plain_words import WISHES, told, wanted
from vrmprotocol.functions import FUNCTIONS


def test_all_that_it_says():
    asked = intent(
        name="Essential programming", gtin="9780131103627", brand="Prentice Hall", category=784,
        description="For a course.", quantity=2, condition=["new", "used"], must=["pages>=200"],
        prefer=["format=hardcover"], region="Utrecht", cell="851969", by="2027-02-01",
        budget="45 EUR", terms=["SD-BASE", "PDC-AI"], delivery=["ship", "pickup"],
        payment=["card"], language=["nl"], max_offers=1,
    )  # fmt: skip
    assert told(asked) == [
        "wants to buy 2 × Prentice Hall Essential programming (GTIN 9780131103627, Media > Books),"
        " new or used",
        "in its words: For a course.",
        "must have pages at least 200",
        "would like format hardcover",
        "delivered to NL, Utrecht, cell 851969 by ship or pickup, by 2027-02-01",
        "pays to the door at most 45.00 EUR",
        "by card",
        "under terms SD-BASE, else PDC-AI",
        "reads nl",
        f"stands until {format_moment(asked.valid_through)}, for 1 offer at most",
    ]
    assert asked.valid_through > NOW


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"gtin": "9780131103627"}, "wants to buy GTIN 9780131103627"),
        ({"mpn": "DHP484", "brand": "Makita"}, "wants to buy Makita (part number DHP484)"),
        ({"category": 784}, "wants to buy something of Media > Books"),
        ({"category": 999_999}, "wants to buy something of category 999999"),
        ({"name": "a coat", "function": "Repair"}, "wants a repair of a coat"),
    ],
)
def test_the_line_of_a_list(asked, words):
    assert wanted(intent(**asked)) == words


def test_no_limit():
    assert "names no limit and no currency" in told(intent(name="a coat"))
    assert "names no limit; in EUR" in told(intent(name="a coat", currency="EUR"))


def test_every_function_has_its_words():
    assert set(WISHES) == set(FUNCTIONS)

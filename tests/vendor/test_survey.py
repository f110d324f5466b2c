"""What came near an intent."""

from tests.vendor.samples import BOOKS, DETAILS, NOW, intent
from tests.vendor.shelf import Shelf
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.survey import Finding, survey


def findings(**wanted: object) -> list[Finding]:
    shelf = Shelf(BOOKS)
    return survey(
        intent(**wanted),
        shelf,
        policy=VendorPolicy(),
        details=DETAILS,
        available=shelf.available,
        now=NOW,
    )


def test_a_price_or_what_speaks_against_it():
    found = findings(category=784, condition=["new"])
    priced = {each.sku: each.total for each in found}
    assert priced == {"c": 999, "head-first": 1500, "cpp": 1999, "patterns": None}
    (missed,) = [each for each in found if each.miss]
    assert missed.miss and missed.miss.reason == "condition"
    assert (missed.found_by, missed.unit_price) == ("category", 2399)


def test_what_is_sold_out_is_shown():
    (drill,) = findings(mpn="DHP484")
    assert drill.miss and drill.miss.reason == "out_of_stock" and drill.total is None


def test_nothing_near():
    assert findings(name="garden hose") == []

"""In which language a vendor drafts, and which of its products it prefers for that."""

import pytest

from tests.vendor.samples import DETAILS, intent, plan
from vrmnode.vendor.product import Product
from vrmnode.vendor.profile import VendorDetails

SPOKEN = VendorDetails(**{name: getattr(DETAILS, name) for name in DETAILS.__slots__} | {
    "in_language": ("nl", "en-GB", "de")
})  # fmt: skip


def lamp(sku, price, language=None):
    return Product(sku=sku, name="Lamp", price=price, currency="EUR", in_language=language)


@pytest.mark.parametrize(
    ("read", "drafted"),
    [
        ([], "nl"),
        (["de"], "de"),
        (["en", "de"], "en-GB"),
        (["fr", "de-AT"], "de"),
        (["fr"], "nl"),
    ],
)
def test_the_earliest_that_both_have(read, drafted):
    answer = plan(intent(name="lamp", language=read), products=(lamp("a", 1),), details=SPOKEN)
    assert answer.parts.in_language == drafted


def test_the_language_of_the_texts_is_never_claimed_to_be_another():
    asked = intent(name="lamp", language=["en"])
    answer = plan(asked, products=(lamp("a", 1, "nl"),), details=SPOKEN)
    assert answer.parts.in_language == "nl"


@pytest.mark.parametrize(
    ("read", "sku"), [(["de"], "german"), (["en"], "english"), ([], "dutch"), (["pl"], "dutch")]
)
def test_of_one_thing_in_several_languages_the_readable_is_offered(read, sku):
    shelf = (lamp("german", 300, "de"), lamp("english", 200, "en"), lamp("dutch", 100, "nl"))
    answer = plan(intent(name="lamp", language=read), products=shelf, details=SPOKEN)
    assert answer.sku == sku


def test_a_readable_one_that_doesnt_fit_comes_after_one_that_does():
    shelf = (lamp("dutch", 300, "nl"), Product(
        sku="used", name="Lamp", price=1, currency="EUR", in_language="de",
        condition="UsedCondition",
    ))  # fmt: skip
    asked = intent(name="lamp", language=["de"], condition="new")
    assert plan(asked, products=shelf, details=SPOKEN).sku == "dutch"

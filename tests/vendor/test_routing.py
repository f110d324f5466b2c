"""Which intents a human answers."""

import pytest

from tests.vendor.samples import DETAILS, NOW, intent, replies
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.profile import VendorDetails
from vrmnode.vendor.routing import HARDLY_S, left_to_human

C = {"gtin": "9780131103627"}
BOOKS_ID = 784


def why(asked, rules, *, details=DETAILS, now=NOW, **policy):
    inbox = {} if rules is None else {"inbox": rules}
    found = VendorPolicy.from_dict({**policy, **inbox})
    answer = replies(asked, policy={**policy, **inbox}, details=details, now=now)
    return left_to_human(found, details, asked, answer, now=now)


def test_without_rules_the_node_answers():
    assert why(intent(**C), None) is None
    assert why(intent(**C), {}) is None


def test_above_an_amount():
    rules = {"above": "20 EUR"}
    assert why(intent(**C, quantity=2), rules) is None
    assert why(intent(**C, quantity=3), rules) == "29.97 EUR is above 20.00 EUR"


def test_below_a_match():
    asked = intent(name="C programming language second edition")
    assert why(asked, {"below_match": 1}) is None
    words = why(asked, {"below_match": 100})
    assert words is not None and words.startswith("it matches by ") and words.endswith(" % only")
    assert why(intent(**C), {"below_match": 100}) is None


def test_near_misses():
    asked = intent(**C, quantity=21)
    assert why(asked, {}) is None
    assert why(asked, {"near_misses": True}) == "near miss: we can't supply that many"
    assert why(intent(name="garden hose"), {"near_misses": True}) is None


@pytest.mark.parametrize("asked", [{**C}, {"category": BOOKS_ID}, {"category": 783}])
def test_categories_of_the_wish_or_of_the_product(asked):
    assert why(intent(**asked), {"category": [783]}) is not None
    assert why(intent(**asked), {"category": [1167]}) is None


def test_one_of_several_offers_is_enough():
    does = ("Sell", "LeaseOut")
    details = VendorDetails(name="Shop", area_served=("NL",), business_function=does)
    asked = intent(**C, function="LeaseOut", alternatives=["Sell"], lease_days=3)
    assert why(asked, {"above": "9 EUR"}, details=details) == "9.99 EUR is above 9.00 EUR"
    assert why(asked, {"function": ["LeaseOut"]}, details=details) is not None
    assert why(asked, {"function": ["Repair"]}, details=details) is None


def test_functions_need_no_catalogue():
    details = VendorDetails(name="Workshop", business_function=("Repair",))
    asked = intent(name="garden hose", function="Repair")
    assert why(asked, {"function": ["Repair"]}, details=details) == "Repair is left to a human"
    assert why(asked, {"function": ["Repair"]}) is None, "the profile doesn't say Repair"
    assert why(asked, {"function": ["Maintain"]}, details=details) is None


def test_everything_within_reach():
    rules = {"everything": True}
    assert why(intent(**C), rules) == "everything is left to a human"
    assert why(intent(name="garden hose"), rules) == "everything is left to a human"


@pytest.mark.parametrize(
    "beyond",
    [
        {"country": "AT"},
        {"terms": ["SD-BASE-ATP"]},
        {"currency": "USD"},
        {"function": "Repair"},
        {"category": 1167, "name": None},
    ],
)
def test_what_no_offer_could_be_made_for_is_left_to_nobody(beyond):
    details = VendorDetails(name="Book shop", area_served=("NL", "DE"), category=(783,))
    wanted = {"name": "garden hose", **beyond}
    asked = intent(**{name: value for name, value in wanted.items() if value is not None})
    assert why(asked, {"everything": True, "near_misses": True}, details=details) is None


def test_what_ends_at_once_is_left_to_nobody():
    asked = intent(**C, valid_for="1h")
    left = {"everything": True}
    assert why(asked, left, now=asked.valid_through - HARDLY_S) is None
    assert why(asked, left, now=asked.valid_through - HARDLY_S - 1) is not None

"""What is taken off for returning customers: never below a floor, never more than was said."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vendor.samples import BOOKS
from vrmnode.values.fields import FieldError, Fields
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.prices import PriceRule, catalogue_bound, unit_price
from vrmnode.vendor.returning import Returning, discounted, read_returning


def product(**changes):
    return replace(BOOKS[0], **{"brand": None, **changes})


RULES = st.lists(
    st.builds(
        PriceRule,
        change_bp=st.integers(-9_000, 100_000),
        floor=st.integers(0, 20_000),
        brand=st.sampled_from([None, "Example", "Other"]),
    ),
    max_size=3,
)


def test_it_needs_so_many_finished_deals():
    rule = Returning(discount_bp=500, least_deals=3)
    assert [rule.discount(deals) for deals in (0, 2, 3, 4)] == [0, 0, 500, 500]
    assert rule.words(3) == "returning customer, 3 deals: −5 %"
    assert Returning(discount_bp=750).words(1) == "returning customer, 1 deal: −7.5 %"


def test_five_per_cent_of_what_no_rule_fits():
    assert unit_price(product(price=4_000), discounted((), 500)) == 3_800


def test_it_comes_on_top_of_the_rule_that_fits():
    rules = (PriceRule(change_bp=-1_000, brand="Example"), PriceRule(change_bp=2_000))
    lowered = discounted(rules, 1_000)
    assert unit_price(product(price=10_000, brand="Example"), lowered) == 8_100
    assert unit_price(product(price=10_000, brand="Other"), lowered) == 10_800


def test_a_floor_holds():
    rules = (PriceRule(change_bp=0, floor=3_900),)
    assert unit_price(product(price=4_000), discounted(rules, 500)) == 3_900
    assert unit_price(product(price=3_000), discounted(rules, 5_000)) == 3_900


@pytest.mark.parametrize("function", ["Repair", "Buy", "LeaseOut"])
def test_only_what_is_sold_is_cheaper(function):
    item = product(price=4_000, business_function=function)
    assert unit_price(item, discounted((), 5_000)) == unit_price(item, ())


@given(RULES, st.integers(1, 1_000_000), st.integers(0, 5_000))
def test_no_more_than_before_no_less_than_the_floor_and_the_discount(rules, price, discount):
    item = product(price=price, brand="Example")
    before, after = unit_price(item, rules), unit_price(item, discounted(rules, discount))
    floor = next((rule.floor for rule in rules if rule.fits(item)), 0)
    assert floor <= after <= before
    # Half a basis point of the catalogue's price, and half a cent twice.
    least = before * (10_000 - discount) / 10_000 - price / 20_000 - 1
    assert after >= min(least, before)


@given(RULES, st.integers(0, 5_000), st.integers(0, 200_000), st.integers(0, 500_000))
def test_what_fits_the_budget_is_found_in_the_catalogue(rules, discount, most, price):
    lowered = discounted(rules, discount)
    item = product(price=price, brand="Example")
    if unit_price(item, lowered) <= most:
        assert price <= catalogue_bound(lowered, most)


def read(**table):
    return read_returning(Fields({"returning": table}, "policy"))


def test_the_table_of_the_policy():
    assert read_returning(Fields({}, "policy")) is None
    assert read() == Returning(0, 1)
    assert read(discount_percent="7.5", least_deals=3) == Returning(750, 3)
    assert read(discount_percent=50) == Returning(5_000, 1)
    policy = VendorPolicy.from_dict({"returning": {"discount_percent": 5, "least_deals": 2}})
    assert VendorPolicy.from_dict(policy.to_dict()) == policy
    assert VendorPolicy().to_dict().get("returning") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("discount_percent", 51),
        ("discount_percent", -1),
        ("discount_percent", "5.001"),
        ("discount_percent", True),
        ("discount_percent", "five"),
        ("least_deals", 0),
        ("least_deals", 101),
        ("least_deals", "three"),
        ("discount", 5),
    ],
)
def test_what_it_can_not_say(field, value):
    with pytest.raises(FieldError) as caught:
        read(**{field: value})
    assert caught.value.code in ("policy.invalid", "policy.unknown_field")
    assert field in str(caught.value)

"""The vendor's policy, its price rules and delivery table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vendor.samples import BOOKS
from vrmnode.values.fields import FieldError
from vrmnode.vendor import prices
from vrmnode.vendor.delivery import Way, goes_to, read_table, ways_to
from vrmnode.vendor.inbox_rules import InboxRules
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.prices import PriceRule, catalogue_bound, tax_included, unit_price

FULL = {
    "answer": True,
    "currency": "EUR",
    "prices": [
        {"category": 784, "percent": -5, "floor": "8.00 EUR", "tax_percent": 9},
        {"category_path": "Hardware", "brand": "Makita", "percent": "7.25"},
    ],
    "delivery": {
        "NL": {"method": "ship", "charge": "3.95 EUR", "days": "1-2", "free_from": "50.00 EUR"},
        "*": [{"charge": "19", "days": 9}, {"method": "pickup", "days": [0, 1]}],
    },
    "accepted_terms": ["sd-base", "PDC-AI"],
    "payment": {"method": ["invoice"], "due": "days_after_delivery", "due_days": 14},
    "returns": {"days": 30, "cost": "vendor"},
    "tax_percent": 21,
    "confirm_minutes": 15,
    "offer_valid_minutes": 60,
    "reserve": False,
    "reserve_minutes": 30,
    "max_quantity": 5,
    "max_offers_per_minute": 10,
    "refuse_near_misses": False,
    "refuse_when_closed": False,
    "inbox": {"above": "500.00 EUR", "near_misses": True, "function": ["repair"], "most": 7},
    "counter": {"rounds": 2, "most_percent": "7.5", "step_percent": 3},
}


def test_whole_policy():
    policy = VendorPolicy.from_dict(FULL)
    assert policy.accepted_terms == ("SD-BASE", "PDC-AI")
    assert policy.delivery["NL"] == (Way("ship", 395, (1, 2), 5000),)
    assert policy.delivery["*"][0] == Way("ship", 1900, (9, 9))
    assert policy.prices[0] == PriceRule(-500, 800, 784, None, None, 90_000)
    assert policy.prices[1].change_bp == 725
    assert policy.inbox == InboxRules(above=50_000, near_misses=True, function=("Repair",), most=7)
    assert VendorPolicy.from_dict(policy.to_dict()) == policy
    assert VendorPolicy.from_dict(VendorPolicy().to_dict()) == VendorPolicy()


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"currency": "Euro"}, "currency"),
        ({"accepted_terms": ["SD-MINE"]}, "accepted_terms"),
        ({"confirm_minutes": 0}, "confirm_minutes"),
        ({"reserve": "yes"}, "reserve"),
        ({"inbox": {"above": "5.00 USD"}}, "inbox.above"),
        ({"inbox": {"when_over": "wait"}}, "inbox.when_over"),
        ({"tax_percent": 101}, "tax_percent"),
        ({"tax_percent": 9.5}, "tax_percent"),
        ({"payment": {"due": "later"}}, "payment.due"),
        ({"payment": {"method": ["Cash!"]}}, "payment.method"),
        ({"payment": {"due": "days_after_delivery"}}, "payment.due_days"),
        ({"payment": {"due_days": 3}}, "payment.due_days"),
        ({"payment": {"pay_within": "181d"}}, "payment.pay_within"),
        ({"payment": {"pay_within": 0}}, "payment.pay_within"),
        ({"payment": {"due": "on_delivery", "pay_within": "1d"}}, "payment.pay_within"),
        ({"returns": {"days": -1}}, "returns.days"),
        ({"prices": [{"percent": -91}]}, "prices[1].percent"),
        ({"prices": [{"percent": 1}, {"percent": "x"}]}, "prices[2].percent"),
        ({"prices": [{"floor": "3 USD"}]}, "prices[1].floor"),
        ({"prices": ["-5"]}, "prices[1]"),
        ({"delivery": {"Holland": {}}}, "delivery.Holland"),
        ({"delivery": {"NL": {"method": "drone"}}}, "delivery.NL.method"),
        ({"delivery": {"NL": {"charge": "-1"}}}, "delivery.NL.charge"),
        ({"delivery": {"NL": {"days": [3, 1]}}}, "delivery.NL.days"),
        ({"delivery": {"NL": {"days": "soon"}}}, "delivery.NL.days"),
        ({"delivery": {"NL": {"days": 400}}}, "delivery.NL.days"),
        ({"delivery": ["NL"]}, "delivery"),
    ],
)
def test_wrong_values(raw, field):
    with pytest.raises(FieldError) as caught:
        VendorPolicy.from_dict(raw)
    assert caught.value.code == "policy.invalid"
    assert caught.value.field == field


@pytest.mark.parametrize(
    "raw",
    [{"answers": True}, {"delivery": {"NL": {"cost": "1"}}}, {"payment": {"methods": ["x"]}}],
)
def test_unknown_fields(raw):
    with pytest.raises(FieldError) as caught:
        VendorPolicy.from_dict(raw)
    assert caught.value.code == "policy.unknown_field"


def test_first_fitting_rule_counts():
    rules = VendorPolicy.from_dict(FULL).prices
    book, drill = BOOKS[0], BOOKS[-1]
    assert unit_price(book, rules) == 949
    assert unit_price(drill, rules) == 10_178
    assert unit_price(book, (PriceRule(-9000, 800), *rules)) == 800
    assert unit_price(book, ()) == 999


@given(
    st.integers(0, 10**7),
    st.lists(st.builds(PriceRule, st.integers(-9000, 5000), st.integers(0, 100)), max_size=3),
    st.integers(0, 10**7),
)
def test_bound_leaves_out_nothing_affordable(price, rules, most):
    book = type(BOOKS[0])(sku="x", name="x", price=price, currency="EUR")
    if unit_price(book, rules) <= most:
        assert price <= catalogue_bound(rules, most)


def test_tax_included():
    assert tax_included(12_100, 210_000) == 2_100
    assert tax_included(999, 0) == 0
    assert prices.rule_to_dict(PriceRule(change_bp=-725), "EUR")["percent"] == "-7.25"


def test_ways():
    table = read_table(FULL["delivery"], "policy", "delivery", "EUR")
    assert [way.method for way in ways_to(table, "NL", ())] == ["ship"]
    assert [way.method for way in ways_to(table, "FR", ("pickup",))] == ["pickup"]
    assert ways_to(table, "NL", ("pickup",)) == ()
    assert goes_to(table, "FR")
    assert not goes_to({}, "FR")
    way = table["NL"][0]
    assert (way.charge_for(4999), way.charge_for(5000)) == (395, 0)
    assert way.window(1_800_000_000) == (1_800_057_600, 1_800_144_000)


def test_area_served_is_the_table_where_there_is_none():
    assert VendorPolicy().ways(("NL",)) == {"NL": (Way("ship", 0, (3, 7)),)}
    assert VendorPolicy().ways(()) == {}
    policy = VendorPolicy.from_dict(FULL)
    assert policy.ways(("BE",)) == policy.delivery


@given(
    st.dictionaries(
        st.sampled_from([*FULL, "other"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["NL", "*", "days", "charge", "due"]), inner)
            ),
            max_leaves=8,
        ),
    )
)
def test_any_mapping_gives_a_policy_or_a_declared_error(raw):
    try:
        policy = VendorPolicy.from_dict(raw)
    except FieldError as error:
        code = error.code
    else:
        code = "policy.invalid"
        assert VendorPolicy.from_dict(policy.to_dict()) == policy
    assert code in ("policy.invalid", "policy.unknown_field")


def test_the_money_has_a_week_to_come_unless_the_policy_says_otherwise():
    assert VendorPolicy.from_dict({}).pay_within_s == 7 * 86_400
    first = {"payment": {"due": "on_agreement", "pay_within": "36h"}}
    policy = VendorPolicy.from_dict(first)
    assert policy.pay_within_s == 36 * 3_600
    assert VendorPolicy.from_dict(policy.to_dict()) == policy
    later = VendorPolicy.from_dict({"payment": {"due": "on_delivery"}})
    assert later.pay_within_s is None

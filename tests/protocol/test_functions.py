"""What depends on the function: fields of an intent and of a draft, and whether the two fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import remote_code, survives
from tests.protocol.deals import DAY, DRAFT, INTENT, OFFER, make
from vrmprotocol import bodies, draft, functions, market

FUNCTIONS = functions.FUNCTIONS
LEASE = draft.Lease(lease_length=14)


def passes(check, *args, **named):
    found = survives(check, *args, **named)
    assert found in (None, "message.body")
    return found is None


def drafted(function, **changes):
    condition = "UsedCondition" if function in functions.CHANGES_HANDS else None
    item = make(DRAFT.item_offered, item_condition=condition)
    lease = LEASE if function == "LeaseOut" else None
    fields = {"business_function": function, "item_offered": item, "lease": lease, **changes}
    return make(DRAFT, **fields)


@given(
    asked=st.lists(st.sampled_from(FUNCTIONS), min_size=1, max_size=7),
    lease_length=st.none() | st.integers(1, 3650),
    max_price=st.none() | st.integers(0, 10**12),
    min_price=st.none() | st.integers(0, 10**12),
)
def test_an_intent_has_the_fields_of_its_functions_and_no_others(
    asked, lease_length, max_price, min_price
):
    right = (
        len(set(asked)) == len(asked)
        and (lease_length is None) == ("LeaseOut" not in asked)
        and (min_price is None or "Buy" in asked)
        and (max_price is None or asked != ["Buy"])
    )
    fields = {"lease_length": lease_length, "max_price": max_price, "min_price": min_price}
    assert passes(functions.check_asked, asked, **fields) == right


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_can_be_drafted(function):
    body = make(OFFER, draft=drafted(function))
    assert bodies.from_wire("offer", bodies.to_wire(body)) == body


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_draft_has_the_fields_of_its_function_and_no_others(function):
    good = drafted(function)
    other_lease = None if function == "LeaseOut" else LEASE
    has_condition = good.item_offered.item_condition is not None
    other = None if has_condition else "UsedCondition"
    for changes in (
        {"lease": other_lease},
        {"item_offered": make(good.item_offered, item_condition=other)},
    ):
        wire = bodies.to_wire(make(OFFER, draft=make(good, **changes)))
        assert remote_code(bodies.from_wire, "offer", wire) == "message.body"


@pytest.mark.parametrize("function", functions.FUNCTIONS)
def test_what_is_sold_or_repaired_may_have_a_warranty(function):
    promised = drafted(function, warranty=draft.Warranty(duration_of_warranty=24))
    assert passes(draft.check, promised) == (function in ("Sell", "Repair"))


def test_a_lease_begins_on_a_day():
    for start, right in ((20_000 * DAY, True), (20_000 * DAY + 1, False)):
        lease = draft.Lease(lease_length=3, deposit=5_000, start_date=start)
        assert passes(draft.check, drafted("LeaseOut", lease=lease)) == right


def test_a_deposit_is_no_part_of_the_total():
    draft.check(drafted("LeaseOut", lease=draft.Lease(lease_length=3, deposit=10**6)))


@given(
    asked=st.lists(st.sampled_from(FUNCTIONS), min_size=1, unique=True),
    function=st.sampled_from(FUNCTIONS),
)
def test_an_offer_does_what_its_intent_asks_for(asked, function):
    first, *others = asked
    length = 14 if "LeaseOut" in asked else None
    intent = make(INTENT, business_function=first, alternatives=tuple(others), lease_length=length)
    assert intent.functions == tuple(asked)
    assert passes(functions.check_answers, drafted(function), intent) == (function in asked)


def test_the_budget_of_a_vendor_that_buys_is_a_least():
    intent = make(
        INTENT,
        business_function="Buy",
        price_specification=market.Budget(price_currency="EUR", min_price=4_000),
    )
    market.check_content(intent)
    most = make(intent.price_specification, max_price=9_000)
    assert not passes(market.check_content, make(intent, price_specification=most))

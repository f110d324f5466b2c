"""How far the vendor's node gives way: never below the floor, the bounds or what was asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.values.fields import FieldError, Fields
from vrmnode.vendor.concessions import Concessions, concede, read_concessions
from vrmprotocol.draft import Price


def price(unit, quantity=1, delivery=0, rate=None):
    return Price(
        price_currency="EUR",
        unit_price=unit,
        delivery_charge=delivery,
        total=unit * quantity + delivery,
        tax_included=None if rate is None else 0,
        tax_rate_ppm=rate,
    )


def lower(first, last, asked, *, quantity=1, floor=0, rounds=0, luck=255, **bounds):
    """The answer after so many rounds, by default with whole steps and no floor."""
    return concede(
        Concessions(**bounds),
        first=first,
        last=last,
        quantity=quantity,
        asked_total=asked,
        floor=floor,
        rounds=rounds,
        luck=luck,
    )


def test_what_is_asked_within_a_step_is_given():
    found = lower(price(10_000), price(10_000), 9_900)
    assert (found.unit_price, found.total) == (9_900, 9_900)


def test_a_step_is_all_that_is_given_at_once():
    assert lower(price(10_000), price(10_000), 5_000).unit_price == 9_750
    assert lower(price(10_000), price(10_000), 5_000, luck=0).unit_price == 9_800


def test_all_steps_end_at_the_most():
    assert lower(price(10_000), price(9_600), 5_000).unit_price == 9_500
    assert lower(price(10_000), price(9_500), 5_000) is None


def test_the_floor_of_the_price_rule_holds():
    assert lower(price(10_000), price(10_000), 1, floor=9_990).unit_price == 9_990
    assert lower(price(10_000), price(10_000), 1, floor=10_000) is None


def test_rounds_end():
    assert lower(price(10_000), price(9_900), 1, rounds=2) is not None
    assert lower(price(10_000), price(9_900), 1, rounds=3) is None


def test_delivery_and_quantity_count_and_the_total_is_the_sum():
    first = price(1_000, 3, 495, 190_000)
    found = lower(first, first, 3_450, quantity=3)
    assert found.unit_price == 985
    assert found.total == 3 * 985 + 495
    assert found.tax_included == 551
    assert found.delivery_charge == 495


@given(
    st.integers(1, 10**6),
    st.integers(1, 20),
    st.integers(0, 2_000),
    st.integers(0, 10**7),
    st.integers(0, 10**6),
    st.integers(0, 255),
    st.integers(0, 9_000),
    st.integers(0, 9_000),
)
def test_it_never_gives_more_than_the_owner_allows(
    unit, quantity, delivery, asked, floor, luck, most, step
):
    first = last = price(unit, quantity, delivery)
    for rounds in range(6):
        found = lower(
            first, last, asked, quantity=quantity, floor=floor, rounds=rounds, luck=luck,
            most_bp=most, step_bp=step,
        )  # fmt: skip
        if found is None:
            return
        assert rounds < 3
        assert found.total < last.total
        assert found.total == found.unit_price * quantity + delivery
        assert found.total >= asked
        assert found.unit_price >= floor
        assert found.unit_price * 10_000 >= unit * (10_000 - most)
        assert last.unit_price - found.unit_price <= unit * step // 10_000
        last = found


@pytest.mark.parametrize(
    "table", [{"rounds": 5}, {"rounds": 0}, {"most_percent": 91}, {"step": 1}, "low"]
)
def test_other_tables_are_refused(table):
    with pytest.raises(FieldError):
        read_concessions(Fields({"counter": table}, "policy"))


def test_defaults_come_back():
    assert read_concessions(Fields({"counter": {}}, "policy")) == Concessions()
    assert read_concessions(Fields({}, "policy")) is None

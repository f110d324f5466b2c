"""The single round of terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmprotocol import terms

IDS = st.sampled_from([*terms.ROSTER, "SD-OTHER", "X"])


@pytest.mark.parametrize(
    ("customer", "vendor", "chosen"),
    [
        (["SD-BASE"], ["SD-BASE"], "SD-BASE"),
        (["SD-BASE-A", "SD-BASE"], ["SD-BASE", "SD-BASE-A"], "SD-BASE-A"),
        (["SD-BASE"], ["SD-BASE-A"], None),
        (["SD-OTHER"], ["SD-OTHER"], None),
        ([], ["SD-BASE"], None),
    ],
)
def test_choices(customer, vendor, chosen):
    assert terms.choose(customer, vendor) == chosen


@given(st.lists(IDS), st.lists(IDS))
def test_the_customers_order_decides(customer, vendor):
    chosen = terms.choose(customer, vendor)
    matching = [each for each in customer if each in vendor and terms.is_known(each)]
    assert chosen == (matching[0] if matching else None)
    assert terms.choose(customer, list(reversed(vendor))) == chosen


def test_the_roster_has_13_ids():
    assert len(terms.ROSTER) == len(set(terms.ROSTER)) == 13

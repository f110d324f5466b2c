"""What the owner says of the inbox."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.values.fields import FieldError, Fields
from vrmnode.vendor.inbox_rules import LEAD_S, InboxRules, answer_by, read_inbox
from vrmprotocol.functions import FUNCTIONS
from vrmprotocol.mail import VENDOR_DECLINE_REASONS


def read(table: object) -> InboxRules | None:
    return read_inbox(Fields({"inbox": table}, "policy"), "EUR")


def test_without_the_table_there_is_no_inbox():
    assert read_inbox(Fields({}, "policy"), "EUR") is None
    assert read({}) == InboxRules()


RULES = st.builds(
    InboxRules,
    everything=st.booleans(),
    above=st.none() | st.integers(0, 10**9),
    below_match=st.none() | st.integers(1, 100),
    near_misses=st.booleans(),
    category=st.lists(st.integers(0, 10**4), unique=True, max_size=4).map(tuple),
    function=st.lists(st.sampled_from(FUNCTIONS), unique=True).map(tuple),
    answer_minutes=st.integers(1, 43_200),
    claim_minutes=st.integers(1, 1440),
    when_over=st.sampled_from(["offer", "refuse", "silence"]),
    reason=st.sampled_from(sorted(VENDOR_DECLINE_REASONS)),
    most=st.integers(1, 1000),
)


@given(RULES)
def test_rules_come_back(rules):
    assert read(rules.to_dict("EUR")) == rules


@pytest.mark.parametrize(
    "table",
    [
        "all",
        {"above": "5 USD"},
        {"below_match": 0},
        {"function": ["Steal"]},
        {"answer_minutes": 0},
        {"claim_minutes": 1441},
        {"most": 1001},
        {"reason": "too_expensive"},
        {"when_over": "accept"},
        {"unknown": 1},
    ],
)
def test_other_tables_are_refused(table):
    with pytest.raises(FieldError):
        read(table)


@given(RULES, st.integers(0, 10**9), st.integers(0, 10**7))
def test_the_time_ends_with_the_intent(rules, added, life):
    found = answer_by(rules, added=added, valid_through=added + life)
    assert added <= found <= added + 60 * rules.answer_minutes
    assert found <= max(added, added + life - LEAD_S)

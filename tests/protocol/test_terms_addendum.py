"""Addenda: their form on the wire, and what our own may say."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.terms_strategies import LEVELS
from vrmprotocol import encoding
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.terms_addendum import check_own, read_addendum, read_levels
from vrmprotocol.terms_axes import AXES
from vrmprotocol.terms_roster import AGREEMENTS

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**64 - 1) | st.text(max_size=8) | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(LEVELS.filter(bool))
def test_what_is_written_is_read(levels):
    raw = encoding.encode(levels)
    assert read_addendum(encoding.decode(raw)) == levels
    assert encoding.encode(read_addendum(encoding.decode(raw))) == raw


@given(VALUES | st.dictionaries(st.sampled_from(sorted(AXES)), VALUES))
def test_anything_is_read_or_refused(value):
    levels = attempt(read_levels, value)
    assert levels is None or encoding.encode(levels) == encoding.encode(value)


@given(st.binary(max_size=60))
def test_so_are_any_bytes(raw):
    value = attempt(encoding.decode, raw, "encoding.")
    attempt(read_addendum, value)


def attempt(function, argument, code="terms.schema"):
    """What a function makes of an argument; None if it refuses it with the code."""
    with contextlib.suppress(RemoteError):
        return function(argument)
    with pytest.raises(RemoteError) as refused:
        function(argument)
    assert refused.value.code.startswith(code) and refused.value.detail
    return None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, "1 to 64"),
        ([], "map"),
        (None, "map"),
        ({"a b": "none"}, "keys"),
        ({"Tracking": "none"}, "keys"),
        ({"": "none"}, "keys"),
        ({"a" * 33: "none"}, "keys"),
        ({"tracking\n": "none"}, "keys"),
        ({"tracking": None}, "nil"),
        ({"tracking": True}, "true"),
        ({"tracking": ""}, "str"),
        ({"tracking": "None"}, "str"),
        ({"tracking": "a" * 33}, "str"),
        ({"tracking": b"none"}, "bin"),
        ({"tracking": "none\n"}, "str"),
        ({"retentionOrder": -1}, "-1"),
        ({"retentionOrder": 2**31}, "2147483648"),
        ({"marketing": ["phone", "email"]}, "ascending"),
        ({"marketing": ["email", "email"]}, "ascending"),
        ({"marketing": [1]}, "ascending names"),
        ({"marketing": [f"a{'b' * n}" for n in range(17)]}, "17"),
        ({"tracking": {"level": "none"}}, "map"),
        ({"marketing": [["email"]]}, "array"),
        (
            {f"a{'b' * n}": 1 for n in range(32)}
            | {f"c{'d' * n}": 1 for n in range(32)}
            | {"e": 1},
            "64",
        ),
    ],
)
def test_other_forms_are_refused(value, words):
    with pytest.raises(RemoteError) as refused:
        read_addendum(value)
    assert refused.value.code == "terms.schema"
    assert words in refused.value.detail


def test_unknown_axes_and_levels_are_well_formed():
    assert read_addendum({"colour": "red", "tracking": 7}) == {"colour": "red", "tracking": 7}


@pytest.mark.parametrize(
    ("terms", "addendum", "code"),
    [
        ("SD-BASIC", {}, "terms.unknown_id"),
        ("SD-BASE", {"colour": "red"}, "terms.unknown_axis"),
        ("SD-BASE", {"retentionOrder": 31}, "terms.unknown_level"),
        ("SD-BASE", {"marketing": "email"}, "terms.unknown_level"),
        ("SD-BASE", {"analytics": "vendor"}, "terms.no_effect"),
        ("SD-BASE-A", {"analytics": "thirdParty"}, "terms.no_effect"),
        ("SD-BASE-DP", {"portability": "none"}, "terms.no_effect"),
        ("PDC-INTENT", {"service": "order"}, "terms.no_effect"),
    ],
)
def test_our_own_says_nothing_that_changes_nothing(terms, addendum, code):
    with pytest.raises(LocalError) as refused:
        check_own(terms, addendum)
    assert refused.value.code == code
    assert "expected" in refused.value.detail and "came" in refused.value.detail


@given(LEVELS)
def test_our_own_may_loosen_what_the_agreement_is_silent_on(levels):
    check_own(
        "SD-BASE", {n: level for n, level in levels.items() if n not in AGREEMENTS["SD-BASE"]}
    )

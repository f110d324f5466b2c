"""References in the form that banks check."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vrmnode.values.creditor_reference import draw, grouped, is_valid

# The example of the European Payments Council.
KNOWN = "RF18 5390 0754 7034"


def test_a_known_reference_is_valid():
    assert is_valid(KNOWN)
    assert is_valid(KNOWN.replace(" ", "").lower())
    assert grouped(KNOWN.replace(" ", "")) == KNOWN


@given(st.integers(0, 2**64))
def test_what_is_drawn_is_valid(seed):
    reference = draw(random.Random(seed).randbytes)
    assert is_valid(reference) and len(reference) == 14
    assert grouped(reference).replace(" ", "") == reference


@given(
    st.integers(0, 2**64), st.integers(4, 13), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
)
def test_one_wrong_letter_is_noticed(seed, at, letter):
    reference = draw(random.Random(seed).randbytes)
    # A digit for a letter changes the length of the number that is checked, so that one in 97 of
    # such slips isn't noticed.
    assume(letter.isdigit() == reference[at].isdigit())
    slipped = reference[:at] + letter + reference[at + 1 :]
    assert is_valid(slipped) == (slipped == reference)


def test_a_digit_for_a_letter_may_pass():
    assert is_valid("RF27F9F704V4B7") and is_valid("RF27F9F704V4BD")


@pytest.mark.parametrize(
    "text", ["", "RF", "RF18", "RF1853900754703", "RFAB5390", "RF18-539", "RF18ä"]
)
def test_other_texts_are_none(text):
    assert not is_valid(text)
    assert grouped(text) == text


def test_no_two_alike():
    rng = random.Random(1)
    assert len({draw(rng.randbytes) for _ in range(10_000)}) == 10_000

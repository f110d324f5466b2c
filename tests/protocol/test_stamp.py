"""Proof of work."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vrmprotocol import stamp
from vrmprotocol.errors import LocalError


@given(st.binary(min_size=32, max_size=32), st.integers(0, 8), st.integers(0, 2**64 - 1))
@settings(deadline=None)
def test_a_found_stamp_does_what_was_asked(core, bits, start):
    found = stamp.grind(core, bits, start)
    assert len(found) == 8
    assert stamp.leading_zero_bits(stamp.envelope_id(core, found)) >= bits


@pytest.mark.parametrize(
    ("digest", "bits"),
    [
        (b"\xff" * 32, 0),
        (b"\x7f" + bytes(31), 1),
        (b"\x00\x01" + bytes(30), 15),
        (bytes(31) + b"\x01", 255),
        (bytes(32), 256),
    ],
)
def test_leading_zero_bits(digest, bits):
    assert stamp.leading_zero_bits(digest) == bits


def test_the_search_is_bounded():
    with pytest.raises(LocalError) as caught:
        stamp.grind(bytes(32), 200, max_tries=10)
    assert caught.value.code == "stamp.exhausted"


def test_the_start_decides_what_is_tried_and_wraps():
    assert stamp.grind(bytes(32), 0, start=2**64 - 1) == b"\xff" * 8
    assert stamp.grind(bytes(32), 0, start=2**64) == bytes(8)


@given(
    st.binary(min_size=32, max_size=32),
    st.integers(0, 11),
    st.one_of(st.integers(0, 2**64), st.sampled_from([1, 255, 256, 2**48 - 1, 2**64 - 3])),
    st.sampled_from([0, 1, 2, 255, 256, 257, 600]),
)
def test_it_is_the_first_one_that_fits(core, bits, start, tries):
    def fits(number):
        tried = (number % 2**64).to_bytes(8, "big")
        return stamp.leading_zero_bits(stamp.envelope_id(core, tried)) >= bits

    first = next((number for number in range(start, start + tries) if fits(number)), None)
    if first is None:
        with pytest.raises(LocalError):
            stamp.grind(core, bits, start, tries)
    else:
        assert stamp.grind(core, bits, start, tries) == (first % 2**64).to_bytes(8, "big")


def test_golden_stamp():
    assert stamp.grind(bytes(32), 12).hex() == "000000000000066c"

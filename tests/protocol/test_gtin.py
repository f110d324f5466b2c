"""Trade item numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from tests.protocol.codes import local_code
from vrmprotocol import gtin

DIGITS = st.text("0123456789", min_size=1, max_size=16)


@pytest.mark.parametrize(
    ("text", "padded"),
    [
        ("96385074", "00000096385074"),
        ("036000291452", "00036000291452"),
        ("4006381333931", "04006381333931"),
        ("10614141000415", "10614141000415"),
    ],
)
def test_the_four_lengths(text, padded):
    assert gtin.gtin14(text) == padded


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4006381333930",
        "400638133393",
        "４００６３８１３３３９３１",
        "40063813339３1",
        " 96385074",
        "9638507x",
    ],
)
def test_what_is_no_gtin(text):
    assert not gtin.is_valid(text)
    assert local_code(gtin.gtin14, text) == "gtin.invalid"


@given(st.sampled_from(["7", "11", "12", "13"]), st.data())
def test_the_check_digit_completes_a_number(length, data):
    digits = data.draw(st.text("0123456789", min_size=int(length), max_size=int(length)))
    whole = digits + gtin.check_digit(digits)
    assert gtin.is_valid(whole)
    wrong = digits + str((int(whole[-1]) + data.draw(st.integers(1, 9))) % 10)
    assert not gtin.is_valid(wrong)


@given(DIGITS)
def test_it_agrees_with_stdnum(text):
    assert gtin.is_valid(text) == (len(text) != 0 and bool(ean.is_valid(text)))

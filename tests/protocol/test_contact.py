"""Contact fields: their ranges, as specs/09-relationship.md#contact-fields says them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmprotocol import contact

SPEC = Path(__file__).resolve().parents[2] / "specs" / "09-relationship.md"

GOOD = {
    "name": ["A", "Ä" * 100, "Anna Muster-Müller", "山田 太郎"],
    "street_address": ["1", "c/o Muster\nMusterstraße 1\n3. Stock", "a" * 200],
    "postal_code": ["1", "SW1A 1AA", "1" * 16],
    "locality": ["Å", "b" * 100],
    "region": ["CA", "c" * 64],
    "country": ["DE", "ZZ"],
    "email": ["a@b", "anna+shop@mail.example", "ü@ö.example", "a" * 252 + "@b"],
    "telephone": ["112", "+49 (30) 901-820/1.2", "1" * 32],
}
BAD = {
    "name": ["", "A" * 101, "A\nB", "A\tB", "\x7f", "\x85"],
    "street_address": ["", "a" * 201, "a\nb\nc\nd", "a\rb"],
    "postal_code": ["", "1" * 17, "1\n2"],
    "locality": ["", "b" * 101, "b\n"],
    "region": ["", "c" * 65, "\x00"],
    "country": ["", "D", "de", "DEU", "D\n", "ÄÖ"],
    "email": ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\n", "a" * 253 + "@b"],
    "telephone": ["", "11", "1" * 33, "0x12", "+()", "١٢٣", "11\n2"],
}


@pytest.mark.parametrize("name", contact.NAMES)
def test_what_fits_and_what_does_not(name: str) -> None:
    field = contact.BY_NAME[name]
    assert [value for value in GOOD[name] if not field.fits(value)] == []
    assert [value for value in BAD[name] if field.fits(value)] == []
    assert [value for value in (None, 1, True, b"112", ["112"]) if field.fits(value)] == []


@given(name=st.sampled_from(contact.NAMES), value=st.text(max_size=260))
def test_whatever_fits_is_short_and_has_no_control_characters(name: str, value: str) -> None:
    field = contact.BY_NAME[name]
    if field.fits(value):
        assert 1 <= len(value) <= field.limit
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", value)
        assert value.count("\n") <= (2 if name == "street_address" else 0)


def test_names_and_stages_are_those_of_the_table() -> None:
    table = SPEC.read_text(encoding="utf-8").split("## Contact fields")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\w+) \|$", table, re.MULTILINE)
    assert rows == [(field.name, field.stage) for field in contact.FIELDS]
    assert contact.of_stage("place") == ("postal_code", "locality", "region", "country")

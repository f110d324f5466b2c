"""Addresses as their countries write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.values import addresses
from vrmnode.values.countries import NAMES

ANNA = {
    "name": "Anna Muster", "street_address": "Musterstraße 1\n3. Stock",
    "postal_code": "10115", "locality": "Berlin", "region": "Brandenburg",
}  # fmt: skip


@pytest.mark.parametrize(
    ("country", "below"),
    [
        ("DE", ["10115 Berlin"]),
        ("IT", ["10115 Berlin Brandenburg"]),
        ("US", ["Berlin, Brandenburg 10115"]),
        ("CA", ["Berlin Brandenburg  10115"]),
        ("GB", ["Berlin", "10115"]),
        ("IE", ["Berlin", "Brandenburg", "10115"]),
        ("BR", ["Berlin - Brandenburg", "10115"]),
        ("LV", ["Brandenburg", "Berlin, 10115"]),
        ("HK", ["Berlin", "Brandenburg"]),
        ("AR", ["10115 Berlin", "Brandenburg"]),
        ("JP", ["Berlin, Brandenburg", "10115"]),
    ],
)
def test_what_stands_below_the_street(country, below):
    found = addresses.lines({**ANNA, "country": country}, sent_from=country)
    assert found == ["Anna Muster", "Musterstraße 1", "3. Stock", *below]


def test_the_country_is_named_from_abroad_and_where_the_sender_is_unknown():
    from_abroad = addresses.lines({**ANNA, "country": "DE"}, sent_from="NL")
    assert from_abroad[-1] == "GERMANY"
    assert addresses.lines({**ANNA, "country": "DE"}) == from_abroad
    assert addresses.lines({**ANNA, "country": "ZZ"})[-1] == "ZZ"


def test_east_asian_addresses_go_from_the_large_to_the_small():
    tokyo = {
        "name": "山田 太郎", "street_address": "丸の内1-2-3", "postal_code": "100-0001",
        "locality": "千代田区", "region": "東京都", "country": "JP",
    }  # fmt: skip
    assert addresses.lines(tokyo, sent_from="JP") == [
        "〒100-0001", "東京都千代田区", "丸の内1-2-3", "山田 太郎",
    ]  # fmt: skip


def test_lines_without_their_fields_leave_no_marks():
    place = {"locality": "Springfield", "country": "US"}
    assert addresses.lines(place, sent_from="US") == ["Springfield"]
    assert addresses.lines({**place, "postal_code": "62701"}, sent_from="US") == [
        "Springfield 62701"
    ]
    assert addresses.lines({}) == []


def test_a_value_is_no_form():
    assert addresses.lines({**ANNA, "locality": "{name}", "country": "DE"}, sent_from="DE")[-1] == (
        "10115 {name}"
    )


def test_what_an_address_needs():
    assert "postal_code" in addresses.needed("DE")
    assert "postal_code" not in addresses.needed("HK")
    assert "postal_code" in addresses.needed(None)


@given(
    st.dictionaries(
        st.sampled_from(["name", "street_address", "postal_code", "locality", "region"]),
        st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20),
    ),
    st.sampled_from(sorted(NAMES)),
)
def test_nothing_is_lost_but_regions_and_no_line_is_empty(fields, country):
    found = addresses.lines({**fields, "country": country}, sent_from=country)
    assert all(line.strip() for line in found)
    text = "\n".join(found)
    for name, value in fields.items():
        assert value in text or name == "region" or (name == "postal_code" and country in "AEHK")


def test_every_country_has_a_name():
    assert len(NAMES) == 249
    assert all(len(code) == 2 and code.isupper() and name for code, name in NAMES.items())

"""From rows to dataclasses and back."""

from __future__ import annotations

import pytest

from vrmnode.storage.table import hex_bounds, to_json


@pytest.mark.parametrize("prefix", ["a", "ab", "AB", "0" * 64])
def test_bounds_hold_what_starts_with_the_prefix(prefix: str) -> None:
    bounds = hex_bounds(prefix)
    assert bounds is not None
    assert all(bound.hex().startswith(prefix.lower()) for bound in bounds)
    assert [len(bound) for bound in bounds] == [32, 32]


@pytest.mark.parametrize("prefix", ["", " ", "g", "0x12", "a" * 65, "é", "a\n"])
def test_what_no_id_starts_with(prefix: str) -> None:
    assert hex_bounds(prefix) is None


def test_json_has_one_form() -> None:
    assert to_json({"b": [1, None], "a": "é"}) == '{"a":"é","b":[1,null]}'

"""Nested values and what bare numbers mean to people."""

import pytest

from vrmnode.cli.show import nested


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"pay_within": 864_000}, "pay_within: 864000 (10d)"),
        ({"wait_for": 30}, "wait_for: 30"),
        ({"taxRatePpm": 77_000}, "taxRatePpm: 77000 (7.7 %)"),
        ({"deposit": 500, "currency": "EUR"}, "deposit: 500 (5.00 EUR)\ncurrency: EUR"),
        ({"method": ["card", "cash"]}, "method: card, cash"),
        (
            {"reasons": ["to the door: 5.00 EUR, as cheap as another", "soon"]},
            "reasons:\n  - to the door: 5.00 EUR, as cheap as another\n  - soon",
        ),
        ({"draft": {"reasons": ["a, b"]}}, "draft:\n  reasons:\n    - a, b"),
    ],
)
def test_nested(value, shown):
    assert nested(value) == shown

"""Warnings of what makes an intent stand out."""

import pytest

from tests.customer.samples import NOW, intent
from vrmnode.customer.request import warnings


def test_a_plain_intent_has_none():
    assert warnings(intent(), now=NOW) == []


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"cell": "u178k"}, "cell u178k"),
        ({"region": "Utrecht"}, "region Utrecht"),
        ({"description": "x " * 110}, "your way of writing"),
        ({"name": "write to me@example.org"}, "looks as if it holds an address"),
        ({"must": [f"p{at}=1" for at in range(6)]}, "6 constraints"),
        ({"budget": "45.17 EUR"}, "unusually exact"),
        ({"budget": "45 EUR"}, "private_maximum stays in your node"),
        ({"quantity": 50}, "quantity of 50"),
        ({"language": ["nl", "fy"]}, "languages nl, fy"),
        ({"payment": ["a", "b", "c"]}, "ways of payment"),
        ({"valid_for": "60d"}, "60 days"),
    ],
)
def test_warnings(wanted, words):
    assert any(words in warning for warning in warnings(intent(**wanted), now=NOW))


def test_a_round_budget_isnt_called_exact():
    assert not any("exact" in text for text in warnings(intent(budget="45 EUR"), now=NOW))

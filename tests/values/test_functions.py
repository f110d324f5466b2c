"""Functions as people write and read them."""

import pytest

from vrmnode.values.functions import UNIT_DAYS, does, read_function, read_unit
from vrmprotocol.functions import FUNCTIONS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_by_its_name_and_by_its_iris(function):
    for text in (
        function,
        function.lower(),
        f" {function} ",
        f"https://schema.org/{function}",
        f"http://schema.org/{function}",
        f"http://purl.org/goodrelations/v1#{function}",
        f"gr:{function}",
    ):
        assert read_function(text) == function


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("Reparatur", "Repair"),
        ("rental", "LeaseOut"),
        ("Vermietung", "LeaseOut"),
        ("verhuur", "LeaseOut"),
        ("lease out", "LeaseOut"),
        ("Wartung", "Maintain"),
        ("Ankauf", "Buy"),
        ("Entsorgung", "Dispose"),
        ("lend", None),
        ("https://example.org/Sell", None),
        ("", None),
    ],
)
def test_by_the_words_of_catalogues(text, function):
    assert read_function(text) == function


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("day", "day"),
        ("per week", "week"),
        ("pro Tag", "day"),
        ("/Monat", "month"),
        ("piece", None),
    ],
)
def test_units_of_a_lease(text, unit):
    assert read_unit(text) == unit
    assert unit is None or unit in UNIT_DAYS


def test_every_function_has_words():
    assert len({does(function) for function in FUNCTIONS}) == len(FUNCTIONS)
    assert does("Sell") == "sells it"
    assert does("Sell", "Repair") == "replaces it"
    assert does("Sell", "LeaseOut") == "sells it"

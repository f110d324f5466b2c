"""Constraints against known properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.values.constraints import find_property, holds, property_name, words_of

SCALARS = st.text(max_size=20) | st.integers() | st.booleans()


@pytest.mark.parametrize(
    ("op", "wanted", "actual", "expected"),
    [
        ("eq", "hardcover", "Hardcover", True),
        ("eq", "hard cover", "hard-cover", True),
        ("eq", "hardcover", "paperback", False),
        ("eq", "naïve", "naive", True),
        ("eq", 320, "320", True),
        ("eq", "320", 320, True),
        ("eq", 320, "320 pages", True),
        ("ge", 200, "320 pages", True),
        ("ge", 200, 199, False),
        ("le", "2 kg", "1900 g", True),
        ("le", "2 kg", "2,1 kg", False),
        ("ge", "18 V", "12 V", False),
        ("ge", "18 V", 18, True),
        ("ge", "2 kg", "3 m", False),
        ("ge", 5, "many", False),
        ("ge", "b", "c", False),
        ("in", ("red", "blue"), "Blue", True),
        ("in", ("red", "blue"), "green", False),
        ("in", (1, 2), "2", True),
        ("eq", True, "yes", True),
        ("eq", True, True, True),
        ("eq", True, 1, False),
        ("eq", False, "no", True),
        ("eq", True, "perhaps", False),
        ("eq", "x", None, False),
        ("le", 5, None, False),
    ],
)
def test_holds(op, wanted, actual, expected):
    assert holds(op, wanted, actual) is expected


def test_names_of_one_property():
    assert len({property_name(name) for name in ("Cover type", "cover_type", "coverType")}) == 1
    assert find_property({"Cover Type": "hard"}, "coverType") == "hard"
    assert find_property({"pages": 3}, "Page") == 3
    assert find_property({"pages": 3}, "weight") is None


def test_words():
    assert words_of("pages", "ge", 200) == "pages at least 200"
    assert words_of("color", "in", ("red", "blue")) == "color one of red, blue"
    assert words_of("signed", "eq", True) == "signed yes"
    assert words_of("format", "eq", "hardcover") == "format hardcover"


@given(st.sampled_from(["eq", "in", "ge", "le"]), SCALARS | st.tuples(SCALARS), SCALARS | st.none())
def test_any_values_give_an_answer(op, wanted, actual):
    assert holds(op, wanted, actual) in (True, False)


@given(SCALARS.filter(lambda value: value != ""))
def test_a_value_equals_itself(value):
    assert holds("eq", value, value)

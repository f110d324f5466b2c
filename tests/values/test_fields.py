"""Reading mappings field by field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.values.fields import FieldError, Fields, shown


def error_of(read) -> FieldError:
    with pytest.raises(FieldError) as caught:
        read()
    return caught.value


def test_error_names_field_expected_and_came():
    error = error_of(lambda: Fields({"quantity": "two"}, "request").whole("quantity", 1, 9, 1))
    assert error.code == "request.invalid"
    assert error.field == "quantity"
    assert error.detail == "quantity: expected an integer 1..9, came 'two'"


def test_unknown_field_is_named_with_the_known_ones():
    fields = Fields({"colour": "red"}, "request")
    fields.text("color", 10)
    error = error_of(fields.finish)
    assert error.code == "request.unknown_field"
    assert error.detail == "colour: expected one of color, came an unknown field"


@pytest.mark.parametrize(
    ("read", "raw"),
    [
        (lambda f: f.text("x", 3), "four"),
        (lambda f: f.text("x", 30), 5),
        (lambda f: f.text("x", 30), "a\x00b"),
        (lambda f: f.text("x", 30), "\ud800"),
        (lambda f: f.required_text("x", 30), "  "),
        (lambda f: f.whole("x", 1, 5, 0), True),
        (lambda f: f.whole("x", 1, 5, 0), 6),
        (lambda f: f.whole("x", 1, 5, 0), 1.0),
        (lambda f: f.flag("x", False), "yes"),
        (lambda f: f.one_of("x", ("a", "b"), "a"), "c"),
        (lambda f: f.several_of("x", ("a", "b")), ["a", "c"]),
        (lambda f: f.texts("x", 1, 5), ["a", "b"]),
        (lambda f: f.wholes("x", 5, 0, 9), ["1"]),
        (lambda f: f.money("x"), "5"),
        (lambda f: f.money("x"), 5.0),
        (lambda f: f.money("x", "EUR"), 10**20),
        (lambda f: f.currency("x"), "XAU"),
        (lambda f: f.currency("x"), 978),
        (lambda f: f.language("x"), "German"),
        (lambda f: f.language("x"), "de_DE"),
        (lambda f: f.language("x"), 1),
        (lambda f: f.languages("x", 2), ["de", "en", "nl"]),
        (lambda f: f.languages("x", 2), ["de", ""]),
        (lambda f: f.span("x", 0), "soon"),
        (lambda f: f.span("x", 0), -1),
        (lambda f: f.parsed("x", lambda text: None, "something"), "y"),
        (lambda f: f.child("x"), ["no", "mapping"]),
    ],
)
def test_wrong_value(read, raw):
    error = error_of(lambda: read(Fields({"x": raw}, "request")))
    assert error.code == "request.invalid"
    assert error.field == "x"
    assert len(error.detail) < 300


def test_values_in_their_other_forms():
    fields = Fields({"n": "7", "c": "EUROS", "one": "a", "s": 90, "m": 5}, "request")
    assert fields.whole("n", 1, 9, 0) == 7
    assert fields.one_of("c", ("euros",), "") == "euros"
    assert fields.texts("one", 5, 5) == ("a",)
    assert fields.span("s", 0) == 90
    others = Fields({"lower": "chf", "tag": " de-CH ", "tags": "nl"}, "request")
    assert others.currency("lower") == "CHF"
    assert others.language("tag") == "de-CH"
    assert others.languages("tags", 3) == ("nl",)
    assert (others.currency("none"), others.language("none")) == (None, None)
    money = fields.money("m", "EUR")
    assert money is not None
    assert money.amount == 500
    fields.finish()


def test_not_a_mapping():
    error = error_of(lambda: Fields(["x"], "policy", "delivery"))
    assert error.detail == "delivery: expected named fields, came ['x']"


@given(st.text(max_size=200) | st.integers() | st.binary(max_size=200) | st.lists(st.text()))
def test_shown_is_short(value):
    assert len(shown(value)) <= 60


def test_shown_survives_numbers_beyond_printing():
    assert shown([10**5000]) == "a number too long to print"

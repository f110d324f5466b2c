"""Intents from what people ask for."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.customer.samples import DAY, NOW
from vrmnode.customer.request import build_intent, read_request
from vrmnode.values.fields import FieldError
from vrmnode.values.money import Money
from vrmprotocol import encoding
from vrmprotocol.market import Intent, to_body

PLAIN = {"name": "Dune", "country": "NL"}
FULL = {
    "name": "Dune",
    "gtin": "978-0-441-17271-9",
    "mpn": "X-1",
    "brand": "Ace",
    "category": 784,
    "description": "Any edition.",
    "quantity": 2,
    "condition": ["new", "UsedCondition"],
    "must": ["format=paperback", {"name": "pages", "op": "ge", "value": 200}],
    "prefer": ["language in en|nl"],
    "country": "nl",
    "region": "Utrecht",
    "cell": "u178",
    "by": "2027-02-01",
    "budget": "45.00 EUR",
    "private_maximum": "50 EUR",
    "currency": "EUR",
    "terms": ["SD-BASE", "sd-base-dp"],
    "delivery": ["ship"],
    "payment": ["invoice"],
    "max_offers": 5,
    "valid_for": "2d",
    "language": ["en", "nl-NL"],
    "function": "sell",
    "label": "birthday",
}


def build(raw: Mapping[str, object], now: int = NOW) -> Intent:
    return build_intent(
        read_request(raw), now=now, salt=bytes(16), reply_key=bytes(range(32)), reply_tag=bytes(16)
    )


def test_a_whole_intent():
    made = build(FULL)
    assert made.item_offered.gtin == "9780441172719"
    assert made.item_condition == ("NewCondition", "UsedCondition")
    assert [(each.name, each.op, each.value) for each in made.must] == [
        ("format", "eq", "paperback"),
        ("pages", "ge", 200),
    ]
    assert made.prefer[0].value == ("en", "nl")
    assert (made.area.country, made.area.region, made.area.cell) == ("NL", "Utrecht", "u178")
    assert made.price_specification is not None
    assert made.price_specification.max_price == 4500
    assert made.accepted_terms == ("SD-BASE", "SD-BASE-DP")
    assert made.availability_ends is not None
    assert made.availability_ends % DAY == 0
    assert made.business_function == "Sell"
    assert to_body(made)


def test_what_is_private_never_stands_in_the_intent():
    request = read_request(FULL)
    assert request.private_maximum == Money(5000, "EUR")
    assert request.label == "birthday"
    body = to_body(build(FULL))
    assert b"birthday" not in body
    assert encoding.encode(5000) not in body


def test_defaults():
    made = build(PLAIN)
    assert made.eligible_quantity == 1
    assert made.accepted_terms == ("SD-BASE",)
    assert made.max_offers == 10
    assert made.price_specification is None
    assert read_request(PLAIN).label == "Dune"
    assert read_request({"category": 784, "country": "NL"}).label == "category 784"


def test_a_limit_of_its_own_is_known():
    assert not read_request(PLAIN).bounded
    for name in ("budget", "private_maximum"):
        assert read_request({**PLAIN, name: "20.00 EUR"}).bounded
    assert read_request({**PLAIN, "function": "Buy", "min_price": "20.00 EUR"}).bounded


def test_private_maximum_shows_its_currency_only():
    made = build({**PLAIN, "private_maximum": "50 EUR"})
    assert made.price_specification is not None
    assert made.price_specification.price_currency == "EUR"
    assert made.price_specification.max_price is None


@pytest.mark.parametrize("valid_for", ["10m", "2d", "90d", 7200])
@pytest.mark.parametrize("now", [NOW, NOW + 1, NOW + 599])
def test_end_is_quantised_and_within_the_limit(valid_for, now):
    made = build({**PLAIN, "valid_for": valid_for}, now)
    assert made.valid_through % 600 == 0
    assert now < made.valid_through <= now - now % 600 + 90 * DAY


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"name": None}, "name", "at least one of name, gtin, mpn and category"),
        ({"name": "x\ud800"}, "name", "UTF-8"),
        ({"must": ["\ud800=1"]}, "must[1]", "control characters"),
        ({"name": "x" * 201}, "name", "at most 200 characters"),
        ({"gtin": "9780441172718"}, "gtin", "check digit"),
        ({"quantity": 0}, "quantity", "1..10000"),
        ({"quantity": "two"}, "quantity", "came 'two'"),
        ({"condition": "mint"}, "condition", "new, used"),
        ({"country": None}, "country", "ISO 3166"),
        ({"country": "Holland"}, "country", "ISO 3166"),
        ({"country": "ÑÑ"}, "country", "ISO 3166"),
        ({"by": "tomorrow"}, "by", "2026-12-24"),
        ({"by": "2026-01-01"}, "by", "isn't over"),
        ({"budget": "45"}, "budget", "currency"),
        ({"budget": 45.0}, "budget", "in quotes"),
        ({"budget": "45 EUR", "currency": "USD"}, "budget", "USD"),
        ({"budget": "45 EUR", "private_maximum": "50 USD"}, "private_maximum", "EUR"),
        ({"budget": "45 EUR", "private_maximum": "40 EUR"}, "private_maximum", "45.00 EUR"),
        ({"terms": ["SD-MINE"]}, "terms", "SD-BASE"),
        ({"delivery": ["drone"]}, "delivery", "pickup"),
        ({"max_offers": 101}, "max_offers", "1..100"),
        ({"valid_for": "1m"}, "valid_for", "10 minutes to 90 days"),
        ({"valid_for": "91d"}, "valid_for", "10 minutes to 90 days"),
        ({"valid_for": "soon"}, "valid_for", "36h"),
        ({"language": ["the dutch one"]}, "language", "a language such as"),
        ({"payment": ["Cash!"]}, "payment", "form"),
        ({"function": "Steal"}, "function", "Repair"),
        ({"must": ["hardcover"]}, "must[1]", "format=hardcover"),
        ({"must": ["a=1"] * 17}, "must", "at most 16"),
        ({"must": [{"name": "x", "op": "gt", "value": 1}]}, "must[1].op", "ge"),
        ({"must": [{"name": "x", "op": "in", "value": 1}]}, "must[1].value", "1 to 64 values"),
        ({"must": [{"name": "x", "value": [1]}]}, "must[1].value", "one value"),
        ({"must": [{"name": "x", "value": 1.5}]}, "must[1].value", "an integer or a text"),
    ],
)
def test_wrong_fields(change, field, words):
    with pytest.raises(FieldError) as caught:
        build({**PLAIN, **change})
    assert caught.value.code == "request.invalid"
    assert caught.value.field == field
    assert words in caught.value.detail


def test_a_misspelt_name_is_named_where_nothing_else_says_what_is_wanted():
    with pytest.raises(FieldError) as caught:
        read_request({"nam": "lamp", "country": "NL"})
    assert (caught.value.code, caught.value.field) == ("request.unknown_field", "nam")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"colour": "red"}, "colour"), ({"must": [{"name": "x", "valve": 1}]}, "must[1].valve")],
)
def test_unknown_fields(change, field):
    with pytest.raises(FieldError) as caught:
        build({**PLAIN, **change})
    assert (caught.value.code, caught.value.field) == ("request.unknown_field", field)


@pytest.mark.parametrize(
    ("text", "name", "op", "value"),
    [
        ("format=hardcover", "format", "eq", "hardcover"),
        ("format = hard cover", "format", "eq", "hard cover"),
        ("pages>=200", "pages", "ge", 200),
        ("weight <= 2 kg", "weight", "le", "2 kg"),
        ("color in red|blue | 3", "color", "in", ("red", "blue", 3)),
        ("signed=yes", "signed", "eq", True),
        ("signed=false", "signed", "eq", False),
        ("built in year=1999", "built in year", "eq", 1999),
        ("formula=a=b", "formula", "eq", "a=b"),
    ],
)
def test_constraints(text, name, op, value):
    constraint = build({**PLAIN, "must": [text]}).must[0]
    assert (constraint.name, constraint.op, constraint.value) == (name, op, value)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(["45 EUR", "2d", "2027-05-01", "a=1", "x in 1|2", "9780441172719"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "op", "value"]), inner)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*FULL, "other"]), VALUES, max_size=8))
def test_any_mapping_gives_an_intent_or_a_declared_error(raw):
    try:
        made = build({**PLAIN, **raw})
    except FieldError as error:
        code = error.code
    else:
        code = "request.invalid"
        assert to_body(made)
    assert code in ("request.invalid", "request.unknown_field")


def test_isbn_10_becomes_its_gtin():
    assert build({"gtin": "0-13-110362-8", "country": "NL"}).item_offered.gtin == "9780131103627"

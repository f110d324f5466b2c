"""Amounts as people write them."""

import operator
from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vrmnode.values.money import (
    MAX_AMOUNT,
    CurrencyMismatchError,
    Money,
    MoneyError,
    decimal_mark,
    exponent,
    format_money,
    parse_money,
)
from vrmprotocol.currency import MINOR_UNIT_DIGITS


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("45.00 EUR", 4500, "EUR"),
        ("EUR 45", 4500, "EUR"),
        ("eur45.5", 4550, "EUR"),
        ("9,99 €", 999, "EUR"),
        ("€9.99", 999, "EUR"),
        ("1.234,50 EUR", 123450, "EUR"),
        ("1,234.50 EUR", 123450, "EUR"),
        ("1 234,50 EUR", 123450, "EUR"),
        ("1'234.50 CHF", 123450, "CHF"),
        ("1\u00a0234\u202f567,00 €", 123456700, "EUR"),
        ("1.234.567 EUR", 123456700, "EUR"),
        ("12.5000 EUR", 1250, "EUR"),
        ("0.999 KWD", 999, "KWD"),
        ("1.234 KWD", 1234, "KWD"),
        ("980 JPY", 980, "JPY"),
        (".50 EUR", 50, "EUR"),
        ("+3 EUR", 300, "EUR"),
        ("0 EUR", 0, "EUR"),
        ("10000000000.00 EUR", MAX_AMOUNT, "EUR"),
    ],
)
def test_amount(text, amount, currency):
    assert parse_money(text) == Money(amount, currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "EUR",
        "45",
        "-1 EUR",
        "EUR -1",
        "1.999 EUR",
        "9.999,5,5 EUR",
        "9..9 EUR",
        "1.2.3 EUR",
        "12,34.56 EUR",
        "9.99 EUR USD",
        "EUR 9.99 EUR",
        "9.99 $",
        "9.99 Euros",
        "9.995 EUR",
        "1.5 JPY",
        "1e5 EUR",
        "10000000000.01 EUR",
        "99999999999999999999 EUR",
        "٩.٩٩ EUR",
        "9,99 € each",
        "5 " + "E" * 100,
    ],
)
def test_no_amount(text):
    with pytest.raises(MoneyError):
        parse_money(text)


def test_bare_number_takes_the_known_currency():
    assert parse_money("9.99", currency="USD") == Money(999, "USD")
    assert parse_money("$9.99", currency="USD") == Money(999, "USD")
    assert parse_money("9.99 EUR", currency="USD") == Money(999, "EUR")


def test_known_decimal_mark_settles_the_ambiguous():
    assert parse_money("1.234", currency="EUR", decimal=",").amount == 123400
    assert parse_money("1,234", currency="EUR", decimal=".").amount == 123400
    with pytest.raises(MoneyError, match="ambiguous"):
        parse_money("1.234", currency="EUR")


@pytest.mark.parametrize(
    ("text", "mark"),
    [("9.99", "."), ("9,99 €", ","), ("1.234,50", ","), ("1.234", None), ("12", None)],
)
def test_decimal_mark(text, mark):
    assert decimal_mark(text) == mark


def test_exponents():
    assert (exponent("EUR"), exponent("JPY"), exponent("KWD"), exponent("CLF")) == (2, 0, 3, 4)
    assert exponent("ZZZ") is None


def test_format():
    assert format_money(4500, "EUR") == "45.00 EUR"
    assert format_money(5, "EUR") == "0.05 EUR"
    assert format_money(980, "JPY") == "980 JPY"
    assert format_money(-50, "EUR") == "-0.50 EUR"
    assert str(Money(1234, "KWD")) == "1.234 KWD"
    assert format_money(12345, "CLF") == "1.2345 CLF"
    assert format_money(4500, "ZZZ") == "4500 minor units of ZZZ"


@pytest.mark.parametrize("code", ["XAU", "XTS", "XDR", "HRK", "BTC", "ABC"])
def test_a_currency_that_is_none(code):
    with pytest.raises(MoneyError, match="ISO 4217"):
        parse_money(f"45.00 {code}")
    with pytest.raises(MoneyError, match="ISO 4217"):
        parse_money("45.00", currency=code)


@pytest.mark.parametrize(
    ("currency", "example"), [("EUR", "1234.00"), ("JPY", "1234"), ("CLF", "1234.0000")]
)
def test_what_is_ambiguous_is_shown_right(currency, example):
    with pytest.raises(MoneyError, match=f'"{example}": this one is ambiguous'):
        parse_money(f"1.234 {currency}")


CURRENCIES = st.sampled_from(sorted(MINOR_UNIT_DIGITS))
AMOUNTS = st.integers(0, MAX_AMOUNT)


@given(AMOUNTS, AMOUNTS, CURRENCIES)
def test_amounts_of_one_currency_compare_as_numbers(one, other, currency):
    left, right = Money(one, currency), Money(other, currency)
    assert (left < right, left <= right, left > right, left >= right) == (
        *(one < other, one <= other),
        *(one > other, one >= other),
    )
    assert left + right == Money(one + other, currency)
    assert left - right == Money(one - other, currency)
    assert min([left, right]).amount == min(one, other)


@given(AMOUNTS, AMOUNTS, CURRENCIES, CURRENCIES)
def test_amounts_of_two_currencies_never_compare(one, other, first, second):
    assume(first != second)
    left, right = Money(one, first), Money(other, second)
    for held in (
        *(operator.lt, operator.le, operator.gt, operator.ge),
        *(operator.add, operator.sub),
        lambda *both: min(both),
        lambda *both: sorted(both),
    ):
        with pytest.raises(CurrencyMismatchError):
            held(left, right)
    assert left != right


@given(AMOUNTS, CURRENCIES)
def test_formatted_amount_reads_back(amount, currency):
    text = format_money(amount, currency)
    assert parse_money(text, decimal=".") == Money(amount, currency)


@given(st.text(max_size=30) | st.from_regex(r"[-+]?[0-9.,' ]{1,12} ?(EUR|€|\$)?", fullmatch=True))
def test_only_declared_errors(text):
    with suppress(MoneyError):
        assert 0 <= parse_money(text, currency="EUR").amount <= MAX_AMOUNT

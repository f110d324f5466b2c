"""Amounts in messages as money."""

from tests.customer.samples import draft, intent
from vrmnode.values.money import Money
from vrmnode.values.prices import currency_of, maximum_of, total_in, total_of


def test_total_of_a_draft():
    made = draft(total=980, currency="JPY")
    assert total_of(made) == total_in(made.price_specification) == Money(980, "JPY")


def test_what_an_intent_would_pay():
    asked = intent(currency=None, budget="45 EUR")
    assert (currency_of(asked), maximum_of(asked)) == ("EUR", Money(4500, "EUR"))
    asked = intent(currency="USD")
    assert (currency_of(asked), maximum_of(asked)) == ("USD", None)
    asked = intent(currency=None)
    assert (currency_of(asked), maximum_of(asked)) == (None, None)

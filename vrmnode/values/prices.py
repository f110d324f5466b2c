"""Amounts in messages as money: the total of a draft, the most to pay or least to take."""

from vrmnode.values.money import Money
from vrmprotocol.draft import Draft, Price
from vrmprotocol.market import Intent


def total_of(draft: Draft) -> Money:
    """The total to the door."""
    return total_in(draft.price_specification)


def total_in(price: Price) -> Money:
    """The total of a price specification."""
    return Money(price.total, price.price_currency)


def currency_of(intent: Intent) -> str | None:
    """The currency in which the customer wants to pay, if the intent says so."""
    budget = intent.price_specification
    return budget.price_currency if budget else None


def maximum_of(intent: Intent) -> Money | None:
    """The most to pay to the door, if the intent says so."""
    budget = intent.price_specification
    if budget is None or budget.max_price is None:
        return None
    return Money(budget.max_price, budget.price_currency)


def minimum_of(intent: Intent) -> Money | None:
    """The least to be paid by a vendor that buys, if the intent says so."""
    budget = intent.price_specification
    if budget is None or budget.min_price is None:
        return None
    return Money(budget.min_price, budget.price_currency)

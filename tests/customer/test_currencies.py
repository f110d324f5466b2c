"""Offers in several currencies: kept apart, and never taken for a limit in another one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.customer.samples import NOW, intent, ranked, received, vendors
from vrmnode.customer.acceptance import AcceptancePolicy, decide
from vrmnode.values.money import Money

CODES = ("EUR", "USD", "JPY", "KWD", "ZZZ")
PRICES = st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 10**6)), max_size=8)
WANTED = st.sampled_from((None, "EUR", "USD", "JPY"))


def offers_at(prices):
    return [
        received(at, total=total, currency=currency)
        for at, (currency, total) in enumerate(prices, 1)
    ]


def test_each_currency_has_its_own_cheapest():
    offers = ranked(
        received(1, currency="USD", total=100),
        received(2, currency="EUR", total=3000),
        received(3, currency="EUR", total=2000),
        received(4, currency="USD", total=90),
        asked=intent(currency=None),
    )
    assert vendors(offers) == [3, 2, 4, 1]
    assert [offer.reasons[:2] for offer in offers] == [
        ("cheapest to the door: 20.00 EUR", "not compared with offers in USD"),
        ("to the door: 30.00 EUR, 10.00 EUR more than the cheapest", offers[0].reasons[1]),
        ("cheapest to the door: 0.90 USD", "not compared with offers in EUR"),
        ("to the door: 1.00 USD, 0.10 USD more than the cheapest", offers[2].reasons[1]),
    ]


@pytest.mark.parametrize(
    ("asked", "currency", "words"),
    [
        ({"budget": "1 EUR"}, "USD", "it is in USD, you want to pay in EUR"),
        ({"currency": "JPY"}, "EUR", "it is in EUR, you want to pay in JPY"),
        ({"currency": None}, "ZZZ", "its currency ZZZ isn't known to this node"),
        ({"budget": "1 EUR"}, "ZZZ", "its currency ZZZ isn't known to this node"),
    ],
)
def test_a_mismatch_is_one_coded_problem(asked, currency, words):
    offer = ranked(received(1, currency=currency), asked=intent(**asked))[0]
    assert [(each.code, each.words) for each in offer.problems] == [("currency", words)]


def test_a_private_maximum_is_of_one_currency():
    offer = ranked(
        received(1, currency="USD"), asked=intent(currency=None), private_maximum=Money(1, "EUR")
    )[0]
    assert [problem.code for problem in offer.problems] == ["currency"]


@given(PRICES, WANTED, st.sampled_from(CODES), st.integers(2, 10**5))
def test_what_a_currency_is_worth_changes_nothing(prices, wanted, scaled, factor):
    """With all totals of one currency so many times as high, the order stays the same."""
    asked = intent(currency=wanted)
    dearer = [
        (currency, total * factor if currency == scaled else total) for currency, total in prices
    ]
    assert vendors(ranked(*offers_at(prices), asked=asked)) == vendors(
        ranked(*offers_at(dearer), asked=asked)
    )


@given(PRICES, WANTED)
def test_no_reason_names_two_currencies_as_cheaper(prices, wanted):
    for offer in ranked(*offers_at(prices), asked=intent(currency=wanted)):
        said = offer.reasons[0]
        others = set(CODES) - {offer.currency}
        assert not any(code in said for code in others), said
        assert ("not compared" in " ".join(offer.reasons)) == (len({c for c, _ in prices}) > 1)


@given(
    prices=PRICES,
    wanted=WANTED,
    most=st.tuples(st.sampled_from(CODES[:4]), st.integers(0, 10**6)) | st.none(),
    limit=st.tuples(st.sampled_from(CODES[:4]), st.integers(0, 10**6)) | st.none(),
)
def test_nothing_is_accepted_in_another_currency_than_every_limit(prices, wanted, most, limit):
    bounds = [Money(each[1], each[0]) for each in (most, limit) if each is not None]
    policy = AcceptancePolicy(
        mode="automatic",
        vendors="any",
        wait_offers=1,
        max_total=None if most is None else Money(most[1], most[0]),
    )
    offers = ranked(*offers_at(prices), asked=intent(currency=wanted))
    decision = decide(
        policy,
        offers,
        now=NOW,
        published_at=NOW,
        wanted=1,
        already_locked=0,
        limit=None if limit is None else Money(limit[1], limit[0]),
    )
    fitting = [
        offer
        for offer in offers
        if offer.currency != "ZZZ"
        and wanted in (None, offer.currency)
        and bounds
        and all(
            bound.currency == offer.currency and offer.total <= bound.amount for bound in bounds
        )
    ]
    assert (decision.action == "accept") == bool(fitting)
    if decision.action == "accept":
        (taken,) = [offer for offer in fitting if offer.digest == decision.digest]
        assert taken.total == min(offer.total for offer in fitting)

"""The order of offers and its reasons."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.customer.samples import DAY, NOW, intent, ranked, received, vendors
from vrmnode.values.money import Money


def test_cheapest_to_the_door_first():
    offers = ranked(received(1, total=3549), received(2, total=3149), received(3, total=5000))
    assert vendors(offers) == [2, 1, 3]
    assert [offer.position for offer in offers] == [1, 2, 3]
    assert offers[0].reasons[0] == "cheapest to the door: 31.49 EUR"
    assert offers[1].reasons[0] == "to the door: 35.49 EUR, 4.00 EUR more than the cheapest"


def test_ties_go_by_wishes_then_delivery_then_trust():
    asked = intent(prefer=["format=hardcover"])
    offers = ranked(
        received(1, days=5),
        received(2, days=2),
        received(3, days=2),
        received(4, days=9, properties={"format": "hardcover"}),
        received(5, days=None),
        asked=asked,
        trusted=(3,),
    )
    assert vendors(offers) == [4, 3, 2, 1, 5]
    assert offers[0].reasons[0] == "to the door: 31.49 EUR, as cheap as another"
    assert "1 of 1 wishes met" in offers[0].reasons
    assert "a vendor you trust" in offers[1].reasons


def test_a_proved_domain_is_said_and_decides_between_strangers():
    offers = ranked(received(1), received(2), received(3), proved=(2,), trusted=(3,))
    assert vendors(offers) == [3, 2, 1]
    assert "proved: shop-2.example, checked 2027-01-15" in offers[1].reasons
    assert "a vendor you haven't marked as trusted" in offers[1].reasons
    assert offers[1].to_dict()["proved"] == {"host": "shop-2.example", "checked": NOW}
    assert offers[2].to_dict()["proved"] is None


def test_groups_are_said_with_trust():
    offer = ranked(received(1), trusted=(1,), groups={1: ("books", "local")})[0]
    assert "a vendor you trust (books, local)" in offer.reasons
    assert offer.groups == ("books", "local")


def test_what_has_problems_comes_last_even_if_cheaper():
    asked = intent(condition="new")
    offers = ranked(
        received(1, total=100, item_condition="UsedCondition"), received(2, total=9000), asked=asked
    )
    assert vendors(offers) == [2, 1]
    assert not offers[1].acceptable
    assert offers[1].problems[0].code == "condition"
    assert offers[0].reasons[0] == "cheapest to the door: 90.00 EUR"


@pytest.mark.parametrize(
    ("asked", "parts", "code", "words"),
    [
        ({"budget": "27.49 EUR"}, {}, "over_budget", "4.00 EUR over your limit of 27.49 EUR"),
        ({"currency": "USD"}, {}, "currency", "it is in EUR, you want to pay in USD"),
        ({}, {"terms": "SD-BASE-A"}, "terms", "terms SD-BASE-A, you proffered SD-BASE"),
        ({"quantity": 3}, {"quantity": 2}, "quantity", "only 2 where you asked for 3"),
        ({}, {"quantity": 2}, "quantity", "2 where you asked for 1"),
        ({"condition": "new"}, {"item_condition": "UsedCondition"}, "condition", "it is used"),
        ({"delivery": ["pickup"]}, {}, "delivery", "delivery by ship, you asked for pickup"),
        ({"payment": ["invoice"]}, {}, "payment", "payment by card only"),
        ({"by": "2027-01-17"}, {"days": 3}, "late", "it may come on 2027-01-18"),
        ({"by": "2027-01-17"}, {"days": None}, "late", "no day of delivery"),
        ({}, {"valid_s": -5}, "expired", "it was valid until"),
        (
            {"must": ["format=hard"]},
            {"properties": {"format": "soft"}},
            "constraint",
            "format hard",
        ),
        ({}, {"gtin": None}, "item", "another product number: none"),
        ({}, {"gtin": "9780441172719"}, "item", "another product number: 9780441172719"),
        ({"gtin": None, "mpn": "A1"}, {"mpn": "A2"}, "item", "another model number: A2"),
        ({"gtin": None, "name": "Dune"}, {}, "item", "doesn't look like"),
        ({"brand": "Ace"}, {"brand": "Tor"}, "item", "another brand: Tor"),
        ({}, {"function": "LeaseOut"}, "item", "you asked for Sell"),
    ],
)
def test_problems(asked, parts, code, words):
    offer = ranked(received(1, **parts), asked=intent(**asked))[0]
    assert [problem.code for problem in offer.problems] == [code]
    assert words in offer.problems[0].words
    assert not offer.acceptable


def test_declined_and_private_maximum():
    assert ranked(received(1, declined=True))[0].problems[0].code == "declined"
    offer = ranked(received(1), private_maximum=Money(3000, "EUR"))[0]
    assert offer.problems[0].code == "over_private_maximum"
    assert offer.problems[0].words == "1.49 EUR over your private limit"


def test_a_must_the_draft_is_silent_about_is_named():
    offer = ranked(received(1), asked=intent(must=["format=hardcover"]))[0]
    assert offer.acceptable
    assert "the vendor must still show: format hardcover" in offer.reasons


def test_words_found_in_what_the_vendor_signs_for():
    asked = intent(gtin=None, name="c programming kernighan ritchie")
    offer = received(1, properties={"author": "Kernighan and Ritchie"})
    assert ranked(offer, asked=asked)[0].acceptable


def test_other_reasons():
    asked = intent(terms=["SD-BASE", "SD-BASE-DP"])
    offers = ranked(
        received(1, terms="SD-BASE-DP", reserved=True, days=2), received(2, days=3), asked=asked
    )
    assert "SD-BASE-DP, your choice 2 of 2" in offers[0].reasons
    assert "soonest by 2027-01-17 (ship)" in offers[0].reasons
    assert "there by 2027-01-18 (ship)" in offers[1].reasons
    assert any(reason.startswith("set aside for you until 2027") for reason in offers[0].reasons)


def test_other_currencies_come_after_the_intents():
    asked = intent(currency=None)
    offers = ranked(
        received(1, currency="USD", total=1), received(2), received(3, total=3500), asked=asked
    )
    assert vendors(offers) == [2, 3, 1]
    assert offers[2].reasons[0] == "to the door: 0.01 USD"


def test_no_offers():
    assert ranked() == []


def test_json_form():
    found = ranked(received(1, quantity=2))[0].to_dict()
    assert json.loads(json.dumps(found)) == found
    assert found["digest"] == "01" * 32
    assert found["price"] == "31.49 EUR"
    assert found["problems"] == [{"code": "quantity", "words": "2 where you asked for 1"}]


@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), st.integers(0, 20), st.integers(1, 3), st.booleans()),
        max_size=8,
    ),
    st.randoms(),
)
def test_the_order_of_arrival_never_matters(parts, random):
    offers = [
        received(at, total=total, days=days, quantity=quantity, declined=declined)
        for at, (total, days, quantity, declined) in enumerate(parts, 1)
    ]
    first = ranked(*offers)
    random.shuffle(offers)
    assert ranked(*offers) == first
    fitting = [offer.total for offer in first if offer.acceptable]
    assert fitting == sorted(fitting)
    assert sorted(first, key=lambda offer: not offer.acceptable) == first


def test_validity_is_held_against_now():
    offer = received(1, valid_s=100)
    assert ranked(offer, now=NOW + 99)[0].acceptable
    assert not ranked(offer, now=NOW + DAY)[0].acceptable

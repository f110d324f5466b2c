"""A vendor sells in one currency, and says so where another is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vendor.samples import DETAILS, NOW, intent, plan, refusal, reply
from vrmnode.values.money import Money, format_money
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.product import Product
from vrmnode.vendor.responder import Plan, Refusal
from vrmnode.vendor.routing import left_to_human

CODES = ("EUR", "USD", "JPY", "KWD", "CLF")


def lamp(price: int, currency: str, sku: str = "lamp") -> Product:
    return Product(sku=sku, name="Lamp", price=price, currency=currency, category=594)


@pytest.mark.parametrize(
    ("wanted", "policy", "product", "words"),
    [
        ({"currency": "USD"}, "EUR", "EUR", "we sell in EUR, not in USD"),
        ({"budget": "1000000 JPY"}, "EUR", "EUR", "we sell in EUR, not in JPY"),
        ({"currency": "USD"}, "EUR", "USD", "we sell in EUR, not in USD"),
        ({"currency": "EUR"}, "EUR", "USD", "we have it, but without a price in EUR"),
        ({}, "EUR", "USD", "we have it, but without a price in EUR"),
    ],
)
@pytest.mark.parametrize("by", [{"name": "lamp"}, {"category": 594}])
def test_the_mismatch_is_said(wanted, policy, product, words, by):
    found = refusal(
        intent(**by, **wanted), products=(lamp(100, product),), policy={"currency": policy}
    )
    assert (found.reason, found.words, found.send) == ("currency", words, True)


def test_products_in_the_own_currency_are_found_behind_many_in_another():
    others = [lamp(at, "JPY", f"yen{at}") for at in range(1, 300)]
    for by in ({"category": 594}, {"name": "lamp"}):
        asked = intent(**by, budget="200 EUR")
        assert plan(asked, products=(*others, lamp(15_000, "EUR"))).sku == "lamp"


@given(
    wanted=st.sampled_from((None, *CODES)),
    most=st.integers(0, 10**6) | st.none(),
    sells=st.sampled_from(CODES),
    shelf=st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 10**6)), min_size=1),
    by=st.sampled_from(({"name": "lamp"}, {"category": 594})),
)
def test_an_offer_has_one_currency_throughout(wanted, most, sells, shelf, by):
    products = tuple(
        lamp(price, currency, f"{at:03}") for at, (currency, price) in enumerate(shelf)
    )
    money = {} if wanted is None else {"currency": wanted}
    if wanted is not None and most is not None:
        money["budget"] = format_money(most, wanted)
    asked = intent(**by, **money)
    policy = {"currency": sells, "inbox": {"above": format_money(5000, sells)}}
    answer = reply(asked, products=products, policy=policy)
    own = [price for currency, price in shelf if currency == sells]
    if isinstance(answer, Plan):
        priced = answer.parts.price
        assert priced.price_currency == sells
        assert wanted in (None, sells)
        assert priced.unit_price == min(own)
        assert "budget" not in money or priced.total <= (most or 0)
        total = Money(priced.total, priced.price_currency)
        rules = VendorPolicy.from_dict(policy)
        why = left_to_human(rules, DETAILS, asked, (answer,), now=NOW)
        assert (why is None) == (total <= Money(5000, sells))
    else:
        assert isinstance(answer, Refusal)
        if wanted not in (None, sells) or not own:
            assert answer.reason == "currency"
        else:
            assert answer.reason == "over_budget"

"""Intents for more than a sale: what is asked for, how answers rank, what may be accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.customer.samples import NOW, intent, ranked, received
from vrmnode.customer.acceptance import decide, read_policy
from vrmnode.customer.rarity import warnings
from vrmnode.customer.request import build_intent, read_request
from vrmnode.values.fields import FieldError
from vrmnode.values.money import Money
from vrmprotocol.draft import Lease
from vrmprotocol.functions import FUNCTIONS, SUPPLYING
from vrmprotocol.market import to_body

DRILLS, TOOLS = 1217, 1167
THING = {
    "name": "DHP484 combi drill",
    "gtin": "0088381684866",
    "category": DRILLS,
    "brand": "Makita",
}
SAME = {"gtin": "0088381684866", "brand": "Makita", "category": DRILLS}
BROKEN = {**THING, "function": "Repair", "alternatives": ["Sell", "LeaseOut"], "lease_days": 14}


def answer(vendor: int, function: str, total: int, **more):
    """An offer of this function by vendor number `vendor`."""
    item = {"name": f"{function} of a drill", **SAME, **more}
    if function not in (*SUPPLYING, "Buy"):
        item["item_condition"] = None
    return received(vendor, function=function, total=total, **item)


def repair(vendor=1, total=4900, **more):
    return answer(vendor, "Repair", total, **more)


def sale(vendor=2, total=9490, **more):
    return answer(vendor, "Sell", total, **more)


def lease(vendor=3, total=5000, days=14, deposit=10_000, **more):
    return answer(
        vendor, "LeaseOut", total, lease=Lease(lease_length=days, deposit=deposit), **more
    )


def asked(**wanted):
    return intent(**{**BROKEN, **wanted})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_can_be_asked_for(function):
    more = {"lease_days": 7} if function == "LeaseOut" else {}
    made = intent(**THING, function=function, **more)
    assert made.functions == (function,)
    assert to_body(made)


def test_alternatives_in_order():
    made = asked()
    assert made.functions == ("Repair", "Sell", "LeaseOut")
    assert made.lease_length == 14


@given(
    function=st.sampled_from(FUNCTIONS),
    alternatives=st.lists(st.sampled_from(FUNCTIONS), max_size=3),
    days=st.none() | st.integers(-1, 4000),
    budget=st.booleans(),
    least=st.booleans(),
)
def test_what_is_read_is_what_everybody_can_read(function, alternatives, days, budget, least):
    raw = {"name": "drill", "country": "NL", "function": function, "alternatives": alternatives}
    raw |= {} if days is None else {"lease_days": days}
    raw |= {"budget": "50 EUR"} if budget else {}
    raw |= {"min_price": "20 EUR"} if least else {}
    everything = {function, *alternatives}
    right = (
        function not in alternatives
        and ("LeaseOut" in everything) == (days is not None)
        and (days is None or 1 <= days <= 3650)
        and not (budget and everything == {"Buy"})
        and not (least and "Buy" not in everything)
    )
    if not right:
        with pytest.raises(FieldError) as caught:
            read_request(raw)
        assert caught.value.code == "request.invalid"
        return
    request = read_request(raw)
    keys = {"salt": bytes(16), "reply_key": bytes(32), "reply_tag": bytes(16)}
    assert to_body(build_intent(request, now=NOW, **keys))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"function": "Lend"}, "function"),
        ({"alternatives": ["Repair"]}, "alternatives"),
        ({"alternatives": ["Lend"]}, "alternatives"),
        ({"alternatives": ["Sell"]}, "lease_days"),
        ({"lease_days": 0}, "lease_days"),
        ({"lease_days": 3651}, "lease_days"),
        ({"min_price": "5 EUR"}, "min_price"),
        ({"alternatives": [], "lease_days": None, "function": "Buy", "budget": "5 EUR"}, "budget"),
        (
            {"alternatives": [], "lease_days": None, "function": "Buy", "private_maximum": "5 EUR"},
            "private_maximum",
        ),
    ],
)
def test_wrong_requests_name_the_field(change, field):
    raw = {"country": "NL", **BROKEN, **change}
    with pytest.raises(FieldError) as caught:
        read_request({name: value for name, value in raw.items() if value is not None})
    assert (caught.value.code, caught.value.field.split("[")[0]) == ("request.invalid", field)


def test_what_was_asked_for_comes_before_what_would_do():
    found = ranked(lease(total=10), sale(total=20), repair(total=30), repair(4, 25), asked=asked())
    assert [each.business_function for each in found] == ["Repair", "Repair", "Sell", "LeaseOut"]
    assert [each.total for each in found] == [25, 30, 20, 10]
    assert all(each.acceptable for each in found)
    assert [each.reasons[0] for each in found] == [
        "repairs it",
        "repairs it",
        "replaces it",
        "rents you one for 14 days, deposit 100.00 EUR returned",
    ]
    # Prices of different things aren't compared.
    assert "cheapest to the door: 0.25 EUR" in found[0].reasons
    assert "to the door: 0.20 EUR" in found[2].reasons


def test_a_plain_sale_says_no_more_than_before():
    (found,) = ranked(received(1))
    assert "sells it" not in found.reasons
    assert (found.business_function, found.lease_days, found.deposit) == ("Sell", None, None)


@pytest.mark.parametrize(
    ("quantity", "days", "deposit", "words"),
    [
        (1, 1, None, "rents you one for 1 day, no deposit"),
        (2, 14, 20_000, "rents you 2 for 14 days, deposit 200.00 EUR returned"),
    ],
)
def test_leases_in_words(quantity, days, deposit, words):
    wanted = asked(quantity=quantity, lease_days=days)
    (found,) = ranked(lease(days=days, deposit=deposit, quantity=quantity), asked=wanted)
    assert found.reasons[0] == words
    assert found.to_dict()["deposit"] == deposit


@pytest.mark.parametrize(
    ("offer", "code", "words"),
    [
        (answer(1, "Buy", 1), "item", "you asked for Repair or Sell or LeaseOut, not Buy"),
        (lease(days=7), "lease", "for 7 days, you asked for 14"),
        (repair(gtin="9780131103627"), "item", "another product number"),
        (repair(gtin=None), "item", "another product number: none"),
        (repair(brand="Bosch"), "item", "another brand: Bosch"),
        (sale(gtin=None, name="Pocket knife"), "item", "it doesn't look like what you have"),
        (sale(total=10_001), "over_budget", "0.01 EUR over your limit"),
    ],
)
def test_problems(offer, code, words):
    (found,) = ranked(offer, asked=asked(budget="100 EUR"))
    assert [each.code for each in found.problems] == [code]
    assert words in found.problems[0].words


def test_a_deposit_is_no_part_of_the_budget():
    (found,) = ranked(lease(total=5000, deposit=90_000), asked=asked(budget="50 EUR"))
    assert found.acceptable


def test_what_replaces_it_may_be_another_model_of_that_name():
    newer = sale(gtin="9780131103627", name="DHP484 combi drill, second edition")
    (found,) = ranked(newer, asked=asked())
    assert found.acceptable
    assert found.reasons[1] == "not your model: DHP484 combi drill, second edition"
    # The same where a sale was asked for in the first place is another thing.
    (other,) = ranked(newer, asked=intent(**THING))
    assert [each.code for each in other.problems] == ["item"]


@pytest.mark.parametrize(
    ("wanted", "category", "fits"),
    [
        ({"category": DRILLS}, TOOLS, True),
        ({"category": DRILLS}, DRILLS, True),
        ({"category": TOOLS}, DRILLS, False),
        ({"category": DRILLS}, None, False),
        ({"name": "Repair of a drill"}, None, True),
    ],
)
def test_a_repair_fits_by_category_or_by_words(wanted, category, fits):
    plain = {"name": "umbrella", "function": "Repair", "gtin": None}
    offer = repair(gtin=None, brand=None, category=category)
    (found,) = ranked(offer, asked=intent(**{**plain, **wanted}))
    assert found.acceptable == fits


def test_the_condition_is_that_of_things():
    found = ranked(repair(), sale(), asked=asked(condition="used"))
    assert [each.acceptable for each in found] == [True, False]


def test_who_pays_most_comes_first():
    wanted = intent(**THING, function="Buy", min_price="40 EUR")
    found = ranked(
        answer(1, "Buy", 4500), answer(2, "Buy", 6000), answer(3, "Buy", 3900), asked=wanted
    )
    assert [each.total for each in found] == [6000, 4500, 3900]
    assert [each.reasons[:2] for each in found] == [
        ("buys it from you", "pays you most: 60.00 EUR"),
        ("buys it from you", "pays you 45.00 EUR, 15.00 EUR less than another"),
        ("buys it from you", "pays you 39.00 EUR, 21.00 EUR less than another"),
    ]
    assert found[2].problems[0].code == "below_minimum"
    assert found[2].problems[0].words == "1.00 EUR less than your least of 40.00 EUR"


def test_as_much_as_another():
    wanted = intent(**THING, function="Buy")
    for offers, words in (
        ((answer(1, "Buy", 100),), "pays you 1.00 EUR"),
        ((answer(1, "Buy", 100), answer(2, "Buy", 100)), "pays you 1.00 EUR, as much as another"),
    ):
        assert ranked(*offers, asked=wanted)[0].reasons[1] == words


def decided(*offers, wanted, policy, least=None, limit=None):
    given = {"mode": "automatic", "vendors": "any", "wait_offers": 1, **policy}
    found = ranked(*offers, asked=wanted)
    return decide(
        read_policy(given),
        found,
        now=NOW,
        published_at=NOW,
        wanted=wanted.eligible_quantity,
        already_locked=0,
        asked=wanted.business_function,
        limit=limit,
        least=least,
    )


def test_by_default_only_what_was_asked_for_is_accepted():
    bound = {"max_total": "200 EUR"}
    made = decided(sale(), lease(), wanted=asked(), policy=bound)
    assert made.action == "wait"
    assert "it replaces it; the node itself takes Repair" in made.rule
    made = decided(sale(), lease(), repair(), wanted=asked(), policy=bound)
    assert (made.action, made.digest) == ("accept", bytes([1]) * 32)
    assert "repairs it, any vendor" in made.rule


def test_alternatives_where_the_owner_allows_them():
    allowed = {"max_total": "200 EUR", "functions": ["Repair", "LeaseOut"]}
    made = decided(sale(), lease(), wanted=asked(), policy=allowed)
    assert (made.action, made.digest) == ("accept", bytes([3]) * 32)
    made = decided(sale(total=1), lease(), repair(total=19_000), wanted=asked(), policy=allowed)
    assert made.digest == bytes([1]) * 32


def test_a_vendor_that_buys_has_to_pay_enough():
    wanted = intent(**THING, function="Buy")
    offers = (answer(1, "Buy", 4500), answer(2, "Buy", 6000))
    made = decided(*offers, wanted=wanted, policy={"min_total": "50 EUR"})
    assert (made.action, made.digest) == ("accept", bytes([2]) * 32)
    assert "best-paying acceptable offer" in made.rule
    assert "total 60.00 ≥ 50.00 EUR" in made.rule
    made = decided(*offers, wanted=wanted, policy={"min_total": "60.01 EUR"})
    assert "0.01 EUR under the minimum of 60.01 EUR" in made.rule
    made = decided(*offers, wanted=wanted, policy={}, least=Money(6001, "EUR"))
    assert "0.01 EUR under your least price" in made.rule
    made = decided(*offers, wanted=wanted, policy={"min_total": "5 USD"})
    assert "it is in EUR, your minimum is in USD" in made.rule


def test_neither_a_most_nor_a_least_stands_for_the_other():
    wanted = intent(**THING, function="Buy")
    made = decided(answer(1, "Buy", 4500), wanted=wanted, policy={"max_total": "50 EUR"})
    assert "no minimum total is set" in made.rule
    made = decided(answer(1, "Buy", 4500), wanted=wanted, policy={})
    assert made.rule == "automatic: no minimum total is set, so nothing is accepted"
    made = decided(repair(), wanted=asked(), policy={"min_total": "1 EUR"})
    assert "no maximum total is set" in made.rule


def test_the_policy_reads_back():
    raw = {"functions": ["Repair", "Sell"], "min_total": "5.00 EUR"}
    shown = read_policy(raw).to_dict()
    assert {name: shown[name] for name in raw} == raw
    assert read_policy(shown) == read_policy(raw)
    with pytest.raises(FieldError):
        read_policy({"functions": ["Lend"]})


def test_what_such_an_intent_gives_away_is_said():
    told = warnings(asked(), now=NOW)
    assert "it tells everybody that whoever asks has such a thing" in told
    assert not any("has such a thing" in each for each in warnings(intent(**THING), now=NOW))
    told = warnings(intent(**THING, function="Buy", min_price="40 EUR"), now=NOW)
    assert "vendors see your least price of 40.00 EUR and may pay no more" in told

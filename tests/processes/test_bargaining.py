"""Words and prices before an agreement between processes: by hand, and by the nodes themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from examples.programs import CommandFailed
from tests.processes.market import (
    Market,
    Product,
    agreement,
    ask,
    deals,
    open_market,
    publish,
    until,
    wait_offers,
    wait_state,
)

pytestmark = pytest.mark.processes

YIELDS, FIRM = Product(1, "60.00 EUR", 9), Product(2, "50.00 EUR", 9)
YIELDING = '{"rounds": 3, "most_percent": 20, "step_percent": 10}'
FLOOR = '[{"floor": "49.00 EUR"}]'
BY_ITSELF = (
    "--accept", "automatic", "--accept-vendors", "any", "--wait-offers", 1,
    "--counter", "automatic", "--counter-patience", "5m",
)  # fmt: skip


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """A customer, a shop that gives way down to a floor, and one that has nothing to do with it."""
    folder = tmp_path_factory.mktemp("bargaining")
    shops = [([YIELDS, FIRM], True), ([Product(3, "9.00 EUR", 9)], False)]
    with open_market(folder, customers=1, shops=shops) as opened:
        shop = opened.vendors[0]
        shop.vrm("vendor", "policy", "set", f"counter={YIELDING}", f"prices={FLOOR}")
        yield opened
        statuses = opened.nodes.stop_all()
    assert set(statuses.values()) == {0}


def _told(market: Market, event: str, deal: str) -> dict[str, Any]:
    """What the customer's log says once it has an event of that type about a deal."""

    def there() -> dict[str, Any] | None:
        found = ask(market.customers[0], "events", limit=1000)
        rows = [each["data"] for each in found if each["type"] == event]
        return next((row for row in rows if row.get("deal") == deal), None)

    return until(there, event)


def _shown(market: Market, intent: str, event: str) -> dict[str, Any]:
    """The intent, once its only deal has come to an event of that type."""

    def there() -> dict[str, Any] | None:
        shown = ask(market.customers[0], "intents", intent)
        subjects = {deal["deal"] for deal in shown["deals"]}
        found = ask(market.customers[0], "events", limit=1000)
        about = [{each["subject"], each["data"].get("deal")} for each in found
                 if each["type"] == event]  # fmt: skip
        # Read again: what was read before the event may be older than it.
        happened = any(subjects & each for each in about)
        return ask(market.customers[0], "intents", intent) if happened else None

    return until(there, event)


def test_a_question_and_its_answer(market: Market) -> None:
    (customer,), (shop, other) = market.customers, market.vendors
    (offer,) = wait_offers(customer, publish(customer, YIELDS), 1)
    customer.vrm("offer", "ask", offer["offer"], "Is it the second edition?", "--language", "en")
    waiting = until(lambda: ask(shop, "vendor", "questions"), "the question at the shop")
    assert [(each["text"], each["in_language"]) for each in waiting] == [
        ("Is it the second edition?", "en")
    ]
    answer = "Ja, die von 1988."
    shop.vrm("vendor", "reply", waiting[0]["question"][:12], answer, "--language", "de")
    assert shop.vrm("vendor", "questions") == []
    with pytest.raises(CommandFailed) as caught:
        shop.vrm("vendor", "reply", waiting[0]["question"], "Yes.")
    assert caught.value.code == "question.answered"

    def answered() -> dict[str, Any] | None:
        (each,) = ask(customer, "offers", offer["offer"])["questions"]
        return each if each["answer"] else None

    each = until(answered, "the answer at the customer")
    assert (each["answer"], each["answer_in_language"]) == (answer, "de")
    assert ask(other, "vendor", "questions", all="true") == [] == list(deals(other))
    # Nothing of it binds: the offer is bought as it stands, and after that there is no more asking.
    deal = customer.vrm("offer", "accept", offer["offer"])["deal"]
    for node in (customer, shop):
        assert wait_state(node, deal, "agreed", "declined") == "agreed"
    assert ask(customer, "deals", deal)["total"] == offer["total"]
    with pytest.raises(CommandFailed) as caught:
        customer.vrm("offer", "ask", offer["offer"], "And the third?")
    assert (caught.value.code, caught.value.exit_code) == ("negotiation.illegal_move", 4)


def test_counters_by_hand_to_an_agreement(market: Market) -> None:
    (customer,), (shop, _) = market.customers, market.vendors
    intent = publish(customer, YIELDS)
    (first,) = wait_offers(customer, intent, 1)
    countered = customer.vrm(
        "offer", "counter", first["offer"], "--total", "55.00 EUR", "--note", "It has a dent."
    )
    assert countered["total"] == 5500
    best, second = wait_offers(customer, intent, 2)
    assert second["offer"] == first["offer"] and best["deal"] == first["deal"]
    assert 5500 <= best["total"] < first["total"]
    assert [each["total"] for each in second["counters"]] == [5500]
    assert second["counters"][0]["rule"] == "by hand"
    deal = customer.vrm("offer", "accept", best["offer"])["deal"]
    for node in (customer, shop):
        assert wait_state(node, deal, "agreed", "declined") == "agreed"
        assert ask(node, "deals", deal)["total"] == best["total"]
    assert agreement(customer, deal) == agreement(shop, deal)


def test_counters_by_hand_to_a_refusal(market: Market) -> None:
    (customer,), (shop, _) = market.customers, market.vendors
    intent = publish(customer, FIRM)
    (offer,) = wait_offers(customer, intent, 1)
    with pytest.raises(CommandFailed) as caught:
        customer.vrm("offer", "counter", offer["offer"], "--total", "50.00 EUR")
    assert (caught.value.code, caught.value.exit_code) == ("counter.not_lower", 4)
    # Down to the floor it goes, and no further.
    customer.vrm("offer", "counter", offer["offer"], "--total", "30.00 EUR")
    lower, _ = wait_offers(customer, intent, 2)
    assert lower["total"] == 4900
    customer.vrm("offer", "counter", lower["offer"], "--total", "30.00 EUR")
    no = _told(market, "counter.declined", offer["deal"])
    assert (no["reason"], no["words"]) == ("floor", "that is the best price there is")
    (shown,) = ask(customer, "intents", intent, "why")["declined"]
    assert (shown["of"], shown["reason"], shown["words"]) == ("counter", "floor", no["words"])
    assert wait_state(customer, offer["deal"], "offered") == "offered"
    for each in (lower, offer):
        customer.vrm("offer", "decline", each["offer"], "--reason", "too_expensive")
    assert wait_state(shop, offer["deal"], "declined") == "declined"
    refusals = ask(shop, "deals", offer["deal"])["refusals"]
    assert [(each["from"], each["of"], each["reason"]) for each in refusals] == [
        ("vendor", "counter", "floor"),
        ("customer", "offer", "too_expensive"),
        ("customer", "offer", "too_expensive"),
    ]


def test_both_nodes_bargain_by_themselves(market: Market) -> None:
    (customer,), _ = market.customers, market.vendors
    intent = publish(customer, YIELDS, *BY_ITSELF, "--private-maximum", "95 EUR")
    shown = _shown(market, intent, "deal.agreed")
    (deal,) = shown["deals"]
    assert deal["state"] == "agreed" and 4900 <= deal["total"] < 6000
    named = [each for row in shown["ranking"] for each in row["counters"]]
    assert 1 <= len(named) <= 3
    assert all(each["rule"].startswith("automatic: counter ") for each in named)

    refused = publish(
        customer, FIRM, *BY_ITSELF, "--max-total", "48 EUR", "--private-maximum", "95 EUR"
    )
    shown = _shown(market, refused, "counter.declined")
    (deal,) = shown["deals"]
    assert deal["state"] == "offered" and shown["agreed"] == 0
    named = [each["total"] for row in shown["ranking"] for each in row["counters"]]
    assert named and max(named) <= 4800

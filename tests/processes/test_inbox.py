"""A shop whose people answer: what the policy leaves to them, between real nodes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from examples.local_node import LocalNode
from examples.programs import CommandFailed
from tests.processes.market import (
    Market,
    Product,
    ask,
    deals,
    open_market,
    publish,
    settled,
    stock,
    until,
    wait_offers,
    wait_state,
)

pytestmark = pytest.mark.processes

CHEAP, DEAR = Product(1, "10.00 EUR", 5), Product(2, "30.00 EUR", 5)
SOLD_OUT = Product(3, "12.00 EUR", 0)
RULES = ("inbox.above=20 EUR", "inbox.near_misses=true", "inbox.when_over=offer")


def waiting(shop: LocalNode, count: int) -> list[str]:
    """The ids of what waits, once so many do."""

    def enough() -> list[str] | None:
        found = [str(row["intent"]) for row in ask(shop, "vendor", "inbox")]
        return found if len(found) == count else None

    return until(enough, f"{count} intents in the inbox") if count else []


def refused(shop: LocalNode, *args: object) -> str:
    """The code with which a command is refused."""
    with pytest.raises(CommandFailed) as raised:
        shop.vrm("vendor", "inbox", *args)
    return raised.value.code


def test_people_answer(tmp_path: Path) -> None:
    shelf = ([CHEAP, DEAR, SOLD_OUT], True)
    with open_market(tmp_path, customers=1, shops=[shelf]) as market:
        (customer,), (shop,) = market.customers, market.vendors
        shop.vrm("vendor", "policy", "set", *RULES)
        by_itself = publish(customer, CHEAP)
        assert wait_offers(customer, by_itself, 1)
        _proposal_by_one_of_two(market)
        _something_else(customer, shop)
        _refused(customer, shop)
        assert ask(shop, "vendor", "inbox") == []
        customer.vrm("intent", "withdraw", by_itself)
        settled([customer], [shop])
        assert (stock(shop, DEAR), stock(shop, CHEAP), stock(shop, SOLD_OUT)) == (4, 5, 0)
        statuses = market.nodes.stop_all()
    assert set(statuses.values()) == {0}


def _proposal_by_one_of_two(market: Market) -> None:
    """Two people answer in the same moment: one offer, and the other is told."""
    (customer,), (shop,) = market.customers, market.vendors
    asked = publish(customer, DEAR)
    (intent,) = waiting(shop, 1)
    shown = shop.vrm("vendor", "inbox", "show", intent)
    assert [each["total"] for each in shown["proposals"]] == [3000]
    assert shown["why"] == "30.00 EUR is above 20.00 EUR"

    def answer(_: int) -> str:
        try:
            answered = shop.vrm("vendor", "inbox", "answer", intent)
            return str(answered["offers"][0]["offer"])
        except CommandFailed as error:
            return error.code

    with ThreadPoolExecutor(2) as both:
        ends = sorted(both.map(answer, range(2)), key=len)
    assert ends[0] == "inbox.answered" and len(ends[1]) == 64
    (offer,) = wait_offers(customer, asked, 1)
    assert offer["offer"] == ends[1]
    deal = customer.vrm("offer", "accept", offer["offer"])["deal"]
    assert wait_state(customer, deal, "agreed", "declined") == "agreed"


def _something_else(customer: LocalNode, shop: LocalNode) -> None:
    """What the catalogue hasn't: claimed by one, who offers an item of the shop's own."""
    asked = publish(customer, SOLD_OUT)
    (intent,) = waiting(shop, 1)
    shop.vrm("vendor", "inbox", "claim", intent, "--as", "Anna")
    assert refused(shop, "claim", intent, "--as", "Ben") == "inbox.claimed"
    assert refused(shop, "answer", intent, "--as", "Anna") == "inbox.no_proposal"
    item = ("--name", "A used copy", "--unit-price", "8 EUR", "--as", "Anna")
    assert refused(shop, "answer", intent, *item) == "inbox.unfit"
    own = (*item, "--gtin", SOLD_OUT.gtin, "--condition", "used", "--note", "A scratch on it.")
    shop.vrm("vendor", "inbox", "answer", intent, *own)
    (offer,) = wait_offers(customer, asked, 1)
    assert (offer["total"], offer["note"], offer["acceptable"]) == (800, "A scratch on it.", True)
    deal = customer.vrm("offer", "accept", offer["offer"])["deal"]
    assert wait_state(customer, deal, "agreed", "declined") == "agreed"


def _refused(customer: LocalNode, shop: LocalNode) -> None:
    asked = publish(customer, SOLD_OUT)
    (intent,) = waiting(shop, 1)
    shop.vrm("vendor", "inbox", "refuse", intent, "--reason", "late", "--note", "In May.")

    def told() -> dict | None:
        rows = ask(customer, "intents", asked)["refused"]
        return rows[0] if rows else None

    row = until(told, "the refusal")
    assert (row["reason"], row["note"]) == ("late", "In May.")
    assert deals(shop, "vendor")


def test_people_answer_questions_and_counters(tmp_path: Path) -> None:
    with open_market(tmp_path, customers=1, shops=[([CHEAP], True)]) as market:
        (customer,), (shop,) = market.customers, market.vendors
        shop.vrm("vendor", "policy", "set", "inbox.counters=true")
        (offer,) = wait_offers(customer, publish(customer, CHEAP), 1)
        customer.vrm("offer", "ask", offer["offer"], "Is it the second edition?")
        customer.vrm("offer", "counter", offer["offer"], "--total", "8.00 EUR", "--note", "Worn.")

        def both() -> dict[str, str] | None:
            rows = {row["kind"]: str(row["id"]) for row in ask(shop, "vendor", "inbox")}
            return rows if set(rows) == {"question", "counter"} else None

        waits = until(both, "a question and a counter in the inbox")
        shown = shop.vrm("vendor", "inbox", "show", waits["counter"])
        assert (shown["total"], shown["offered"], shown["note"]) == (800, 1000, "Worn.")
        shop.vrm("vendor", "inbox", "claim", waits["counter"], "--as", "Anna")
        assert refused(shop, "answer", waits["counter"], "--as", "Ben") == "inbox.claimed"
        # fmt: off
        shop.vrm("vendor", "inbox", "answer", waits["question"], "--text", "Yes, of 1988.")
        shop.vrm(
            "vendor", "inbox", "answer", waits["counter"], "--total", "9.00 EUR", "--as", "Anna"
        )
        # fmt: on
        assert ask(shop, "vendor", "inbox") == []
        best = until(lambda: _at(customer, 900), "an offer of 9.00 EUR")
        answered = until(lambda: _answers(customer, offer["offer"]), "the answer")
        assert answered == ["Yes, of 1988."]
        deal = customer.vrm("offer", "accept", best)["deal"]
        assert wait_state(customer, deal, "agreed", "declined") == "agreed"
        assert deals(shop)[deal]["total"] == 900
        statuses = market.nodes.stop_all()
    assert set(statuses.values()) == {0}


def _at(customer: LocalNode, total: int) -> str | None:
    found = [each["offer"] for each in ask(customer, "offers") if each["total"] == total]
    return str(found[0]) if found else None


def _answers(customer: LocalNode, offer: str) -> list[str]:
    asked = ask(customer, "offers", offer)["questions"]
    return [str(each["answer"]) for each in asked if each["answer"]]

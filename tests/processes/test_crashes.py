"""Nodes are killed at the worst moments; each deal ends the same on both sides, once."""

from __future__ import annotations

import os
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.local_node import LocalNode
from examples.programs import CommandFailed
from tests.processes.market import (
    Market,
    Product,
    agreement,
    ask,
    automatic,
    deals,
    open_market,
    publish,
    settled,
    start_together,
    states,
    stock,
    tell,
    wait_offers,
    wait_state,
)

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK = Product(500, "30.00", 50)
# CRASH_SEED=7 CRASH_ROUNDS=40 pytest -s … looks further than a test run has time for.
ROUNDS = int(os.environ.get("CRASH_ROUNDS", "6"))
SEED = int(os.environ.get("CRASH_SEED", "20261121"))


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Market]:
    with open_market(tmp_path, customers=1, shops=[([BOOK], True)]) as opened:
        yield opened


def test_killed_nodes(market: Market) -> None:
    """One market for both parts: starting one is what costs most."""
    _killed_after_the_offer_and_after_the_acceptance(market)
    _killed_at_random_moments(market)


def _killed_after_the_offer_and_after_the_acceptance(market: Market) -> None:
    customer, shop = market.customers[0], market.vendors[0]
    intent = publish(customer, BOOK)
    offer = wait_offers(customer, intent, 1)[0]["offer"]
    shop.kill()
    # The vendor is away when it is accepted, and the customer doesn't outlive the answer by much.
    deal = customer.vrm("offer", "accept", offer)["deal"]
    customer.kill()
    start_together([shop, customer])
    assert states(customer)[deal] in {"accepted", "agreed"}, "what was acknowledged is kept"
    for node in (customer, shop):
        assert wait_state(node, deal, "agreed") == "agreed"
    assert _bought(customer, intent) == 1 and stock(shop, BOOK) == BOOK.stock - 1

    # The same with both alive until the acceptance was acknowledged.
    second = publish(customer, BOOK)
    offer = wait_offers(customer, second, 1)[0]["offer"]
    deal = customer.vrm("offer", "accept", offer)["deal"]
    customer.kill()
    customer.start()
    for node in (customer, shop):
        assert wait_state(node, deal, "agreed") == "agreed"
    assert _bought(customer, second) == 1 and stock(shop, BOOK) == BOOK.stock - 2

    # And the vendor alone, at once after its offer was there; it hears of the acceptance later.
    third = publish(customer, BOOK)
    offer = wait_offers(customer, third, 1)[0]["offer"]
    shop.kill()
    shop.start()
    deal = customer.vrm("offer", "accept", offer)["deal"]
    for node in (customer, shop):
        assert wait_state(node, deal, "agreed") == "agreed"
    assert stock(shop, BOOK) == BOOK.stock - 3
    _files_equal(market, deal)
    settled([customer], [shop])


def _killed_at_random_moments(market: Market) -> None:
    chance = random.Random(SEED)
    tell(f"seed {SEED}")
    customer, shop = market.customers[0], market.vendors[0]
    acknowledged: list[str] = []
    for number in range(ROUNDS):
        victims = [[customer], [shop], [customer, shop]][number % 3]
        moment_s = chance.uniform(0.0, 2.5)
        intent = _publish_while_killing(customer, victims, moment_s)
        names = ", ".join(node.name for node in victims)
        known = "acknowledged" if intent else "not acknowledged"
        tell(f"round {number}: {names} killed after {moment_s:.2f} s, the intent was {known}")
        acknowledged += [intent] if intent else []
        start_together(victims)
    kept = {row["intent"]: row for row in ask(customer, "intents")}
    assert set(acknowledged) <= set(kept), "an acknowledged intent is lost"
    # One more, undisturbed: the market still works, and what it moves settles the rest.
    last = publish(customer, BOOK, *automatic(1))
    assert wait_state(customer, _deal_of(customer, last), "agreed") == "agreed"
    ends = settled([customer], [shop])
    for intent in kept:
        assert _bought(customer, intent) <= 1, "bought twice"
    agreed = sum(state == "agreed" for state in ends.values())
    assert stock(shop, BOOK) == BOOK.stock - agreed
    tell(f"{len(kept)} intents kept, {len(acknowledged)} acknowledged, {agreed} deals agreed")
    for deal, state in ends.items():
        if state == "agreed":
            _files_equal(market, deal)


def _publish_while_killing(
    customer: LocalNode, victims: list[LocalNode], moment_s: float
) -> str | None:
    """Publish, and kill the victims that long after the command began; the intent, if it came."""
    killer = threading.Thread(target=_kill_after, args=(victims, moment_s))
    killer.start()
    try:
        return publish(customer, BOOK, *automatic(1))
    except (CommandFailed, subprocess.TimeoutExpired):
        return None
    finally:
        killer.join()


def _kill_after(victims: list[LocalNode], moment_s: float) -> None:
    time.sleep(moment_s)
    for node in victims:
        node.kill()


def _deal_of(customer: LocalNode, intent: str) -> str:
    wait_offers(customer, intent, 1)
    return next(deal for deal, row in deals(customer).items() if row["intent"] == intent)


def _bought(customer: LocalNode, intent: str) -> int:
    rows = deals(customer, "customer").values()
    return sum(row["intent"] == intent and row["state"] == "agreed" for row in rows)


def _files_equal(market: Market, deal: str) -> None:
    ours, theirs = (agreement(node, deal) for node in (market.customers[0], market.vendors[0]))
    assert ours == theirs

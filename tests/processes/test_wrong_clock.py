"""A node whose machine's clock is off by an hour: it says so, and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from examples.local_node import LocalNode
from tests.processes.market import (
    Market,
    Product,
    automatic,
    open_market,
    publish,
    settled,
    states,
    stock,
    tell,
    until,
    wait_offers,
    wait_state,
)
from tests.processes.virtual_time import fixed_offset

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK = Product(800, "30.00", 40)
HOUR_S = 3_600


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Market]:
    with open_market(tmp_path, customers=2, shops=[([BOOK], False)]) as opened:
        yield opened


def _busy(market: Market, intents: int) -> None:
    """Somebody else's deals, from whose mail a node can learn the time."""
    other = market.customers[1]
    published = [publish(other, BOOK, *automatic(1)) for _ in range(intents)]
    for intent in published:
        wait_offers(other, intent, 1)
    until(lambda: set(states(other).values()) == {"agreed"}, "the others' deals agreed")


def _warning(node: LocalNode) -> str:
    def of_clock() -> str | None:
        shown = node.vrm("status")["warnings"]
        return next((str(words) for words in shown if "clock" in words), None)

    words = until(of_clock, f"a warning in the status of {node.name}")
    assert "expected" in words, words
    return words


def test_an_hour_behind_and_ahead(market: Market, shim: Path) -> None:
    """One market for both: starting one is what costs most."""
    _an_hour_behind(market, shim)
    _an_hour_ahead(market, shim)


def _an_hour_behind(market: Market, shim: Path) -> None:
    node, shop = market.customers[0], market.vendors[0]
    kept = publish(node, BOOK)
    wait_offers(node, kept, 1)
    node.stop()
    with fixed_offset(shim, -HOUR_S):
        node.start()
    # Others take what a clock that is behind signs; what they answer seems to come from the future.
    asked = publish(node, BOOK)
    _busy(market, 3)
    words = _warning(node)
    assert "behind" in words
    tell(f"an hour behind: {words}")
    node.stop()
    node.start()
    _buy_both(node, shop, kept, asked)
    settled(market.customers, market.vendors)


def _an_hour_ahead(market: Market, shim: Path) -> None:
    node, shop = market.customers[0], market.vendors[0]
    kept = publish(node, BOOK)
    wait_offers(node, kept, 1)
    second = publish(node, BOOK)
    offer = wait_offers(node, second, 1)[0]["offer"]
    node.stop()
    with fixed_offset(shim, HOUR_S):
        node.start()
    _busy(market, 3)
    words = _warning(node)
    assert "ahead" in words
    tell(f"an hour ahead: {words}")
    # Others refuse what seems to come from the future, so whoever publishes is told at once, and
    # the intent waits in the outbox until the clock is right.
    assert any("ahead" in warning for warning in _published(node)["warnings"])
    # Nobody else takes this acceptance now; it is kept, and sent again with the right time.
    deal = node.vrm("offer", "accept", offer)["deal"]
    assert node.vrm("status")["outbox"] > 0
    node.stop()
    node.start()
    for each in (node, shop):
        assert wait_state(each, deal, "agreed") == "agreed"
    assert wait_offers(node, kept, 1)


def _published(node: LocalNode) -> dict[str, Any]:
    # fmt: off
    published = node.vrm(
        "intent", "publish", "--gtin", BOOK.gtin, "--country", "NL", "--valid-for", "2d",
    )
    # fmt: on
    return dict(published)


def _buy_both(node: LocalNode, shop: LocalNode, *intents: str) -> None:
    before = stock(shop, BOOK)
    for intent in intents:
        offer = wait_offers(node, intent, 1)[0]["offer"]
        deal = node.vrm("offer", "accept", offer)["deal"]
        for each in (node, shop):
            assert wait_state(each, deal, "agreed") == "agreed"
    assert stock(shop, BOOK) == before - len(intents)

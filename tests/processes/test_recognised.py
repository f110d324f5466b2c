"""A customer comes back and lets the shop recognise it: with real nodes, from deal to discount."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.processes.market import (
    Product,
    ask,
    open_market,
    publish,
    until,
    wait_offers,
    wait_state,
)

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK = Product(701, "30.00", 20)
POLICY = """
currency = "EUR"
max_offers_per_minute = 1000
[returning]
discount_percent = 10
"""


def test_a_shop_takes_less_from_who_comes_back(tmp_path: Path) -> None:
    with open_market(tmp_path, customers=1, shops=[([BOOK], True)]) as market:
        (customer,), (shop,) = market.customers, market.vendors
        file = tmp_path / "returning.toml"
        file.write_text(POLICY, encoding="utf-8")
        shop.vrm("vendor", "policy", "set", "--file", file)

        (offer,) = wait_offers(customer, publish(customer, BOOK), 1)
        assert offer["total"] == 3000
        deal = str(customer.vrm("offer", "accept", offer["offer"])["deal"])
        for node in (customer, shop):
            wait_state(node, deal, "agreed")
        customer.vrm("deal", "disclose", deal, "relationship")
        until(lambda: ask(shop, "deals", deal)["disclosed"].get("relationship"), "who it was")
        shop.vrm("order", "event", deal, "shipped")
        shop.vrm("order", "event", deal, "delivered")
        shop.vrm("order", "paid", deal, "--method", "cash")

        def finished() -> dict[str, Any] | None:
            order = ask(shop, "orders", deal)
            over = (order["status"], order["payment"]["status"]) == ("delivered", "paid")
            return dict(order) if over else None

        until(finished, "the order to be delivered and paid")

        vendor = until(lambda: ask(customer, "vendors"), "the shop's profile")[0]["vendor"]
        (usual,) = wait_offers(customer, publish(customer, BOOK, "--to", vendor), 1)
        assert usual["total"] == 3000
        back = publish(customer, BOOK, "--to", vendor, "--recognised")
        (less,) = wait_offers(customer, back, 1)
        assert less["total"] == 2700
        bought = str(customer.vrm("offer", "accept", less["offer"])["deal"])
        for node in (customer, shop):
            wait_state(node, bought, "agreed")
        rules = [str(each["data"].get("rule")) for each in ask(shop, "events", limit=1000)]
        assert any("returning customer, 1 deal: \u221210 %" in rule for rule in rules)

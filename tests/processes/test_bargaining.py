"""Both nodes bargain by themselves, between processes: to an agreement, and to a refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples.local_node import LocalNode
from tests.processes.market import Product, ask, open_market, publish, until

pytestmark = pytest.mark.processes

YIELDS, FIRM = Product(1, "40.00 EUR", 3), Product(2, "50.00 EUR", 3)
YIELDING = '{"rounds": 3, "most_percent": 20, "step_percent": 10}'
BY_ITSELF = (
    "--accept", "automatic", "--accept-vendors", "any", "--wait-offers", 1,
    "--counter", "automatic", "--counter-patience", "5m",
)  # fmt: skip


def _shown(customer: LocalNode, intent: str, event: str) -> dict:
    """The intent once the customer's log has an event of that type."""

    def there() -> dict | None:
        found = ask(customer, "events", limit=1000)
        return ask(customer, "intents", intent) if event in {e["type"] for e in found} else None

    return until(there, event)


def test_both_sides_bargain(tmp_path: Path) -> None:
    with open_market(tmp_path, customers=1, shops=[([YIELDS, FIRM], True)]) as market:
        (customer,), (shop,) = market.customers, market.vendors
        firm = '[{"floor": "49.00 EUR"}]'
        shop.vrm("vendor", "policy", "set", f"counter={YIELDING}", f"prices={firm}")
        shop.vrm("vendor", "catalogue", "set", YIELDS.sku, "price=60.00")
        intent = publish(customer, YIELDS, *BY_ITSELF, "--private-maximum", "95 EUR")
        shown = _shown(customer, intent, "deal.agreed")
        (deal,) = shown["deals"]
        assert deal["state"] == "agreed" and 4900 <= deal["total"] < 6000
        named = [each for row in shown["ranking"] for each in row["counters"]]
        assert 1 <= len(named) <= 3
        assert all(each["rule"].startswith("automatic: counter ") for each in named)

        refused = publish(
            customer, FIRM, *BY_ITSELF, "--max-total", "48 EUR", "--private-maximum", "95 EUR"
        )
        shown = _shown(customer, refused, "counter.declined")
        (deal,) = shown["deals"]
        assert deal["state"] == "offered" and shown["agreed"] == 0
        named = [each["total"] for row in shown["ranking"] for each in row["counters"]]
        assert named and max(named) <= 4800
        statuses = market.nodes.stop_all()
    assert set(statuses.values()) == {0}

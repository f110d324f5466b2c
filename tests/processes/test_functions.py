"""Real nodes: a workshop sells, leases out, repairs, maintains, serves, disposes and buys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from examples.local_node import LocalNode, LocalNodes
from examples.programs import run_vrm
from tests.processes.market import (
    agreement,
    ask,
    configure,
    start_together,
    tell,
    until,
    wait_state,
)

pytestmark = [pytest.mark.processes, pytest.mark.slow]

CATALOGUE = Path(__file__).parents[2] / "examples" / "catalogues" / "werkstatt-nord"
# fmt: off
DRILL = (
    "--name", "DHP484 combi drill", "--brand", "Makita", "--mpn", "DHP484", "--category", "1217",
)
# fmt: on
COMMON = ("--country", "DE", "--delivery", "pickup", "--terms", "SD-BASE-A", "--valid-for", "2d")
BROKEN = ("--function", "Repair", "--or", "Sell", "--or", "LeaseOut", "--lease-days", "14")
AUTOMATIC = ("--accept", "automatic", "--accept-vendors", "any", "--wait-offers", "1")


@dataclass
class Town:
    """A workshop, a customer and the relay between them."""

    customer: LocalNode
    workshop: LocalNode
    folder: Path

    def publish(self, *options: object, wait: int = 1) -> dict[str, Any]:
        """An intent and its offers once there are so many."""
        waits = ("--wait", wait, "--timeout", "150s")
        found = self.customer.vrm("intent", "publish", *COMMON, *options, *waits)
        assert len(found["offers"]) == wait, found
        return dict(found)

    def accept(self, offer: dict[str, Any]) -> dict[str, Any]:
        """What both sides' agreement says, once there is one."""
        deal = self.customer.vrm("offer", "accept", offer["offer"])["deal"]
        assert wait_state(self.customer, deal, "agreed", "declined") == "agreed"
        assert wait_state(self.workshop, deal, "agreed") == "agreed"
        return self.agreed(deal)

    def agreed(self, deal: str) -> dict[str, Any]:
        """What the same file on both sides says of an agreed deal."""
        raw = agreement(self.customer, deal)
        assert raw == agreement(self.workshop, deal)
        file = self.folder / f"{deal[:12]}.vrm"
        file.write_bytes(raw)
        report = run_vrm("deal", "verify", file)
        assert report["ok"]
        return dict(report["agreement"])

    def stock(self) -> dict[str, int | None]:
        """What the workshop has left, by sku."""
        page = ask(self.workshop, "catalogue", limit=100)
        return {row["sku"]: row.get("stock") for row in page["products"]}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    with LocalNodes(folder) as nodes:
        relay = nodes.add("relay")
        made = [nodes.prepare(name, peers=relay.addresses) for name in ("customer", "workshop")]
        for node in made:
            configure(node, 20)
        start_together(made)
        customer, workshop = made
        workshop.vrm("vendor", "policy", "set", "--file", CATALOGUE / "policy.toml")
        report = workshop.vrm("vendor", "catalogue", "import", CATALOGUE / "catalogue.csv")
        closed = "nobody is offered anything: no profile is set, see vrm vendor profile set"
        assert (report["refused"], report["warnings"]) == (0, [closed])
        profile = workshop.vrm("vendor", "profile", "set", "--file", CATALOGUE / "profile.toml")
        assert "warnings" not in profile
        yield Town(customer, workshop, folder)
        statuses = nodes.stop_all()
    assert set(statuses.values()) == {0}


@pytest.mark.parametrize(
    ("function", "wanted", "sku", "total"),
    [
        ("Sell", DRILL, "WN0011", 9490),
        ("Maintain", DRILL, "WN0102", 2490),
        ("Dispose", DRILL, "WN0105", 350),
        ("ProvideService", ("--name", "assembly of lamps"), "WN0107", 4500),
    ],
)
def test_one_function(
    town: Town, function: str, wanted: tuple[str, ...], sku: str, total: int
) -> None:
    before = town.stock()
    published = town.publish(*wanted, "--function", function)
    (offer,) = published["offers"]
    assert (offer["business_function"], offer["acceptable"]) == (function, True)
    agreed = town.accept(offer)
    assert (agreed["business_function"], agreed["total"]) == (function, total)
    left = None if before[sku] is None else before[sku] - 1  # type: ignore[operator]
    assert town.stock() == {**before, sku: left}


def test_renting_with_a_deposit(town: Town) -> None:
    before = town.stock()
    published = town.publish(*DRILL, "--function", "LeaseOut", "--lease-days", 10)
    (offer,) = published["offers"]
    assert offer["reasons"][0] == "rents you one for 10 days, deposit 100.00 EUR returned"
    agreed = town.accept(offer)
    found = [agreed[name] for name in ("business_function", "total", "lease_days", "deposit")]
    assert found == ["LeaseOut", 5000, 10, 10_000]
    assert town.stock()["WN0103"] == before["WN0103"] - 1  # type: ignore[operator]


@pytest.mark.parametrize(
    ("function", "sku", "total"), [("Repair", "WN0101", 4900), ("Sell", "WN0011", 9490)]
)
def test_a_repair_or_what_replaces_it(town: Town, function: str, sku: str, total: int) -> None:
    before = town.stock()
    published = town.publish(*DRILL, *BROKEN, wait=3)
    offers = {offer["business_function"]: offer for offer in published["offers"]}
    assert list(offers) == ["Repair", "Sell", "LeaseOut"]
    assert len({offer["deal"] for offer in offers.values()}) == 1
    assert [offer["reasons"][0] for offer in offers.values()] == [
        "repairs it",
        "replaces it",
        "rents you one for 14 days, deposit 100.00 EUR returned",
    ]
    rows = ask(town.customer, "intents", published["intent"], "comparison")["rows"]
    shown = {row["name"]: row["values"] for row in rows}
    assert shown["function"] == ["Repair: repairs it", "Sell: sells it", "LeaseOut: rents it out"]
    assert shown["deposit"] == [None, None, "100.00 EUR"]
    agreed = town.accept(offers[function])
    assert (agreed["business_function"], agreed["total"]) == (function, total)
    assert town.stock() == {**before, sku: before[sku] - 1}  # type: ignore[operator]
    # Nothing is set aside for the two that weren't chosen.
    again = town.publish(*DRILL, *BROKEN, wait=3)
    assert {offer["reserved"] for offer in again["offers"]} == {True}
    town.customer.vrm("intent", "withdraw", again["intent"])


def test_a_vendor_that_buys_pays(town: Town) -> None:
    published = town.publish(*DRILL, "--function", "Buy", "--min-price", "15.00 EUR")
    (offer,) = published["offers"]
    assert offer["reasons"][:2] == ["buys it from you", "pays you 20.00 EUR"]
    agreed = town.accept(offer)
    assert (agreed["business_function"], agreed["total"]) == ("Buy", 2000)
    asked = town.customer.vrm("intent", "publish", *COMMON, *DRILL, "--function", "Buy",
                              "--min-price", "20.01 EUR")  # fmt: skip
    refused = until(partial(_refused, town.customer, asked["intent"]), "a refusal")
    assert refused["reason"] == "below_minimum"


def _refused(node: LocalNode, intent: str) -> dict[str, Any] | None:
    found = ask(node, "intents", intent)["refused"]
    return found[0] if found else None


def test_the_node_takes_no_alternative_unless_it_may(town: Town) -> None:
    # The workshop doesn't repair books: what it can do is to sell another one.
    book = ("--gtin", "9780521809269", "--function", "Repair", "--or", "Sell", "--max-total")
    automatic = (*book, "120.00 EUR", *AUTOMATIC)
    waits = town.publish(*automatic)
    shown = ask(town.customer, "intents", waits["intent"], "why")
    assert "it replaces it; the node itself takes Repair" in shown["decision"]
    assert waits["offers"][0]["state"] == "offered"
    town.customer.vrm("intent", "withdraw", waits["intent"])
    allowed = ("--accept-function", "Repair", "--accept-function", "Sell")
    takes = town.customer.vrm("intent", "publish", *COMMON, *automatic, *allowed)
    fulfilled = until(partial(_fulfilled, town.customer, takes["intent"]), "an agreement")
    (deal,) = [row["deal"] for row in fulfilled["deals"]]
    assert town.agreed(deal)["business_function"] == "Sell"
    tell(f"bought instead of repaired: {deal[:12]}")


def _fulfilled(node: LocalNode, intent: str) -> dict[str, Any] | None:
    shown = ask(node, "intents", intent)
    return shown if shown["status"] == "fulfilled" else None


def test_who_has_it_and_does_nothing_of_the_kind_says_so(town: Town) -> None:
    asked = town.customer.vrm("intent", "publish", *COMMON, "--gtin", "9780521809269",
                              "--function", "Maintain")  # fmt: skip
    refused = until(partial(_refused, town.customer, asked["intent"]), "a refusal")
    assert refused["reason"] == "function"
    assert refused["note"] == "this shop sells it, and does nothing of what you ask"

"""Real nodes: what is bought comes among the own things; a broken one finds who repairs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from examples.local_node import LocalNode, LocalNodes
from tests.processes.market import (
    ask,
    configure,
    deals,
    start_together,
    until,
    wait_offers,
    wait_state,
)
from vrmnode.values.spans import add_months

pytestmark = [pytest.mark.processes, pytest.mark.slow]

CATALOGUE = Path(__file__).parents[2] / "examples" / "catalogues" / "werkstatt-nord"
HOW = ("--delivery", "pickup", "--terms", "SD-BASE-A", "--valid-for", "2d")
PROBLEM = "The chuck slips."


def _open_workshop(node: LocalNode, name: str) -> None:
    """Sells, repairs and leases out the same things as every other of these, under a name."""
    profile = (CATALOGUE / "profile.toml").read_text(encoding="utf-8")
    file = node.folder.with_name(f"{node.name}-profile.toml")
    file.write_text(profile.replace("Werkstatt Nord", name), encoding="utf-8")
    node.vrm("vendor", "policy", "set", "--file", CATALOGUE / "policy.toml")
    node.vrm("vendor", "catalogue", "import", CATALOGUE / "catalogue.csv")
    node.vrm("vendor", "profile", "set", "--file", file)


def _town(nodes: LocalNodes, *workshops: str) -> list[LocalNode]:
    """A customer and these workshops; the relay knows all."""
    relay = nodes.add("relay")
    made = [nodes.prepare(name, peers=relay.addresses) for name in ("customer", *workshops)]
    for node in made:
        configure(node, 20)
    start_together(made)
    for node, name in zip(made[1:], workshops, strict=True):
        _open_workshop(node, name)
    return made


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalNode, LocalNode]]:
    """A customer, and a workshop that sells, repairs and leases out."""
    with LocalNodes(tmp_path_factory.mktemp("things")) as nodes:
        customer, workshop = _town(nodes, "Werkstatt Nord")
        yield customer, workshop


def _bought(customer: LocalNode, workshop: LocalNode, *options: object) -> dict[str, Any]:
    """The thing that a sale of a drill brings, which nobody notes down by hand."""
    # fmt: off
    published = customer.vrm(
        "intent", "publish", "--name", "DHP484 combi drill", "--brand", "Makita",
        "--mpn", "DHP484", "--category", "1217", "--country", "DE", *HOW, *options, "--wait", 1,
        "--timeout", "150s",
    )
    # fmt: on
    (offer,) = published["offers"]
    deal = customer.vrm("offer", "accept", offer["offer"])["deal"]
    assert wait_state(customer, deal, "agreed", "declined") == "agreed"
    assert wait_state(workshop, deal, "agreed") == "agreed"
    (thing,) = [each for each in customer.vrm("thing", "list") if each["deal"] == deal]
    return dict(thing)


def test_a_bought_thing_breaks(pair: tuple[LocalNode, LocalNode]) -> None:
    customer, workshop = pair
    thing = _bought(customer, workshop)
    assert (thing["brand"], thing["mpn"], thing["country"]) == ("Makita", "DHP484", "DE")
    assert (thing["bought_from"], thing["broken_at"]) == ("Werkstatt Nord", None)
    assert workshop.vrm("thing", "list") == []

    intents = ask(customer, "intents")
    name = thing["name"]
    drafted = customer.vrm("thing", "broken", name, "--problem", PROBLEM, *HOW)
    assert drafted["addressed"] == "to everybody: you trust no vendor that does such things"
    assert ask(customer, "intents") == intents, "a draft publishes nothing"
    noted = customer.vrm("thing", "show", name)
    assert noted["broken_at"] >= thing["added"]
    assert (noted["problem"], noted["intent"]) == (PROBLEM, None)

    # The problem is noted already, and goes out without being said again.
    sent = customer.vrm("thing", "broken", name, *HOW, "--publish")
    assert sent["problem"] == PROBLEM
    assert customer.vrm("thing", "show", name)["intent"] == sent["intent"]
    offers = wait_offers(customer, sent["intent"], 3)
    assert [each["business_function"] for each in offers] == ["Repair", "Sell", "LeaseOut"]
    assert [each["reasons"][0] for each in offers] == [
        "repairs it",
        "replaces it",
        "rents you one for 14 days, deposit 100.00 EUR returned",
    ]
    repair = offers[0]
    deal = customer.vrm("offer", "accept", repair["offer"])["deal"]
    assert wait_state(customer, deal, "agreed", "declined") == "agreed"
    brought = [each["deal"] for each in customer.vrm("thing", "list")]
    assert deal not in brought, "a repair brings no new thing"


def test_within_the_warranty_the_seller_alone_is_asked(tmp_path: Path) -> None:
    """Two others repair the same, are trusted and within reach, and hear nothing."""
    names = {"Werkstatt Nord", "Werkstatt Ost", "Werkstatt West"}
    with LocalNodes(tmp_path) as nodes:
        customer, seller, *others = _town(nodes, *sorted(names))

        def known() -> dict[str, str] | None:
            found = {row["name"]: row["vendor"] for row in ask(customer, "vendors")}
            return found if set(found) == names else None

        dids = until(known, "three profiles at the customer")
        thing = _bought(customer, seller, "--to", dids["Werkstatt Nord"])
        for name in ("Werkstatt Ost", "Werkstatt West"):
            customer.vrm("trust", "add", dids[name])
        customer.vrm("thing", "change", thing["thing"], "--warranty-until", "2999-12-31")
        sent = _broken(customer, thing)
        assert sent["addressed"] == "to Werkstatt Nord alone: warranty until 2999-12-31"
        (offer,) = wait_offers(customer, sent["intent"], 1)
        assert (offer["business_function"], offer["vendor"]) == ("Repair", thing["vendor"])
        deal = customer.vrm("offer", "accept", offer["offer"])["deal"]
        for node in (customer, seller):
            assert wait_state(node, deal, "agreed", "declined") == "agreed"
        _until_acknowledged(customer, seller)
        for node in others:
            status = ask(node, "status")
            assert (status["market_intents"], status["sealed_intents"]) == (0, 0)
            assert deals(node) == {} and ask(node, "vendor", "inbox") == []
            subjects = {event["subject_kind"] for event in node.events()}
            assert subjects <= {"node", "vendor"}, subjects

        # They would have answered: once the warranty is over it is those that are trusted.
        customer.vrm("thing", "change", thing["thing"], "--warranty-until", "2020-12-31")
        sent = _broken(customer, thing)
        assert sent["addressed"] == "to 2 vendors that you trust and that do such things"
        offers = wait_offers(customer, sent["intent"], 2)
        assert {each["vendor_name"] for each in offers} == names - {"Werkstatt Nord"}
        assert {each["business_function"] for each in offers} == {"Repair"}


def _broken(customer: LocalNode, thing: dict[str, Any]) -> dict[str, Any]:
    # fmt: off
    return dict(customer.vrm(
        "thing", "broken", thing["thing"], "--problem", PROBLEM, "--repair-only", *HOW, "--publish",
    ))
    # fmt: on


def _until_acknowledged(*nodes: LocalNode) -> None:
    until(lambda: not sum(ask(node, "status")["outbox"] for node in nodes), "no mail on its way")


def test_a_warranty_that_was_agreed_is_known_with_the_thing(
    pair: tuple[LocalNode, LocalNode], tmp_path: Path
) -> None:
    customer, workshop = pair
    workshop.vrm("vendor", "policy", "set", "warranty.months=24")
    thing = _bought(customer, workshop)
    assert thing["warranty_until"] == add_months(thing["bought_at"], 24)
    drafted = customer.vrm("thing", "broken", thing["thing"], "--problem", PROBLEM, *HOW)
    assert drafted["addressed"].startswith("to Werkstatt Nord alone: warranty until ")
    file = tmp_path / "drill.vrma"
    customer.vrm("deal", "export", thing["deal"], "-o", file)
    assert customer.vrm("deal", "verify", file)["agreement"]["warranty_months"] == 24

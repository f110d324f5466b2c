"""Real nodes: what a customer revokes is refused on both sides, whoever is killed meanwhile.

In each step the node that makes it ends itself with SIGKILL, once before its commit and once after,
when nobody has heard of it yet (`dying_node`). At the end every step has happened once. All steps
of both nodes, acknowledgements too, are gone through in `tests/engine/relationship`.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from examples import pushy_node
from examples.local_node import LocalNode
from examples.programs import VRM, CommandFailed, run_vrm
from tests.processes import dying_node
from tests.processes.market import (
    PATIENCE_S,
    Market,
    Product,
    ask,
    open_market,
    publish,
    tell,
    until,
    wait_offers,
    wait_state,
)

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK = Product(810, "30.00", 5)
TEXT = "Read our newsletter, too."


def test_what_is_revoked_is_refused_on_both_sides_whoever_is_killed(tmp_path: Path) -> None:
    with open_market(tmp_path / "nodes", customers=1, shops=[([BOOK], True)]) as market:
        customer, shop = market.customers[0], market.vendors[0]
        deal = _agreed(market)
        _revoked(customer, shop, deal)
        _the_shops_node_refuses(shop, deal)
        _written_all_the_same(customer, shop, deal)
        _refused_once(customer, shop, deal)
        _shown_elsewhere(customer, tmp_path)


def _agreed(market: Market) -> str:
    customer, shop = market.customers[0], market.vendors[0]
    (offer,) = wait_offers(customer, publish(customer, BOOK), 1)
    customer.vrm("offer", "accept", offer["offer"])
    deal = str(offer["deal"])
    for node in (customer, shop):
        wait_state(node, deal, "agreed")
    return deal


def killed(
    node: LocalNode,
    event: str,
    moment: str,
    act: Callable[[], object] | None = None,
    *,
    pushy: bool = False,
) -> None:
    """Let a node die in the turn that tells of an event; it stays so.

    `act` brings the event about; without it, what the other side sends again by itself.
    """
    node.kill()
    node.program = dying_node.program(event, moment, pushy=pushy)
    node.launch()
    # What the other side sends again may come before it could say that it is ready.
    if act is not None:
        node.wait_until_ready()
        act()
    assert node.wait_until_ended(PATIENCE_S) == -signal.SIGKILL
    tell(f"{node.name} died {moment} the commit of {event}")


def alive(node: LocalNode, program: Sequence[str] = VRM) -> None:
    """Start a node that died."""
    node.program = program
    node.start()


def _unanswered(node: LocalNode, *words: str) -> Callable[[], None]:
    """A command whose node dies before it can answer."""

    def act() -> None:
        with pytest.raises(CommandFailed) as caught:
            node.vrm(*words)
        assert caught.value.code.startswith("daemon.")

    return act


def _reach(node: LocalNode, deal: str) -> str:
    (shown,) = ask(node, "relations", deal)["deals"]
    return str(shown["reach"]["message"]["order"])


def _notes(node: LocalNode, deal: str) -> list[dict[str, Any]]:
    return list(ask(node, "relations", deal)["notes"])


def _revoked(customer: LocalNode, shop: LocalNode, deal: str) -> None:
    """The customer revokes, and dies of it; so does the shop when it hears."""
    assert _reach(shop, deal) == "granted"
    revoke = _unanswered(customer, "relation", "reach", deal, "revoked", "--channel", "message")
    killed(customer, "reach.sent", "before", revoke)
    alive(customer)
    assert _reach(customer, deal) == "granted"
    # The shop is away, so that it hears of it when it is meant to.
    shop.kill()
    killed(customer, "reach.sent", "after", revoke)
    alive(customer)
    assert _reach(customer, deal) == "revoked"
    killed(shop, "reach.received", "before")
    killed(shop, "reach.received", "after")
    alive(shop)
    assert _reach(shop, deal) == "revoked"
    # Only what the vendor has acknowledged counts against it.
    until(lambda: not _waiting(customer), "the shop to acknowledge it")


def _waiting(node: LocalNode) -> int:
    return int(ask(node, "status")["outbox"])


def _the_shops_node_refuses(shop: LocalNode, deal: str) -> None:
    with pytest.raises(CommandFailed) as caught:
        shop.vrm("relation", "write", deal, TEXT, "--purpose", "order")
    assert caught.value.code == "reach.revoked"
    assert "the customer has revoked" in caught.value.stderr
    assert _notes(shop, deal) == []


def _written_all_the_same(customer: LocalNode, shop: LocalNode, deal: str) -> None:
    """With another program the shop writes, and dies of it; so does the customer that reads it."""
    words = ("relation", "write", deal, TEXT, "--purpose", "order")
    write = _unanswered(shop, *words)
    killed(shop, "note.sent", "before", write, pushy=True)
    alive(shop, pushy_node.PROGRAM)
    assert _notes(shop, deal) == []
    customer.kill()
    killed(shop, "note.sent", "after", write, pushy=True)
    alive(shop, pushy_node.PROGRAM)
    assert [note["text"] for note in _notes(shop, deal)] == [TEXT]
    killed(customer, "note.refused", "before")
    killed(customer, "breach.recorded", "after")
    alive(customer)


def _refused_once(customer: LocalNode, shop: LocalNode, deal: str) -> None:
    def refused(node: LocalNode) -> list[dict[str, Any]] | None:
        notes = _notes(node, deal)
        return notes if [note["refused"] for note in notes] == ["reach.revoked"] else None

    for node, side in ((customer, "vendor"), (shop, "you")):
        (note,) = until(lambda node=node: refused(node), f"the refusal at {node.name}")  # type: ignore[misc]
        assert (note["from"], note["text"]) == (side, TEXT)
        assert "revoked" in note["words"]
    types = {node.name: [each["type"] for each in node.events()] for node in (customer, shop)}
    assert types[customer.name].count("reach.sent") == 1
    assert types[shop.name].count("reach.received") == 1
    assert types[shop.name].count("note.sent") == 1
    for node in (customer, shop):
        assert types[node.name].count("note.refused") == 1
    assert "note.received" not in types[customer.name]


def _shown_elsewhere(customer: LocalNode, folder: Path) -> None:
    (breach,) = customer.vrm("breach", "list")
    assert (breach["evidence"], breach["ground"]) == ("proven", "revoked")
    types = [each["type"] for each in customer.events()]
    assert types.count("breach.recorded") == 1
    record = folder / "breach.vrm"
    customer.vrm("breach", "export", breach["breach"], "-o", record)
    report = run_vrm("deal", "verify", record)
    evidence = {check["name"]: check["evidence"] for check in report["checks"]}
    assert report["ok"]
    assert (evidence["known"], evidence["no other permission"]) == ("proven", "asserted")
    tell(f"a record of {record.stat().st_size} bytes verifies without a node")

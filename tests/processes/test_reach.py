"""Real nodes: what a customer revokes is refused on both sides, whoever is killed meanwhile.

Each step is made while the node that makes it is killed with SIGKILL at a random moment, and made
again if it hadn't happened by then. At the end every step has happened once.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from examples import pushy_node
from examples.local_node import CommandFailed, LocalNode, run_vrm
from tests.processes.market import (
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
SEED = int(os.environ.get("REACH_SEED", "20261125"))
LATEST_KILL_S = 1.5
TEXT = "Read our newsletter, too."


def test_what_is_revoked_is_refused_on_both_sides_whoever_is_killed(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    with open_market(tmp_path / "nodes", customers=1, shops=[([BOOK], True)]) as market:
        customer, shop = market.customers[0], market.vendors[0]
        deal = _agreed(market)
        _revoked(customer, shop, deal, chance)
        _the_shops_node_refuses(shop, deal)
        _written_all_the_same(customer, shop, deal, chance)
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


def killed_meanwhile(
    node: LocalNode, act: Callable[[], object], done: Callable[[], object], chance: random.Random
) -> None:
    """Act while the node is killed at some moment; and again, if nothing came of it."""
    delay_s = chance.uniform(0, LATEST_KILL_S)
    fuse = threading.Timer(delay_s, node.send, (9,))
    fuse.start()
    try:
        act()
    except CommandFailed as failure:
        tell(f"killed after {delay_s:.2f} s: {failure.code}")
    finally:
        fuse.cancel()
        fuse.join()
    node.kill()
    node.start()
    if not done():
        act()
    assert done()


def _reach(node: LocalNode, deal: str) -> str:
    (shown,) = ask(node, "relations", deal)["deals"]
    return str(shown["reach"]["message"]["order"])


def _notes(node: LocalNode, deal: str) -> list[dict[str, Any]]:
    return list(ask(node, "relations", deal)["notes"])


def _revoked(customer: LocalNode, shop: LocalNode, deal: str, chance: random.Random) -> None:
    """The customer revokes, and is killed; the shop is killed when it has heard."""
    assert _reach(shop, deal) == "granted"
    killed_meanwhile(
        customer,
        lambda: customer.vrm("relation", "reach", deal, "revoked", "--channel", "message"),
        lambda: _reach(customer, deal) == "revoked",
        chance,
    )
    until(lambda: _reach(shop, deal) == "revoked", "the shop to hear of the revocation")
    shop.kill()
    shop.start()
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


def _written_all_the_same(
    customer: LocalNode, shop: LocalNode, deal: str, chance: random.Random
) -> None:
    """With another program the shop writes, and is killed; then the customer is."""
    shop.kill()
    shop.program = pushy_node.PROGRAM
    shop.start()
    killed_meanwhile(
        shop,
        lambda: shop.vrm("relation", "write", deal, TEXT, "--purpose", "order"),
        lambda: _notes(shop, deal),
        chance,
    )
    until(lambda: _notes(customer, deal), "the note to arrive")
    customer.kill()
    customer.start()


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

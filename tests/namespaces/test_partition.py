"""A network that breaks in two while there is dealing, and is whole again.

The cable between the halves lets nothing pass and says nothing: connections over it are half-open.
One node's clock is two minutes behind all the while.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from examples.local_node import LocalNode, LocalNodes
from tests.namespaces.lab import Lab
from tests.processes.market import (
    PATIENCE_S,
    Product,
    agreement,
    ask,
    automatic,
    configure,
    open_shop,
    publish,
    start_together,
    states,
    tell,
    until,
    wait_offers,
    wait_state,
)
from tests.processes.virtual_time import build_shim, fixed_offset

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK, LAMP = Product(901, "20.00", 5), Product(902, "30.00", 5)
BEHIND_S = -120
LEFT, RIGHT = ("customer-left", "shop-left"), ("customer-right", "shop-right")


def test_both_halves_deal_and_become_one_again(lab: Lab, tmp_path: Path) -> None:
    with LocalNodes(tmp_path) as nodes:
        made, trunk = _started(lab, nodes, tmp_path)
        halves = [[made[name] for name in half] for half in (LEFT, RIGHT)]
        (left, _), (right, shop_right) = halves
        across = publish(left, LAMP)
        (offer,) = wait_offers(left, across, 1)

        lab.cut(trunk)
        cut_at = time.monotonic()
        deal = str(left.vrm("offer", "accept", offer["offer"])["deal"])
        for customer, shop in halves:
            _buys(customer, shop)
        for node in made.values():
            until(partial(_has_peers, node, 1), f"{node.name} to miss the other half")
        tell(f"all had noticed {time.monotonic() - cut_at:.1f} s after the cut")
        assert states(left)[deal] == "accepted"
        assert states(shop_right)[deal] != "agreed"
        assert _ids(left) != _ids(right)

        lab.mend(trunk)
        mended_at = time.monotonic()
        for node in (left, shop_right):
            wait_state(node, deal, "agreed")
        assert agreement(left, deal) == agreement(shop_right, deal)
        until(lambda: len({_ids(node) for node in made.values()}) == 1, "equal ids", 2 * PATIENCE_S)
        tell(f"{len(_ids(left))} ids were equal {time.monotonic() - mended_at:.1f} s after it")


def _started(lab: Lab, nodes: LocalNodes, folder: Path) -> tuple[dict[str, LocalNode], str]:
    """All nodes by their names, connected with one another, and the cable between the halves."""
    made = {name: nodes.make(name) for name in (*LEFT, *RIGHT)}
    for switch in ("left", "right"):
        lab.switch(switch)
    trunk = lab.join("left", "right")
    for at, (name, node) in enumerate(made.items()):
        machine = lab.space()
        lab.plug(machine, "left" if name in LEFT else "right", f"10.77.0.{at + 1}")
        machine.house(node)
        configure(node, 20)
    first = made["shop-left"]
    first.start()
    others = [node for node in made.values() if node is not first]
    for node in others:
        node.peers = first.addresses[-1:]
    with fixed_offset(build_shim(folder), BEHIND_S):
        made["customer-right"].launch()
    start_together([node for node in others if node.pid is None])
    made["customer-right"].wait_until_ready()
    open_shop(made["shop-left"], [BOOK], reserve=True)
    open_shop(made["shop-right"], [BOOK, LAMP], reserve=True)
    for node in made.values():
        until(partial(_has_peers, node, 3), f"{node.name} to know all others")
    return made, trunk


def _buys(customer: LocalNode, shop: LocalNode) -> None:
    """A deal within a half."""
    before = states(customer).keys()
    publish(customer, BOOK, *automatic(1))
    new = until(
        lambda: [d for d, s in states(customer).items() if d not in before and s == "agreed"],
        f"{customer.name} to buy",
    )
    wait_state(shop, new[0], "agreed")
    assert agreement(customer, new[0]) == agreement(shop, new[0])


def _has_peers(node: LocalNode, count: int) -> bool:
    return len(ask(node, "peers")) == count


def _ids(node: LocalNode) -> frozenset[bytes]:
    """Of the envelopes that a node keeps."""
    with closing(sqlite3.connect(f"file:{node.folder}/node.db?mode=ro", uri=True)) as database:
        return frozenset(bytes(each) for (each,) in database.execute("SELECT id FROM envelopes"))

"""A line that loses packets: one in twenty, then one in five, and each way.

TCP repairs it, late: what a node takes for a dead peer must not be one that is only slow.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from examples.local_node import LocalNode, LocalNodes
from tests.namespaces.lab import Lab
from tests.namespaces.lossy_cable import TUN, lossy_cable
from tests.processes.market import (
    Product,
    agreement,
    ask,
    automatic,
    configure,
    open_shop,
    publish,
    states,
    tell,
    until,
    wait_state,
)

pytestmark = [
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.skipif(not TUN.exists(), reason=f"packets are lost between TUN devices: no {TUN}"),
]

BOOK = Product(931, "20.00", 50)
MISSED = 12
"""Intents that are published while the shop is off."""


def test_deals_and_catching_up_while_packets_are_lost(lab: Lab, tmp_path: Path) -> None:
    one, other = lab.space(), lab.space()
    with LocalNodes(tmp_path) as nodes, lossy_cable(lab, one, other, seed=1) as cable:
        shop, customer = nodes.make("shop"), nodes.make("customer")
        for machine, node in ((one, shop), (other, customer)):
            machine.house(node)
            configure(node, 20)
        shop.start()
        open_shop(shop, [BOOK], reserve=True)
        customer.peers = shop.addresses[-1:]
        customer.start()
        until(lambda: ask(customer, "peers"), "a connection")

        cable.set(lost=0.05, late_s=0.03)
        _buys(customer, shop)
        cable.set(lost=0.2, late_s=0.05)
        _buys(customer, shop)

        shop.stop()
        wanted = {publish(customer, BOOK, *automatic(1)) for _ in range(MISSED)}
        shop.start()
        until(lambda: _bought(customer) >= wanted, "all that the shop has missed to be bought")
        until(lambda: _bought(shop) >= wanted, "the shop to know of it", 300)
        passed, lost = cable.set(lost=0, late_s=0)
        tell(f"{lost} of {lost + passed} packets were lost")
        assert lost > passed / 20


def _bought(node: LocalNode) -> set[str]:
    """The intents of the deals that are agreed."""
    return {str(row["intent"]) for row in ask(node, "deals") if row["state"] == "agreed"}


def _buys(customer: LocalNode, shop: LocalNode) -> None:
    """An intent ends in the same agreement on both sides."""
    wanted = publish(customer, BOOK, *automatic(1))
    until(lambda: wanted in _bought(customer), "the customer to buy")
    deal = next(d["deal"] for d in ask(customer, "deals") if d["intent"] == wanted)
    wait_state(shop, deal, "agreed")
    assert agreement(customer, deal) == agreement(shop, deal)
    assert states(shop)[deal] == states(customer)[deal] == "agreed"

"""A line that is slow, that brings things unevenly, and on which nothing comes for a while.

The only way between two machines is a relay on a third, which lets bytes wait. When its process is
stopped, the line stalls: connections stay open, and its machine even accepts new ones.
"""

from __future__ import annotations

import signal
import time
from functools import partial
from pathlib import Path

import pytest

from benchmarks.real_swarm.worker import Worker, worker
from examples.local_node import LocalNode, LocalNodes
from tests.namespaces.lab import Lab
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

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK, LAMP = Product(921, "20.00", 5), Product(922, "30.00", 5)
LATE_S, UNEVEN = 0.2, 3.0
"""Each piece takes 0.2 to 0.8 seconds, one way."""


def test_deals_over_a_line_that_is_slow_and_stalls(lab: Lab, tmp_path: Path) -> None:
    between = lab.space()
    with (
        LocalNodes(tmp_path) as nodes,
        worker("benchmarks.real_swarm.wires", between.enter) as line,
    ):
        machines = {"shop": lab.space(), "customer": lab.space()}
        for net, (name, machine) in enumerate(machines.items(), 1):
            lab.switch(name)
            lab.plug(machine, name, f"10.77.{net}.2")
            lab.plug(between, name, f"10.77.{net}.9")
            node = nodes.make(name)
            machine.house(node)
            configure(node, 20)
        shop, customer = nodes
        shop.start()
        open_shop(shop, [BOOK, LAMP], reserve=True)
        customer.peers = [_over(line, shop)]
        customer.start()
        until(lambda: ask(customer, "peers"), "a connection over the slow line")
        _buys(customer, shop, publish(customer, BOOK, *automatic(1)))

        line.process.send_signal(signal.SIGSTOP)
        stalled_at = time.monotonic()
        wanted = publish(customer, LAMP, *automatic(1))
        for node in (shop, customer):
            until(partial(_is_alone, node), f"{node.name} to notice")
        tell(f"both had noticed {time.monotonic() - stalled_at:.1f} s after it stalled")
        assert len(states(customer)) == 1

        line.process.send_signal(signal.SIGCONT)
        _buys(customer, shop, wanted)


def _is_alone(node: LocalNode) -> bool:
    return len(ask(node, "peers")) == 0


def _over(line: Worker, shop: LocalNode) -> str:
    """The shop's address at the other end of a line."""
    _, _, host, _, port, _, peer = shop.addresses[-1].split("/")
    wire = [host, int(port), LATE_S]
    line.say({"seed": 1, "jitter": UNEVEN, "listen": "10.77.2.9", "wires": [wire]})
    (here,) = line.hear()
    return f"/ip4/10.77.2.9/tcp/{here}/p2p/{peer}"


def _buys(customer: LocalNode, shop: LocalNode, intent: str) -> None:
    """The intent ends in the same agreement on both sides."""

    def agreed() -> str | None:
        rows = ask(customer, "deals")
        return next(
            (r["deal"] for r in rows if r["intent"] == intent and r["state"] == "agreed"), None
        )

    deal = until(agreed, f"{intent[:8]} to be bought")
    wait_state(shop, deal, "agreed")
    assert agreement(customer, deal) == agreement(shop, deal)

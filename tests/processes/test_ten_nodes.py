"""Ten nodes that know one address each; any of them is killed, the first one too."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

from examples import join
from examples.local_node import LocalNode, LocalNodes
from tests.processes.market import ask, tell

pytestmark = [pytest.mark.processes, pytest.mark.slow]

NODES = 10
ENOUGH_PEERS = 3
PATIENCE_S = 180


def peers(node: LocalNode) -> list[dict[str, Any]]:
    return list(ask(node, "peers"))


def settle(nodes: list[LocalNode]) -> None:
    """Return when each node has peers enough, none of them a dead one."""
    alive = {node.addresses[0].rpartition("/")[2] for node in nodes}
    for node in nodes:

        def settled(node: LocalNode = node) -> bool:
            return len({peer["peer_id"] for peer in peers(node)} & alive) >= ENOUGH_PEERS

        node.wait_for(settled, PATIENCE_S, f"{ENOUGH_PEERS} living peers")


def deal(customer: LocalNode) -> str:
    """A book that the customer buys."""
    steps = join.Steps(lambda _: None)
    join.publish(steps, customer)
    return join.agreed(steps, customer)


def test_any_one_is_killed(tmp_path: Path) -> None:
    seed = random.randrange(1_000)
    tell(f"seed {seed}")
    started = time.monotonic()
    with LocalNodes(tmp_path) as nodes:
        first, *rest = (nodes.make(f"node{number}") for number in range(NODES))
        first.init()
        first.start()
        link = first.vrm("net", "invite")["link"]
        for node in rest:
            node.init()
            node.vrm("join", link)
            node.launch()
        for node in rest:
            node.wait_until_ready()
        shop, ada, bo, *others = rest
        join.open_shop(join.Steps(lambda _: None), shop)
        settle(rest)
        tell(f"{NODES} nodes know one another after {time.monotonic() - started:.1f} s")
        deals = [deal(ada)]

        first.kill()
        settle(rest)
        deals.append(deal(bo))
        tell(f"the first is dead, a deal is made: {time.monotonic() - started:.1f} s")

        victim = random.Random(seed).choice(others)
        victim.kill()
        living = [node for node in rest if node is not victim]
        host = random.Random(seed + 1).choice([node for node in others if node is not victim])
        newcomer = nodes.make("newcomer")
        newcomer.init()
        newcomer.vrm("join", host.vrm("net", "invite")["link"])
        newcomer.start()
        settle([*living, newcomer])
        deals.append(deal(newcomer))
        assert len(set(deals)) == len(deals)

        # What it has reached it remembers: nobody in its config.toml is alive.
        host.kill()
        newcomer.stop()
        newcomer.start()
        settle([newcomer, *(node for node in living if node is not host)])
        deals.append(deal(newcomer))
    tell(f"{len(deals)} deals, three of {NODES} killed: {time.monotonic() - started:.1f} s")

"""A network that breaks in two halves, each of which goes on, and is healed.

`SIM_MESSAGES=10000` plays it with as many messages in each half (400 otherwise).
"""

from __future__ import annotations

import itertools
import os
import sys

import pytest
import trio

from tests.simulator.catching_up import SyncingNode
from tests.simulator.graph import random_dials
from tests.simulator.test_gossip import seeds
from tests.simulator.world import World

NODES = 12
MESSAGES = int(os.environ.get("SIM_MESSAGES", "400"))
RATE = 40.0
PATIENCE_S = 180


async def said(world: World, half: list[str], count: int) -> None:
    """Let a half publish, each message with the time in it."""
    for _ in range(count):
        author = world.nodes[world.rng.choice(half)]
        await author.publish(int(world.now).to_bytes(8, "big") + world.rng.randbytes(64))
        await world.run(world.rng.expovariate(2 * RATE))


async def until_equal(world: World, nodes: list[SyncingNode], count: int) -> None:
    """Let time pass until the nodes have the same messages, as many as were published."""
    begun = world.now
    while any(len(node.shelf.raw) < count for node in nodes):
        assert world.now - begun < PATIENCE_S, f"after {PATIENCE_S} s some miss something"
        await world.run(1)
    assert len({frozenset(node.shelf.raw) for node in nodes}) == 1


async def heal(seed: int) -> str:
    world = World(seed)
    names = [f"n{number:02}" for number in range(NODES)]
    nodes = {name: SyncingNode(world, name) for name in names}
    for node in nodes.values():
        world.add(node)
    dials = random_dials(names, 3, world.rng)
    halves = names[: NODES // 2], names[NODES // 2 :]
    for half in halves:
        # Each half hangs together, whatever was drawn.
        dials += [ends for ends in itertools.pairwise(half) if ends[::-1] not in dials]
    apart = [dial for dial in dials if (dial[0] in halves[0]) == (dial[1] in halves[0])]
    for dial in apart:
        await world.connect(*dial)
    await world.run(5)
    for _ in range(MESSAGES):
        for half in halves:
            await said(world, half, 1)
    for half in halves:
        # Gossip passes by who has just fetched a message by sync; the next comparison mends that.
        await until_equal(world, [nodes[name] for name in half], MESSAGES)
    begun = world.now
    for dial in dials:
        await world.connect(*dial)
    await until_equal(world, list(nodes.values()), 2 * MESSAGES)
    return (
        f"seed {seed}: {NODES} nodes equal {world.now - begun:.0f} s after the halves of "
        f"{MESSAGES} messages each met again; trace {world.trace[:12]}"
    )


@pytest.mark.parametrize("seed", seeds(1))
def test_halves_that_meet_again_become_equal(seed: int) -> None:
    words = trio.run(heal, seed)
    sys.stdout.write(words + "\n")
    assert words == trio.run(heal, seed), "a seed replays exactly"

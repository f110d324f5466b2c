"""Part of a network is suspended, like laptops that were shut: connections to it are half-open.

It lasts less long than the fifteen seconds after which those would be closed, so nobody can tell
yet who is asleep, and everybody goes on sending to those who are.
"""

from __future__ import annotations

import sys

import pytest
import trio

from tests.simulator.node import SimulatedNode
from tests.simulator.report import HEARTBEATS, Setting, built, publish, report
from tests.simulator.test_gossip import seeds
from tests.simulator.world import World

SETTING = Setting(nodes=100, messages=60)
ASLEEP = 0.3
SILENCE_S = 15.0


@pytest.mark.parametrize("seed", seeds(21, 22))
def test_who_is_awake_misses_nothing_and_who_wakes_has_all(seed: int) -> None:
    async def main() -> None:
        world, names = await built(seed, SETTING)
        asleep = world.rng.sample(names, round(ASLEEP * len(names)))
        awake = [name for name in names if name not in asleep]
        begun = world.now
        for name in asleep:
            world.suspend(name)
        messages = await publish(world, awake, SETTING.messages, SETTING.rate)
        await world.run(HEARTBEATS)
        assert world.now - begun < SILENCE_S
        found = report(world, awake, messages)
        sys.stdout.write(f"{len(asleep)} of {len(names)} asleep: {found.words()}\n")
        assert found.delivered == found.pairs
        assert found.eager >= 0.995 * found.pairs
        assert not any(_has(world, name, messages[0].message) for name in asleep)

        for name in asleep:
            await world.resume(name)
        await world.run(HEARTBEATS)
        assert all(_has(world, name, each.message) for name in asleep for each in messages)

    trio.run(main)


def test_what_comes_meanwhile_waits_in_its_order_and_nothing_leaves() -> None:
    async def main() -> None:
        world = World(1)
        for name in ("a", "b"):
            world.add(SimulatedNode(world, name))
        await world.connect("a", "b")
        await world.run(3)
        world.suspend("b")
        trace = world.trace
        said = [await world.nodes["a"].publish(bytes([number])) for number in range(3)]
        await world.run(5)
        assert world.nodes["b"].delivered == {}
        assert world.trace == trace
        await world.resume("b")
        assert list(world.nodes["b"].delivered) == said

    trio.run(main)


def _has(world: World, name: str, message: object) -> bool:
    return message in world.nodes[name].delivered

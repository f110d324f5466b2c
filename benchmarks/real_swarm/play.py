"""The network of a simulation with real nodes: who dials whom over which delay, who says what when.

The nodes are in two processes, what delays their bytes in a third, so that the nodes are as they
are shipped. Of the machine's own slowness, `late_p99_ms` tells how much there was.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from benchmarks.real_swarm.worker import Worker, worker
from benchmarks.report import percentile
from tests.network.support import host_and_port
from tests.simulator.report import HEARTBEATS, Published
from tests.simulator.world import World

PROCESSES = 2
MESH_FORMS_S = 5.0
"""As long as in the simulation."""


@dataclass(frozen=True, slots=True)
class RealReport:
    """Figures over all pairs of a message and a node but its author."""

    pairs: int
    delivered: int
    duplicates: float
    """Copies of what a node has already, per delivery."""
    p50_ms: float
    p99_ms: float
    late_p99_ms: float
    """How late the machine was with what was due, in the process where it was latest."""


def played_again(world: World, messages: Sequence[Published]) -> RealReport:
    """What real nodes make of the same network and messages."""
    names = sorted(world.nodes)
    with ExitStack() as stack:
        wires = stack.enter_context(worker("benchmarks.real_swarm.wires"))
        nodes = [
            stack.enter_context(worker("benchmarks.real_swarm.nodes")) for _ in range(PROCESSES)
        ]
        homes = {name: nodes[at % PROCESSES] for at, name in enumerate(names)}
        _join(world, wires, homes)
        results = _play(messages, homes)
        wires.say("late")
        late = [wires.hear(), *(result["late"] for result in results)]
    return _report(messages, results, max(percentile(each, 99) for each in late))


def _join(world: World, wires: Worker, homes: dict[str, Worker]) -> None:
    addresses: dict[str, str] = {}
    for each in set(homes.values()):
        each.say([name for name, home in homes.items() if home is each])
    for each in set(homes.values()):
        addresses |= each.hear()
    dialled = {ends: wire for ends, wire in world.wires.items() if wire.dialled}
    delayed = [[*host_and_port(addresses[to]), w.delay_s] for (_, to), w in dialled.items()]
    jitter = world.delays.jitter
    wires.say({"seed": world.seed, "jitter": jitter, "listen": "127.0.0.1", "wires": delayed})
    dials = [
        (source, f"/ip4/127.0.0.1/tcp/{port}/p2p/{addresses[to].rpartition('/')[2]}")
        for (source, to), port in zip(dialled, wires.hear(), strict=True)
    ]
    neighbours = Counter(source for source, _ in world.wires)
    for each in set(homes.values()):
        own = {name for name, home in homes.items() if home is each}
        each.say(
            {
                "dial": [dial for dial in dials if dial[0] in own],
                "neighbours": {name: neighbours[name] for name in own},
            }
        )
    for each in set(homes.values()):
        each.hear()


def _play(messages: Sequence[Published], homes: dict[str, Worker]) -> list[dict[str, Any]]:
    # One monotonic clock for all processes of a machine.
    begins = time.monotonic() + MESH_FORMS_S - messages[0].at
    end = begins + messages[-1].at + HEARTBEATS
    plan = [(begins + each.at, each.author, at) for at, each in enumerate(messages)]
    workers = list(set(homes.values()))
    for each in workers:
        own = [words for words in plan if homes[words[1]] is each]
        said = Counter(author for _, author, _ in own)
        expected = {name: len(plan) - said[name] for name, home in homes.items() if home is each}
        each.say({"publish": own, "end": end, "expected": expected})
    return [each.hear() for each in workers]


def _report(
    messages: Sequence[Published], results: Sequence[dict[str, Any]], late_s: float
) -> RealReport:
    got = {name: dict(pairs) for result in results for name, pairs in result["got"].items()}
    taken = [
        found[at]
        for at, each in enumerate(messages)
        for name, found in got.items()
        if name != each.author and at in found
    ]
    return RealReport(
        pairs=len(messages) * (len(got) - 1),
        delivered=len(taken),
        duplicates=sum(result["duplicates"] for result in results) / len(taken),
        p50_ms=percentile(taken, 50) * 1000,
        p99_ms=percentile(taken, 99) * 1000,
        late_p99_ms=late_s * 1000,
    )

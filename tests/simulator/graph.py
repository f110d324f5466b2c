"""Who dials whom, and the delays that no protocol on that graph can beat."""

from __future__ import annotations

import heapq
import random
from collections.abc import Mapping, Sequence

from tests.simulator.world import World


def random_dials(names: Sequence[str], dials: int, rng: random.Random) -> list[tuple[str, str]]:
    """Each node dials as many others, at random."""
    found: list[tuple[str, str]] = []
    for name in names:
        others = [other for other in names if other != name and (other, name) not in found]
        found += [(name, other) for other in rng.sample(others, dials)]
    return found


def distances(
    world: World, source: str, *, through: Sequence[str] | None = None
) -> dict[str, float]:
    """The time in which a message could at best be with each node, jitter left out.

    `through`: the nodes that pass messages on; all, unless they are named.
    """
    passing = world.nodes.keys() if through is None else set(through)
    neighbours: dict[str, list[tuple[str, float]]] = {}
    for (one, other), wire in world.wires.items():
        neighbours.setdefault(one, []).append((other, wire.delay_s))
    return _shortest(neighbours, source, passing)


def _shortest(
    neighbours: Mapping[str, Sequence[tuple[str, float]]], source: str, passing: object
) -> dict[str, float]:
    found: dict[str, float] = {}
    waiting = [(0.0, source)]
    while waiting:
        at, name = heapq.heappop(waiting)
        if name in found:
            continue
        found[name] = at
        if name != source and name not in passing:  # type: ignore[operator]
            continue
        for other, delay in neighbours.get(name, ()):
            if other not in found:
                heapq.heappush(waiting, (at + delay, other))
    return found

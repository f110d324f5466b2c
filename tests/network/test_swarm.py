"""Twenty nodes in two processes, thirty messages a second for ten seconds: everything arrives."""

from __future__ import annotations

import random
import sys
import time

import pytest

from benchmarks.real_swarm.worker import Worker, worker

NODES = 20
DIALS = 4
RATE = 30
SECONDS = 10
NODE = "tests.network.swarm_worker"
TOTAL = RATE * SECONDS


@pytest.mark.processes
@pytest.mark.slow
def test_every_message_reaches_every_node_once() -> None:
    chance = random.Random(7)
    with worker(NODE) as one, worker(NODE) as two:
        workers = (one, two)
        for w in workers:
            w.say(NODES // 2)
        places = [(w, i, a) for w in workers for i, a in enumerate(w.hear())]
        for w in workers:
            w.say([[i, a] for x, i, own in places if x is w for a in _others(chance, places, own)])
        assert [w.hear() for w in workers] == ["ready", "ready"]
        publications: dict[Worker, list[tuple[float, int, int]]] = {one: [], two: []}
        for number in range(TOTAL):
            w, index, _ = chance.choice(places)
            publications[w].append((number / RATE, index, number))
        start = time.time() + 0.5
        for w in workers:
            w.say({"start": start, "publish": publications[w], "total": TOTAL})
        results = [w.hear() for w in workers]
    assert [got for r in results for got in r["got"]] == [list(range(TOTAL))] * NODES
    late = sorted(late for r in results for late in r["late"])
    sys.stdout.write(f"half of them within {late[len(late) // 2]:.3f} s\n")


def _others(chance: random.Random, places: list[tuple[Worker, int, str]], own: str) -> list[str]:
    return chance.sample([address for _, _, address in places if address != own], DIALS)

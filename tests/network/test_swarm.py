"""Twenty nodes in two processes, thirty messages a second for ten seconds: everything arrives."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

NODES = 20
DIALS = 4
RATE = 30
SECONDS = 10
TOTAL = RATE * SECONDS


class Worker:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def say(self, value: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(value) + "\n")
        self._process.stdin.flush()

    def hear(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the worker ended with {self._process.wait()}"
        return json.loads(line)


@contextmanager
def worker() -> Iterator[Worker]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.network.swarm_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Worker(process)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.processes
@pytest.mark.slow
def test_every_message_reaches_every_node_once() -> None:
    chance = random.Random(7)
    with worker() as one, worker() as two:
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

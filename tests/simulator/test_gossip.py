"""Gossip among many nodes: what arrives, how late, and how often, with and without droppers.

Each test plays networks drawn from a number, and prints it: `SIM_SEED=NUMBER` plays that one alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

import pytest
import trio

from tests.simulator.report import Report, Setting, measured


def seeds(*usual: int) -> Iterable[int]:
    given = os.environ.get("SIM_SEED")
    return usual if given is None else (int(given),)


def play(seed: int, setting: Setting) -> Report:
    found = trio.run(measured, seed, setting)
    sys.stdout.write(f"{setting}\n{found.words()}\n")
    return found


@pytest.mark.parametrize("seed", seeds(1, 2, 3))
def test_thirty_nodes_all_messages_no_more_copies_than_needed(seed: int) -> None:
    found = play(seed, Setting(nodes=30, dials=4, messages=100, rate=30))
    assert found.delivered == found.eager == found.pairs
    assert found.duplicates <= 4
    assert found.p99_ms <= 1.5 * found.best_p99_ms


@pytest.mark.parametrize("seed", seeds(4))
def test_lost_frames_are_fetched_within_three_heartbeats(seed: int) -> None:
    found = play(seed, Setting(nodes=30, dials=4, messages=60, loss=0.2))
    assert found.delivered == found.pairs
    assert found.duplicates <= 4


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(5))
def test_half_of_the_nodes_pass_nothing_on(seed: int) -> None:
    """They take part in all else: they graft, advertise, and never send what they advertise."""
    found = play(seed, Setting(nodes=100, warm_up=100, messages=60, droppers=0.5))
    assert found.delivered == found.pairs
    assert found.eager >= 0.995 * found.pairs

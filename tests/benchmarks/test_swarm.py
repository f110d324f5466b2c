"""The swarm's figures: a small one, and what is made of several."""

from __future__ import annotations

from dataclasses import replace

import pytest
import trio

from benchmarks import swarm
from tests.simulator.report import measured


def test_figures_of_a_small_swarm() -> None:
    small = replace(swarm.SETTING, nodes=12, dials=3, messages=10)
    found = [trio.run(measured, seed, small) for seed in (1, 2)]
    values = dict(word.split("=") for word in swarm.line(found).removeprefix("ratios: ").split())
    assert values["delivery"] == "1"
    assert float(values["p99_ms"]) >= min(each.best_p99_ms for each in found) - 1
    assert len(swarm.rows(found).splitlines()) == 3


def test_what_is_missing_counts_over_all_runs() -> None:
    small = replace(swarm.SETTING, nodes=12, dials=3, messages=4)
    whole = trio.run(measured, 3, small)
    half = replace(whole, delivered=whole.pairs // 2)
    values = dict(word.split("=") for word in swarm.line([whole, half]).split()[1:])
    assert float(values["delivery"]) == pytest.approx(0.75, abs=0.01)

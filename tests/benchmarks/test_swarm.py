"""The swarm's figures: a small one, simulated and real, and what is made of several."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks import swarm

SMALL = replace(swarm.SETTING, nodes=8, dials=2, messages=10)


def _values(words: str) -> dict[str, float]:
    pairs = (word.split("=") for word in words.removeprefix("ratios: ").split())
    return {name: float(value) for name, value in pairs}


@pytest.fixture(scope="module")
def small() -> swarm.Swarm:
    return swarm.swarm(1, SMALL)


@pytest.mark.processes
@pytest.mark.slow
def test_real_nodes_on_the_simulations_wires(small: swarm.Swarm) -> None:
    real, simulated = small.real, small.simulated
    assert real.pairs == real.delivered == simulated.pairs == simulated.delivered == 70
    # No message can be faster than its shortest path; that holds for each, so for the middle, too.
    assert real.p50_ms >= simulated.best_p50_ms
    assert real.p99_ms >= simulated.best_p99_ms
    assert 0 < real.duplicates <= 4


@pytest.mark.processes
@pytest.mark.slow
def test_figures_of_a_small_swarm(small: swarm.Swarm) -> None:
    values = _values(swarm.line([small]))
    assert values["delivery"] == values["simulated_delivery"] == 1
    assert values["simulated_p99_ms"] >= small.simulated.best_p99_ms - 1
    assert values["p99_vs_bound"] >= 1
    assert len(swarm.rows([small, small]).splitlines()) == 7


@pytest.mark.processes
@pytest.mark.slow
def test_what_is_missing_counts_over_all_runs(small: swarm.Swarm) -> None:
    half = replace(small, real=replace(small.real, delivered=small.real.pairs // 2))
    assert _values(swarm.line([small, half]))["delivery"] == pytest.approx(0.75, abs=0.01)

"""Gossip among thirty nodes, simulated and real, beside what no protocol could beat.

`make bench-swarm`. Both have the same network and messages, drawn from a number: each node dials
four others, over wires of 5 to 100 ms. The simulated ones have virtual time, so the machine's speed
doesn't matter and a number gives the same figures everywhere. The real ones are networks of a node
as it is shipped, with its limits, in two processes; each wire is a TCP relay that lets bytes wait.
What the machine adds to that counts there: `late` is how late it was with what was due. The bound
is what the shortest paths would take if every node passed everything on at once. Figures are
medians over the numbers, but for the share that was delivered, which is that of all.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import trio

from benchmarks.real_swarm.play import RealReport, played_again
from benchmarks.report import load_words, middle, ratios, table
from tests.simulator.report import Report, Setting, played, report

SETTING = Setting(nodes=30, dials=4, messages=200, rate=10.0)


@dataclass(frozen=True, slots=True)
class Swarm:
    """One network, played twice."""

    simulated: Report
    real: RealReport


def swarm(seed: int, setting: Setting) -> Swarm:
    """Play the network of a number, simulated and with real nodes."""
    world, honest, messages = trio.run(played, seed, setting)
    return Swarm(report(world, honest, messages), played_again(world, messages))


def line(found: Sequence[Swarm]) -> str:
    """The line of ratios of some runs."""
    real, simulated = [each.real for each in found], [each.simulated for each in found]
    return ratios(
        delivery=_share(real),
        p99_ms=middle([each.p99_ms for each in real]),
        duplicates=middle([each.duplicates for each in real]),
        p99_vs_bound=middle([each.real.p99_ms / each.simulated.best_p99_ms for each in found]),
        late_p99_ms=middle([each.late_p99_ms for each in real]),
        simulated_delivery=_share(simulated),
        simulated_p99_ms=middle([each.p99_ms for each in simulated]),
        simulated_duplicates=middle([each.duplicates for each in simulated]),
        simulated_p99_vs_bound=middle([each.p99_ms / each.best_p99_ms for each in simulated]),
    )


def _share(found: Sequence[Report] | Sequence[RealReport]) -> float:
    return sum(each.delivered for each in found) / sum(each.pairs for each in found)


def rows(found: Sequence[Swarm]) -> str:
    """A table of some runs: for each, the bound, the simulated nodes, the real ones."""
    head = ["seed", "", "delivered", "p50 ms", "p99 ms", "duplicates per delivery", "late p99 ms"]
    cells = []
    for each in found:
        simulated, real = each.simulated, each.real
        seed, best = str(simulated.seed), (simulated.best_p50_ms, simulated.best_p99_ms)
        cells += [
            [seed, "bound", "", *(f"{value:.0f}" for value in best), "", ""],
            [seed, "simulated", *_figures(simulated), ""],
            [seed, "real", *_figures(real), f"{real.late_p99_ms:.0f}"],
        ]
    return table(head, cells)


def _figures(found: Report | RealReport) -> list[str]:
    return [
        f"{found.delivered:,} of {found.pairs:,}",
        f"{found.p50_ms:.0f}",
        f"{found.p99_ms:.0f}",
        f"{found.duplicates:.2f}",
    ]


def main() -> None:
    """Play the networks, and print the table and the ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--seeds", type=int, default=3, help="how many, from --seed on")
    given = arguments.parse_args()
    print(
        f"gossip among {SETTING.nodes} nodes, {SETTING.messages} messages of 512 bytes, "
        f"{SETTING.rate:g} a second, {given.seeds} networks; {load_words()}"
    )
    found = [swarm(seed, SETTING) for seed in range(given.seed, given.seed + given.seeds)]
    print(rows(found))
    print(line(found))


if __name__ == "__main__":
    main()

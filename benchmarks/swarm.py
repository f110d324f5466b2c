"""Gossip among thirty nodes, beside what no protocol could beat on the same wires.

`make bench-swarm`. The nodes are the simulator's: the gossip of a node as it is shipped, wires of 5
to 100 ms drawn from a number, virtual time; so the machine's own speed doesn't matter, and a number
gives the same figures everywhere. Each dials four others. The bound is what the shortest paths
would take if every node passed everything on at once. Figures are medians over the numbers, but
for the share that was delivered, which is that of all.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import trio

from benchmarks.report import middle, ratios, table
from tests.simulator.report import Report, Setting, measured

SETTING = Setting(nodes=30, dials=4, messages=200, rate=30.0)


def line(found: Sequence[Report]) -> str:
    """The line of ratios of some runs."""
    p99_ms = middle([each.p99_ms for each in found])
    return ratios(
        delivery=sum(each.delivered for each in found) / sum(each.pairs for each in found),
        p99_ms=p99_ms,
        duplicates=middle([each.duplicates for each in found]),
        p99_vs_bound=middle([each.p99_ms / each.best_p99_ms for each in found]),
    )


def rows(found: Sequence[Report]) -> str:
    """A table of some runs."""
    head = ["seed", "delivered", "p50 ms", "bound", "p99 ms", "bound", "copies beyond the first"]
    cells = [
        [
            str(each.seed),
            f"{each.delivered:,} of {each.pairs:,}",
            f"{each.p50_ms:.0f}",
            f"{each.best_p50_ms:.0f}",
            f"{each.p99_ms:.0f}",
            f"{each.best_p99_ms:.0f}",
            f"{each.duplicates:.2f}",
        ]
        for each in found
    ]
    return table(head, cells)


def main() -> None:
    """Play the networks, and print the table and the ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--seeds", type=int, default=5, help="how many, from --seed on")
    given = arguments.parse_args()
    print(
        f"gossip among {SETTING.nodes} nodes, {SETTING.messages} messages of 512 bytes, "
        f"{SETTING.rate:g} a second, {given.seeds} networks"
    )
    found = [
        trio.run(measured, seed, SETTING) for seed in range(given.seed, given.seed + given.seeds)
    ]
    print(rows(found))
    print(line(found))


if __name__ == "__main__":
    main()

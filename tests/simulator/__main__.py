"""Run one simulation: `python -m tests.simulator --seed 7 --nodes 200 --droppers 0.5`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields

import trio

from tests.simulator.report import Setting, measured


def main() -> None:
    """Print a line for each seed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="how many, from --seed on")
    for field in fields(Setting):
        kind = type(field.default)
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=field.default)
    given = vars(parser.parse_args())
    seed, seeds = given.pop("seed"), given.pop("seeds")
    for number in range(seed, seed + seeds):
        sys.stdout.write(trio.run(measured, number, Setting(**given)).words() + "\n")


if __name__ == "__main__":
    main()

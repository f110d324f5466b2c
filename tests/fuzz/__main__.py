"""`python -m tests.fuzz --inputs 100000 --seed 7 [TARGET ...]`: the long run.

It prints how many inputs each target was fed with, how many were refused, and what it let out that
it shouldn't have; with the input in hex, so that it becomes a named test.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.fuzz.target import Found, run
from tests.fuzz.targets import all_targets


def main() -> int:
    """Feed every target; 1 if any let something out."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help="parts of names; all targets if none")
    parser.add_argument("--inputs", type=int, default=10_000, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found: list[Found] = []
    for target in all_targets():
        if given.targets and not any(part in target.name for part in given.targets):
            continue
        began = time.perf_counter()
        each = run(target, given.inputs // target.cost, given.seed)
        found.append(each)
        took = time.perf_counter() - began
        sys.stdout.write(
            f"{each.name:45} {each.inputs:8} inputs {each.refused:8} refused"
            f" {len(each.uncaught):3} uncaught {took:6.1f} s\n"
        )
        for place, words in each.uncaught.items():
            sys.stdout.write(f"  {place}\n  {words}\n")
        sys.stdout.flush()
    uncaught = sum(len(each.uncaught) for each in found)
    inputs = sum(each.inputs for each in found)
    sys.stdout.write(f"ratios: targets={len(found)} inputs={inputs} uncaught={uncaught}\n")
    return 1 if uncaught else 0


if __name__ == "__main__":
    sys.exit(main())

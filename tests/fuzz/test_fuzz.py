"""Each target with some hundred inputs, drawn anew each time; a failure prints its number."""

from __future__ import annotations

import os
import random
import sys

import pytest

from tests.fuzz import file_targets, mutation
from tests.fuzz.protocol_targets import is_changed
from tests.fuzz.target import Found, Target, feed_one, run
from tests.fuzz.targets import all_targets
from tests.protocol.vectors import cases
from vrmprotocol import encoding
from vrmprotocol.errors import RemoteError

INPUTS = 300
SEED = 20261126
"""The same inputs each time; `make fuzz` looks at others."""
TARGETS = {target.name: target for target in all_targets()}


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_gets_out(name: str) -> None:
    target = TARGETS[name]
    seed = int(os.environ.get("FUZZ_SEED") or SEED)
    sys.stdout.write(f"FUZZ_SEED={seed}\n")
    found = run(target, max(2, INPUTS // target.cost), seed)
    assert not found.uncaught, "\n".join(found.uncaught.values())


@pytest.mark.parametrize("target", list(file_targets.targets()), ids=lambda found: found.name)
def test_samples_of_files_are_right_before_they_are_changed(target: Target) -> None:
    for sample in target.samples:
        target.feed(sample)


def test_every_vector_that_others_can_choose_is_fed() -> None:
    fed = {name.partition(": ")[0] for name in TARGETS}
    missing = {case.file for case in cases() if any(map(is_changed, case.given.items()))} - fed
    assert not missing


def test_what_a_target_lets_out_is_found_with_its_input() -> None:
    def broken(raw: bytes) -> None:
        encoding.decode(raw, max_bytes=None)  # type: ignore[arg-type]

    target = Target("broken", [b"\x80"], broken, (RemoteError,))
    found = run(target, 20, seed=3)
    assert found.inputs == 20
    ((place, words),) = found.uncaught.items()
    assert place.startswith("TypeError at /protocol/vrmprotocol/")
    assert words.startswith("seed 3, input 0: ")


def test_what_our_own_adapters_let_out_is_no_bug_of_the_project() -> None:
    def adapter(raw: bytes) -> None:
        raise KeyError(raw)

    found = Found("adapter")
    feed_one(Target("adapter", [b""], adapter, ()), b"x", "this one", found)
    assert (found.refused, found.uncaught) == (1, {})


def test_an_input_is_made_again_from_its_number() -> None:
    raws: list[list[bytes]] = []
    for _ in range(2):
        fed: list[bytes] = []
        run(Target("t", [b"sample"], fed.append, ()), 50, seed=9)
        raws.append(fed)
    assert raws[0] == raws[1]
    assert len(set(raws[0])) > 25


def test_values_are_changed_inside() -> None:
    chance = random.Random(1)
    value = {"a": [1, 2, {"b": b"x"}], "c": "text"}
    changed = [mutation.mutated_value(chance, value) for _ in range(500)]
    maps = [each for each in changed if isinstance(each, dict)]
    assert value == {"a": [1, 2, {"b": b"x"}], "c": "text"}, "and never the sample itself"
    assert any(each.keys() < value.keys() for each in maps)
    assert any("c" in each and each.get("a") == value["a"] for each in maps if each != value)
    assert any(isinstance(each.get("a"), list) and each["a"] != value["a"] for each in maps)

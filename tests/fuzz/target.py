"""One thing that is fed, and what became of what it was fed."""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.mutation import mutated

ROOT = str(Path(__file__).resolve().parents[2])
OWN = (f"{ROOT}/protocol/vrmprotocol/", f"{ROOT}/vrmnode/")
HERE = f"{ROOT}/tests/"

Mutate = Callable[[random.Random, bytes, list[bytes]], bytes]


class Refused(Exception):
    """What was fed is refused as it should be."""


@dataclass(slots=True)
class Target:
    """Something that is fed with bytes.

    `feed` raises one of `refusals` for what it refuses; anything else that comes out of the
    project's own code is a bug.
    """

    name: str
    samples: list[bytes]
    feed: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]
    mutate: Mutate = mutated
    cost: int = 1
    """One that takes as many times longer than others gets as many times fewer inputs."""


@dataclass(slots=True)
class Found:
    """What a run over one target came to."""

    name: str
    inputs: int = 0
    refused: int = 0
    uncaught: dict[str, str] = field(default_factory=dict)
    """By where it happened: the number of the input, the input in hex, and the traceback."""


def run(target: Target, inputs: int, seed: int) -> Found:
    """Feed a target with its samples as they are, then with as many changed ones."""
    found = Found(target.name)
    for number in range(inputs):
        # Each input has a number of its own, so that one alone can be made again.
        chance = random.Random(f"{target.name} {seed} {number}")
        raw = target.mutate(chance, chance.choice(target.samples), target.samples)
        feed_one(target, raw, f"seed {seed}, input {number}", found)
    return found


def feed_one(target: Target, raw: bytes, which: str, found: Found) -> None:
    """Feed one input, and note what came of it."""
    found.inputs += 1
    try:
        target.feed(raw)
    except Refused:
        found.refused += 1
    except target.refusals:
        found.refused += 1
    except Exception as error:  # noqa: BLE001 - finding these is what it is for
        place = _place(error)
        if place is None:
            # The way there is our test's own, and doesn't hold what was changed.
            found.refused += 1
        else:
            words = "".join(traceback.format_exception(error)[-8:])
            found.uncaught.setdefault(place, f"{which}: {raw.hex()[:4_000]}\n{words}")


def _place(error: BaseException) -> str | None:
    """Where the project's own code let it out; None if that was a test's."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        if frame.filename.startswith(OWN):
            return f"{type(error).__name__} at {frame.filename.removeprefix(ROOT)}:{frame.lineno}"
        if frame.filename.startswith(HERE):
            return None
    return f"{type(error).__name__} outside the project"


def samples_of(raws: Sequence[bytes], most: int = 400) -> list[bytes]:
    """Different ones, shortest first, so many of them."""
    return sorted(set(raws), key=lambda raw: (len(raw), raw))[:most]

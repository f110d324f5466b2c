"""An attacker on published summaries: whatever sets of intents can be added and subtracted.

Each published number is about a set of intents. From such sets a reader can form unions,
differences and intersections, over all weeks and cells together; the smallest that come out are the
atoms of the algebra that they generate: intents that are in exactly the same published sets. If
every atom has k members, so has everything that isn't empty and can be formed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from vrmprotocol.demand import OTHER, Cell, Summary, Wanted

T = TypeVar("T")
Name: TypeAlias = bytes | tuple[str, int]
"""Of an intent, whatever the test calls it."""


@dataclass(frozen=True, slots=True)
class Number:
    """A published number, and the intents that it is about."""

    told: int
    members: frozenset[Name]


def numbers(summary: Summary, intents: Mapping[Name, Wanted]) -> list[Number]:
    """What a summary tells about the intents of its week, number by number."""
    found = []
    for cell in summary.cells:
        inside = {
            name: each
            for name, each in intents.items()
            if (each.category, each.country) == (cell.category, cell.country)
        }
        found.append(Number(cell.intents, frozenset(inside)))
        found += _parts(cell, inside)
    return found


def _parts(cell: Cell, inside: Mapping[Name, Wanted]) -> list[Number]:
    """By what the words of spec 17 say: a reason, then the rest of an outcome, then the rest."""
    told: dict[tuple[str, str | None], int] = {
        (part.outcome, part.reason): part.intents for part in cell.outcomes
    }
    members: defaultdict[tuple[str, str | None], set[Name]] = defaultdict(set)
    for name, each in inside.items():
        exact, outcome = (each.outcome, each.reason), (each.outcome, None)
        key = exact if exact in told else outcome if outcome in told else (OTHER, None)
        members[key].add(name)
    assert members.keys() == told.keys()
    return [Number(told[key], frozenset(group)) for key, group in members.items()]


def atoms(published: Iterable[frozenset[T]]) -> list[set[T]]:
    """The smallest sets that follow from those published."""
    places: defaultdict[T, set[int]] = defaultdict(set)
    for number, members in enumerate(published):
        for each in members:
            places[each].add(number)
    found: defaultdict[frozenset[int], set[T]] = defaultdict(set)
    for each, where in places.items():
        found[frozenset(where)].add(each)
    return list(found.values())


def smallest(published: Iterable[frozenset[T]]) -> int | None:
    """How many intents the smallest set has that can be singled out; None if nothing is told."""
    return min(map(len, atoms(published)), default=None)

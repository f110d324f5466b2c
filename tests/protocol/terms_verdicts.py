"""The verdicts written by hand: `data/terms_verdicts.txt` as values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent / "data" / "terms_verdicts.txt"
ROSTER = (
    *("SD-BASE", "SD-BASE-DP", "SD-BASE-A", "SD-BASE-A-DP", "SD-BASE-AT", "SD-BASE-AT-DP"),
    *("SD-BASE-ATP", "SD-BASE-ATP-DP", "SD-BASE-ATP-S3P", "SD-BASE-ATP-S3P-DP"),
    *("PDC-INTENT", "PDC-AI", "PDC-GOOD"),
)

Levels = dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """One choice against one vendor, with the reasons as the file writes them."""

    terms: str
    addendum: Levels
    vendor: Levels
    reasons: tuple[str, ...]
    line: int


@cache
def _sections() -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    current: list[tuple[int, str]] = []
    for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), [])
        elif line.strip() and not line.startswith("#"):
            current.append((number, line))
    return found


def levels(text: str) -> Levels:
    """`analytics=vendor marketing=email+phone` as a map."""
    return {axis: level(value) for axis, _, value in (w.partition("=") for w in text.split())}


def level(text: str) -> Any:
    """One level as the file writes it. Only sets have "+" and "-", and marketing is one."""
    if text == "-":
        return ()
    if text.isdigit():
        return int(text)
    return tuple(text.split("+")) if "+" in text else text


def _choice(text: str) -> tuple[str, Levels]:
    terms, _, rest = text.strip().partition(" ")
    return terms, as_sets(levels(rest))


SETS = {"marketing", "deletion", "transparencyPurposes", "transparencyParties", "transparencyData"}


def as_sets(found: Levels) -> Levels:
    """A set with one member is written like a level; here it becomes a set."""
    return {
        axis: (value,) if axis in SETS and isinstance(value, str) else value
        for axis, value in found.items()
    }


def _reasons(text: str) -> tuple[str, ...]:
    text = text.strip()
    return () if text == "." else tuple(part.strip() for part in text.split(";"))


@cache
def matrix() -> list[Pair]:
    """Each agreement of the roster, without an addendum, against each vendor of the matrix."""
    named = {}
    for _, line in _sections()["reasons"]:
        name, _, reason = line.partition(" ")
        named[name] = reason.strip()
    found = []
    for number, line in _sections()["matrix"]:
        row, _, vendor = line.partition("|")
        cells = row.split()[1:]
        for terms, cell in zip(ROSTER, cells, strict=True):
            reasons = () if cell == "." else tuple(named[name] for name in cell.split(","))
            found.append(Pair(terms, {}, as_sets(levels(vendor)), reasons, number))
    return found


@cache
def pairs() -> list[Pair]:
    """Choices with addenda against vendors."""
    found = []
    for number, line in _sections()["pairs"]:
        choice, vendor, reasons = line.split("|")
        terms, addendum = _choice(choice)
        found.append(Pair(terms, addendum, as_sets(levels(vendor)), _reasons(reasons), number))
    return found


@dataclass(frozen=True)
class IdPair:
    """One choice against a profile that has no policy."""

    terms: str
    addendum: Levels
    accepted: tuple[str, ...]
    reasons: tuple[str, ...]
    line: int


def id_pairs() -> Iterator[IdPair]:
    """Choices against the ids that profiles without a policy accept."""
    for number, line in _sections()["ids"]:
        choice, accepted, reasons = line.split("|")
        yield IdPair(*_choice(choice), tuple(accepted.split()), _reasons(reasons), number)


@dataclass(frozen=True)
class ListCase:
    """Choices in order, the result (from 1) and the reasons of those that were passed over."""

    choices: tuple[tuple[str, Levels], ...]
    vendor: Levels
    result: int | None
    reasons: tuple[tuple[str, ...], ...]
    line: int


def lists() -> Iterator[ListCase]:
    """Lists of choices against vendors."""
    for number, line in _sections()["lists"]:
        choices, vendor, result, *reasons = line.split("|")
        yield ListCase(
            tuple(_choice(each) for each in choices.split("/")),
            as_sets(levels(vendor)),
            None if result.strip() == "none" else int(result),
            tuple(_reasons(each) for each in reasons[0].split("/")) if reasons else (),
            number,
        )


@dataclass(frozen=True)
class CategoryCase:
    """A choice against a policy with categories, for an item of one category or none."""

    terms: str
    addendum: Levels
    vendor: Levels
    entries: tuple[tuple[tuple[int, ...], Levels], ...]
    category: int | None
    reasons: tuple[str, ...]
    line: int


def category_cases() -> Iterator[CategoryCase]:
    """Choices against policies that differ by category."""
    for number, line in _sections()["categories"]:
        choice, policy, category, reasons = line.split("|")
        vendor, *entries = policy.split(";")
        split = [entry.partition(":") for entry in entries]
        yield CategoryCase(
            *_choice(choice),
            as_sets(levels(vendor)),
            tuple(
                (tuple(int(each) for each in ids.split(",")), as_sets(levels(rest)))
                for ids, _, rest in split
            ),
            None if category.strip() == "-" else int(category),
            _reasons(reasons),
            number,
        )


def behaviours() -> Iterator[tuple[str, str, bool]]:
    """Whom each behaviour answers."""
    for _, line in _sections()["behaviours"]:
        behaviour, party, answer = (part.strip() for part in line.split("|"))
        yield behaviour, party, answer == "yes"

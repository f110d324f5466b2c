"""The tables of spec 05 and the facts of the vocabulary, read from where they stand."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SPEC = HERE.parents[1] / "specs" / "05-terms.md"

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class SpecAxis:
    """A row of the tables of axes; `kind` is levels, days or set."""

    name: str
    duty: bool
    kind: str
    members: tuple[str, ...]
    default: str
    only_with: str
    label: str


@cache
def facts() -> dict[str, Any]:
    """What the vocabulary says, from the data file of these tests."""
    text = (HERE / "data" / "dpv_ieee_7012.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def section(heading: str) -> str:
    """The text under a heading of the spec, down to the next of any level."""
    text = SPEC.read_text(encoding="utf-8")
    found = re.search(
        rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, heading
    return found[1]


def tables(heading: str) -> list[Rows]:
    """The tables under a heading, each a list of rows by the names of its columns."""
    found: list[Rows] = []
    header: list[str] | None = None
    for line in section(heading).splitlines():
        if not line.startswith("|"):
            header = None
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if header is None:
            header = [plain(cell) for cell in cells]
            found.append([])
        elif set(line) - set("|- "):
            found[-1].append(dict(zip(header, cells, strict=True)))
    return found


def plain(cell: str) -> str:
    """A cell without the marks of code."""
    return cell.replace("`", "")


def names(cell: str) -> list[str]:
    """What stands in marks of code in a cell."""
    return re.findall(r"`([^`]+)`", cell)


@cache
def day_scale() -> tuple[int, ...]:
    """The numbers of days that are levels."""
    block = re.search(r"```\n([0-9, ]+)\n```", section("Axes"))
    assert block
    return tuple(int(number) for number in block[1].split(","))


@cache
def axes() -> dict[str, SpecAxis]:
    """All axes, in the order of the tables."""
    rows = [(row, False) for row in tables("Permissions")[0]]
    rows += [(row, True) for row in tables("Duties")[0]]
    found = {}
    for row, duty in rows:
        levels = row["Levels"]
        kind = "days" if levels == "days" else "set" if levels.startswith("set of") else "levels"
        name = plain(row["Axis"])
        found[name] = SpecAxis(
            name=name,
            duty=duty,
            kind=kind,
            members=tuple(names(levels)),
            default=plain(row["Default"]).strip("{}"),
            only_with=plain(row.get("Only with", "")),
            label=row["Label"],
        )
    return found


@cache
def roster() -> dict[str, dict[str, str]]:
    """What each agreement sets, by axis."""
    found = {}
    for row in tables("Roster")[0]:
        cells = {axis: plain(cell) for axis, cell in row.items() if plain(cell)}
        found[cells.pop("Agreement")] = cells
    return found

"""Terms by the tables of spec 05: a third evaluation, and the texts.

The tables are read from the spec itself, so nothing is copied by hand. A level counts as a number:
its place in its row, or for a set one bit a member.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .canonical import pack
from .primitives import sha256

SPEC = (Path(__file__).resolve().parents[3] / "specs" / "05-terms.md").read_text(encoding="utf-8")

Levels = Mapping[str, object]
Reason = dict[str, object]
HEADINGS = {
    "may": "The vendor may",
    "not": "The vendor may not",
    "must": "The vendor must",
    "free": "The vendor need not",
    "keep": "The vendor may keep",
}
LAST = (
    "Whatever is not named here, the vendor may not do. What a law demands, it may do as far as "
    "the law demands it."
)


@dataclass(frozen=True)
class Axis:
    """A row of the tables of axes; of a permission or a duty."""

    name: str
    kind: str
    members: list[object]
    default: object
    only_with: str
    duty: bool

    def value(self, level: object) -> int:
        """A level as a number that `within` can compare."""
        if self.kind == "set":
            assert isinstance(level, list)
            return sum(1 << self.members.index(member) for member in level)
        return self.members.index(level)

    def within(self, small: int, large: int) -> bool:
        """Whether one level is part of another, or not behind it."""
        return small & ~large == 0 if self.kind == "set" else small <= large

    def known(self, level: object) -> bool:
        """Whether this is one of the levels."""
        if self.kind != "set":
            return type(level) in (int, str) and level in self.members
        return isinstance(level, list) and all(member in self.members for member in level)


def rows(heading: str) -> list[list[list[str]]]:
    """The tables under a heading of the spec, without their first two lines."""
    part = re.split(rf"^#+ {heading}$", SPEC, flags=re.MULTILINE)[1]
    found: list[list[list[str]]] = []
    before = ""
    for line in re.split(r"^#", part, flags=re.MULTILINE)[0].splitlines():
        if line.startswith("|"):
            if not before.startswith("|"):
                found.append([])
            found[-1].append([cell.strip().replace("`", "") for cell in line[1:-1].split("|")])
        before = line
    return [table[2:] for table in found]


def _axis(cells: list[str], duty: bool) -> Axis:
    name, levels, default = cells[:3]
    days = [int(number) for number in re.findall(r"\d+", SPEC.split("```")[1])]
    kind = "days" if levels == "days" else "set" if levels.startswith("set of") else "levels"
    members: list[object] = [
        *(days if kind == "days" else levels.removeprefix("set of ").split(", "))
    ]
    level: object = int(default) if kind == "days" else default
    if kind == "set":
        level = [part for part in default.strip("{}").split(", ") if part]
    return Axis(name, kind, members, level, "" if duty else cells[3], duty)


AXES = {
    axis.name: axis
    for heading, duty in (("Permissions", False), ("Duties", True))
    for axis in (_axis(cells, duty) for cells in rows(heading)[0])
}
_COLUMNS = [
    name.strip(" `") for name in SPEC.split("\n| Agreement |")[1].splitlines()[0].split("|")
]
ROSTER: dict[str, dict[str, object]] = {
    cells[0]: {axis: level for axis, level in zip(_COLUMNS, cells[1:], strict=False) if level}
    for cells in rows("Roster")[0]
}
WORD_ROWS, MEMBER_ROWS = rows("Levels, their sources and their words")
WORDS = {(axis, level): (where, words) for axis, level, _, where, words, _ in WORD_ROWS}


def customer_levels(terms: str, addendum: Levels) -> dict[str, int]:
    """What a choice comes to on each axis."""
    found = {}
    for axis in AXES.values():
        said = [each[axis.name] for each in (ROSTER[terms], addendum) if axis.name in each]
        values = [axis.value(level) for level in said or [axis.default]]
        if axis.kind == "set":
            found[axis.name] = values[0] | values[-1] if axis.duty else values[0] & values[-1]
        else:
            found[axis.name] = max(values) if axis.duty else min(values)
    return found


def vendor_levels(levels: Levels) -> dict[str, int]:
    """What a vendor's levels come to on each axis."""
    found = {name: axis.value(levels.get(name, axis.default)) for name, axis in AXES.items()}
    for name, axis in AXES.items():
        if axis.only_with and not found[axis.only_with]:
            found[name] = 0
    return found


def reasons(
    terms: str,
    addendum: Levels,
    levels: Levels | None,
    accepted: list[str],
) -> list[Reason]:
    """Why a choice can't be kept; `levels` None where a profile has no policy."""
    found = [] if terms in ROSTER else [_other("unknown_id", terms)]
    for each in (addendum, levels or {}):
        for name in sorted(each):
            if name not in AXES:
                found.append(_other("unknown_axis", name))
            elif not AXES[name].known(each[name]):
                found.append(_other("unknown_level", name))
    if found:
        return found
    if levels is None and terms not in accepted:
        return [_other("not_accepted", terms)]
    customer = customer_levels(terms, addendum)
    vendor = vendor_levels(ROSTER[terms] if levels is None else levels)
    for name, axis in AXES.items():
        pair = (customer[name], vendor[name]) if axis.duty else (vendor[name], customer[name])
        if not axis.within(*pair):
            both = {"vendor": level(axis, vendor[name]), "customer": level(axis, customer[name])}
            found.append({"code": "terms.level", "about": name, **both})
    return found


def _other(word: str, about: str) -> Reason:
    return {"code": f"terms.{word}", "about": about}


def level(axis: Axis, value: int) -> object:
    """The level that a number stands for."""
    if axis.kind == "set":
        return [member for place, member in enumerate(axis.members) if value >> place & 1]
    return axis.members[value]


def page(terms: str, addendum: Levels) -> str:
    """The text of a choice."""
    levels = customer_levels(terms, addendum)
    lists: dict[str, list[str]] = {where: [] for where in HEADINGS}
    for name, axis in AXES.items():
        if axis.only_with and not levels[axis.only_with]:
            continue
        now = level(axis, levels[name])
        where, words = WORDS[name, row_of(axis, now)]
        words = words.replace("{}", filled(name, now))
        lists[where].append(f"- {words}{' [addendum]' if name in addendum else ''}\n")
    added = ", with an addendum" if addendum else ""
    text = f"{terms}\nAgreement {terms} of the IEEE 7012 roster{added}.\n"
    for where, lines in lists.items():
        text += f"\n{HEADINGS[where]}\n{''.join(lines)}" if lines else ""
    return f"{text}\n{LAST}\n"


def digest(text: str) -> bytes:
    """The digest of a text."""
    return sha256(b"vrm/1 terms text\0", pack({"inLanguage": "en", "text": text}))


def row_of(axis: Axis, now: object) -> str:
    """What a level is called in the table of words."""
    if axis.kind == "levels":
        return str(now)
    return "days" if axis.kind == "days" else "set" if now else "{}"


def filled(name: str, now: object) -> str:
    """A number of days, or the members of a set, in words."""
    if isinstance(now, int):
        years = "" if now % 365 or not now else str(now // 365)
        unit = "year" if years else "day"
        number = years or str(now)
        return "without limit" if now == 36500 else f"{number} {unit}{'' if number == '1' else 's'}"
    key = re.sub("(?<=^transparency).*", "…", name)
    words = [
        row[3] for row in MEMBER_ROWS if row[0] == key and isinstance(now, list) and row[1] in now
    ]
    return ", ".join(words[:-1]) + (" and " if words[1:] else "") + "".join(words[-1:])

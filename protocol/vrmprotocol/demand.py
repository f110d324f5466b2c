"""A vendor's weekly summary of demand: cells of at least k intents each, and nothing beside them.

Implements `specs/17-demand.md`. Which intents belong to a week and what came of them is left to the
node.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from vrmprotocol import schema
from vrmprotocol.agreement_graph import to_json
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.fields import CategoryId, Country, Currency, Wire

LEAST_K = 5
USUAL_K = 10
MOST_K = 1_000
STEP = 5
"""Numbers are told in steps of so many, from k upwards."""
MAX_BYTES = 1_048_576
WEEK_S = 7 * 86_400
_MONDAY = 4 * 86_400
"""The first Monday after 1970-01-01."""
_BANDS = tuple(digit * 10**power for power in range(13) for digit in (1, 2, 5))

OTHER = "other"
SCHEMA = "demand.schema"
Outcome: TypeAlias = Literal["agreed", "lost", "unmet"]
Class: TypeAlias = tuple[str, str | None]
"""An outcome with its reason; None: of several reasons."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One intent in a summary: what, where, at most for how much, and what came of it."""

    category: int | None
    country: str
    outcome: Outcome
    reason: str | None = None
    budget: tuple[str, int] | None = None


# Nobody's budget is above the largest amount, which begins a band.
_Least = Annotated[int, Meta(ge=0, le=10**12)]
_Below = Annotated[int, Meta(ge=1, le=2 * 10**12)]
_Count = Annotated[int, Meta(ge=LEAST_K, le=2**31 - 1)]
_Week = Annotated[str, Meta(pattern=r"^[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])\Z")]
_Reason = Annotated[str, Meta(pattern=r"^[a-z][a-z_]{0,31}\Z")]


class OutcomeCount(Wire, frozen=True, kw_only=True):
    """At least so many intents of a cell came to this."""

    outcome: Literal["agreed", "lost", "unmet", "other"]
    reason: _Reason | None = None
    intents: _Count


class Band(Wire, frozen=True, kw_only=True):
    """An amount in minor units is at least `least` and less than `below`."""

    price_currency: Currency
    least: _Least
    below: _Below


class Cell(Wire, frozen=True, kw_only=True):
    """Intents that ask for things of one top-level category in one country."""

    category: CategoryId | None = None
    country: Country
    intents: _Count
    median_budget: Band | None = None
    outcomes: tuple[OutcomeCount, ...]


class Summary(Wire, frozen=True, kw_only=True):
    """The summary of one week."""

    type: Literal["vrm-demand-summary"]
    v: Literal[1]
    week: _Week
    k: Annotated[int, Meta(ge=LEAST_K, le=MOST_K)]
    cells: tuple[Cell, ...]


def week_of(time: int) -> str:
    """The week `YYYY-Www` of ISO 8601, in UTC, of a time (Unix seconds)."""
    year, week, _ = datetime.fromtimestamp(time, UTC).isocalendar()
    return f"{year:04}-W{week:02}"


def begins(week: str) -> int:
    """The first second (Unix) of a week `YYYY-Www`.

    Raises:
        LocalError: `demand.week`.
    """
    try:
        first = int(datetime.strptime(f"{week}-1", "%G-W%V-%u").replace(tzinfo=UTC).timestamp())
    except ValueError:
        first = -1
    # Not every year has a week 53.
    if first < 0 or week_of(first) != week:
        raise LocalError("demand.week", f"expected a week such as 2027-W03, came {week!r}")
    return first


def next_week(time: int) -> int:
    """When the week after that of a time begins (Unix seconds)."""
    return time - (time - _MONDAY) % WEEK_S + WEEK_S


def summarise(week: str, k: int, intents: Iterable[Wanted]) -> Summary:
    """The summary of all intents of a week.

    Raises:
        LocalError: `demand.k`.
    """
    # SPEC 17: The writer MUST NOT use a k below 5.
    if not LEAST_K <= k <= MOST_K:
        raise LocalError("demand.k", f"expected {LEAST_K} to {MOST_K}, came {k}")
    found: defaultdict[tuple[int, str], list[Wanted]] = defaultdict(list)
    for each in intents:
        found[-1 if each.category is None else each.category, each.country].append(each)
    # SPEC 17: The writer MUST leave out every cell of fewer than k intents, and MUST NOT say
    # anything about what it left out.
    cells = tuple(_cell(k, found[key]) for key in sorted(found) if len(found[key]) >= k)
    return Summary(type="vrm-demand-summary", v=1, week=week, k=k, cells=cells)


def _cell(k: int, intents: Sequence[Wanted]) -> Cell:
    first = intents[0]
    parts = classes(k, Counter((each.outcome, each.reason) for each in intents))
    return Cell(
        category=first.category,
        country=first.country,
        intents=told(k, len(intents)),
        median_budget=_median(k, intents),
        outcomes=tuple(
            OutcomeCount(outcome=outcome, reason=reason, intents=told(k, count))  # type: ignore[arg-type]
            for (outcome, reason), count in sorted(parts.items(), key=lambda part: _order(part[0]))
        ),
    )


def told(k: int, count: int) -> int:
    """A count of at least k as it is told: k, or that and a multiple of 5, rounded down."""
    # SPEC 17: The writer MUST tell each number of intents as the largest of k, k + 5, k + 10 and so
    # on that isn't above it.
    return count - (count - k) % STEP


def classes(k: int, parts: Mapping[Class, int]) -> dict[Class, int]:
    """What is told of the outcomes of a cell: parts of it that don't overlap, each k at least."""
    # SPEC 17: The writer MUST put reasons of fewer than k intents together, outcome by outcome, and
    # then outcomes of fewer than k into `other`.
    by_outcome = _gathered(k, parts, lambda part: (part[0], None))
    merged = _gathered(k, by_outcome, lambda _: (OTHER, None))
    # SPEC 17: The writer MUST add to an `other` of fewer than k the smallest outcome beside it, as
    # often as that is needed.
    #
    # Else the rest would follow from the sum.
    while len(merged) > 1 and 0 < merged.get((OTHER, None), 0) < k:
        smallest = min(
            merged.keys() - {(OTHER, None)}, key=lambda part: (merged[part], _order(part))
        )
        merged[OTHER, None] += merged.pop(smallest)
    return merged


def _gathered(
    k: int, parts: Mapping[Class, int], into: Callable[[Class], Class]
) -> dict[Class, int]:
    """The parts, those of fewer than k put together where `into` says."""
    found: Counter[Class] = Counter()
    for part, count in parts.items():
        found[part if count >= k else into(part)] += count
    return dict(found)


def _order(part: Class) -> tuple[str, str]:
    return part[0], part[1] or ""


def _median(k: int, intents: Iterable[Wanted]) -> Band | None:
    """The band of the lower median of the budgets in the currency that most of them are in."""
    # SPEC 17: The writer MUST NOT tell a median budget of fewer than k budgets.
    amounts: defaultdict[str, list[int]] = defaultdict(list)
    for each in intents:
        if each.budget is not None:
            amounts[each.budget[0]].append(each.budget[1])
    if not amounts:
        return None
    currency = min(amounts, key=lambda name: (-len(amounts[name]), name))
    stated = sorted(amounts[currency])
    if len(stated) < k:
        return None
    least, below = band(stated[(len(stated) - 1) // 2])
    return Band(price_currency=currency, least=least, below=below)


def band(amount: int) -> tuple[int, int]:
    """The band of an amount: from 0, 1, 2, 5, 10, 20, 50 and so on to the next of these."""
    at = sum(edge <= amount for edge in _BANDS)
    return (0 if at == 0 else _BANDS[at - 1]), _BANDS[at]


def write(summary: Summary) -> bytes:
    """The file of a summary: JSON in its one form."""
    return to_json(dict(schema.dump(summary)))


def read(raw: bytes) -> Summary:
    """The summary in a file.

    Raises:
        RemoteError: `demand.schema`.
    """
    # SPEC 17: The reader MUST refuse a summary of another form, or longer than 1,048,576 bytes,
    # with `demand.schema`.
    if len(raw) > MAX_BYTES:
        raise RemoteError(SCHEMA, f"expected at most {MAX_BYTES} bytes, came {len(raw)}")
    try:
        value = json.loads(raw.decode())
        written = to_json(value) if isinstance(value, dict) else b""
    except (ValueError, RecursionError) as error:
        raise RemoteError(SCHEMA, "expected JSON") from error
    if not isinstance(value, dict) or written != raw:
        raise RemoteError(SCHEMA, "expected a map in the form of this protocol")
    summary = schema.load(Summary, value, code=SCHEMA, unknown_code=SCHEMA)
    try:
        begins(summary.week)
    except LocalError as error:
        raise RemoteError(SCHEMA, f"week: {error.detail}") from error
    for cell in summary.cells:
        _check(summary.k, cell)
    places = [
        (-1 if cell.category is None else cell.category, cell.country) for cell in summary.cells
    ]
    if places != sorted(set(places)):
        raise RemoteError(SCHEMA, "cells: expected each once, in ascending order")
    return summary


def _check(k: int, cell: Cell) -> None:
    # SPEC 17: The reader MUST refuse a summary with a number that its k and the steps from there
    # don't allow, or with outcomes of more intents than their cell can have, with `demand.schema`.
    counts = [cell.intents, *(part.intents for part in cell.outcomes)]
    if any(count != told(k, count) or count < k for count in counts):
        raise RemoteError(SCHEMA, f"intents: expected {k} or a multiple of {STEP} more")
    if sum(counts[1:]) >= cell.intents + STEP:
        raise RemoteError(SCHEMA, "outcomes: expected no more intents than in their cell")
    parts = [_order((part.outcome, part.reason)) for part in cell.outcomes]
    if parts != sorted(set(parts)) or not parts:
        raise RemoteError(SCHEMA, "outcomes: expected each once, in ascending order")
    if any(part.outcome in ("agreed", OTHER) and part.reason for part in cell.outcomes):
        raise RemoteError(SCHEMA, "outcomes: expected no reason of agreed, nor of other")
    median = cell.median_budget
    if median is not None and (median.least, median.below) != band(median.least):
        raise RemoteError(SCHEMA, "medianBudget: expected a band of 1, 2, 5 and their tens")

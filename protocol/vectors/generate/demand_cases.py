"""Cases of demand.json: what a week's intents come to in a summary, and which files are none."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from .cases import VectorFile

SPEC = "specs/17-demand.md"
COUNTING, CELLS, FILE = (f"{SPEC}#{part}" for part in ("counting", "cells", "summary-file"))
SCHEMA = "demand.schema"
Row = tuple[int | None, str, str, str | None, str | None, int | None]

GARDEN, MEDIA = 536, 783


def rows(
    count: int,
    outcome: str = "unmet",
    reason: str | None = "nothing_near",
    *,
    category: int | None = MEDIA,
    country: str = "NL",
    budgets: tuple[str, int, int] | None = None,
) -> list[Row]:
    """So many like intents; `budgets` is a currency, the first amount and the distance of each."""
    return [
        (
            category,
            country,
            outcome,
            reason,
            None if budgets is None else budgets[0],
            None if budgets is None else budgets[1] + at * budgets[2],
        )
        for at in range(count)
    ]


def part(outcome: str, intents: int, reason: str | None = None) -> dict[str, Any]:
    """A line of `outcomes`."""
    return {"outcome": outcome, "intents": intents, **({"reason": reason} if reason else {})}


def cell(
    intents: int,
    *outcomes: dict[str, Any],
    category: int | None = MEDIA,
    country: str = "NL",
    median: tuple[str, int, int] | None = None,
) -> dict[str, Any]:
    """A cell as it stands in a file."""
    found: dict[str, Any] = {"country": country, "intents": intents, "outcomes": list(outcomes)}
    if category is not None:
        found["category"] = category
    if median is not None:
        names = ("priceCurrency", "least", "below")
        found["medianBudget"] = dict(zip(names, median, strict=True))
    return found


def summary(*cells: dict[str, Any], k: int = 10, week: str = "2027-W03") -> dict[str, Any]:
    """A summary."""
    return {"type": "vrm-demand-summary", "v": 1, "week": week, "k": k, "cells": list(cells)}


def written(value: object) -> bytes:
    """JSON in its one form."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "demand",
        SPEC,
        "`summarise` gets `k` and the intents of week 2027-W03, each as category, country, "
        "outcome, reason, currency and budget, and gives the summary file; their order doesn't "
        "matter. `read` gets such a file. `week` gets a week and gives its first second (Unix).",
    )
    _weeks(file.at(COUNTING))
    _summaries(file.at(CELLS))
    _files(file.at(FILE))
    return file


def _weeks(file: VectorFile) -> None:
    for name, week, begins in (
        ("thursday-first", "2026-W01", datetime(2025, 12, 29, tzinfo=UTC)),
        ("friday-first", "2027-W01", datetime(2027, 1, 4, tzinfo=UTC)),
        ("53", "2026-W53", datetime(2026, 12, 28, tzinfo=UTC)),
    ):
        seconds = int(begins.timestamp())
        file.ok(
            "week",
            f"week-{name}",
            f"begins on {begins:%Y-%m-%d}",
            {"week": week},
            {"begins": seconds},
        )
    for name, week in (
        ("none-53", "2027-W53"),
        ("0", "2027-W00"),
        ("54", "2026-W54"),
        ("short-week", "2027-W3"),
        ("lower-case", "2027-w03"),
        ("day-too", "2027-W03-1"),
        ("month", "2027-03"),
        ("before-1970", "1969-W52"),
        ("no-text", ""),
    ):
        file.bad("week", f"week-{name}", "demand.week", "no week", {"week": week})


def _summaries(file: VectorFile) -> None:
    none = part("unmet", 10, "nothing_near")
    for name, comment, given, cells in (
        ("nothing", "no intent", [], []),
        ("nine", "one too few", rows(9), []),
        ("ten", "just enough", rows(10), [cell(10, none)]),
        ("fourteen", "told as ten", rows(14), [cell(10, none)]),
        ("fifteen", "the next step", rows(15), [cell(15, part("unmet", 15, "nothing_near"))]),
        (
            "two-countries",
            "of two countries, one with enough",
            rows(12) + rows(9, country="BE"),
            [cell(10, none)],
        ),
        (
            "order",
            "no category first, then ascending, countries inside",
            rows(10, category=GARDEN) + rows(10, category=None) + rows(10, country="BE") + rows(10),
            [
                cell(10, none, category=None),
                cell(10, none, category=GARDEN),
                cell(10, none, country="BE"),
                cell(10, none),
            ],
        ),
        (
            "outcomes",
            "three outcomes with enough each",
            rows(10, "agreed", None) + rows(11, "lost", "chosen_other") + rows(16),
            [
                cell(
                    35,
                    part("agreed", 10),
                    part("lost", 10, "chosen_other"),
                    part("unmet", 15, "nothing_near"),
                )
            ],
        ),
        (
            "reasons-together",
            "no reason has enough, the outcome has",
            rows(6, reason="out_of_stock") + rows(6, reason="over_budget"),
            [cell(10, part("unmet", 10))],
        ),
        (
            "reasons-and-one",
            "one reason has enough, the others together",
            rows(6, reason="out_of_stock") + rows(6, reason="over_budget") + rows(10),
            [cell(20, part("unmet", 10), part("unmet", 10, "nothing_near"))],
        ),
        (
            "outcomes-together",
            "no outcome has enough",
            rows(4, "agreed", None) + rows(4, "lost", "chosen_other") + rows(4),
            [cell(10, part("other", 10))],
        ),
        (
            "one-left",
            "one more would follow from the sum, so the smallest outcome is put to it",
            rows(1, "agreed", None) + rows(12, "lost", "chosen_other") + rows(10),
            [cell(20, part("lost", 10, "chosen_other"), part("other", 10))],
        ),
        (
            "one-left-of-two",
            "there is only one outcome to put to it",
            rows(1, "agreed", None) + rows(12),
            [cell(10, part("other", 10))],
        ),
        (
            "left-tie",
            "of two equally small ones the first goes",
            rows(1, "agreed", None) + rows(10, "lost", "expired") + rows(10),
            [cell(20, part("other", 10), part("unmet", 10, "nothing_near"))],
        ),
        (
            "reasons-left",
            "two of another reason go into other, with the smallest outcome",
            rows(20, reason="over_budget") + rows(2) + rows(10, "agreed", None),
            [cell(30, part("other", 10), part("unmet", 20, "over_budget"))],
        ),
        (
            "median",
            "the lower of the two in the middle: 2,400",
            rows(10, budgets=("EUR", 2_000, 100)),
            [cell(10, none, median=("EUR", 2_000, 5_000))],
        ),
        (
            "median-edge",
            "an edge begins its band",
            rows(10, budgets=("EUR", 5_000, 0)),
            [cell(10, none, median=("EUR", 5_000, 10_000))],
        ),
        (
            "median-zero",
            "the band from 0",
            rows(10, budgets=("EUR", 0, 0)),
            [cell(10, none, median=("EUR", 0, 1))],
        ),
        (
            "median-nine",
            "a budget too few",
            rows(9, budgets=("EUR", 2_000, 100)) + rows(5),
            [cell(10, none)],
        ),
        (
            "median-currency",
            "in the currency of most",
            rows(10, budgets=("EUR", 100, 0)) + rows(11, budgets=("SEK", 7_000, 0)),
            [cell(20, part("unmet", 20, "nothing_near"), median=("SEK", 5_000, 10_000))],
        ),
        (
            "median-most",
            "the largest amount there is",
            rows(10, budgets=("EUR", 10**12, 0)),
            [cell(10, part("unmet", 10, "nothing_near"), median=("EUR", 10**12, 2 * 10**12))],
        ),
        (
            "median-currency-tie",
            "of equally many the first by its code",
            rows(10, budgets=("SEK", 7_000, 0)) + rows(10, budgets=("EUR", 100, 0)),
            [cell(20, part("unmet", 20, "nothing_near"), median=("EUR", 100, 200))],
        ),
    ):
        _ok(file, name, comment, given, cells, 10)
    for k in (5, 25):
        found = [cell(k, part("unmet", k, "nothing_near"))]
        _ok(file, f"k-{k}", "another k", rows(k + 3), found, k)
        _ok(file, f"k-{k}-less", "one too few", rows(k - 1), [], k)
    for k in (0, 1, 4, 1_001):
        thirty = [list(row) for row in rows(30)]
        file.bad("summarise", f"no-k-{k}", "demand.k", "no k", {"k": k, "intents": thirty})


def _ok(
    file: VectorFile, name: str, comment: str, given: list[Row], cells: list[Any], k: int
) -> None:
    told = Counter(row[:2] for row in given)
    assert all(found["intents"] <= told[found.get("category"), found["country"]] for found in cells)
    whole = written(summary(*cells, k=k))
    file.ok(
        "summarise",
        name,
        comment,
        {"k": k, "intents": [list(row) for row in given]},
        {"raw": whole},
    )


def _files(file: VectorFile) -> None:
    whole = cell(20, part("agreed", 10), part("unmet", 10, "out_of_stock"))
    priced = cell(10, part("other", 10), median=("EUR", 2_000, 5_000), country="AT")
    good = summary(priced, whole)
    file.ok("read", "file", "two cells", {"raw": written(good)}, {"cells": 2})
    file.ok(
        "read", "empty", "a week with nothing to tell", {"raw": written(summary())}, {"cells": 0}
    )
    file.ok(
        "read", "last-week", "week 53", {"raw": written(summary(week="2026-W53"))}, {"cells": 0}
    )
    rounded = cell(20, part("agreed", 10), part("other", 10))
    raw = {"raw": written(summary(rounded))}
    file.ok("read", "rounded", "what rounding leaves out is no fault", raw, {"cells": 1})
    later = {"raw": written(summary(cell(10, part("unmet", 10, "l" * 32))))}
    file.ok("read", "reason-later", "a reason of later times", later, {"cells": 1})
    for name, comment, raw_bytes in (
        ("text", "no JSON", b"week 3"),
        ("array", "an array", b"[]"),
        ("utf8", "no UTF-8", b'{"type":"\xff"}'),
        ("spaces", "with a space", written(good).replace(b'"v":1', b'"v": 1')),
        (
            "order",
            "members in another order",
            b'{"v":1,' + written(good).replace(b'"v":1,', b"")[1:],
        ),
        ("long", "longer than 1,048,576 bytes", written(good) + b" " * 1_048_576),
        ("float", "a fraction", written(good).replace(b'"k":10', b'"k":10.0')),
    ):
        file.bad("read", f"form-{name}", SCHEMA, comment, {"raw": raw_bytes})
    changed: list[tuple[str, str, dict[str, Any]]] = [
        ("type", "another type", {**good, "type": "vrm-summary"}),
        ("v", "another version", {**good, "v": 2}),
        ("k-4", "k below 5", summary(k=4)),
        ("k-1001", "k too large", summary(k=1_001)),
        ("week-54", "no such week", summary(week="2027-W54")),
        ("week-53", "a year of 52 weeks", summary(week="2027-W53")),
        ("week-0", "no such week", summary(week="2027-W00")),
        ("week-day", "a day", summary(week="2027-01-18")),
        ("unknown", "an unknown member", {**good, "total": 30}),
        (
            "unknown-in-cell",
            "an unknown member of a cell",
            summary({**cell(10, part("other", 10)), "vendors": 1}),
        ),
        (
            "unknown-in-outcome",
            "an unknown member of an outcome",
            summary(cell(10, {**part("other", 10), "share": 1})),
        ),
        ("country-number", "a number", summary({**cell(10, part("other", 10)), "country": 528})),
        ("vendor", "a vendor", {**good, "vendor": "did:key:z6Mk"}),
        ("no-cells", "no array of cells", {name: good[name] for name in good if name != "cells"}),
        ("twice", "a cell twice", summary(whole, whole)),
        ("descending", "cells in another order", summary(whole, priced)),
        ("below-k", "a cell below k", summary(cell(5, part("other", 5)))),
        (
            "part-below-k",
            "an outcome below k",
            summary(cell(20, part("agreed", 5), part("other", 15))),
        ),
        ("step", "a number between the steps", summary(cell(12, part("other", 10)))),
        ("part-step", "an outcome between the steps", summary(cell(15, part("other", 13)))),
        (
            "too-many",
            "more outcomes than intents",
            summary(cell(10, part("agreed", 10), part("other", 10))),
        ),
        ("no-outcomes", "no outcome", summary(cell(10))),
        ("outcome", "no such outcome", summary(cell(10, part("won", 10)))),
        ("other-reason", "other with a reason", summary(cell(10, part("other", 10, "late")))),
        ("agreed-reason", "agreed with a reason", summary(cell(10, part("agreed", 10, "late")))),
        ("reason-long", "a word of 33", summary(cell(10, part("unmet", 10, "l" * 33)))),
        ("reason-form", "a reason in capitals", summary(cell(10, part("unmet", 10, "Late")))),
        (
            "outcome-twice",
            "an outcome twice",
            summary(cell(20, part("agreed", 10), part("agreed", 10))),
        ),
        (
            "outcome-order",
            "outcomes in another order",
            summary(cell(20, part("unmet", 10), part("agreed", 10))),
        ),
        ("country", "no country", summary(cell(10, part("other", 10), country="nl"))),
        ("category", "a negative id", summary(cell(10, part("other", 10), category=-1))),
        ("category-nil", "null", summary({**cell(10, part("other", 10)), "category": None})),
        (
            "band",
            "no band",
            summary(cell(10, part("other", 10), median=("EUR", 2_000, 3_000))),
        ),
        (
            "band-edge",
            "no edge",
            summary(cell(10, part("other", 10), median=("EUR", 2_100, 5_000))),
        ),
        (
            "band-above-all",
            "a band above the largest amount",
            summary(cell(10, part("other", 10), median=("EUR", 2 * 10**12, 5 * 10**12))),
        ),
        (
            "band-above-more",
            "a band far above it",
            summary(cell(10, part("other", 10), median=("EUR", 10**13, 2 * 10**13))),
        ),
        (
            "band-currency",
            "no currency",
            summary(cell(10, part("other", 10), median=("eur", 0, 1))),
        ),
    ]
    for name, comment, value in changed:
        file.bad("read", f"bad-{name}", SCHEMA, comment, {"raw": written(value)})
    half = written(good).replace(b"2027-W03", b"\\ud800")
    file.bad("read", "bad-surrogate", SCHEMA, "half a character", {"raw": half})

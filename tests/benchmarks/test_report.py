"""What a benchmark prints: columns that line up, and a last line that a machine can read."""

from __future__ import annotations

import re

from benchmarks.report import middle, ms, per_s, percentile, ratios, table


def test_columns_line_up() -> None:
    lines = table(["", "a/s"], [["one", "1"], ["another", "12,345"]]).splitlines()
    assert lines == ["            a/s", "one           1", "another  12,345"]


def test_the_last_line_is_names_and_numbers() -> None:
    line = ratios(vs_js=2.34567, delivery=1.0, lost=0, durable_per_s=7123.4)
    assert line == "ratios: vs_js=2.35 delivery=1 lost=0 durable_per_s=7123"
    assert re.fullmatch(r"ratios:( [a-z0-9_]+=\d+(\.\d+)?)+", line)


def test_percentiles_and_medians() -> None:
    values = [float(number) for number in range(100)]
    assert percentile(values, 99) == 99
    assert percentile(values, 50) == 50
    assert percentile([1.0], 99) == 1.0
    assert middle([3.0, 1.0, 2.0]) == 2.0
    assert (per_s(12345.6), ms(0.00123)) == ("12,346", "1.23")

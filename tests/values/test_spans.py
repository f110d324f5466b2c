"""Spans and days as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.values.spans import (
    add_months,
    floor_day,
    format_day,
    format_moment,
    format_span,
    parse_day,
    parse_moment,
    parse_span,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90m", 5400),
        ("36h", 129_600),
        ("2d", 172_800),
        ("1w", 604_800),
        ("1d 12h", 129_600),
        (" 10S ", 10),
        ("", None),
        ("2", None),
        ("2 days", None),
        ("-1d", None),
        ("1.5h", None),
        ("9" * 30 + "d", None),
    ],
)
def test_span(text, seconds):
    assert parse_span(text) == seconds


@pytest.mark.parametrize(
    ("text", "at"),
    [("1970-01-02", 86_400), ("2026-12-24", 1_798_070_400), ("1969-12-31", None), ("24.12.", None)],
)
def test_day(text, at):
    assert parse_day(text) == at


@given(st.text(max_size=20))
def test_any_text_is_a_value_or_none(text):
    assert (parse_span(text) or 0) >= 0
    assert (parse_day(text) or 0) % 86_400 == 0


@given(st.dates(min_value=date(1970, 1, 1)))
def test_day_reads_back(day):
    at = parse_day(day.isoformat())
    assert at is not None
    assert format_day(at) == day.isoformat()


def test_moments():
    assert floor_day(1_798_070_401) == 1_798_070_400
    assert format_moment(1_798_070_460) == "2026-12-24 00:01 UTC"


@given(st.integers(1, 10**9 - 1))
def test_a_written_span_is_read_again(seconds):
    assert parse_span(format_span(seconds)) == seconds


@given(st.integers(0, 2**32 - 1))
def test_a_written_moment_is_read_again(at):
    minute = at - at % 60
    assert parse_moment(format_moment(minute)) == minute
    assert parse_moment(format_day(minute)) == floor_day(minute)


@pytest.mark.parametrize(
    "text", ["", "now", "2026-13-01", "2026-12-24 25:00", "13:50", "1969-12-31"]
)
def test_other_texts_are_no_moments(text):
    assert parse_moment(text) is None


@pytest.mark.parametrize(
    ("day", "months", "until"),
    [
        ("2026-02-28", 24, "2028-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-11-30", 1, "2026-12-30"),
        ("2026-01-15", 1200, "2126-01-15"),
    ],
)
def test_months_later(day: str, months: int, until: str) -> None:
    begins = parse_day(day)
    assert begins is not None
    assert format_day(add_months(begins, months)) == until

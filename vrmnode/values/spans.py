"""Spans and days as people write them: "2d", "36h", "2026-12-24".

A *day* on the wire is its midnight UTC in Unix seconds, and the day itself is included.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime

DAY_S = 86_400
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": DAY_S, "w": 7 * DAY_S}
SPAN_EXPECTED = 'a span such as "90m", "36h", "2d" or "1w"'
MOMENT_EXPECTED = 'a day, or a day and a time in UTC, such as "2026-12-24 13:50"'
DAY_EXPECTED = 'a date such as "2026-12-24"'


def parse_span(text: str) -> int | None:
    """Seconds in a span such as "36h" or "1d12h"; None if it is none."""
    compact = text.strip().lower().replace(" ", "")
    if not re.fullmatch(r"(?:[0-9]{1,9}[smhdw])+", compact) or len(compact) > 40:
        return None
    parts = re.findall(r"([0-9]+)([smhdw])", compact)
    return sum(int(count) * _UNITS[unit] for count, unit in parts)


def format_span(seconds: int) -> str:
    """A positive span in its largest whole unit: "1w", "36h"."""
    unit = next(unit for unit in ("w", "d", "h", "m", "s") if seconds % _UNITS[unit] == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


def parse_day(text: str) -> int | None:
    """Midnight UTC of an ISO date; None if it is none or before 1970."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    at = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    return at if at >= 0 else None


def parse_moment(text: str) -> int | None:
    """Unix seconds of a day, or a day and a time, in UTC: "2026-12-24 13:50"; None if neither."""
    plain = re.sub(r"\s*(UTC|Z)\Z", "", text.strip())
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?", plain):
        return None
    try:
        found = datetime.fromisoformat(plain).replace(tzinfo=UTC)
    except ValueError:
        return None
    at = int(found.timestamp())
    return at if at >= 0 else None


def add_months(day: int, months: int) -> int:
    """The day of the same number so many months later, or the last of a shorter month."""
    start = datetime.fromtimestamp(day, UTC)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return int(datetime(year, month + 1, min(start.day, last), tzinfo=UTC).timestamp())


def format_day(at: int) -> str:
    """ "2026-12-24"."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def format_moment(at: int) -> str:
    """ "2026-12-24 13:50 UTC"."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def floor_day(at: int) -> int:
    return at - at % DAY_S

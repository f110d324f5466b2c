"""Times (Unix seconds) as people read them, in what is reported and refused."""

from __future__ import annotations

from datetime import UTC, datetime


def in_words(time: int) -> str:
    """A time such as `2026-11-24 18:00:07 UTC`."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

"""Which languages fit one another: BCP 47 tags, by their beginnings.

Implements `specs/03-messages.md#languages`. What is written in them is left to others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def fits(one: str, other: str) -> bool:
    """Whether one tag is the other or its beginning up to a hyphen; case doesn't count."""
    parts, others = one.lower().split("-"), other.lower().split("-")
    common = min(len(parts), len(others))
    return parts[:common] == others[:common]


def choose(wanted: Sequence[str], spoken: Iterable[str]) -> str | None:
    """Of the tags that are spoken the first that fits the earliest one wanted; None: none does."""
    known = list(spoken)
    return next((tag for want in wanted for tag in known if fits(want, tag)), None)

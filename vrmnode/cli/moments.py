"""Moments as they are typed: a day, a time of day, or a span from now."""

from __future__ import annotations

import time

from vrmnode.cli.failures import usage


def moment_option(text: str | None, option: str) -> int | None:
    """A day or a moment, or a span from now such as 3d, in Unix seconds."""
    if text is None:
        return None
    from vrmnode.values.spans import MOMENT_EXPECTED, parse_moment, parse_span

    at, span = parse_moment(text), parse_span(text)
    if at is not None:
        return at
    if span is None:
        expected = f"{MOMENT_EXPECTED}, or a span from now such as 3d"
        raise usage("option.moment", f"{option}: expected {expected}, came {text!r}")
    return int(time.time()) + span

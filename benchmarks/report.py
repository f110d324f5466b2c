"""What a benchmark prints: the machine's load, a table, and one line of ratios for machines."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence


def load_words() -> str:
    """How busy the machine is besides; figures of a busy one are low, ratios less so."""
    return f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under a head, the first column to the left, the others to the right."""
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [head, *rows]
    )


def ratios(**values: float) -> str:
    """The last line: `ratios: name=value …`, to three digits or whole numbers."""
    words = (
        f"{name}={value:.0f}" if value >= 100 else f"{name}={value:.3g}"
        for name, value in values.items()
    )
    return "ratios: " + " ".join(words)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that as many per cent of the values don't exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def per_s(value: float) -> str:
    return f"{value:,.0f}"


def ms(value_s: float) -> str:
    return f"{value_s * 1000:.2f}"

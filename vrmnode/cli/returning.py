"""Who lets itself be recognised, in the words of the shop that knows it."""

from __future__ import annotations

from vrmnode.cli.show import counted


def returning_words(known: object, *, least: int = 1) -> list[str]:
    """A line about a customer with at least so many agreed deals; none about others."""
    if not isinstance(known, dict):
        return []
    agreed = known.get("deals")
    count = len(agreed) if isinstance(agreed, list) else 0
    if count < least:
        return []
    return [
        f"a returning customer: {counted(count, 'agreed deal')} with it,"
        f" {known.get('finished')} finished;"
        f" see them with: vrm relation show {known.get('customer')}"
    ]

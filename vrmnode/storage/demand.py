"""The intents that a vendor's next summaries of demand count, and the summaries of closed weeks.

An intent is counted once, in the week in which it came; its row goes when that week is closed. A
summary is never changed.
"""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedIntent:
    """What a summary needs of an intent; `budget` in minor units of `currency`.

    `answer` and `reason` are those of `market_intents` as last seen there; `outcome` is None until
    the week is being closed.
    """

    pseudonym: bytes
    week: str
    category: int | None
    country: str
    currency: str | None
    budget: int | None
    answer: str | None = None
    reason: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSummary:
    """The file of a week's summary."""

    week: str
    k: int
    closed_at: int
    summary: bytes


_INTENTS = Table("demand_intents", CountedIntent)
_SUMMARIES = Table("demand_summaries", StoredSummary)


def count_in(tx: Connection, row: CountedIntent, most: int) -> bool:
    """Count an intent, once; False if it was counted, its week is closed or there is no room."""
    if get_summary(tx, row.week) is not None:
        return False
    if int(tx.value("SELECT count(*) FROM demand_intents")) >= most:
        return False
    return _INTENTS.insert_new(tx, row, "pseudonym")


def follow(tx: Connection) -> None:
    """Copy what was answered, before the intents are forgotten."""
    tx.run(
        "UPDATE demand_intents SET answer = known.answer, reason = known.reason"
        " FROM market_intents AS known"
        " WHERE known.pseudonym = demand_intents.pseudonym AND outcome IS NULL"
    )


def open_weeks(tx: Connection) -> list[str]:
    """Return the weeks of which intents are counted, oldest first."""
    return [str(week) for (week,) in tx.rows("SELECT DISTINCT week FROM demand_intents ORDER BY 1")]


def unsettled(tx: Connection, week: str, limit: int) -> list[CountedIntent]:
    """Return intents of a week whose outcome isn't noted yet."""
    where = "WHERE week = ? AND outcome IS NULL ORDER BY pseudonym LIMIT ?"
    return _INTENTS.select(tx, where, (week, limit))


def settle(tx: Connection, pseudonym: bytes, outcome: str, reason: str | None) -> None:
    """Note what came of an intent."""
    sql = "UPDATE demand_intents SET outcome = ?, reason = ? WHERE pseudonym = ?"
    tx.run(sql, (outcome, reason, pseudonym))


def of_week(tx: Connection, week: str) -> list[CountedIntent]:
    """Return the intents of a week."""
    return _INTENTS.select(tx, "WHERE week = ? ORDER BY pseudonym", (week,))


def forget_week(tx: Connection, week: str) -> None:
    """Drop the intents of a week."""
    tx.run("DELETE FROM demand_intents WHERE week = ?", (week,))


def forget_all(tx: Connection) -> None:
    """Drop all that is counted of weeks which aren't closed."""
    tx.run("DELETE FROM demand_intents")


def add_summary(tx: Connection, row: StoredSummary) -> None:
    """Keep the summary of a week; StorageError `storage.conflict` where it has one."""
    _SUMMARIES.insert(tx, row)


def get_summary(tx: Connection, week: str) -> StoredSummary | None:
    """Return the summary of a week."""
    return _SUMMARIES.first(tx, "WHERE week = ?", (week,))


def summaries(tx: Connection) -> list[StoredSummary]:
    """Return all summaries, the newest first."""
    return _SUMMARIES.select(tx, "ORDER BY week DESC")

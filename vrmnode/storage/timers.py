"""Timers: when the engine must look at a subject again; they survive restarts."""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """One timer of a kind per subject."""

    kind: str
    subject: bytes
    at: int


_TIMERS = Table("timers", Timer)


def arm(tx: Connection, kind: str, subject: bytes, at: int) -> None:
    """Set the timer of this kind and subject to a time, in place of the old time."""
    tx.run(
        f"INSERT {_TIMERS.insert_sql} ON CONFLICT DO UPDATE SET at = excluded.at",
        (kind, subject, at),
    )


def clear(tx: Connection, kind: str, subject: bytes) -> None:
    """Take a timer away; nothing happens where there is none."""
    tx.run("DELETE FROM timers WHERE kind = ? AND subject = ?", (kind, subject))


def clear_subject(tx: Connection, subject: bytes) -> int:
    """Take all timers of a subject away. Return how many."""
    tx.run("DELETE FROM timers WHERE subject = ?", (subject,))
    return tx.changes()


def due(tx: Connection, now: int, limit: int = 100) -> list[Timer]:
    """Return the timers whose time has come, earliest first; they stay until cleared."""
    where = "WHERE at <= ? ORDER BY at, kind, subject LIMIT ?"
    return _TIMERS.select(tx, where, (now, limit))


def next_at(tx: Connection) -> int | None:
    """Return the earliest timer's time, or None."""
    found: int | None = tx.value("SELECT min(at) FROM timers")
    return found


def arm_earlier(tx: Connection, kind: str, subject: bytes, at: int) -> None:
    """Set the timer to a time unless it is set to an earlier one."""
    tx.run(
        f"INSERT {_TIMERS.insert_sql} ON CONFLICT DO UPDATE SET at = min(at, excluded.at)",
        (kind, subject, at),
    )

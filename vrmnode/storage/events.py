"""The event log: what happened, in an order that clients follow by number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a subject (`intent`, `deal`, …); ids rise and never return."""

    id: int
    at: int
    type: str
    subject_kind: str
    subject_id: bytes
    data: Mapping[str, object]


_EVENTS = Table("events", Event, json_columns=("data",))


def append(
    tx: Connection,
    at: int,
    kind: str,
    subject_kind: str,
    subject_id: bytes,
    data: Mapping[str, object],
) -> int:
    """Log an event (`kind` is its type); return its id."""
    tx.run(
        "INSERT INTO events (at, type, subject_kind, subject_id, data) VALUES (?, ?, ?, ?, ?)",
        (at, kind, subject_kind, subject_id, to_json(data)),
    )
    return tx.last_row_id()


def after(tx: Connection, event_id: int, limit: int = 100) -> list[Event]:
    """Return the events that followed an id, oldest first."""
    return _EVENTS.select(tx, "WHERE id > ? ORDER BY id LIMIT ?", (event_id, limit))


def of_subject(tx: Connection, subject_kind: str, subject_id: bytes) -> list[Event]:
    """Return the events of one subject, oldest first."""
    where = "WHERE subject_id = ? AND subject_kind = ? ORDER BY id"
    return _EVENTS.select(tx, where, (subject_id, subject_kind))


def last_id(tx: Connection) -> int:
    """Return the newest event's id; 0 where there is none."""
    return int(tx.value("SELECT coalesce(max(id), 0) FROM events"))


def purge(tx: Connection, most: int) -> int:
    """Keep the newest `most` events; ids aren't used again. Return how many went."""
    tx.run("DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - ?", (most,))
    return tx.changes()

"""The ids of envelopes already met, remembered until they are refused as expired anyway.

Apart from the envelopes, which may be evicted: an evicted or refused envelope doesn't come back.
"""

from __future__ import annotations

from collections.abc import Sequence

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import marks, runs


def add(tx: Connection, envelope_id: bytes, until: int) -> bool:
    """Remember an id until a time (expiry plus clock skew); False where it was known."""
    tx.run(
        "INSERT INTO seen (id, until) VALUES (?, ?) ON CONFLICT DO NOTHING", (envelope_id, until)
    )
    return tx.changes() == 1


def add_all(tx: Connection, rows: Sequence[tuple[bytes, int]]) -> set[bytes]:
    """Remember ids until their times; return those that weren't known."""
    new: set[bytes] = set()
    for run in runs(rows):
        sql = f"INSERT INTO seen (id, until) VALUES {', '.join(['(?, ?)'] * len(run))}"
        values = [value for row in run for value in row]
        tx.require_transaction()
        found = tx.rows(f"{sql} ON CONFLICT DO NOTHING RETURNING id", values)
        new.update(bytes(envelope_id) for (envelope_id,) in found)
    return new


def known_among(tx: Connection, ids: Sequence[bytes]) -> set[bytes]:
    """Return those of some ids that are remembered."""
    known: set[bytes] = set()
    for run in runs(ids):
        found = tx.rows(f"SELECT id FROM seen WHERE id IN ({marks(run)})", run)
        known.update(bytes(envelope_id) for (envelope_id,) in found)
    return known


def contains(tx: Connection, envelope_id: bytes) -> bool:
    """Return whether an id is remembered."""
    return tx.value("SELECT 1 FROM seen WHERE id = ?", (envelope_id,)) is not None


def purge(tx: Connection, now: int) -> int:
    """Forget the ids whose time is over. Return how many."""
    tx.run("DELETE FROM seen WHERE until <= ?", (now,))
    return tx.changes()

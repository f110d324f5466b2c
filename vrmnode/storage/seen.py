"""The ids of envelopes already met, remembered until they are refused as expired anyway.

Apart from the envelopes, which may be evicted: an evicted or refused envelope doesn't come back.
"""

from __future__ import annotations

from vrmnode.storage.connection import Connection


def add(tx: Connection, envelope_id: bytes, until: int) -> bool:
    """Remember an id until a time (expiry plus clock skew); False where it was known."""
    tx.run(
        "INSERT INTO seen (id, until) VALUES (?, ?) ON CONFLICT DO NOTHING", (envelope_id, until)
    )
    return tx.changes() == 1


def contains(tx: Connection, envelope_id: bytes) -> bool:
    """Return whether an id is remembered."""
    return tx.value("SELECT 1 FROM seen WHERE id = ?", (envelope_id,)) is not None


def purge(tx: Connection, now: int) -> int:
    """Forget the ids whose time is over. Return how many."""
    tx.run("DELETE FROM seen WHERE until <= ?", (now,))
    return tx.changes()


def load_recent(tx: Connection, limit: int = 1_000_000) -> list[tuple[bytes, int]]:
    """Return ids and their ends, the latest end first, for a cache in memory."""
    found = tx.rows("SELECT id, until FROM seen ORDER BY until DESC LIMIT ?", (limit,))
    return [(envelope_id, until) for envelope_id, until in found]

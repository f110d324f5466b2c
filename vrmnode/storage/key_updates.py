"""Which operational keys vendors have revoked: of each root what its newest key update says.

The number of the newest is remembered after it has expired, so that an older one can't come back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKeyUpdate:
    """The newest key update of a vendor root."""

    root: bytes
    seq: int
    envelope_id: bytes
    received_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRevocation:
    """A key that its root has revoked (`subject`, 32 bytes)."""

    root: bytes
    subject: bytes
    serial: int
    since: int
    reason: str


_UPDATES = Table("key_updates", StoredKeyUpdate)
_REVOKED = Table("revoked_keys", StoredRevocation)


def upsert(tx: Connection, update: StoredKeyUpdate, revoked: Sequence[StoredRevocation]) -> bool:
    """Keep an update and what it revokes; False unless its number is the root's highest so far.

    Of two with the same number the one with the lower envelope id is kept.
    """
    # SPEC 03: The reader MUST keep, per vendor root, the key update with the highest `seq`, and
    # remember it after it has expired.
    tx.run(
        f"INSERT {_UPDATES.insert_sql} ON CONFLICT (root) DO UPDATE SET"
        " seq = excluded.seq, envelope_id = excluded.envelope_id,"
        " received_at = excluded.received_at WHERE excluded.seq > key_updates.seq"
        " OR (excluded.seq = key_updates.seq AND excluded.envelope_id < key_updates.envelope_id)",
        _UPDATES.values(update),
    )
    if tx.changes() != 1:
        return False
    tx.run("DELETE FROM revoked_keys WHERE root = ?", (update.root,))
    for row in revoked:
        _REVOKED.insert(tx, row)
    return True


def get(tx: Connection, root: bytes) -> StoredKeyUpdate | None:
    """Return the newest update of a root."""
    return _UPDATES.first(tx, "WHERE root = ?", (root,))


def revoked_by(tx: Connection, root: bytes) -> list[StoredRevocation]:
    """Return the keys that a root has revoked, by serial."""
    return _REVOKED.select(tx, "WHERE root = ? ORDER BY serial", (root,))


def is_revoked(tx: Connection, root: bytes, subject: bytes) -> bool:
    """Return whether a root has revoked a key."""
    sql = "SELECT 1 FROM revoked_keys WHERE root = ? AND subject = ?"
    return tx.value(sql, (root, subject)) is not None


def trim(tx: Connection, most: int) -> int:
    """Keep at most `most` updates: the longest unseen go, of known vendors last.

    Return how many went.
    """
    tx.run(
        "DELETE FROM key_updates WHERE root IN (SELECT root FROM key_updates"
        " ORDER BY root IN (SELECT root FROM trust) DESC,"
        " root IN (SELECT root FROM profiles) DESC, received_at DESC, root LIMIT -1 OFFSET ?)",
        (most,),
    )
    gone = tx.changes()
    if gone:
        tx.run("DELETE FROM revoked_keys WHERE root NOT IN (SELECT root FROM key_updates)")
    return gone

"""Breaches and suspicions that this node's owner was told of: what, whose, when.

No text and no value; what shows a breach is in its deal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table, hex_bounds

Evidence = Literal["proven", "suspected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBreach:
    """One message (its digest, 32 bytes) that its `author` (32 bytes) shouldn't have written.

    `ground` is one of `reasons.BREACH`; `vendor_root` is that of the deal.
    """

    message: bytes
    deal: bytes
    evidence: Evidence
    ground: str
    purpose: str | None
    author: bytes
    vendor_root: bytes
    vendor_name: str
    recorded_at: int


_BREACHES = Table("breaches", StoredBreach)


def put(tx: Connection, row: StoredBreach) -> bool:
    """Keep a breach; False where it is known."""
    return _BREACHES.insert_new(tx, row, "message")


def every(tx: Connection, deal: bytes | None = None) -> list[StoredBreach]:
    """Return all of them or those of a deal, newest first."""
    if deal is None:
        return _BREACHES.select(tx, "ORDER BY recorded_at DESC, rowid DESC")
    return _BREACHES.select(tx, "WHERE deal = ? ORDER BY recorded_at DESC, rowid DESC", (deal,))


def by_prefix(tx: Connection, hex_prefix: str) -> list[StoredBreach]:
    """Return at most two of those whose message's digest begins so."""
    bounds = hex_bounds(hex_prefix)
    if bounds is None:
        return []
    return _BREACHES.select(tx, "WHERE message BETWEEN ? AND ? LIMIT 2", bounds)


def count(tx: Connection, deal: bytes, evidence: Evidence) -> int:
    """Return how many there are of a deal."""
    sql = "SELECT count(*) FROM breaches WHERE deal = ? AND evidence = ?"
    return int(tx.value(sql, (deal, evidence)))

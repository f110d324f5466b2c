"""The outbox: what must still leave this node, in the same transaction as what decided it.

A row is done when peers have it (market) or when the other side has acknowledged it (mail); until
then it comes due again. A crash at any point repeats at most an attempt, which receivers
recognise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table, touched

MARKET = "market"
MAIL = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """Something to send. `raw`: the envelope (market) or the inner message, unsealed (mail)."""

    id: int
    kind: str
    topic: str
    envelope_id: bytes | None
    raw: bytes
    deal: bytes | None
    digest: bytes | None
    seq: int | None
    next_at: int
    attempts: int
    until: int
    done_at: int | None


_OUTBOX = Table("outbox", OutboxRow)


def put_market(
    tx: Connection, *, topic: str, envelope_id: bytes, raw: bytes, next_at: int, until: int
) -> int:
    """Send a market envelope from `next_at` on; return the row's id, the old one if known."""
    tx.run(
        "INSERT INTO outbox (kind, topic, envelope_id, raw, next_at, attempts, until)"
        " VALUES ('market', ?, ?, ?, ?, 0, ?)"
        " ON CONFLICT (envelope_id) WHERE kind = 'market' DO NOTHING",
        (topic, envelope_id, raw, next_at, until),
    )
    sql = "SELECT id FROM outbox WHERE kind = 'market' AND envelope_id = ?"
    return int(tx.value(sql, (envelope_id,)))


def put_mail(
    tx: Connection,
    *,
    deal: bytes,
    digest: bytes,
    seq: int,
    raw: bytes,
    next_at: int,
    until: int,
    topic: str = "",
) -> int:
    """Send an inner message from `next_at` on; return the row's id, the old one if known."""
    tx.run(
        "INSERT INTO outbox (kind, topic, raw, deal, digest, seq, next_at, attempts, until)"
        " VALUES ('mail', ?, ?, ?, ?, ?, ?, 0, ?)"
        " ON CONFLICT (digest) WHERE kind = 'mail' DO NOTHING",
        (topic, raw, deal, digest, seq, next_at, until),
    )
    return int(tx.value("SELECT id FROM outbox WHERE kind = 'mail' AND digest = ?", (digest,)))


def get(tx: Connection, row_id: int) -> OutboxRow | None:
    """Return the row of this id."""
    return _OUTBOX.first(tx, "WHERE id = ?", (row_id,))


def due(tx: Connection, now: int, limit: int = 100) -> list[OutboxRow]:
    """Return what is to be sent now, the longest overdue first."""
    where = "WHERE done_at IS NULL AND next_at <= ?1 AND until > ?1 ORDER BY next_at, id LIMIT ?2"
    return _OUTBOX.select(tx, where, (now, limit))


def pending(tx: Connection, now: int, deal: bytes | None = None) -> list[OutboxRow]:
    """Return what is still to be sent, due or not, the most urgent first; of a deal if given."""
    where = "WHERE done_at IS NULL AND until > ?1"
    if deal is None:
        return _OUTBOX.select(tx, f"{where} ORDER BY next_at, id", (now,))
    return _OUTBOX.select(tx, f"{where} AND deal = ?2 ORDER BY next_at, id", (now, deal))


def is_pending(tx: Connection, digest: bytes, now: int) -> bool:
    """Return whether a message is still sent, until it is acknowledged or its time is over."""
    sql = (
        "SELECT 1 FROM outbox WHERE kind = 'mail' AND digest = ? AND done_at IS NULL AND until > ?"
    )
    return tx.row(sql, (digest, now)) is not None


def next_due_at(tx: Connection, now: int) -> int | None:
    """Return when the next row comes due (perhaps in the past), or None."""
    sql = "SELECT next_at FROM outbox WHERE done_at IS NULL AND until > ? ORDER BY next_at LIMIT 1"
    found: int | None = tx.value(sql, (now,))
    return found


def make_due(tx: Connection, now: int, kind: str | None = None) -> int:
    """Bring everything pending forward to now, as when the first peer comes."""
    tx.run(
        "UPDATE outbox SET next_at = ?1"
        " WHERE done_at IS NULL AND next_at > ?1 AND until > ?1 AND (?2 IS NULL OR kind = ?2)",
        (now, kind),
    )
    return tx.changes()


def hasten(tx: Connection, deal: bytes, now: int) -> None:
    """Send what is pending in a deal now: what it waited for is there."""
    tx.run(
        "UPDATE outbox SET next_at = ?1 WHERE deal = ?2 AND done_at IS NULL AND next_at > ?1",
        (now, deal),
    )


def record_attempt(
    tx: Connection, row_id: int, next_at: int, *, envelope_id: bytes | None = None
) -> None:
    """Count an attempt and set the next; for mail `envelope_id` is the envelope it went in."""
    tx.run(
        "UPDATE outbox SET attempts = attempts + 1, next_at = ?,"
        " envelope_id = coalesce(?, envelope_id) WHERE id = ?",
        (next_at, envelope_id, row_id),
    )


def done(tx: Connection, row_id: int, at: int) -> None:
    """Send this row no more."""
    tx.run("UPDATE outbox SET done_at = ? WHERE id = ? AND done_at IS NULL", (at, row_id))


def done_by_digest(tx: Connection, digests: Iterable[bytes], at: int) -> int:
    """Send these messages no more: acknowledged. Return how many rows that ended."""
    sql = "UPDATE outbox SET done_at = ? WHERE kind = 'mail' AND digest = ? AND done_at IS NULL"
    return touched(tx, sql, ((at, digest) for digest in digests))


def done_by_deal(tx: Connection, deal: bytes, at: int) -> int:
    """Send nothing more of a deal. Return how many rows that ended."""
    tx.run("UPDATE outbox SET done_at = ? WHERE deal = ? AND done_at IS NULL", (at, deal))
    return tx.changes()


def lapse(tx: Connection, now: int) -> list[OutboxRow]:
    """End the rows whose time is over without success; return them."""
    lapsed = _OUTBOX.select(tx, "WHERE done_at IS NULL AND until <= ? ORDER BY next_at, id", (now,))
    for row in lapsed:
        done(tx, row.id, now)
    return lapsed


def purge(tx: Connection, before: int) -> int:
    """Forget the rows done before a time. Return how many."""
    tx.run("DELETE FROM outbox WHERE done_at IS NOT NULL AND done_at < ?", (before,))
    return tx.changes()


def pending_count(tx: Connection) -> int:
    """Return how many rows are not done."""
    return int(tx.value("SELECT count(*) FROM outbox WHERE done_at IS NULL"))


def postpone(tx: Connection, row_id: int, next_at: int) -> None:
    """Set a row's next time without counting an attempt: nobody was there to take it."""
    tx.run("UPDATE outbox SET next_at = ? WHERE id = ?", (next_at, row_id))


def again(tx: Connection, digest: bytes, next_at: int) -> None:
    """Make a message that was done due once more."""
    tx.run(
        "UPDATE outbox SET done_at = NULL, next_at = ? WHERE kind = 'mail' AND digest = ?",
        (next_at, digest),
    )

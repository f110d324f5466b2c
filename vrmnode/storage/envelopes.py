"""Envelopes kept for others and for catching up, within a size; own ones until they expire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from vrmnode.storage.connection import Connection, Value
from vrmnode.storage.table import Table, hex_bounds, marks, runs

_BATCH = 500
MAX_EVICTIONS = 10_000
"""Notes of what was evicted, for those that follow the table."""
_FIRST_DIGIT = "substr(hex(id), 1, 1)"
"""By this the index of ends goes on; it sorts ids as they sort themselves."""


class StoredEnvelope(msgspec.Struct, frozen=True, kw_only=True):
    """A verified envelope; `raw` is its canonical form, `own` says this node made it.

    `named_from` is the time from which peers that compare sets are told of it; None: not yet.
    """

    id: bytes
    topic: str
    kind: str
    author: bytes
    tag: bytes | None = None
    created: int
    expires: int
    received_at: int
    own: bool = False
    named_from: int | None = None
    raw: bytes


@dataclass(frozen=True, slots=True)
class Named:
    """What set comparison needs of an envelope."""

    topic: str
    id: bytes
    created: int
    expires: int


_ENVELOPES = Table("envelopes", StoredEnvelope, booleans=("own",))


def put(tx: Connection, envelope: StoredEnvelope) -> bool:
    """Keep an envelope; False where its id was known."""
    columns = ", ".join(_ENVELOPES.columns)
    marks = "?, " * len(_ENVELOPES.columns)
    tx.run(
        f"INSERT INTO envelopes ({columns}, bytes) VALUES ({marks}?) ON CONFLICT (id) DO NOTHING",
        [*_ENVELOPES.values(envelope), len(envelope.raw)],
    )
    return tx.changes() == 1


def put_all(tx: Connection, rows: Sequence[StoredEnvelope]) -> None:
    """Keep envelopes whose ids aren't known; an own one that comes back is named like them."""
    columns = ", ".join(_ENVELOPES.columns)
    row_marks = f"({'?, ' * len(_ENVELOPES.columns)}?)"
    for run in runs(rows):
        values = [value for each in run for value in (*_ENVELOPES.values(each), len(each.raw))]
        all_marks = ", ".join([row_marks] * len(run))
        tx.run(
            f"INSERT INTO envelopes ({columns}, bytes) VALUES {all_marks}"
            " ON CONFLICT (id) DO UPDATE"
            " SET named_from = coalesce(envelopes.named_from, excluded.named_from)",
            values,
        )


def get(tx: Connection, envelope_id: bytes) -> StoredEnvelope | None:
    """Return the envelope of this id, if it is still kept."""
    return _ENVELOPES.first(tx, "WHERE id = ?", (envelope_id,))


def name_from(tx: Connection, envelope_id: bytes, named_from: int) -> None:
    """Let an own envelope be named from a time on, if that wasn't settled before."""
    tx.run(
        "UPDATE envelopes SET named_from = ? WHERE id = ? AND named_from IS NULL",
        (named_from, envelope_id),
    )


def named_between(tx: Connection, start: int, end: int) -> list[Named]:
    """Return the envelopes that began to be nameable from `start` to `end`, both included."""
    rows = tx.rows(
        "SELECT topic, id, created, expires FROM envelopes WHERE named_from BETWEEN ? AND ?",
        (start, end),
    )
    return [Named(*row) for row in rows]


def last_eviction(tx: Connection) -> int:
    """Return the number of the newest note of an eviction; 0 if there was none."""
    return int(tx.value("SELECT coalesce(max(number), 0) FROM evictions"))


def evicted_since(tx: Connection, number: int) -> list[Named] | None:
    """Return what was evicted after a note; None if notes that came after it are gone."""
    rows = tx.rows(
        "SELECT number, topic, id, created, expires FROM evictions"
        " WHERE number > ? ORDER BY number",
        (number,),
    )
    if rows and rows[0][0] != number + 1:
        return None
    return [Named(*row[1:]) for row in rows]


def raw_of(tx: Connection, topic: str, ids: Sequence[bytes], now: int) -> list[bytes]:
    """Return the envelopes of a topic with these ids, those that may be named now."""
    found = []
    for envelope_id in ids:
        raw = tx.value(
            "SELECT raw FROM envelopes WHERE id = ? AND topic = ? AND named_from <= ?",
            (envelope_id, topic, now),
        )
        if raw is not None:
            found.append(bytes(raw))
    return found


def by_prefix(tx: Connection, hex_prefix: str, limit: int = 2) -> list[StoredEnvelope]:
    """Return stored envelopes whose id starts with these hex digits."""
    bounds = hex_bounds(hex_prefix)
    where = "WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?"
    return [] if bounds is None else _ENVELOPES.select(tx, where, (*bounds, limit))


def by_tags(tx: Connection, some: Sequence[bytes]) -> list[StoredEnvelope]:
    """Return the mail of others that came under some tags, oldest first."""
    found: list[StoredEnvelope] = []
    for run in runs(some):
        # `+own`: or SQLite goes through the index by which all of others is evicted.
        found += _ENVELOPES.select(tx, f"WHERE tag IN ({marks(run)}) AND +own = 0", run)
    return sorted(found, key=lambda stored: (stored.received_at, stored.id))


def latest_own(tx: Connection, topic: str, kind: str, now: int) -> StoredEnvelope | None:
    """Return the newest unexpired envelope of a kind that this node made."""
    where = "WHERE topic = ? AND kind = ? AND own = 1 AND expires > ? ORDER BY received_at DESC, id"
    return _ENVELOPES.first(tx, where, (topic, kind, now))


def count_bytes(tx: Connection) -> int:
    """Return the size of all kept envelopes in bytes."""
    return int(tx.value("SELECT coalesce(sum(bytes), 0) FROM envelopes"))


def kept_among(tx: Connection, ids: Sequence[bytes]) -> set[bytes]:
    """Return those of some ids whose envelopes are kept."""
    kept: set[bytes] = set()
    for run in runs(ids):
        found = tx.rows(f"SELECT id FROM envelopes WHERE id IN ({marks(run)})", run)
        kept.update(bytes(envelope_id) for (envelope_id,) in found)
    return kept


def take_out(tx: Connection, ids: Sequence[bytes]) -> None:
    """Remove envelopes before their time, and leave notes of it."""
    _take_out(tx, "id", [(each,) for each in ids])


def _take_out(tx: Connection, column: str, keys: Sequence[tuple[Value]]) -> None:
    tx.run_many(
        "INSERT INTO evictions (topic, id, created, expires)"
        f" SELECT topic, id, created, expires FROM envelopes WHERE {column} = ?",
        keys,
    )
    tx.run_many(f"DELETE FROM envelopes WHERE {column} = ?", keys)
    tx.run("DELETE FROM evictions WHERE number <= ?", (last_eviction(tx) - MAX_EVICTIONS,))


def evict(tx: Connection, now: int, max_bytes: int | None) -> int:
    """Remove expired envelopes, then those that expire soonest, until at most `max_bytes` remain.

    None: those that have expired alone.

    Own unexpired ones stay in any case, but aren't named any more. Of those that expire together it
    is the same ones in every node: what is left is compared with peers, and each difference costs.
    Return how many rows went.
    """
    tx.run("DELETE FROM envelopes WHERE own IN (0, 1) AND expires <= ?", (now,))
    removed = tx.changes()
    excess = 0 if max_bytes is None else count_bytes(tx) - max_bytes
    last: tuple[int, bytes] | None = None
    while excess > 0:
        rows = tx.rows(
            "SELECT rowid, bytes, expires, id FROM envelopes WHERE own = 0"
            f" ORDER BY expires, {_FIRST_DIGIT}, id LIMIT ?",
            (_BATCH,),
        )
        if not rows:
            break
        going = []
        for row_id, size_bytes, expires, envelope_id in rows:
            going.append((row_id,))
            excess -= size_bytes
            last = (expires, envelope_id)
            if excess <= 0:
                break
        _take_out(tx, "rowid", going)
        removed += len(going)
    if last is not None:
        _name_no_more(tx, *last)
    return removed


# SPEC 08: A node MUST NOT go on naming an envelope of its own when it has no room for others that
# end when it does.
def _name_no_more(tx: Connection, expires: int, envelope_id: bytes) -> None:
    """Stop naming own envelopes that would have gone with the last one that went."""
    would_go = "own = 1 AND named_from IS NOT NULL AND (expires < ?1 OR expires = ?1 AND id <= ?2)"
    tx.run(
        "INSERT INTO evictions (topic, id, created, expires)"
        f" SELECT topic, id, created, expires FROM envelopes WHERE {would_go} ORDER BY id",
        (expires, envelope_id),
    )
    tx.run(f"UPDATE envelopes SET named_from = NULL WHERE {would_go}", (expires, envelope_id))

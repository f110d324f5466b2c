"""What a postbox holds for others: beside each envelope its pool, its tag and what it is worth.

`engine/postbox.py` says what goes in. The totals of the pools are kept by triggers, and a row goes
with its envelope, so that nothing here is counted twice or left over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vrmnode.storage import envelopes
from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table, runs

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An envelope that is held. `worth`: the less, the sooner it goes when there is no room."""

    id: bytes
    pool: str
    tag: bytes | None
    worth: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Pool:
    """How full a pool is."""

    pool: str
    envelopes: int
    bytes: int


_HELD = Table("held", Held)


def add_all(tx: Connection, rows: Sequence[Held]) -> None:
    """Note envelopes that were stored just now; those that are noted already stay as they are."""
    columns = ", ".join(_HELD.columns)
    row_marks = f"({', '.join('?' * len(_HELD.columns))})"
    for run in runs(rows):
        values = [value for each in run for value in _HELD.values(each)]
        all_marks = ", ".join([row_marks] * len(run))
        tx.run(
            f"INSERT INTO held ({columns}) VALUES {all_marks} ON CONFLICT (id) DO NOTHING", values
        )


def pools(tx: Connection) -> list[Pool]:
    """Return what each pool holds."""
    return [Pool(*row) for row in tx.rows("SELECT pool, envelopes, bytes FROM pools ORDER BY pool")]


def not_noted(tx: Connection, limit: int) -> list[bytes]:
    """Return envelopes of others that are stored and not noted here, as they are."""
    rows = tx.rows(
        "SELECT raw FROM envelopes WHERE own = 0 AND id NOT IN (SELECT id FROM held) LIMIT ?",
        (limit,),
    )
    return [bytes(raw) for (raw,) in rows]


def trim_pool(tx: Connection, pool: str, max_bytes: int) -> list[bytes]:
    """Remove envelopes of a pool until at most `max_bytes` are left; the ids that went.

    Those that are worth least go first; of several that are worth the same the one that came last,
    so that what was promised before is kept.
    """
    excess = int(tx.value("SELECT bytes FROM pools WHERE pool = ?", (pool,))) - max_bytes
    return _trim(tx, "pool = ?", pool, excess)


def trim_tag(tx: Connection, tag: bytes, max_bytes: int) -> list[bytes]:
    """Remove mail under a tag in the same order until at most `max_bytes` are left."""
    total = tx.value("SELECT coalesce(sum(bytes), 0) FROM held WHERE tag = ?", (tag,))
    return _trim(tx, "tag = ?", tag, int(total) - max_bytes)


# SPEC 18: A postbox MUST remove what is worth least first, and of several that are worth the same
# the one that came last.
def _trim(tx: Connection, where: str, value: str | bytes, excess: int) -> list[bytes]:
    gone: list[bytes] = []
    while excess > 0:
        rows = tx.rows(
            f"SELECT id, bytes FROM held WHERE {where} ORDER BY worth, number DESC LIMIT ?",
            (value, _BATCH),
        )
        going = list(_until(rows, excess))
        excess -= sum(size_bytes for _, size_bytes in going)
        envelopes.take_out(tx, [envelope_id for envelope_id, _ in going])
        gone += [envelope_id for envelope_id, _ in going]
    return gone


def _until(rows: Sequence[tuple[bytes, int]], excess: int) -> Iterator[tuple[bytes, int]]:
    for envelope_id, size_bytes in rows:
        if excess <= 0:
            return
        excess -= size_bytes
        yield bytes(envelope_id), size_bytes

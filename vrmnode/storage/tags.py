"""The mail tags this node watches for: what arrives under another one isn't for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table, marks, runs

INTENT = "intent"
DEAL = "deal"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedTag:
    """A tag (16 bytes) of an own intent, of one message and attempt in a deal, or of the profile.

    `owner` is the pseudonym, the deal, or the vendor's root.
    """

    tag: bytes
    kind: str
    owner: bytes
    seq: int = 0
    attempt: int = 0
    until: int


_TAGS = Table("watched_tags", WatchedTag)


def watch(tx: Connection, rows: Iterable[WatchedTag]) -> None:
    """Watch these tags; one already watched keeps the later end."""
    tx.run_many(
        f"INSERT {_TAGS.insert_sql} ON CONFLICT (tag) DO UPDATE"
        " SET until = max(until, excluded.until)",
        [_TAGS.values(row) for row in rows],
    )


def lookup(tx: Connection, tag: bytes) -> WatchedTag | None:
    """Return what a tag stands for, or None: mail for somebody else."""
    return _TAGS.first(tx, "WHERE tag = ?", (tag,))


def watched_among(tx: Connection, some: Sequence[bytes]) -> set[bytes]:
    """Return those of some tags that are watched."""
    found: set[bytes] = set()
    for run in runs(some):
        rows = tx.rows(f"SELECT tag FROM watched_tags WHERE tag IN ({marks(run)})", run)
        found.update(bytes(tag) for (tag,) in rows)
    return found


def list_tags(tx: Connection, owner: bytes | None = None) -> list[WatchedTag]:
    """Return the watched tags; of one intent or deal if given."""
    if owner is None:
        return _TAGS.select(tx, "ORDER BY owner, seq, attempt")
    return _TAGS.select(tx, "WHERE owner = ? ORDER BY seq, attempt", (owner,))


def untils(tx: Connection, owner: bytes) -> dict[bytes, int]:
    """Return until when each tag of one intent or deal is watched."""
    rows = tx.rows("SELECT tag, until FROM watched_tags WHERE owner = ?", (owner,))
    return {bytes(tag): until for tag, until in rows}


def deals_watched(tx: Connection) -> list[bytes]:
    """Return the deals of which mail is still waited for."""
    rows = tx.rows("SELECT DISTINCT owner FROM watched_tags WHERE kind = 'deal'")
    return [bytes(owner) for (owner,) in rows]


def unwatch_below(tx: Connection, owner: bytes, seq: int) -> int:
    """Watch no more for the messages of a deal before `seq`. Return how many tags that was."""
    tx.run("DELETE FROM watched_tags WHERE owner = ? AND seq < ?", (owner, seq))
    return tx.changes()


def purge(tx: Connection, now: int) -> list[bytes]:
    """Forget the tags whose time is over. Return the intents and deals that have none left."""
    rows = tx.rows("DELETE FROM watched_tags WHERE until <= ? RETURNING owner", (now,))
    owners = dict.fromkeys(bytes(owner) for (owner,) in rows)
    return [owner for owner in owners if not is_watched(tx, owner)]


def is_watched(tx: Connection, owner: bytes) -> bool:
    """Return whether mail of an intent or a deal is still waited for."""
    return tx.row("SELECT 1 FROM watched_tags WHERE owner = ? LIMIT 1", (owner,)) is not None

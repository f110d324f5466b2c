"""Standing intents: what is cast anew at each turn of a rhythm, and when it is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vrmnode.errors import StorageError
from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table, hex_bounds

ACTIVE = "active"
STOPPED = "stopped"
ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingIntent:
    """A standing intent; `request` and `acceptance` as its owner wrote them.

    `standing` (32 random bytes) names it here and nowhere else. `next_at` is None once no further
    casting comes.
    """

    standing: bytes
    request: Mapping[str, object]
    acceptance: Mapping[str, object]
    label: str
    every_s: int
    until: int
    next_at: int | None
    castings: int
    status: str = ACTIVE
    created: int


_STANDING = Table("standing_intents", StandingIntent, json_columns=("request", "acceptance"))


def insert(tx: Connection, standing: StandingIntent) -> None:
    """Keep a new one; StorageError `storage.conflict` where the id exists."""
    _STANDING.insert(tx, standing)


def get(tx: Connection, standing: bytes) -> StandingIntent | None:
    """Return the standing intent of this id."""
    return _STANDING.first(tx, "WHERE standing = ?", (standing,))


def by_prefix(tx: Connection, hex_prefix: str) -> list[StandingIntent]:
    """Return those whose id starts with these hex digits."""
    bounds = hex_bounds(hex_prefix)
    return [] if bounds is None else _STANDING.select(tx, "WHERE standing BETWEEN ? AND ?", bounds)


def list_all(tx: Connection, status: str | None = None) -> list[StandingIntent]:
    """Return them, newest first; of one status if given."""
    where = "WHERE ?1 IS NULL OR status = ?1 ORDER BY created DESC, standing"
    return _STANDING.select(tx, where, (status,))


def update(
    tx: Connection, standing: bytes, *, next_at: int | None, castings: int, status: str
) -> None:
    """Note a casting, another time for the next, or the end."""
    tx.run(
        "UPDATE standing_intents SET next_at = ?, castings = ?, status = ? WHERE standing = ?",
        (next_at, castings, status, standing),
    )
    if tx.changes() != 1:
        raise StorageError(
            "storage.conflict", f"expected a standing intent {standing.hex()}, came none"
        )

"""The vendors that the owner trusts, with notes and groups: the one place that says so."""

from __future__ import annotations

from dataclasses import dataclass, field

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """One vendor that is trusted; `groups` in order, each once."""

    root: bytes
    note: str | None = None
    groups: list[str] = field(default_factory=list)
    added: int


_TRUST = Table("trust", Trust, json_columns=["groups"])


def put(tx: Connection, row: Trust) -> None:
    """Trust a vendor, or replace what is known of one that is."""
    tx.run(
        f"INSERT {_TRUST.insert_sql} ON CONFLICT (root) DO UPDATE SET"
        " note = excluded.note, groups = excluded.groups",
        _TRUST.values(row),
    )


def get(tx: Connection, root: bytes) -> Trust | None:
    """Return what is known of a trusted vendor; None for any other."""
    return _TRUST.first(tx, "WHERE root = ?", (root,))


def remove(tx: Connection, root: bytes) -> bool:
    """Trust a vendor no longer; False where it wasn't trusted."""
    tx.run("DELETE FROM trust WHERE root = ?", (root,))
    return tx.changes() == 1


def all_trusted(tx: Connection) -> list[Trust]:
    """Return every trusted vendor, the first added first."""
    return _TRUST.select(tx, "ORDER BY added, root")


def roots(tx: Connection) -> frozenset[bytes]:
    """Return the roots of the trusted vendors."""
    return frozenset(root for (root,) in tx.rows("SELECT root FROM trust"))

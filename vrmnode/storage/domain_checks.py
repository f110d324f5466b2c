"""What the owner's checks of vendors' domains came to: of each vendor the last one."""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainCheck:
    """`host`, with its port if that is unusual; `proved_at`: when it last named this vendor."""

    root: bytes
    host: str
    outcome: str
    checked_at: int
    proved_at: int | None = None


_CHECKS = Table("domain_checks", DomainCheck)


def put(tx: Connection, row: DomainCheck) -> None:
    """Keep a check in place of the vendor's last one."""
    tx.run(f"INSERT OR REPLACE {_CHECKS.insert_sql}", _CHECKS.values(row))


def get(tx: Connection, root: bytes) -> DomainCheck | None:
    """Return a vendor's last check."""
    return _CHECKS.first(tx, "WHERE root = ?", (root,))


def proved_since(tx: Connection, since: int) -> list[DomainCheck]:
    """Return the checks of vendors whose domain named them at `since` or later."""
    return _CHECKS.select(tx, "WHERE proved_at >= ? ORDER BY proved_at, root", (since,))

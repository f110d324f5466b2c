"""Rights requests that the owner wants sent later, so that not all leave at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRequest:
    """What is asked (`asked`, a right) in a deal from `due_at` on."""

    deal: bytes
    asked: str
    due_at: int


_PLANNED = Table("rights_planned", PlannedRequest)


def put(tx: Connection, row: PlannedRequest) -> None:
    """Plan a request, in place of an earlier plan of the same."""
    tx.run(f"INSERT OR REPLACE {_PLANNED.insert_sql}", _PLANNED.values(row))


def of_deal(tx: Connection, deal: bytes) -> list[PlannedRequest]:
    """Return what is planned in a deal, the next first."""
    return _PLANNED.select(tx, "WHERE deal = ? ORDER BY due_at, asked", (deal,))


def every(tx: Connection) -> list[PlannedRequest]:
    """Return all that is planned, the next first."""
    return _PLANNED.select(tx, "ORDER BY due_at, deal, asked")


def remove(tx: Connection, deal: bytes, asked: str) -> None:
    """Plan it no more."""
    tx.run("DELETE FROM rights_planned WHERE deal = ? AND asked = ?", (deal, asked))

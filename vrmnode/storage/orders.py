"""Orders: what an agreed deal came to, as this node keeps it for questions about all of them.

An order's id is its deal's. Status and payment are what `vrmprotocol.order` derived from the
deal's messages; the row holds the result, and the reference under which the vendor is paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, Unpack

from vrmnode.errors import StorageError
from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order. `due_by`: until when the money has to be there, Unix seconds."""

    deal: bytes
    role: str
    status: str
    payment: str
    item_name: str
    reference: str | None = None
    due_by: int | None = None
    created: int
    updated: int


class Changes(TypedDict, total=False):
    """The columns that `update` may change."""

    status: str
    payment: str
    reference: str | None
    due_by: int | None


_ORDERS = Table("orders", OrderRow)
_CHANGEABLE = Changes.__optional_keys__


def insert(tx: Connection, row: OrderRow) -> None:
    """Keep a new order; StorageError `storage.conflict` where it, or its reference, exists."""
    _ORDERS.insert(tx, row)


def get(tx: Connection, deal: bytes) -> OrderRow | None:
    """Return the order of a deal."""
    return _ORDERS.first(tx, "WHERE deal = ?", (deal,))


def update(tx: Connection, deal: bytes, *, updated: int, **fields: Unpack[Changes]) -> None:
    """Change the named columns of an order; StorageError `storage.conflict` for an unknown one."""
    unknown = fields.keys() - _CHANGEABLE
    if unknown:
        raise TypeError(f"orders have no changeable column {', '.join(sorted(unknown))}")
    names = ["updated", *fields]
    sets = ", ".join(f"{name} = ?" for name in names)
    values = [updated, *fields.values()]
    tx.run(f"UPDATE orders SET {sets} WHERE deal = ?", [*values, deal])  # type: ignore[list-item]
    if tx.changes() != 1:
        raise StorageError("storage.conflict", f"expected an order {deal.hex()}, came none")


def list_orders(
    tx: Connection, *, role: str | None = None, status: str | None = None, limit: int = 1_000
) -> list[OrderRow]:
    """Return the orders that fit all given values, the one changed last first."""
    asked = {"role": role, "status": status}
    given = {name: value for name, value in asked.items() if value is not None}
    where = " AND ".join(f"{name} = :{name}" for name in given) or "1"
    rest = f"WHERE {where} ORDER BY updated DESC, deal LIMIT :most"
    return _ORDERS.select(tx, rest, {**given, "most": limit})


def unfinished(tx: Connection, role: str) -> list[OrderRow]:
    """Return the orders of a role whose delivery or money isn't settled, however old they are."""
    where = (
        "WHERE role = ? AND (status NOT IN ('delivered', 'cancelled', 'returned')"
        " OR payment NOT IN ('none', 'paid', 'refunded')) ORDER BY updated DESC, deal"
    )
    return _ORDERS.select(tx, where, (role,))


def has_reference(tx: Connection, reference: str) -> bool:
    """Return whether an order that this vendor sold is paid under this reference."""
    sql = "SELECT 1 FROM orders WHERE reference = ? AND role = 'vendor'"
    return tx.row(sql, (reference,)) is not None


def count_by_status(tx: Connection, role: str) -> dict[str, int]:
    """Return how many orders of a role have each status."""
    rows = tx.rows("SELECT status, count(*) FROM orders WHERE role = ? GROUP BY status", (role,))
    return {str(status): int(count) for status, count in rows}

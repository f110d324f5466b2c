"""Things that the owner has: known to this node alone, never published by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table, hex_bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A thing. `thing` is 16 bytes; days are their midnight UTC; `intent` is the last for it."""

    thing: bytes
    name: str
    item_name: str
    gtin: str | None = None
    mpn: str | None = None
    brand: str | None = None
    category: int | None = None
    country: str | None = None
    bought_at: int | None = None
    bought_from: str | None = None
    vendor_root: bytes | None = None
    warranty_until: int | None = None
    note: str | None = None
    deal: bytes | None = None
    broken_at: int | None = None
    problem: str | None = None
    intent: bytes | None = None
    added: int


_THINGS = Table("things", Thing)


def insert(tx: Connection, item: Thing) -> None:
    """Keep a new thing; StorageError `storage.conflict` where its name is taken."""
    _THINGS.insert(tx, item)


def replace(tx: Connection, item: Thing) -> None:
    """Keep a thing in place of what it was."""
    tx.run(f"INSERT OR REPLACE {_THINGS.insert_sql}", _THINGS.values(item))


def get(tx: Connection, thing: bytes) -> Thing | None:
    """Return the thing of this id."""
    return _THINGS.first(tx, "WHERE thing = ?", (thing,))


def by_name(tx: Connection, name: str) -> Thing | None:
    """Return the thing of this name; the case of ASCII letters doesn't count."""
    return _THINGS.first(tx, "WHERE name = ? COLLATE NOCASE", (name,))


def by_prefix(tx: Connection, hex_prefix: str) -> list[Thing]:
    """Return the things whose id starts with these hex digits."""
    bounds = hex_bounds(hex_prefix, 16)
    return [] if bounds is None else _THINGS.select(tx, "WHERE thing BETWEEN ? AND ?", bounds)


def of_deal(tx: Connection, deal: bytes) -> Thing | None:
    """Return the thing that came by a deal."""
    return _THINGS.first(tx, "WHERE deal = ?", (deal,))


def list_things(tx: Connection) -> list[Thing]:
    """Return all things, by name."""
    return _THINGS.select(tx, "ORDER BY name COLLATE NOCASE")


def remove(tx: Connection, thing: bytes) -> bool:
    """Forget a thing; False where there is none."""
    tx.run("DELETE FROM things WHERE thing = ?", (thing,))
    return tx.changes() == 1

"""Things that the owner has: known to this node alone, never published by themselves.

What somebody owns says much about them, for years. A row holds an id, a time and the deal that
brought the thing; all else is in one box under the vault key, and gone with it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from vrmnode.storage import secrets
from vrmnode.storage.connection import Connection
from vrmnode.storage.secrets import Vault
from vrmnode.storage.table import Table, from_json, hex_bounds, to_json

_OWNER, _BOX = "thing", "fields"


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


@dataclass(frozen=True, slots=True)
class _Row:
    thing: bytes
    deal: bytes | None
    added: int


_THINGS = Table("things", _Row)
_IN_BYTES = ("vendor_root", "intent")
_IN_BOX = tuple(field.name for field in fields(Thing) if field.name not in _THINGS.columns)


def insert(tx: Connection, vault: Vault, item: Thing) -> None:
    """Keep a new thing; StorageError `storage.conflict` where its id is taken."""
    _THINGS.insert(tx, _Row(item.thing, item.deal, item.added))
    _seal(tx, vault, item)


def replace(tx: Connection, vault: Vault, item: Thing) -> None:
    """Keep a thing in place of what it was; the deal that brought it stays."""
    _seal(tx, vault, item)


def get(tx: Connection, vault: Vault, thing: bytes) -> Thing | None:
    """Return the thing of this id."""
    return _first(tx, vault, "WHERE thing = ?", (thing,))


def by_name(tx: Connection, vault: Vault, name: str) -> Thing | None:
    """Return the thing of this name; the case of letters doesn't count."""
    wanted = name.casefold()
    found = (each for each in _opened(tx, vault) if each.name.casefold() == wanted)
    return next(found, None)


def by_prefix(tx: Connection, vault: Vault, hex_prefix: str) -> list[Thing]:
    """Return the things whose id starts with these hex digits."""
    bounds = hex_bounds(hex_prefix, 16)
    return [] if bounds is None else _opened(tx, vault, "WHERE thing BETWEEN ? AND ?", bounds)


def of_deal(tx: Connection, vault: Vault, deal: bytes) -> Thing | None:
    """Return the thing that came by a deal."""
    return _first(tx, vault, "WHERE deal = ?", (deal,))


def list_things(tx: Connection, vault: Vault) -> list[Thing]:
    """Return all things, by name."""
    return sorted(_opened(tx, vault), key=lambda each: (each.name.casefold(), each.thing))


def count(tx: Connection) -> int:
    """Return how many things there are."""
    return int(tx.value("SELECT count(*) FROM things"))


def remove(tx: Connection, thing: bytes) -> bool:
    """Erase a thing; False where there is none."""
    secrets.erase(tx, _OWNER, thing)
    tx.run("DELETE FROM things WHERE thing = ?", (thing,))
    return tx.changes() == 1


def _seal(tx: Connection, vault: Vault, item: Thing) -> None:
    told = {name: getattr(item, name) for name in _IN_BOX}
    told |= {name: told[name].hex() for name in _IN_BYTES if told[name] is not None}
    plain = to_json({name: value for name, value in told.items() if value is not None})
    secrets.put(tx, vault, _OWNER, item.thing, _BOX, plain.encode())


def _first(tx: Connection, vault: Vault, rest: str, params: tuple[bytes, ...]) -> Thing | None:
    row = _THINGS.first(tx, rest, params)
    return None if row is None else _open(tx, vault, row)


def _opened(
    tx: Connection, vault: Vault, rest: str = "", params: tuple[bytes, ...] = ()
) -> list[Thing]:
    return [_open(tx, vault, row) for row in _THINGS.select(tx, rest, params)]


def _open(tx: Connection, vault: Vault, row: _Row) -> Thing:
    plain = secrets.get(tx, vault, _OWNER, row.thing, _BOX)
    told = {} if plain is None else from_json(tx, plain.decode())
    told |= {name: bytes.fromhex(told[name]) for name in _IN_BYTES if name in told}
    return Thing(thing=row.thing, deal=row.deal, added=row.added, **told)

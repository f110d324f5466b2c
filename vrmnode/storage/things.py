"""Things that the owner has: known to this node alone, never published by themselves.

What somebody owns says much about them, for years: only the deal that brought a thing is in clear.
"""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.sealed_table import SealedTable
from vrmnode.storage.secrets import Vault
from vrmnode.storage.table import hex_bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A thing. `thing` is 16 bytes; days are their midnight UTC; `intent` is the last for it.

    `problem` is in the owner's words, `reported` in those of a device.
    """

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
    reported: str | None = None
    intent: bytes | None = None
    added: int


_THINGS = SealedTable(
    "things", Thing, owner_kind="thing", clear=("deal",), in_bytes=("vendor_root", "intent")
)

insert = _THINGS.insert
replace = _THINGS.replace
remove = _THINGS.remove
count = _THINGS.count


def get(tx: Connection, vault: Vault, thing: bytes) -> Thing | None:
    """Return the thing of this id."""
    return _THINGS.first(tx, vault, "WHERE thing = ?", (thing,))


def by_name(tx: Connection, vault: Vault, name: str) -> Thing | None:
    """Return the thing of this name; the case of letters doesn't count."""
    wanted = name.casefold()
    found = (each for each in _THINGS.select(tx, vault) if each.name.casefold() == wanted)
    return next(found, None)


def by_prefix(tx: Connection, vault: Vault, hex_prefix: str) -> list[Thing]:
    """Return the things whose id starts with these hex digits."""
    bounds = hex_bounds(hex_prefix, 16)
    return (
        [] if bounds is None else _THINGS.select(tx, vault, "WHERE thing BETWEEN ? AND ?", bounds)
    )


def of_deal(tx: Connection, vault: Vault, deal: bytes) -> Thing | None:
    """Return the thing that came by a deal."""
    return _THINGS.first(tx, vault, "WHERE deal = ?", (deal,))


def list_things(tx: Connection, vault: Vault) -> list[Thing]:
    """Return all things, by name."""
    found = _THINGS.select(tx, vault)
    return sorted(found, key=lambda each: (each.name.casefold(), each.thing))

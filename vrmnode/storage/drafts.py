"""Drafts of intents that wait for the owner: what a hook left, in words that stay as they came."""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.sealed_table import SealedTable
from vrmnode.storage.secrets import Vault
from vrmnode.storage.table import hex_bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft. `draft` is 16 bytes; of a hook and an event one waits at most.

    `request` is the intent as it would be published; `reports` how often it was asked for.
    """

    draft: bytes
    thing: bytes
    hook: bytes
    event: str
    hook_name: str
    thing_name: str
    note: str | None = None
    addressed: str
    request: dict[str, object]
    reports: int
    reported_at: int
    added: int


_DRAFTS = SealedTable("drafts", Draft, owner_kind="draft", clear=("thing", "hook", "event"))

insert = _DRAFTS.insert
replace = _DRAFTS.replace
remove = _DRAFTS.remove


def get(tx: Connection, vault: Vault, draft: bytes) -> Draft | None:
    """Return the draft of this id."""
    return _DRAFTS.first(tx, vault, "WHERE draft = ?", (draft,))


def waiting(tx: Connection, vault: Vault, hook: bytes, event: str) -> Draft | None:
    """Return the draft that a hook left for an event."""
    return _DRAFTS.first(tx, vault, "WHERE hook = ? AND event = ?", (hook, event))


def by_prefix(tx: Connection, vault: Vault, hex_prefix: str) -> list[Draft]:
    """Return the drafts whose id starts with these hex digits."""
    bounds = hex_bounds(hex_prefix, 16)
    return (
        [] if bounds is None else _DRAFTS.select(tx, vault, "WHERE draft BETWEEN ? AND ?", bounds)
    )


def of_thing(tx: Connection, vault: Vault, thing: bytes) -> list[Draft]:
    """Return the drafts about a thing."""
    return _DRAFTS.select(tx, vault, "WHERE thing = ?", (thing,))


def list_drafts(tx: Connection, vault: Vault) -> list[Draft]:
    """Return all drafts, the oldest first."""
    return sorted(_DRAFTS.select(tx, vault), key=lambda each: (each.added, each.draft))

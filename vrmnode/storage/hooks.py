"""Hooks: what devices and scripts of the owner may ask for, each about one thing.

Of a token there is its SHA-256 alone. It has 256 random bits, so nothing is gained by guessing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vrmnode.storage.connection import Connection
from vrmnode.storage.sealed_table import SealedTable
from vrmnode.storage.secrets import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A hook. `hook` and `thing` are 16 bytes; `rules` as `vrmnode.customer.hook_rules` reads them.

    `published` are the times of what it published, the oldest first; `intents` the last for each
    event, in hex; until `quiet` an event that the owner threw away is taken for the same.
    """

    hook: bytes
    thing: bytes
    token_hash: bytes
    name: str
    rules: dict[str, object]
    added: int
    used_at: int | None = None
    published: tuple[int, ...] = ()
    intents: dict[str, str] = field(default_factory=dict)
    quiet: dict[str, int] = field(default_factory=dict)


_HOOKS = SealedTable("hooks", Hook, owner_kind="hook", clear=("thing", "token_hash"))

insert = _HOOKS.insert
replace = _HOOKS.replace
remove = _HOOKS.remove
count = _HOOKS.count


def get(tx: Connection, vault: Vault, hook: bytes) -> Hook | None:
    """Return the hook of this id."""
    return _HOOKS.first(tx, vault, "WHERE hook = ?", (hook,))


def token_hashes(tx: Connection) -> list[tuple[bytes, bytes]]:
    """Return the id of each hook and the hash of its token."""
    return [(row[0], row[1]) for row in tx.rows("SELECT hook, token_hash FROM hooks")]


def list_hooks(tx: Connection, vault: Vault) -> list[Hook]:
    """Return all hooks, by name."""
    return sorted(_HOOKS.select(tx, vault), key=lambda each: (each.name.casefold(), each.hook))


def of_thing(tx: Connection, vault: Vault, thing: bytes) -> list[Hook]:
    """Return the hooks of a thing."""
    return _HOOKS.select(tx, vault, "WHERE thing = ?", (thing,))

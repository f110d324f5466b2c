"""Keys whose erasure erases: one for each deal, for what others may ask to delete.

A copy of the database without this table opens none of it, so backups leave it out; the keys as of
a backup lie in a file beside it (`keysfile`), from which erased ones are taken out later. Each key
is sealed under the vault key.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from vrmnode.storage import settings
from vrmnode.storage.connection import Connection
from vrmnode.storage.vault import KEY_BYTES, Vault

PLACES = "backup.keys"
"""The setting with the files that hold keys of this node, the newest last."""
MAX_PLACES = 64

_KIND, _NAME = "erasable", "key"

Row = tuple[bytes, bytes]
"""An owner (32 bytes) and the sealed key."""


def get(tx: Connection, vault: Vault, owner: bytes) -> Vault | None:
    """What seals and opens for an owner; None once its key is erased, or in another place."""
    box = tx.value("SELECT box FROM erasable_keys WHERE owner_id = ?", (owner,))
    return None if box is None else Vault(vault.unseal(box, _KIND, owner, _NAME))


def get_or_make(tx: Connection, vault: Vault, owner: bytes) -> Vault:
    """The same, with a new key where there is none."""
    found = get(tx, vault, owner)
    if found is not None:
        return found
    key = secrets.token_bytes(KEY_BYTES)
    put(tx, [(owner, vault.seal(key, _KIND, owner, _NAME))])
    return Vault(key)


def put(tx: Connection, rows: list[Row]) -> None:
    """Keep sealed keys, in place of those of the same owners."""
    for row in rows:
        tx.run(
            "INSERT INTO erasable_keys (owner_id, box) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET box = excluded.box",
            row,
        )


def erase(tx: Connection, owner: bytes) -> None:
    """Erase an owner's key: nothing that was sealed under it opens again, wherever a copy is."""
    tx.run("DELETE FROM erasable_keys WHERE owner_id = ?", (owner,))


def rows(tx: Connection) -> list[Row]:
    """All keys, sealed."""
    found = tx.rows("SELECT owner_id, box FROM erasable_keys ORDER BY owner_id")
    return [(bytes(owner), bytes(box)) for owner, box in found]


def places(tx: Connection) -> list[Path]:
    """The files that were told to hold keys of this node."""
    found = settings.get(tx, PLACES, [])
    return [Path(name) for name in found if isinstance(name, str)]


def note_place(tx: Connection, path: Path) -> None:
    """Remember a file that holds keys, to take out of it what is erased."""
    names = [str(each) for each in places(tx) if each != path]
    settings.put(tx, PLACES, [*names, str(path)][-MAX_PLACES:])

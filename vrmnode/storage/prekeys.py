"""The vendor's prekeys: the public halves with their times; the private ones are `secrets`."""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPrekey:
    """A prekey (public, 32 bytes), when it was made, and until when others seal to it."""

    prekey: bytes
    created: int
    not_after: int


_PREKEYS = Table("prekeys", StoredPrekey)


def insert(tx: Connection, item: StoredPrekey) -> None:
    """Keep a new one; StorageError `storage.conflict` where it exists."""
    _PREKEYS.insert(tx, item)


def newest_first(tx: Connection) -> list[StoredPrekey]:
    """Return those that are kept, the one made last first."""
    return _PREKEYS.select(tx, "ORDER BY created DESC, prekey")


def purge(tx: Connection, ended_before: int) -> list[bytes]:
    """Forget those whose time ended before a moment; return them."""
    rows = tx.rows("DELETE FROM prekeys WHERE not_after < ? RETURNING prekey", (ended_before,))
    return [bytes(prekey) for (prekey,) in rows]

"""Secrets of intents and deals, sealed, and erased at the end of their life.

They are sealed under the vault key; those of a deal that have to be erasable, copies included,
under the deal's own erasable key. A box is bound to its owner and name, so it can't be moved to
another row. `secure_delete` overwrites erased rows; `Database.checkpoint` removes them from the
WAL.
"""

from __future__ import annotations

from vrmnode.storage import erasable_keys
from vrmnode.storage.connection import Connection
from vrmnode.storage.vault import KEY_BYTES as KEY_BYTES
from vrmnode.storage.vault import Vault as Vault

RELATIONSHIP, RECOGNITION = "relationship", "recognition"
"""A deal's secrets: the relationship key that was opened in it, and that which its intent shows."""

_ERASABLE = ("reply", "message ", RELATIONSHIP, RECOGNITION)
"""How the names of a deal's erasable secrets begin: the key of its mail, what was disclosed."""


def _is_erasable(owner_kind: str, name: str) -> bool:
    return owner_kind == "deal" and name.startswith(_ERASABLE)


def put(
    tx: Connection, vault: Vault, owner_kind: str, owner_id: bytes, name: str, plain: bytes
) -> None:
    """Keep a secret, in place of one of the same name."""
    sealer = vault
    if _is_erasable(owner_kind, name):
        sealer = erasable_keys.get_or_make(tx, vault, owner_id)
    tx.run(
        "INSERT INTO secrets (owner_kind, owner_id, name, box) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET box = excluded.box",
        (owner_kind, owner_id, name, sealer.seal(plain, owner_kind, owner_id, name)),
    )


def get(tx: Connection, vault: Vault, owner_kind: str, owner_id: bytes, name: str) -> bytes | None:
    """Return a secret, or None; `storage.secret` where it doesn't open.

    None also where its erasable key isn't there: in a backup that was restored without its keys.
    """
    box = tx.value(
        "SELECT box FROM secrets WHERE owner_kind = ? AND owner_id = ? AND name = ?",
        (owner_kind, owner_id, name),
    )
    sealer: Vault | None = vault
    if _is_erasable(owner_kind, name):
        sealer = erasable_keys.get(tx, vault, owner_id)
    if box is None or sealer is None:
        return None
    return sealer.unseal(box, owner_kind, owner_id, name)


def erase(tx: Connection, owner_kind: str, owner_id: bytes, name: str | None = None) -> int:
    """Erase an owner's secrets, or the one of a name. Return how many.

    With the last of them that is erasable goes the key to all copies.
    """
    tx.run(
        "DELETE FROM secrets WHERE owner_kind = ?1 AND owner_id = ?2 AND (?3 IS NULL OR name = ?3)",
        (owner_kind, owner_id, name),
    )
    count = tx.changes()
    if owner_kind == "deal" and not _has_erasable(tx, owner_id):
        erasable_keys.erase(tx, owner_id)
    return count


def _has_erasable(tx: Connection, owner_id: bytes) -> bool:
    names = tx.rows(
        "SELECT name FROM secrets WHERE owner_kind = 'deal' AND owner_id = ?", (owner_id,)
    )
    return any(_is_erasable("deal", str(name)) for (name,) in names)


def deals_with(tx: Connection, name: str, most: int) -> list[bytes]:
    """The deals that have a secret of this name, those that changed last first."""
    sql = (
        "SELECT secrets.owner_id FROM secrets JOIN deals ON deals.deal = secrets.owner_id"
        " WHERE secrets.owner_kind = 'deal' AND secrets.name = ?"
        " ORDER BY deals.updated DESC, deals.deal LIMIT ?"
    )
    return [bytes(deal) for (deal,) in tx.rows(sql, (name, most))]


def owners(tx: Connection, owner_kind: str, begins: str) -> set[bytes]:
    """The owners of a kind that have a secret whose name begins so."""
    sql = "SELECT DISTINCT owner_id FROM secrets WHERE owner_kind = ? AND substr(name, 1, ?) = ?"
    return {bytes(owner) for (owner,) in tx.rows(sql, (owner_kind, len(begins), begins))}

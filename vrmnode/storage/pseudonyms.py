"""The names under which this node speaks as a customer: each belongs to one own intent.

A published intent has one, which everybody may know. An intent to named vendors has one for each
of them, which only that vendor knows; that they belong together stands nowhere but here.
"""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonym:
    """A pseudonym (public key) of an own intent.

    `key_context` (16 bytes) derives its key from the seed. `vendor_root` is the one vendor that
    knows it; None for a published intent.
    """

    pseudonym: bytes
    intent_id: bytes
    key_context: bytes
    reply_tag: bytes
    vendor_root: bytes | None = None


_PSEUDONYMS = Table("pseudonyms", Pseudonym)


def insert(tx: Connection, item: Pseudonym) -> None:
    """Keep a new one; StorageError `storage.conflict` where it exists."""
    _PSEUDONYMS.insert(tx, item)


def get(tx: Connection, pseudonym: bytes) -> Pseudonym | None:
    """Return this pseudonym, or None: it isn't one of ours."""
    return _PSEUDONYMS.first(tx, "WHERE pseudonym = ?", (pseudonym,))


def of_vendor(tx: Connection, vendor_root: bytes) -> list[Pseudonym]:
    """Return the pseudonyms that only this vendor knows."""
    return _PSEUDONYMS.select(tx, "WHERE vendor_root = ?", (vendor_root,))


def of_intent(tx: Connection, intent_id: bytes) -> list[Pseudonym]:
    """Return the pseudonyms of an own intent: one, or one for each named vendor."""
    where = "WHERE intent_id = ? ORDER BY vendor_root"
    return _PSEUDONYMS.select(tx, where, (intent_id,))

"""What this node's owner has disclosed: which fields, to whom, when, under which agreement.

Names of fields, never values. The rows outlive the deals that they are about.
"""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDisclosure:
    """One message that told something: its kind and digest, the digest of the agreement (32 bytes).

    `rule` says who decided: the owner, or which rule of the owner's.
    """

    digest: bytes
    deal: bytes
    kind: str
    vendor_root: bytes
    vendor_name: str
    agreement: bytes
    fields: list[str]
    rule: str
    disclosed_at: int


_DISCLOSURES = Table("disclosures", StoredDisclosure, json_columns=["fields"])


def put(tx: Connection, row: StoredDisclosure) -> None:
    """Keep a new disclosure; StorageError `storage.conflict` where it exists."""
    _DISCLOSURES.insert(tx, row)


def get(tx: Connection, digest: bytes) -> StoredDisclosure | None:
    """Return the disclosure with that digest."""
    return _DISCLOSURES.first(tx, "WHERE digest = ?", (digest,))


def of_deal(tx: Connection, deal: bytes) -> list[StoredDisclosure]:
    """Return what was disclosed in a deal, oldest first."""
    return _DISCLOSURES.select(tx, "WHERE deal = ? ORDER BY disclosed_at, rowid", (deal,))


def count(tx: Connection, deal: bytes, kind: str) -> int:
    """Return how many messages of a kind told something in a deal."""
    sql = "SELECT count(*) FROM disclosures WHERE deal = ? AND kind = ?"
    return int(tx.value(sql, (deal, kind)))


def every(tx: Connection) -> list[StoredDisclosure]:
    """Return all that was disclosed, newest first."""
    return _DISCLOSURES.select(tx, "ORDER BY disclosed_at DESC, rowid DESC")

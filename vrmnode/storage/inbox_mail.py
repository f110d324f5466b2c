"""Questions and counters of customers that wait for a human of the vendor.

An entry stands beside its message; it goes when that is answered, or when its time is over.
"""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table, hex_bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxMail:
    """A message by its digest; `kind` is `question` or `counter`.

    A claim counts until `claimed_until`. `answer_by` is when the node does without a human.
    """

    digest: bytes
    kind: str
    deal: bytes
    added: int
    answer_by: int
    claimed_by: str | None = None
    claimed_until: int | None = None

    def claimer(self, now: int) -> str | None:
        """Who works on it now."""
        return self.claimed_by if (self.claimed_until or 0) > now else None


_MAIL = Table("inbox_mail", InboxMail)


def put(tx: Connection, entry: InboxMail) -> None:
    """Keep an entry, in place of the one of this message."""
    tx.run(f"INSERT OR REPLACE {_MAIL.insert_sql}", _MAIL.values(entry))


def get(tx: Connection, digest: bytes) -> InboxMail | None:
    """Return the entry of a message."""
    return _MAIL.first(tx, "WHERE digest = ?", (digest,))


def by_prefix(tx: Connection, hex_prefix: str) -> list[InboxMail]:
    """Return the entries whose digest starts with these hex digits."""
    bounds = hex_bounds(hex_prefix)
    return [] if bounds is None else _MAIL.select(tx, "WHERE digest BETWEEN ? AND ?", bounds)


def list_entries(tx: Connection) -> list[InboxMail]:
    """Return all entries, the one that must be answered first first."""
    return _MAIL.select(tx, "ORDER BY answer_by, added, digest")


def of_deal(tx: Connection, deal: bytes) -> list[InboxMail]:
    """Return the entries of a deal."""
    return _MAIL.select(tx, "WHERE deal = ?", (deal,))


def count(tx: Connection) -> int:
    """Return how many wait."""
    return int(tx.value("SELECT count(*) FROM inbox_mail"))


def remove(tx: Connection, digest: bytes) -> bool:
    """Take an entry away; False where there was none."""
    tx.run("DELETE FROM inbox_mail WHERE digest = ?", (digest,))
    return tx.changes() == 1

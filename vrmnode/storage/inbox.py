"""Intents that wait for a human of the vendor, each with who works on it.

An entry stands beside the intent in `market_intents`; it goes when the intent is answered, ends or
is withdrawn, or when its time in the inbox is over.
"""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table, hex_bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEntry:
    """`why` a human answers it, in words; `work`: leading zero bits of its envelope's id.

    A claim counts until `claimed_until`. `answer_by` is when the node does without a human.
    """

    pseudonym: bytes
    envelope_id: bytes
    why: str
    work: int
    added: int
    answer_by: int
    valid_through: int
    claimed_by: str | None = None
    claimed_until: int | None = None

    def claimer(self, now: int) -> str | None:
        """Who works on it now."""
        return self.claimed_by if (self.claimed_until or 0) > now else None


_INBOX = Table("inbox", InboxEntry)


def put(tx: Connection, entry: InboxEntry) -> None:
    """Keep an entry, in place of the one of this pseudonym."""
    tx.run(f"INSERT OR REPLACE {_INBOX.insert_sql}", _INBOX.values(entry))


def get(tx: Connection, pseudonym: bytes) -> InboxEntry | None:
    """Return the entry of this pseudonym's intent."""
    return _INBOX.first(tx, "WHERE pseudonym = ?", (pseudonym,))


def list_entries(tx: Connection) -> list[InboxEntry]:
    """Return all entries, the one that must be answered first first."""
    return _INBOX.select(tx, "ORDER BY answer_by, added, pseudonym")


def by_prefix(tx: Connection, hex_prefix: str) -> list[InboxEntry]:
    """Return the entries whose envelope id starts with these hex digits."""
    bounds = hex_bounds(hex_prefix)
    return [] if bounds is None else _INBOX.select(tx, "WHERE envelope_id BETWEEN ? AND ?", bounds)


def count(tx: Connection) -> int:
    """Return how many intents wait."""
    return int(tx.value("SELECT count(*) FROM inbox"))


def claim(tx: Connection, pseudonym: bytes, name: str | None, until: int | None) -> None:
    """Note who works on an entry until when; None: nobody."""
    tx.run(
        "UPDATE inbox SET claimed_by = ?, claimed_until = ? WHERE pseudonym = ?",
        (name, until, pseudonym),
    )


def remove(tx: Connection, pseudonym: bytes) -> bool:
    """Take an entry away; False where there was none."""
    tx.run("DELETE FROM inbox WHERE pseudonym = ?", (pseudonym,))
    return tx.changes() == 1

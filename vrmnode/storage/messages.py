"""The signed messages of deals: own and received, kept for ever, once each by digest.

They are the truth of a deal. Also who has acknowledged what: `acked_at` says when the other side
confirmed an own message, `ack_sent_at` when this node confirmed one of theirs.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.deals import CUSTOMER, VENDOR
from vrmnode.storage.table import Table, hex_bounds, touched

ACKNOWLEDGED_AT_ONCE = 16  # digests that one message carries

_UNACKNOWLEDGED = "own = 0 AND kind <> 'ack' AND ack_sent_at IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A verified inner message; `raw` is its signed canonical form."""

    digest: bytes
    deal: bytes
    author: bytes
    seq: int
    kind: str
    own: bool
    created: int
    received_at: int
    acked_at: int | None = None
    ack_sent_at: int | None = None
    raw: bytes


_MESSAGES = Table("messages", StoredMessage, booleans=("own",))


def put(tx: Connection, message: StoredMessage) -> bool:
    """Keep a message; False where it was known. Its deal must exist (`storage.conflict`)."""
    return _MESSAGES.insert_new(tx, message, "digest")


def get(tx: Connection, digest: bytes) -> StoredMessage | None:
    """Return the message of this digest."""
    return _MESSAGES.first(tx, "WHERE digest = ?", (digest,))


def list_messages(tx: Connection, deal: bytes) -> list[StoredMessage]:
    """Return the messages of a deal as they came in or were written."""
    return _MESSAGES.select(tx, "WHERE deal = ? ORDER BY received_at, rowid", (deal,))


def raws(tx: Connection, deal: bytes) -> list[bytes]:
    """Return the messages of a deal alone, in the same order."""
    found = tx.rows("SELECT raw FROM messages WHERE deal = ? ORDER BY received_at, rowid", (deal,))
    return [bytes(raw) for (raw,) in found]


def by_prefix(tx: Connection, hex_prefix: str, kind: str | None = None) -> list[StoredMessage]:
    """Return the messages whose digest starts with these hex digits, of one kind if given."""
    bounds = hex_bounds(hex_prefix)
    if bounds is None:
        return []
    where = "WHERE digest BETWEEN ?1 AND ?2 AND (?3 IS NULL OR kind = ?3)"
    return _MESSAGES.select(tx, where, (*bounds, kind))


def offers(tx: Connection, intent_id: bytes | None = None) -> list[StoredMessage]:
    """Return the offers received as a customer, oldest first; for one intent if given."""
    where = (
        "WHERE kind = 'offer' AND own = 0 AND deal IN (SELECT deal FROM deals"
        " WHERE role = ?1 AND (?2 IS NULL OR intent_id = ?2)) ORDER BY received_at, digest"
    )
    return _MESSAGES.select(tx, where, (CUSTOMER, intent_id))


def received_of_kind(
    tx: Connection, kind: str, limit: int, *, state: str | None = None
) -> list[StoredMessage]:
    """Return what others sent of one kind, in deals of a state if given, the newest first."""
    where = (
        "WHERE kind = ?1 AND own = 0"
        " AND (?2 IS NULL OR deal IN (SELECT deal FROM deals WHERE state = ?2))"
        " ORDER BY received_at DESC, rowid DESC LIMIT ?3"
    )
    return _MESSAGES.select(tx, where, (kind, state, limit))


def rights_requests(tx: Connection, *, own: bool, limit: int) -> list[StoredMessage]:
    """Return the rights requests that this node made, or got, the newest first."""
    where = "WHERE kind = 'rights_request' AND own = ? ORDER BY created DESC, digest LIMIT ?"
    return _MESSAGES.select(tx, where, (int(own), limit))


def mark_acked(tx: Connection, digests: Iterable[bytes], at: int) -> int:
    """Note that the other side has these own messages; return how many that was news for."""
    sql = "UPDATE messages SET acked_at = ? WHERE digest = ? AND own = 1 AND acked_at IS NULL"
    return touched(tx, sql, ((at, digest) for digest in digests))


def to_acknowledge(tx: Connection, deal: bytes, limit: int = ACKNOWLEDGED_AT_ONCE) -> list[bytes]:
    """Return the digests of the other side's messages to acknowledge, oldest first."""
    sql = f"SELECT digest FROM messages WHERE deal = ? AND {_UNACKNOWLEDGED}"
    rows = tx.rows(f"{sql} ORDER BY received_at, seq, digest LIMIT ?", (deal, limit))
    return [digest for (digest,) in rows]


def mark_ack_sent(tx: Connection, digests: Iterable[bytes], at: int) -> None:
    """Note that an own message carries the acknowledgement of these."""
    sql = "UPDATE messages SET ack_sent_at = ? WHERE digest = ? AND own = 0"
    tx.run_many(sql, [(at, digest) for digest in digests])


def need_ack_again(tx: Connection, digest: bytes) -> None:
    """Acknowledge a message once more: it came again, so the first one got lost."""
    tx.run("UPDATE messages SET ack_sent_at = NULL WHERE digest = ? AND own = 0", (digest,))


def seqs(tx: Connection, deal: bytes, author: bytes) -> list[int]:
    """Return the sequence numbers of one author's messages in a deal, ascending."""
    sql = "SELECT seq FROM messages WHERE deal = ? AND author = ? ORDER BY seq"
    return [seq for (seq,) in tx.rows(sql, (deal, author))]


def missing_seqs(tx: Connection, deal: bytes, author: bytes, limit: int = 64) -> list[int]:
    """Return the lowest sequence numbers below an author's highest that haven't come."""
    present = set(seqs(tx, deal, author))
    # Lazily: the highest is what a peer wrote, up to 2^31.
    missing = (seq for seq in range(max(present, default=0)) if seq not in present)
    return list(itertools.islice(missing, limit))


def answers_since(tx: Connection, since: int) -> int:
    """Return how many offers and declines a vendor wrote at that time or later."""
    return int(
        tx.value(
            "SELECT count(*) FROM messages JOIN deals USING (deal) WHERE own = 1"
            " AND kind IN ('offer', 'decline') AND messages.created >= ? AND role = ?",
            (since, VENDOR),
        )
    )


def deals_with_deletions(tx: Connection) -> set[bytes]:
    """The deals in which something was said to be deleted, of both roles."""
    rows = tx.rows("SELECT DISTINCT deal FROM messages WHERE kind = 'deletion'")
    return {bytes(deal) for (deal,) in rows}


def count_from(tx: Connection, deal: bytes, author: bytes, *, kind: str | None = None) -> int:
    """Return how many messages of one author a deal has; of one kind if given."""
    sql = "SELECT count(*) FROM messages WHERE deal = ?1 AND author = ?2"
    return int(tx.value(f"{sql} AND (?3 IS NULL OR kind = ?3)", (deal, author, kind)))

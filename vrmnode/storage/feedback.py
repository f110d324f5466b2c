"""Public feedback and replies, as read from others, and what this node's owner has said.

Of what others say as much is kept as `kept_feedback` allows; of each feedback key the newest.
"""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.sealed_table import SealedTable
from vrmnode.storage.secrets import Vault
from vrmnode.storage.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFeedback:
    """Feedback under one key (32 bytes) about a vendor root; `rank` decides what stays.

    `body` is that of the envelope; `gtin` (14 digits) and `brand` (casefolded) are what it is
    found by.
    """

    key: bytes
    root: bytes
    month: str
    seq: int
    envelope_id: bytes
    body: bytes
    created: int
    expires: int
    rank: bytes
    gtin: str | None
    brand: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply:
    """What a vendor root answered to the feedback key `about`."""

    root: bytes
    about: bytes
    seq: int
    envelope_id: bytes
    body: bytes
    created: int
    expires: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFeedback:
    """What this node's owner says about the vendor of a deal; `body` (canonical) without dates.

    Until it leaves nobody has seen it, so `body` lies sealed. `seq` is that of the next or last
    envelope; `published_at` is when it left, None while it waits for `due_at`.
    """

    deal: bytes
    key: bytes
    seq: int
    body: bytes
    due_at: int
    published_at: int | None


_FEEDBACK = Table("feedback", StoredFeedback)
_REPLIES = Table("feedback_replies", StoredReply)
_OWN = SealedTable(
    "own_feedback",
    OwnFeedback,
    owner_kind="own_feedback",
    clear=("key", "seq", "due_at", "published_at"),
    in_bytes=("body",),
)


def upsert(tx: Connection, row: StoredFeedback) -> bool:
    """Keep feedback; False unless its number is the key's highest so far.

    Of two with the same number the one with the lower envelope id is kept.
    """
    # SPEC 14: The reader MUST keep, per feedback key, the feedback with the highest `seq`, and of
    # two with the same the one with the lower envelope id.
    return _newest(tx, _FEEDBACK, "feedback", "key", row)


def upsert_reply(tx: Connection, row: StoredReply) -> bool:
    """Keep a reply, as `upsert` does."""
    # SPEC 14: The reader MUST keep, per root and feedback key, the reply with the highest `seq`,
    # and of two with the same the one with the lower envelope id.
    return _newest(tx, _REPLIES, "feedback_replies", "root, about", row)


def _newest(
    tx: Connection,
    table: Table[StoredFeedback] | Table[StoredReply],
    name: str,
    key: str,
    row: StoredFeedback | StoredReply,
) -> bool:
    changed = ", ".join(
        f"{column} = excluded.{column}" for column in table.columns if column not in key.split(", ")
    )
    tx.run(
        f"INSERT {table.insert_sql} ON CONFLICT ({key}) DO UPDATE SET {changed}"
        f" WHERE excluded.seq > {name}.seq"
        f" OR (excluded.seq = {name}.seq AND excluded.envelope_id < {name}.envelope_id)",
        table.values(row),  # type: ignore[arg-type]  # the row is one of this table
    )
    return tx.changes() == 1


def get(tx: Connection, key: bytes) -> StoredFeedback | None:
    """Return the feedback under a key."""
    return _FEEDBACK.first(tx, "WHERE key = ?", (key,))


def by_prefix(tx: Connection, low: bytes, high: bytes) -> list[StoredFeedback]:
    """Return feedback whose key lies between two, at most ten."""
    return _FEEDBACK.select(tx, "WHERE key BETWEEN ? AND ? LIMIT 10", (low, high))


def highest_rank(tx: Connection, root: bytes, month: str, most: int) -> StoredFeedback | None:
    """Return the feedback that goes first if a vendor's month has `most` of it already."""
    rest = "WHERE root = ? AND month = ? ORDER BY rank DESC"
    if count_of_month(tx, root, month) < most:
        return None
    return _FEEDBACK.first(tx, rest, (root, month))


def count_of_month(tx: Connection, root: bytes, month: str) -> int:
    """Return how much feedback about a vendor's month is kept."""
    sql = "SELECT count(*) FROM feedback WHERE root = ? AND month = ?"
    return int(str(tx.value(sql, (root, month))))


def remove(tx: Connection, key: bytes) -> None:
    """Drop the feedback under a key."""
    tx.run("DELETE FROM feedback WHERE key = ?", (key,))


def about_vendor(tx: Connection, root: bytes, now: int, limit: int) -> list[StoredFeedback]:
    """Return what is said about a vendor, the lowest ranks first."""
    rest = "WHERE root = ? AND expires > ? ORDER BY rank, key LIMIT ?"
    return _FEEDBACK.select(tx, rest, (root, now, limit))


def about_product(
    tx: Connection, gtin: str | None, brand: str | None, now: int, limit: int
) -> list[StoredFeedback]:
    """Return what is said about a product or a brand, whoever sold it, the lowest ranks first."""
    rest = "WHERE (gtin = ? OR brand = ?) AND expires > ? ORDER BY rank, key LIMIT ?"
    return _FEEDBACK.select(tx, rest, (gtin, brand, now, limit))


def reply_to(tx: Connection, root: bytes, about: bytes) -> StoredReply | None:
    """Return what a vendor answered to feedback."""
    return _REPLIES.first(tx, "WHERE root = ? AND about = ?", (root, about))


def count_replies(tx: Connection, root: bytes) -> int:
    """Return how many replies of a vendor are kept."""
    sql = "SELECT count(*) FROM feedback_replies WHERE root = ?"
    return int(str(tx.value(sql, (root,))))


def tidy(tx: Connection, now: int, most: int) -> None:
    """Drop what has expired, and of the rest the highest ranks over `most`, known vendors' last."""
    tx.run("DELETE FROM feedback WHERE expires <= ?", (now,))
    tx.run(
        "DELETE FROM feedback WHERE key IN (SELECT key FROM feedback"
        " ORDER BY root IN (SELECT vendor_root FROM deals) DESC,"
        " root IN (SELECT root FROM trust) DESC, rank LIMIT -1 OFFSET ?)",
        (most,),
    )
    tx.run("DELETE FROM feedback_replies WHERE expires <= ?", (now,))
    tx.run(
        "DELETE FROM feedback_replies WHERE (root, about) IN (SELECT root, about"
        " FROM feedback_replies AS each ORDER BY EXISTS (SELECT 1 FROM feedback"
        " WHERE key = each.about AND root = each.root) DESC, created DESC, about"
        " LIMIT -1 OFFSET ?)",
        (most,),
    )


def put_own(tx: Connection, vault: Vault, row: OwnFeedback) -> None:
    """Keep what the owner says, in place of what it said before."""
    _OWN.remove(tx, row.deal)
    _OWN.insert(tx, vault, row)


def own_of(tx: Connection, vault: Vault, deal: bytes) -> OwnFeedback | None:
    """Return what the owner says about a deal's vendor."""
    return _OWN.first(tx, vault, "WHERE deal = ?", (deal,))


def every_own(tx: Connection, vault: Vault) -> list[OwnFeedback]:
    """Return all that the owner says, the last to be told first."""
    return _OWN.select(tx, vault, "ORDER BY due_at DESC, deal")


def remove_own(tx: Connection, deal: bytes) -> None:
    """Forget what the owner was going to say."""
    _OWN.remove(tx, deal)

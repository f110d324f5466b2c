"""What other people want, and vendor profiles: the messages of others that this node interprets.

Of each author only the highest sequence number counts, and of equal ones the lowest envelope id,
so that every node keeps the same one whatever came first. A profile's highest number is remembered
even after the profile has expired, so an older one can't come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from vrmnode.errors import StorageError
from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table, hex_bounds


class _Any(Enum):
    ANY = "any"


ANY: Final = _Any.ANY  # no filter; None asks for what has no answer yet


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketIntent:
    """The newest form of an intent, and what this vendor answered (`reason`: words).

    `sealed`: it was told to this vendor alone, and `envelope_id` is the message's digest.
    """

    pseudonym: bytes
    envelope_id: bytes
    sealed: bool = False
    seq: int
    status: str
    body: bytes
    valid_through: int
    received_at: int
    answer: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProfile:
    """A vendor's newest profile; `body` is canonical."""

    root: bytes
    seq: int
    envelope_id: bytes
    name: str
    body: bytes
    expires: int
    received_at: int


_INTENTS = Table("market_intents", MarketIntent, booleans=("sealed",))
_PROFILES = Table("profiles", StoredProfile)


def upsert_intent(tx: Connection, intent: MarketIntent) -> bool:
    """Keep an intent or its update; False unless it takes the place of what is known.

    An update keeps the answer given before.
    """
    # SPEC 03: The reader MUST take, per author, the update with the highest `seq`, and of equal
    # ones that with the lowest envelope id, in place of the intent.
    # SPEC 03: The reader MUST take, per deal, the sealed intent with the highest `seq`, and of
    # equal ones that with the lowest digest, in place of the others.
    # SPEC 03: The reader MUST leave aside a sealed intent of a pseudonym that it knows from the
    # market, and an intent in the market of a pseudonym that it knows from a sealed one.
    tx.run(
        f"INSERT {_INTENTS.insert_sql} ON CONFLICT (pseudonym) DO UPDATE SET"
        " envelope_id = excluded.envelope_id, seq = excluded.seq, status = excluded.status,"
        " body = excluded.body, valid_through = excluded.valid_through,"
        " received_at = excluded.received_at WHERE excluded.sealed = market_intents.sealed"
        " AND (excluded.seq > market_intents.seq OR (excluded.seq = market_intents.seq"
        " AND excluded.seq + excluded.sealed > 0"
        " AND excluded.envelope_id < market_intents.envelope_id))",
        _INTENTS.values(intent),
    )
    return tx.changes() == 1


def set_answer(
    tx: Connection, pseudonym: bytes, answer: str | None, reason: str | None = None
) -> None:
    """Note what was answered: 'offered', 'refused', 'ignored', 'human', or None: nothing yet."""
    tx.run(
        "UPDATE market_intents SET answer = ?, reason = ? WHERE pseudonym = ?",
        (answer, reason, pseudonym),
    )
    if tx.changes() != 1:
        raise StorageError(
            "storage.conflict", f"expected an intent under {pseudonym.hex()}, came none"
        )


def get_intent(tx: Connection, pseudonym: bytes) -> MarketIntent | None:
    """Return the intent of this pseudonym."""
    return _INTENTS.first(tx, "WHERE pseudonym = ?", (pseudonym,))


def intents_by_prefix(tx: Connection, hex_prefix: str) -> list[MarketIntent]:
    """Return the intents whose newest envelope's id starts with these hex digits."""
    bounds = hex_bounds(hex_prefix)
    if bounds is None:
        return []
    return _INTENTS.select(tx, "WHERE envelope_id BETWEEN ? AND ?", bounds)


def list_intents(
    tx: Connection,
    now: int,
    *,
    answer: str | Literal[_Any.ANY] | None = ANY,
    limit: int = 1000,
) -> list[MarketIntent]:
    """Return the intents that still run, newest first."""
    params: list[int | str | None] = [now, limit]
    which = ""
    if not isinstance(answer, _Any):
        which = "AND answer IS ?3 "
        params.append(answer)
    where = f"WHERE valid_through > ?1 {which}ORDER BY received_at DESC, pseudonym LIMIT ?2"
    return _INTENTS.select(tx, where, params)


def to_reconsider(tx: Connection, now: int, after: bytes, limit: int) -> list[MarketIntent]:
    """Return running intents beyond a pseudonym that may yet get an offer, by pseudonym.

    Those without an answer or with a human; and those refused because the vendor was closed.
    """
    where = (
        "WHERE pseudonym > ? AND valid_through > ? AND status = 'active' AND (answer IS NULL"
        " OR answer IN ('ignored', 'human') OR (answer = 'refused' AND reason = 'closed'))"
        " ORDER BY pseudonym LIMIT ?"
    )
    return _INTENTS.select(tx, where, (after, now, limit))


def forget_intents(tx: Connection, now: int) -> int:
    """Forget the intents whose time is over. Return how many."""
    tx.run("DELETE FROM market_intents WHERE valid_through <= ?", (now,))
    return tx.changes()


def upsert_profile(tx: Connection, profile: StoredProfile) -> bool:
    """Keep a profile; False unless its sequence number is the vendor's highest so far.

    Of two with the same number the one with the lower envelope id is kept.
    """
    # SPEC 03: The reader MUST keep, per vendor root, the profile with the highest `seq`, and
    # remember that number after the profile has expired.
    tx.run(
        f"INSERT {_PROFILES.insert_sql} ON CONFLICT (root) DO UPDATE SET"
        " seq = excluded.seq, envelope_id = excluded.envelope_id, name = excluded.name,"
        " body = excluded.body, expires = excluded.expires, received_at = excluded.received_at"
        " WHERE excluded.seq > profiles.seq OR (excluded.seq = profiles.seq"
        " AND excluded.envelope_id < profiles.envelope_id)",
        _PROFILES.values(profile),
    )
    return tx.changes() == 1


def get_profile(tx: Connection, root: bytes) -> StoredProfile | None:
    """Return a vendor's newest profile, perhaps expired."""
    return _PROFILES.first(tx, "WHERE root = ?", (root,))


def list_profiles(tx: Connection, now: int, limit: int = 10_000) -> list[StoredProfile]:
    """Return the profiles that still run, the one heard of last first."""
    where = "WHERE expires > ? ORDER BY received_at DESC, root LIMIT ?"
    return _PROFILES.select(tx, where, (now, limit))


def known_roots(tx: Connection, low: bytes, high: bytes, limit: int = 2) -> list[bytes]:
    """Return vendor roots in `low`..`high` that a profile, a deal or the owner told of."""
    rows = tx.rows(
        "SELECT root FROM profiles WHERE root BETWEEN ?1 AND ?2"
        " UNION SELECT vendor_root FROM deals WHERE role = 'customer'"
        " AND vendor_root BETWEEN ?1 AND ?2"
        " UNION SELECT root FROM trust WHERE root BETWEEN ?1 AND ?2 ORDER BY 1 LIMIT ?3",
        (low, high, limit),
    )
    return [root for (root,) in rows]


def trim_intents(tx: Connection, most: int, *, sealed: bool = False) -> int:
    """Keep at most `most` intents, public or sealed ones: those that end first go.

    Return how many went.
    """
    tx.run(
        "DELETE FROM market_intents WHERE pseudonym IN (SELECT pseudonym FROM market_intents"
        " WHERE sealed = ? ORDER BY valid_through DESC, pseudonym LIMIT -1 OFFSET ?)",
        (sealed, most),
    )
    return tx.changes()


def count_intents(tx: Connection, now: int, *, sealed: bool = False) -> int:
    """Return how many intents of others still run, public or sealed ones."""
    sql = "SELECT count(*) FROM market_intents WHERE valid_through > ? AND sealed = ?"
    return int(tx.value(sql, (now, sealed)))


def trim_profiles(tx: Connection, most: int) -> int:
    """Keep at most `most` profiles: the longest unseen go, trusted ones last.

    Return how many went.
    """
    tx.run(
        "DELETE FROM profiles WHERE root IN (SELECT root FROM profiles"
        " ORDER BY root IN (SELECT root FROM trust) DESC, received_at DESC, root"
        " LIMIT -1 OFFSET ?)",
        (most,),
    )
    return tx.changes()

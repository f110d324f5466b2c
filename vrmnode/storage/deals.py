"""Deals: one negotiation between one intent and one vendor, as this node keeps it.

The state is what `vrmprotocol.negotiation` derived from the deal's messages; the row holds it
together with what is needed to go on writing to the other side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

from vrmnode.errors import StorageError
from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table, hex_bounds, marks

CUSTOMER = "customer"
VENDOR = "vendor"

LOCKING_STATES = ("accepted", "agreed")
ENDED_ORDERS = ("cancelled", "returned")
"""Statuses of an order in which the customer has no goods and expects none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A deal. `deal`, keys and digests: 32 bytes; `total`: minor units; `body_bytes`: mail size.

    `work`: leading zero bits of the id of the envelope that opened it.
    """

    deal: bytes
    role: str
    customer: bytes
    vendor_root: bytes
    vendor_name: str = ""
    intent_id: bytes
    state: str
    offer_digest: bytes | None = None
    business_function: str | None = None
    total: int | None = None
    currency: str | None = None
    quantity: int | None = None
    valid_through: int | None = None
    confirm_by: int | None = None
    peer_seal_suite: str | None = None
    peer_seal_key: bytes | None = None
    shard_out: int | None = None
    shard_in: int | None = None
    body_bytes: int = 4096
    next_seq: int = 0
    last_digest: bytes | None = None
    highest_in: int = -1
    work: int = 0
    created: int
    updated: int
    document: bytes | None = None
    fault: str | None = None


class Changes(TypedDict, total=False):
    """The columns that `update` may change."""

    vendor_name: str
    state: str
    offer_digest: bytes | None
    business_function: str | None
    total: int | None
    currency: str | None
    quantity: int | None
    valid_through: int | None
    confirm_by: int | None
    peer_seal_suite: str | None
    peer_seal_key: bytes | None
    shard_out: int | None
    shard_in: int | None
    body_bytes: int
    next_seq: int
    last_digest: bytes | None
    highest_in: int
    document: bytes | None
    fault: str | None


_DEALS = Table("deals", Deal)
_CHANGEABLE = Changes.__optional_keys__


def insert(tx: Connection, deal: Deal) -> None:
    """Keep a new deal; StorageError `storage.conflict` where it exists."""
    _DEALS.insert(tx, deal)


def get(tx: Connection, deal: bytes) -> Deal | None:
    """Return the deal of this id."""
    return _DEALS.first(tx, "WHERE deal = ?", (deal,))


def update(tx: Connection, deal: bytes, *, updated: int, **fields: Unpack[Changes]) -> None:
    """Change the named columns of a deal.

    Raises TypeError for a column that can't be changed, StorageError `storage.conflict` for an
    unknown deal.
    """
    unknown = fields.keys() - _CHANGEABLE
    if unknown:
        raise TypeError(f"deals have no changeable column {', '.join(sorted(unknown))}")
    names = ["updated", *fields]
    sets = ", ".join(f"{name} = ?" for name in names)
    values = [updated, *fields.values()]
    tx.run(f"UPDATE deals SET {sets} WHERE deal = ?", [*values, deal])  # type: ignore[list-item]
    if tx.changes() != 1:
        raise StorageError("storage.conflict", f"expected a deal {deal.hex()}, came none")


def list_deals(
    tx: Connection,
    *,
    role: str | None = None,
    state: str | None = None,
    intent_id: bytes | None = None,
) -> list[Deal]:
    """Return the deals that fit all given values, the one changed last first."""
    asked = {"role": role, "state": state, "intent_id": intent_id}
    given = {name: value for name, value in asked.items() if value is not None}
    where = " AND ".join(f"{name} = :{name}" for name in given) or "1"
    return _DEALS.select(tx, f"WHERE {where} ORDER BY updated DESC, deal", dict(given))


def by_prefix(tx: Connection, hex_prefix: str) -> list[Deal]:
    """Return the deals whose id starts with these hex digits."""
    bounds = hex_bounds(hex_prefix)
    return [] if bounds is None else _DEALS.select(tx, "WHERE deal BETWEEN ? AND ?", bounds)


def locked_quantity(tx: Connection, intent_id: bytes) -> int:
    """Return how much of an own intent's quantity acceptances hold, open or agreed.

    Not those whose order was cancelled, or whose goods went back.
    """
    return _quantity(tx, intent_id, LOCKING_STATES)


def bought_quantity(tx: Connection, intent_id: bytes) -> int:
    """Return how much of an own intent's quantity is agreed, by the same count."""
    return _quantity(tx, intent_id, ("agreed",))


def _quantity(tx: Connection, intent_id: bytes, states: Sequence[str]) -> int:
    return int(
        tx.value(
            "SELECT coalesce(sum(quantity), 0) FROM deals"
            f" WHERE intent_id = ? AND role = ? AND state IN ({marks(states)})"
            " AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.deal = deals.deal"
            f" AND status IN ({marks(ENDED_ORDERS)}))",
            (intent_id, CUSTOMER, *states, *ENDED_ORDERS),
        )
    )


def count_by_state(tx: Connection, role: str) -> dict[str, int]:
    """Return how many deals of a role are in each state."""
    rows = tx.rows("SELECT state, count(*) FROM deals WHERE role = ? GROUP BY state", (role,))
    return {str(state): int(count) for state, count in rows}


def stale(tx: Connection, role: str, states: Sequence[str], before: int) -> list[bytes]:
    """Return the deals of a role in these states that ended and were changed before a time.

    Not those whose intent still runs: an answer to its next update goes on counting from there.
    """
    rows = tx.rows(
        f"SELECT deal FROM deals WHERE role = ? AND state IN ({marks(states)})"
        " AND document IS NULL AND updated < ? AND coalesce(confirm_by, 0) < ?"
        " AND customer NOT IN (SELECT pseudonym FROM market_intents) LIMIT 1000",
        (role, *states, before, before),
    )
    return [bytes(deal) for (deal,) in rows]


def forget(tx: Connection, deal: bytes) -> None:
    """Delete a deal with its messages, its queue, its tags and timers."""
    _delete_contents(tx, deal)
    tx.run("DELETE FROM deals WHERE deal = ?", (deal,))


def leave_out(tx: Connection, numbers: int) -> None:
    """Go on with a higher sequence number in every deal."""
    tx.run("UPDATE deals SET next_seq = next_seq + ?", (numbers,))


def clear(tx: Connection, deal: bytes, now: int) -> None:
    """Delete everything of a deal but its row, which keeps the numbers already used."""
    _delete_contents(tx, deal)
    update(
        tx,
        deal,
        updated=now,
        state="none",
        offer_digest=None,
        total=None,
        valid_through=None,
        confirm_by=None,
    )


def _delete_contents(tx: Connection, deal: bytes) -> None:
    for table in ("outbox", "messages", "reservations", "orders"):
        tx.run(f"DELETE FROM {table} WHERE deal = ?", (deal,))
    tx.run("DELETE FROM watched_tags WHERE owner = ?", (deal,))
    tx.run("DELETE FROM timers WHERE subject = ?", (deal,))

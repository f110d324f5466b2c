"""The customer's own intents; the names under which they are told are in `pseudonyms`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vrmnode.errors import StorageError
from vrmnode.storage.connection import Connection, Value
from vrmnode.storage.table import Table, hex_bounds, to_json

ACTIVE = "active"
WITHDRAWN = "withdrawn"
EXPIRED = "expired"
FULFILLED = "fulfilled"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnIntent:
    """An own intent.

    `intent_id` is the id of its first envelope and stays; `envelope_id` is the latest one's. Of an
    intent to named vendors nothing is public: then `intent_id` is random and `envelope_id` None.
    `body` is canonical.
    `private_maximum` is in minor units of the currency in `body`, and never leaves the node.
    `standing` names the standing intent of which this is a casting.
    `handed_at` and `handed_to` say when its first envelope left, and to how many peers.
    """

    intent_id: bytes
    envelope_id: bytes | None = None
    body: bytes
    status: str = ACTIVE
    seq: int = 0
    quantity: int
    valid_through: int
    created: int
    label: str | None = None
    acceptance: Mapping[str, object] | None = None
    private_maximum: int | None = None
    standing: bytes | None = None
    handed_at: int | None = None
    handed_to: int | None = None


_INTENTS = Table("intents", OwnIntent, json_columns=("acceptance",))


def insert(tx: Connection, intent: OwnIntent) -> None:
    """Keep a new intent; StorageError `storage.conflict` where the id exists."""
    _INTENTS.insert(tx, intent)


def get_by_id(tx: Connection, intent_id: bytes) -> OwnIntent | None:
    """Return the intent whose first envelope has this id."""
    return _INTENTS.first(tx, "WHERE intent_id = ?", (intent_id,))


def by_prefix(tx: Connection, hex_prefix: str) -> list[OwnIntent]:
    """Return the intents whose id starts with these hex digits."""
    bounds = hex_bounds(hex_prefix)
    return [] if bounds is None else _INTENTS.select(tx, "WHERE intent_id BETWEEN ? AND ?", bounds)


def list_intents(tx: Connection, status: str | None = None) -> list[OwnIntent]:
    """Return the own intents, newest first; of one status if given."""
    where = "WHERE ?1 IS NULL OR status = ?1 ORDER BY created DESC, intent_id"
    return _INTENTS.select(tx, where, (status,))


def castings_of(tx: Connection, standing: bytes) -> list[OwnIntent]:
    """Return the castings of a standing intent, newest first."""
    where = "WHERE standing = ? ORDER BY created DESC, intent_id"
    return _INTENTS.select(tx, where, (standing,))


def update_status(tx: Connection, intent_id: bytes, status: str) -> None:
    """Set the status; StorageError `storage.conflict` for an unknown intent or status."""
    _update(tx, intent_id, "status = ?", (status,))


def set_envelope(
    tx: Connection,
    intent_id: bytes,
    *,
    envelope_id: bytes,
    seq: int,
    body: bytes,
    valid_through: int,
) -> None:
    """Note that an update replaced the intent's public form."""
    sets = "envelope_id = ?, seq = ?, body = ?, valid_through = ?"
    _update(tx, intent_id, sets, (envelope_id, seq, body, valid_through))


def set_body(tx: Connection, intent_id: bytes, *, body: bytes, valid_through: int) -> None:
    """Note that an intent to named vendors was told to them in another form."""
    _update(tx, intent_id, "body = ?, valid_through = ?", (body, valid_through))


def set_acceptance(
    tx: Connection, intent_id: bytes, acceptance: Mapping[str, object] | None
) -> None:
    """Set the intent's own acceptance policy (None: the node's)."""
    text = None if acceptance is None else to_json(acceptance)
    _update(tx, intent_id, "acceptance = ?", (text,))


def note_handed(tx: Connection, intent_id: bytes, *, at: int, peers: int) -> None:
    """Note when an intent first left and to how many peers; nothing if it isn't an own one."""
    tx.run(
        "UPDATE intents SET handed_at = ?, handed_to = ? WHERE intent_id = ? AND handed_at IS NULL",
        (at, peers, intent_id),
    )


def expire(tx: Connection, now: int) -> list[bytes]:
    """Mark active intents past their end as expired; return their ids."""
    rows = tx.rows(
        "UPDATE intents SET status = 'expired'"
        " WHERE status = 'active' AND valid_through <= ? RETURNING intent_id",
        (now,),
    )
    return [intent_id for (intent_id,) in rows]


def _update(tx: Connection, intent_id: bytes, sets: str, values: tuple[Value, ...]) -> None:
    tx.run(f"UPDATE intents SET {sets} WHERE intent_id = ?", (*values, intent_id))
    if tx.changes() != 1:
        raise StorageError(
            "storage.conflict", f"expected an own intent {intent_id.hex()}, came none"
        )

"""Relationships: the deals with one vendor, or of one customer, as this node's owner sees them.

Implements specs/09-relationship.md for the eye: nothing is stored about a relationship. The
customer's is all that is agreed with a vendor root; the vendor's is what was opened to one
relationship key, or else a deal alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.engine.disclosure import declined, statements
from vrmnode.engine.failures import not_found
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.engine.references import find_deal, find_vendor
from vrmnode.storage import deals
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault

MOST = 1_000
"""Deals that are looked at for a list, those that changed last."""

_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Relation:
    """Agreed deals that belong together, the one changed last first.

    `key` (32 bytes) is the vendor's root to its customer; to a vendor the relationship key, or the
    pseudonym of the single deal where none was opened.
    """

    role: str
    key: bytes
    opened: bool
    records: tuple[DealRecord, ...]


def every(tx: Connection, vault: Vault, role: str | None = None) -> list[Relation]:
    """All relationships of this node's owner, or those of a role."""
    roles = (deals.CUSTOMER, deals.VENDOR) if role is None else (role,)
    found: dict[tuple[str, bytes], list[DealRecord]] = {}
    opened: set[tuple[str, bytes]] = set()
    for each in roles:
        for row in deals.list_deals(tx, role=each, state="agreed")[:MOST]:
            record = load_deal(tx, row.deal)
            name, is_opened = _name(tx, vault, record)
            found.setdefault((each, name), []).append(record)
            if is_opened:
                opened.add((each, name))
    return [
        Relation(role, key, (role, key) in opened, tuple(records))
        for (role, key), records in found.items()
    ]


def _name(tx: Connection, vault: Vault, record: DealRecord) -> tuple[bytes, bool]:
    """By what a deal is grouped, and whether the relationship was opened in it."""
    row = record.row
    if row.role == deals.CUSTOMER:
        told = declined.standing(tx, row.deal)
        return row.vendor_root, any("relationship" in one.fields for one in told)
    kept = statements.of_deal(tx, vault, record).values()
    keys_opened = [one.key for one in kept if one.key is not None]
    return (keys_opened[-1], True) if keys_opened else (row.customer, False)


def find(tx: Connection, vault: Vault, ref: str) -> Relation:
    """The relationship of a deal, a vendor or a customer's key.

    Raises:
        ServiceError: `relation.not_found`, `deal.*`, `vendor.*`, `request.*`.
    """
    text = ref.strip()
    if (text and set(text.lower()) <= _HEX and len(text) < 64) or deals.by_prefix(tx, text.lower()):
        deal = find_deal(tx, text)
        known = [one for one in every(tx, vault) if any(r.deal == deal for r in one.records)]
        if not known:
            record = load_deal(tx, deal)
            key, opened = _name(tx, vault, record)
            if record.state.state != "agreed":
                raise not_found("relation", text)
            return Relation(record.row.role, key, opened, (record,))
        return known[0]
    key = find_vendor(tx, text)
    found = next((one for one in every(tx, vault) if one.key == key), None)
    if found is None:
        raise not_found("relation", text)
    return found


def deal_of(relation: Relation, ref: str) -> DealRecord:
    """The deal that was named, or the newest of a relationship."""
    text = ref.strip().lower()
    named = [record for record in relation.records if record.deal.hex().startswith(text)]
    return named[0] if named else max(relation.records, key=lambda record: record.row.created)


def own_author(record: DealRecord) -> bytes:
    """The key under which this node's side speaks in a deal."""
    return record.row.customer if record.row.role == deals.CUSTOMER else record.vendor_author or b""


def other(role: str) -> str:
    """The other side of a deal."""
    return deals.VENDOR if role == deals.CUSTOMER else deals.CUSTOMER

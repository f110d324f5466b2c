"""Relationships as their owner sees them: the list, and one with its deals, reach and notes."""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.engine.disclosure import declined, disclosed
from vrmnode.engine.orders.order_records import find_order
from vrmnode.engine.records import DealRecord
from vrmnode.engine.relationship import reach_state, relations
from vrmnode.engine.relationship.relations import Relation
from vrmnode.storage import deals, messages
from vrmnode.storage.database import Connection
from vrmnode.storage.deals import Deal
from vrmnode.storage.secrets import Vault
from vrmnode.values import reasons
from vrmprotocol import keys
from vrmprotocol.reach_bodies import Note

Json = dict[str, object]
Params = Mapping[str, object]


def listed(tx: Connection, vault: Vault, params: Params) -> list[Json]:
    """All relationships, or those of a role, the one changed last first."""
    role = params.get("role")
    found = relations.every(tx, vault, role if isinstance(role, str) else None)
    return sorted((_row(tx, one) for one in found), key=lambda row: -int(str(row["updated"])))


def _row(tx: Connection, relation: Relation) -> Json:
    rows: list[Deal] = [record.row for record in relation.records]
    statuses = {reach_state.of_deal(tx, record).relationship for record in relation.records}
    order = ("active", "paused", "ended")
    return {
        "role": relation.role,
        "vendor" if relation.role == deals.CUSTOMER else "customer": keys.to_did(relation.key),
        "vendor_name": rows[0].vendor_name if relation.role == deals.CUSTOMER else None,
        "opened": relation.opened,
        "status": next(one for one in order if one in statuses),
        "deals": [row.deal.hex() for row in rows],
        "since": min(row.created for row in rows),
        "updated": max(row.updated for row in rows),
    }


def show(tx: Connection, vault: Vault, params: Params, now: int) -> Json:
    """One relationship: its deals, with what may be written first and what was.

    Raises:
        ServiceError: as `find`.
    """
    relation = relations.find(tx, vault, str(params.get("relation") or ""))
    return {
        **_row(tx, relation),
        "deals": [_deal(tx, vault, record, now) for record in relation.records],
        "notes": [note for record in relation.records for note in notes(tx, vault, record)],
    }


def _deal(tx: Connection, vault: Vault, record: DealRecord, now: int) -> Json:
    known, found = find_order(tx, record.deal), reach_state.of_deal(tx, record)
    shown: Json = {
        "deal": record.deal.hex(),
        "item_name": None if known is None else known.order.draft.item_offered.name,
        "terms": None if known is None else known.order.draft.terms,
        "order_status": None if known is None else known.order.status,
        "status": found.relationship,
        "reach": reach_state.shown(found),
    }
    if record.row.role == deals.VENDOR:
        return {**shown, "disclosed": disclosed.shown(tx, vault, record, now)}
    told = {name for one in declined.standing(tx, record.deal) for name in one.fields}
    return {**shown, "told": sorted(told)}


# SPEC 09: The node MUST NOT show a refused note among the others unless it says so.
def notes(tx: Connection, vault: Vault, record: DealRecord) -> list[Json]:
    """The notes of a deal, oldest first; `refused` has the code of one that was."""
    held, own = reach_state.conversation(tx, vault, record), relations.own_author(record)
    rows: list[Json] = []
    for each in held.notes:
        assert isinstance(each.body, Note)
        stored = messages.get(tx, each.digest)
        mine, code = each.author == own, held.refused.get(each.digest)
        rows.append(
            {
                "note": each.digest.hex(),
                "deal": record.deal.hex(),
                "from": "you" if mine else relations.other(record.row.role),
                "text": each.body.text,
                "in_language": each.body.in_language,
                "purpose": each.body.purpose,
                "answers": None if each.body.answers is None else each.body.answers.hex(),
                "created": each.created,
                "acknowledged": stored.acked_at if stored is not None and mine else None,
                "refused": code,
                "words": None if code is None else reasons.REACH[code],
            }
        )
    return rows

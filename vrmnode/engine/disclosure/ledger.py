"""The privacy ledger: who holds what of whom, under which agreement, until when, deleted or not.

The customer's side says what each vendor was told and has to delete by when; the vendor's side is
its mirror. It names fields, never values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from vrmnode.engine.disclosure import declined, deletions, disclosed
from vrmnode.engine.orders.order_records import find_order
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.engine.rights import requests
from vrmnode.storage import deals, disclosures, messages, secrets
from vrmnode.storage.database import Connection
from vrmnode.storage.disclosures import StoredDisclosure
from vrmnode.storage.secrets import Vault
from vrmnode.values.reasons import DELETION
from vrmprotocol import agreement, keys, legal_basis, order_retention
from vrmprotocol.body_checks import RELATIONSHIP_COMMITMENT
from vrmprotocol.deletion_body import DELETED_NAMES, Deletion
from vrmprotocol.legal_basis import Ground
from vrmprotocol.message import SignedMessage
from vrmprotocol.terms_axes import AXES, Levels
from vrmprotocol.terms_matching import unknown
from vrmprotocol.terms_roster import levels_of
from vrmprotocol.terms_words import words_of

Json = dict[str, object]

_DID = "did:key:"
_PLACES: Mapping[str, int] = {name: place for place, name in enumerate(DELETED_NAMES)}


def ledger(tx: Connection, vault: Vault, params: Mapping[str, object], now: int) -> list[Json]:
    """The entries that fit `role`, `vendor`, `field` and `state`, what is due first."""
    if params.get("role") == deals.VENDOR:
        found = _of_vendor(tx, vault, now)
    else:
        found = _of_customer(tx, now)
    rows = [row for row in found if _fits(row, params)]
    return sorted(rows, key=_urgency)


def _fits(row: Json, params: Mapping[str, object]) -> bool:
    vendor = params.get("vendor")
    if isinstance(vendor, str):
        key = str(row["vendor"]).removeprefix(_DID)
        named = vendor.casefold() in str(row["vendor_name"]).casefold()
        if not named and not key.startswith(vendor.removeprefix(_DID)):
            return False
    same = ("field", "state")
    return all(params.get(name) in (None, row[name]) for name in same)


def _urgency(row: Json) -> tuple[bool, int, str, int]:
    until = row["delete_by"]
    by = until if isinstance(until, int) else 2**62
    place = _PLACES.get(str(row["field"]), 0)
    return row["state"] == "deleted", by, str(row["deal"]), place


def _of_customer(tx: Connection, now: int) -> Iterator[Json]:
    told: dict[bytes, list[StoredDisclosure]] = {}
    for row in reversed(disclosures.every(tx)):
        told.setdefault(row.deal, []).append(row)
    for deal, rows in told.items():
        gone = declined.of_deal(tx, deal)
        fields = {
            name: row.disclosed_at for row in rows if row.digest not in gone for name in row.fields
        }
        yield from _entries(tx, load_deal(tx, deal), fields, now)


def _of_vendor(tx: Connection, vault: Vault, now: int) -> Iterator[Json]:
    kept = secrets.owners(tx, "deal", "message ")
    for deal in sorted({*kept, *messages.deals_with_deletions(tx)}):
        record = load_deal(tx, deal)
        if record.row.role != deals.VENDOR:
            continue
        found = disclosed.of_deal(tx, vault, record, now)
        fields = {name: told.at for name, told in {**found.coming, **found.fields}.items()}
        if found.relationship is not None:
            fields[RELATIONSHIP_COMMITMENT] = record.row.updated
        gone = {name for said in deletions.standing(tx, record) for name in _named(said)}
        yield from _entries(tx, record, {**dict.fromkeys(gone - set(fields)), **fields}, now)


def _named(signed: SignedMessage) -> tuple[str, ...]:
    assert isinstance(signed.body, Deletion)
    return signed.body.fields


def _entries(
    tx: Connection, record: DealRecord, fields: Mapping[str, int | None], now: int
) -> Iterator[Json]:
    """One entry for each field of a deal; its time is None where only its deletion is known."""
    found = find_order(tx, record.deal)
    if found is None:
        return
    draft = found.order.draft
    retention = order_retention.retention_of(draft)
    until = found.delete_by
    levels = {} if unknown(draft.choice) else levels_of(draft.terms, draft.addendum)
    purpose = words_of("service", levels["service"]).short if levels else None
    grounds = legal_basis.grounds(draft, requests.of_deal(tx, record), now)
    basis = [_ground(each, levels) for each in grounds]
    assert record.state.document is not None
    said = deletions.standing(tx, record)
    for name, at in fields.items():
        gone = _deleted(said, name, at)
        late = until is not None and until <= now
        yield {
            "vendor": keys.to_did(record.row.vendor_root),
            "vendor_name": record.row.vendor_name,
            "customer": keys.to_did(record.row.customer),
            "deal": record.deal.hex(),
            "field": name,
            "disclosed_at": at,
            "agreement": agreement.document_digest(record.state.document).hex(),
            "terms": draft.terms,
            "purpose": purpose,
            "legal_basis": basis,
            "keep_days": None if retention is None else retention.days,
            "delete_by": until,
            "state": "deleted" if gone else "due" if late else "held",
            "deleted": gone,
        }


def _ground(each: Ground, levels: Levels) -> Json:
    """A legal basis, with the use that rests on it in words."""
    short = words_of(each.axis, levels[each.axis]).short if levels else None
    words = short
    if each.basis == "legal_obligation":
        words = AXES[each.axis].label
    elif each.basis == "consent":
        words = f"{AXES[each.axis].label}: {short}"
    return {"basis": each.basis, "for": words, "until": each.until}


def _deleted(said: Iterable[SignedMessage], name: str, at: int | None) -> Json | None:
    """The first statement that this field was deleted after it was disclosed."""
    for signed in said:
        body = signed.body
        assert isinstance(body, Deletion)
        if name in body.fields and (at is None or body.deleted_at >= at):
            return {
                "deletion": signed.digest.hex(),
                "deleted_at": body.deleted_at,
                "reason": body.reason,
                "words": DELETION[body.reason],
            }
    return None

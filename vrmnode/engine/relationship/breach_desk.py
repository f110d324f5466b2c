"""What a vendor wrote beyond its agreement: told to the owner, listed, and shown to others.

Implements specs/16-breach.md for the customer. What is a breach follows from the messages of a
deal (`vrmprotocol.breach`); the rows say what the owner was told of.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.engine.references import checked_id, find_deal, only
from vrmnode.engine.relationship import reach_state
from vrmnode.storage import breaches, deals, messages
from vrmnode.storage.breaches import StoredBreach
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmnode.values import reasons
from vrmprotocol import agreement, breach, breach_file, inner, keys
from vrmprotocol.breach import Breach
from vrmprotocol.errors import RemoteError
from vrmprotocol.negotiation import Message
from vrmprotocol.reach_bodies import Note

Json = dict[str, object]
Params = Mapping[str, object]

MAX_SUSPICIONS = 8


# SPEC 16: The customer's node MUST refuse a breach like any note that is beyond reach, keep it, and
# tell its owner.
#
# `note_desk` has refused and kept it by now.
# SPEC 16: The customer's node MUST keep a breach that comes in a cancelled deal and tell its owner,
# and answer nothing.
def after_message(ctx: Context, record: DealRecord, signed: Message) -> None:
    """Tell the owner of a breach that a vendor's message has shown."""
    author = record.vendor_author
    if record.row.role != deals.CUSTOMER or author is None or signed.author != author:
        return
    # An acknowledgement may come after the note that it convicts.
    if not messages.count_from(ctx.tx, record.deal, author, kind=reach_state.NOTE):
        return
    for found in _of_deal(ctx.tx, ctx.vault, record):
        row = _row(
            record, found.note.digest, author, "proven", found.ground, found.purpose, ctx.now
        )
        if breaches.put(ctx.tx, row):
            ctx.event(
                "breach.recorded",
                "deal",
                record.deal,
                breach=row.message.hex(),
                vendor=row.vendor_name,
                ground=row.ground,
                purpose=row.purpose,
            )


def _of_deal(tx: Connection, vault: Vault, record: DealRecord) -> tuple[Breach, ...]:
    return breach.evaluate(record.state, reach_state.spoken(tx, vault, record))


def _row(
    record: DealRecord,
    message: bytes,
    author: bytes,
    evidence: breaches.Evidence,
    ground: str,
    purpose: str | None,
    now: int,
) -> StoredBreach:
    return StoredBreach(
        message=message,
        deal=record.deal,
        evidence=evidence,
        ground=ground,
        purpose=purpose,
        author=author,
        vendor_root=record.row.vendor_root,
        vendor_name=record.row.vendor_name,
        recorded_at=now,
    )


# SPEC 16: The customer's node MUST tell its owner of such a message as a suspicion, and not as a
# breach.
# SPEC 16: The node MUST NOT keep more than 8 suspicions of a deal, and nothing of a message but its
# digest, its author and the time.
def suspect(ctx: Context, record: DealRecord, raw: bytes) -> None:
    """Note that somebody else than the vendor wrote into a deal, if it did."""
    if record.row.role != deals.CUSTOMER or record.vendor_author is None:
        return
    try:
        header = inner.read(raw).header
    except RemoteError:
        return
    if (header.deal, header.recipient) != (record.deal, record.row.customer):
        return
    if header.author == record.vendor_author:
        return
    if breaches.count(ctx.tx, record.deal, "suspected") >= MAX_SUSPICIONS:
        return
    row = _row(record, header.digest, header.author, "suspected", "alias", None, ctx.now)
    if breaches.put(ctx.tx, row):
        ctx.event(
            "breach.suspected",
            "deal",
            record.deal,
            breach=row.message.hex(),
            vendor=row.vendor_name,
            author=keys.to_did(row.author),
        )


def listed(tx: Connection, params: Params) -> list[Json]:
    """Breaches and suspicions, of all deals or of one, newest first.

    Raises:
        ServiceError: `deal.*`, `request.id`.
    """
    ref = params.get("deal")
    deal = find_deal(tx, ref) if isinstance(ref, str) else None
    return [_shown(row) for row in breaches.every(tx, deal)]


def _shown(row: StoredBreach) -> Json:
    return {
        "breach": row.message.hex(),
        "deal": row.deal.hex(),
        "vendor": keys.to_did(row.vendor_root),
        "vendor_name": row.vendor_name,
        "evidence": row.evidence,
        "ground": row.ground,
        "words": reasons.BREACH[row.ground],
        "purpose": row.purpose,
        "author": keys.to_did(row.author),
        "recorded_at": row.recorded_at,
    }


def _find(tx: Connection, params: Params) -> StoredBreach:
    ref = str(params.get("breach") or "")
    return only("breach", ref, breaches.by_prefix(tx, checked_id(ref)))


def show(tx: Connection, vault: Vault, params: Params, now: int) -> Json:
    """One with the text of the note, and whether there is a record of it to show to others.

    Raises:
        ServiceError: `breach.not_found`, `breach.ambiguous`, `request.id`.
    """
    row = _find(tx, params)
    found = _evidence(tx, vault, row)
    note = None if found is None else found.note.body
    return {
        **_shown(row),
        "text": note.text if isinstance(note, Note) else None,
        "in_language": note.in_language if isinstance(note, Note) else None,
        "record": found is not None,
    }


def _evidence(tx: Connection, vault: Vault, row: StoredBreach) -> Breach | None:
    """What shows a breach, as far as its deal still has it."""
    if row.evidence != "proven":
        return None
    every = _of_deal(tx, vault, load_deal(tx, row.deal))
    return next((each for each in every if each.note.digest == row.message), None)


def export(tx: Connection, vault: Vault, params: Params, now: int) -> Json:
    """The record of a breach, which anybody verifies offline.

    Raises:
        ServiceError: as `show`; `breach.no_record`.
    """
    row = _find(tx, params)
    found, record = _evidence(tx, vault, row), load_deal(tx, row.deal)
    if found is None or record.row.document is None:
        expected = "expected a breach that its messages prove"
        came = "a suspicion" if row.evidence == "suspected" else "one whose note is gone"
        raise conflict("breach.no_record", f"{expected}, came {came}")
    raw = breach_file.make(record.row.document, found)
    name = f"breach-{row.message.hex()[:12]}{agreement.FILE_SUFFIX}"
    return {"file": base64.b64encode(raw).decode(), "name": name}

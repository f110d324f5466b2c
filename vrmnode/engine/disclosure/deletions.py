"""Statements that what a customer disclosed was deleted: made by a vendor's node, kept by both.

Implements both sides of specs/09-relationship.md#deletion. Statements name fields, never values.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import DealRecord, load_deal, load_message
from vrmnode.engine.references import find_deal
from vrmnode.storage import deals, messages
from vrmnode.storage.database import Connection
from vrmnode.values.reasons import DELETION
from vrmprotocol import agreement, deletion, deletion_file
from vrmprotocol.deletion_body import DELETED_NAMES, MAX_DELETIONS, Deletion, DeletionReason
from vrmprotocol.errors import RemoteError
from vrmprotocol.message import SignedMessage, UninterpretedMessage

Json = dict[str, object]

KIND = "deletion"


def say(
    ctx: Context,
    deal: bytes,
    names: Sequence[str],
    reason: DeletionReason,
    *,
    request: bytes | None = None,
) -> bytes | None:
    """Sign and queue that these fields were deleted just now; the digest of the statement.

    With a `request` (digest) the customer asked for it, whatever the reason would be otherwise.
    None where there is nothing to say: no field, no agreement, or no room for another statement.
    """
    record = load_deal(ctx.tx, deal)
    fields = tuple(name for name in DELETED_NAMES if name in names)
    if not fields or record.state.agreement is None or record.state.document is None:
        return None
    # SPEC 09: The writer MUST NOT send more than 4 deletions in a deal.
    if not mailroom.can_tell(ctx, record) or len(_stored(ctx.tx, deal)) >= MAX_DELETIONS:
        return None
    body = Deletion(
        agreement=agreement.document_digest(record.state.document),
        fields=fields,
        deleted_at=ctx.now,
        reason="on_request" if request is not None else reason,
        request=request,
    )
    signed = mailroom.tell(ctx, record, body, until=ctx.now + mailroom.ANSWER_LIFETIME_S)
    ctx.event("deletion.sent", "deal", deal, fields=", ".join(fields), reason=body.reason)
    return signed.digest


def after_message(
    ctx: Context, record: DealRecord, signed: SignedMessage | UninterpretedMessage
) -> None:
    """Tell the customer of a statement that was just added to the deal."""
    if signed.kind != KIND or record.row.role != deals.CUSTOMER:
        return
    code = signed.code if isinstance(signed, UninterpretedMessage) else None
    if isinstance(signed, SignedMessage):
        try:
            deletion.check(signed, record.state)
        except RemoteError as error:
            code = error.code
    if code is not None:
        ctx.notes.append(f"deletion refused: {code}")
        return
    assert isinstance(signed, SignedMessage)
    assert isinstance(signed.body, Deletion)
    ctx.event(
        "deletion.received",
        "deal",
        record.deal,
        vendor=record.row.vendor_name,
        fields=", ".join(signed.body.fields),
        reason=signed.body.reason,
        words=DELETION[signed.body.reason],
    )


def standing(tx: Connection, record: DealRecord) -> tuple[SignedMessage, ...]:
    """The statements of a deal that stand, oldest first."""
    return deletion.standing(record.state, map(load_message, _stored(tx, record.deal)))


def _stored(tx: Connection, deal: bytes) -> list[bytes]:
    return [item.raw for item in messages.list_messages(tx, deal) if item.kind == KIND]


def shown(tx: Connection, record: DealRecord) -> list[Json]:
    """The same, ready for JSON."""
    return [_shown(signed) for signed in standing(tx, record)]


def _shown(signed: SignedMessage) -> Json:
    body = signed.body
    assert isinstance(body, Deletion)
    return {
        "deletion": signed.digest.hex(),
        "fields": list(body.fields),
        "deleted_at": body.deleted_at,
        "reason": body.reason,
        "words": DELETION[body.reason],
    }


def export(tx: Connection, reference: str) -> Json:
    """The file of a deal's latest statement, which anybody verifies offline.

    Raises:
        ServiceError: `deal.not_found`, `deletion.none`.
    """
    record = load_deal(tx, find_deal(tx, reference))
    found = standing(tx, record)
    if not found or record.row.document is None:
        raise conflict("deletion.none", "expected a deal with a statement of deletion, came none")
    raw = deletion_file.make(record.row.document, found[-1].raw)
    name = f"deal-{record.deal.hex()[:12]}-deletion{agreement.FILE_SUFFIX}"
    return {"file": base64.b64encode(raw).decode(), "name": name}

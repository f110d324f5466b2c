"""What a customer tells the vendor alone (specs/14-feedback.md#sealed_feedback)."""

from __future__ import annotations

from typing import TypeGuard

from msgspec import structs

from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.feedback import kept_feedback
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import DealRecord, load_deal, open_message
from vrmnode.storage import messages
from vrmnode.storage.database import Connection
from vrmnode.storage.messages import StoredMessage
from vrmnode.storage.secrets import Vault
from vrmprotocol import agreement
from vrmprotocol.feedback import Said, SealedFeedback
from vrmprotocol.message import SignedMessage

Json = dict[str, object]

KIND = "sealed_feedback"


def tell(ctx: Context, record: DealRecord, said: Said) -> Json:
    """Send the vendor of an agreed deal what its customer has to say.

    Raises:
        ServiceError: `feedback.too_many`, `deal.no_keys`.
    """
    told = messages.count_from(ctx.tx, record.deal, record.row.customer, kind=KIND)
    if told >= mailroom.MAX_SEALED_FEEDBACK_PER_DEAL:
        most = mailroom.MAX_SEALED_FEEDBACK_PER_DEAL
        words = f"expected at most {most} sealed feedbacks in a deal, came another"
        raise conflict("feedback.too_many", words)
    body = SealedFeedback(agreement=_document_of(record), **structs.asdict(said))
    mailroom.tell(ctx, record, body, until=ctx.now + mailroom.ANSWER_LIFETIME_S)
    ctx.event("feedback.sealed", "deal", record.deal)
    return {"deal": record.deal.hex(), "sealed": True}


def sealed_list(tx: Connection, vault: Vault) -> Json:
    """What customers told this vendor alone, the newest first; of each deal what counts."""
    found: dict[bytes, tuple[tuple[int, bytes], Json]] = {}
    for stored in messages.received_of_kind(tx, KIND, kept_feedback.LISTED, state="agreed"):
        record, signed = load_deal(tx, stored.deal), open_message(tx, vault, stored)
        body = signed.body if isinstance(signed, SignedMessage) else None
        rank = (stored.seq, stored.digest)
        before = found.get(stored.deal)
        if _counts(body, record) and (before is None or rank > before[0]):
            found[stored.deal] = (rank, _shown(stored, body))
    return {"sealed": [row for _, row in found.values()]}


# Of several in a deal, that with the highest (`seq`, digest) counts: mail keeps no order.
def _counts(body: object, record: DealRecord) -> TypeGuard[SealedFeedback]:
    return (
        isinstance(body, SealedFeedback)
        and record.state.state == "agreed"
        and body.agreement == _document_of(record)
    )


def _shown(stored: StoredMessage, body: SealedFeedback) -> Json:
    return {
        "deal": stored.deal.hex(),
        **kept_feedback.told(body),
        "said_at": stored.received_at,
    }


def after_message(ctx: Context, record: DealRecord, body: object) -> None:
    """Tell the vendor of sealed feedback that was just added to a deal."""
    if _counts(body, record):
        ctx.event("feedback.sealed_received", "deal", record.deal)


def _document_of(record: DealRecord) -> bytes:
    if record.state.document is None:
        raise TypeError("an agreed deal has a document")
    return agreement.document_digest(record.state.document)

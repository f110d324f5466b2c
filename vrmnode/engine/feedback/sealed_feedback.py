"""What a customer tells the vendor alone (specs/14-feedback.md#sealed_feedback)."""

from __future__ import annotations

from typing import TypeGuard

from vrmnode.customer.opinion import Opinion
from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.feedback import kept_feedback
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import DealRecord, load_deal, load_message
from vrmnode.storage import messages
from vrmnode.storage.database import Connection
from vrmnode.storage.messages import StoredMessage
from vrmprotocol import agreement
from vrmprotocol.feedback import SealedFeedback
from vrmprotocol.message import SignedMessage

Json = dict[str, object]

KIND = "sealed_feedback"


def tell(ctx: Context, record: DealRecord, said: Opinion) -> Json:
    """Send the vendor of an agreed deal what its customer has to say.

    Raises:
        ServiceError: `feedback.too_many`, `deal.no_keys`.
    """
    told = messages.count_from(ctx.tx, record.deal, record.row.customer, kind=KIND)
    if told >= mailroom.MAX_SEALED_FEEDBACK_PER_DEAL:
        most = mailroom.MAX_SEALED_FEEDBACK_PER_DEAL
        words = f"expected at most {most} sealed feedbacks in a deal, came another"
        raise conflict("feedback.too_many", words)
    body = SealedFeedback(
        agreement=document_of(record) or bytes(32),
        rating_value=said.rating,
        experience=said.experience,
        review_body=said.text,
        in_language=said.language,
    )
    mailroom.tell(ctx, record, body, until=ctx.now + mailroom.ANSWER_LIFETIME_S)
    ctx.event("feedback.sealed", "deal", record.deal)
    return {"deal": record.deal.hex(), "sealed": True}


def sealed_list(tx: Connection) -> Json:
    """What customers told this vendor alone, the newest first; of each deal what counts."""
    found: dict[bytes, tuple[tuple[int, bytes], Json]] = {}
    for stored in messages.received_of_kind(tx, KIND, kept_feedback.LISTED):
        record, body = load_deal(tx, stored.deal), _body(stored.raw)
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
        and body.agreement == document_of(record)
    )


def _shown(stored: StoredMessage, body: SealedFeedback) -> Json:
    return {
        "deal": stored.deal.hex(),
        "rating": body.rating_value,
        "experience": kept_feedback.words_of(body.experience),
        "text": body.review_body,
        "in_language": body.in_language,
        "said_at": stored.received_at,
    }


def after_message(ctx: Context, record: DealRecord, body: object) -> None:
    """Tell the vendor of sealed feedback that was just added to a deal."""
    if _counts(body, record):
        ctx.event("feedback.sealed_received", "deal", record.deal, rating=body.rating_value)


def document_of(record: DealRecord) -> bytes | None:
    """The digest of a deal's agreement document, None without one."""
    document = record.state.document
    return None if document is None else agreement.document_digest(document)


def _body(raw: bytes) -> object:
    signed = load_message(raw)
    return signed.body if isinstance(signed, SignedMessage) else None

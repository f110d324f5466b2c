"""Notes: what customer and vendor write one another without an e-mail address or a telephone.

Implements specs/09-relationship.md#note and #note_refusal for both sides. Texts lie sealed; events
and errors have none of them. What goes beyond reach is refused on either side, with its code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict, invalid
from vrmnode.engine.mail import mailroom, private_mail
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.engine.relationship import reach_state, relations
from vrmnode.engine.relationship.relations import own_author
from vrmnode.storage import deals, messages
from vrmnode.values.fields import Fields
from vrmprotocol import agreement, reach
from vrmprotocol.message import SignedMessage, UninterpretedMessage
from vrmprotocol.reach import Conversation
from vrmprotocol.reach_bodies import MAX_NOTES, PURPOSES, Note, NoteRefusal

Json = dict[str, object]
Params = Mapping[str, object]


def write(ctx: Context, params: Params) -> Json:
    """Write a note to the other side of a relationship, in its newest deal unless one is named.

    Raises:
        ServiceError: `relation.*`, `note.*`, `request.*`.
        LocalError: `reach.*`: a vendor's would be beyond what it may write first.
    """
    asked = dict(params)
    ref = str(asked.pop("relation", ""))
    relation = relations.find(ctx.tx, ctx.vault, ref)
    record = relations.deal_of(relation, ref)
    fields = Fields(asked, "request")
    text = fields.text("text", 1_000)
    if text is None:
        raise fields.error("text", "a text of 1 to 1,000 characters", None)
    language = fields.language("language")
    named = fields.one_of("purpose", PURPOSES, None)
    purpose = next((each for each in PURPOSES if each == named), None)
    answered = fields.text("answers", 64, "[0-9a-f]{6,64}")
    fields.finish()
    held = reach_state.conversation(ctx.tx, ctx.vault, record)
    assert record.state.document is not None
    body = Note(
        agreement=agreement.document_digest(record.state.document),
        text=text,
        in_language=language,
        purpose=purpose,
        answers=None if answered is None else _named(held, record, answered),
    )
    if record.row.role == deals.VENDOR:
        _check_vendor(ctx, record, body, held)
    elif purpose is not None:
        raise invalid("note.purpose", "expected no purpose in a customer's note: you may always")
    # SPEC 09: The writer MUST NOT send more than 64 notes in a deal.
    author = own_author(record)
    if messages.count_from(ctx.tx, record.deal, author, kind=reach_state.NOTE) >= MAX_NOTES:
        raise conflict("note.too_many", f"expected at most {MAX_NOTES} notes in a deal")
    signed = mailroom.tell(ctx, record, body, until=ctx.now + mailroom.ORDER_LIFETIME_S)
    mailroom.watch(ctx, load_deal(ctx.tx, record.deal))
    ctx.event("note.sent", "deal", record.deal, purpose=purpose)
    return {"note": signed.digest.hex(), "deal": record.deal.hex(), "purpose": purpose}


def _named(held: Conversation, record: DealRecord, prefix: str) -> bytes:
    """The other side's note that is answered."""
    theirs = [each.digest for each in held.notes if each.author != own_author(record)]
    found = [digest for digest in theirs if digest.hex().startswith(prefix)]
    if len(found) != 1:
        known = ", ".join(digest.hex()[:12] for digest in theirs) or "none"
        raise conflict(
            "note.not_found", f"answers: expected one of their notes, there are: {known}"
        )
    return found[0]


def _check_vendor(ctx: Context, record: DealRecord, body: Note, held: Conversation) -> None:
    if (body.purpose is None) == (body.answers is None):
        raise invalid(
            "note.purpose",
            "expected what the note is about (" + ", ".join(PURPOSES) + "), or which it answers",
        )
    if body.purpose is not None:
        reach.check_purpose(reach_state.of_deal(ctx.tx, record), body.purpose)
    elif any(isinstance(e.body, Note) and e.body.answers == body.answers for e in held.notes):
        raise conflict(
            "reach.not_granted",
            "expected a note that isn't answered yet; a second one needs a purpose",
        )


def after_message(
    ctx: Context, record: DealRecord, signed: SignedMessage | UninterpretedMessage
) -> None:
    """Keep a note that was just added to a deal, and refuse what is beyond reach.

    `record` is the deal after the message, its row as it was before.
    """
    if isinstance(signed, UninterpretedMessage):
        return
    if isinstance(signed.body, NoteRefusal) and record.row.role == deals.VENDOR:
        ctx.event("note.refused", "deal", record.deal, by="customer", code=signed.body.code)
    # SPEC 09: The customer's node MUST keep a note that comes before the agreement that it names,
    # and take it as if it had just come when the state of the deal becomes `agreed`.
    if isinstance(signed.body, Note) and reach.names_document(signed, record.state):
        # What is refused is kept, too: it may be evidence.
        private_mail.keep(ctx, signed)
    if record.state.state != "agreed":
        return
    held = reach_state.conversation(ctx.tx, ctx.vault, record)
    if record.row.state != "agreed":
        new = [each for each in held.notes if each.author != own_author(record)]
    else:
        new = [each for each in held.notes if each.digest == signed.digest]
    for note in new:
        if not _refused(ctx, record, note, held):
            ctx.event("note.received", "deal", record.deal, purpose=_body(note).purpose)
    for note in _outrun(new, held):
        _refused(ctx, record, note, held)


def _outrun(new: Sequence[SignedMessage], held: Conversation) -> list[SignedMessage]:
    """Earlier taken answers to what these notes answer: they may not be the first any more."""
    answered = {(each.author, _body(each).answers) for each in new if _body(each).answers}
    known = {each.digest for each in new} | held.refused.keys()
    return [
        each
        for each in held.notes
        if each.digest not in known and (each.author, _body(each).answers) in answered
    ]


def _body(note: SignedMessage) -> Note:
    assert isinstance(note.body, Note)
    return note.body


def _refused(ctx: Context, record: DealRecord, note: SignedMessage, held: Conversation) -> bool:
    """Whether a note is beyond reach; then it is refused."""
    if record.row.role != deals.CUSTOMER:
        return False
    code = reach.refusal(note, reach_state.of_deal(ctx.tx, record), record.state, held)
    if code is None:
        return False
    # SPEC 09: The customer's node MUST answer a vendor's note that is beyond reach with a refusal,
    # and show it as refused.
    body = NoteRefusal(agreement=_body(note).agreement, note=note.digest, code=code)
    mailroom.tell(ctx, record, body, until=ctx.now + mailroom.ORDER_LIFETIME_S)
    ctx.event(
        "note.refused",
        "deal",
        record.deal,
        by="customer",
        code=code,
        purpose=_body(note).purpose,
        vendor=record.row.vendor_name,
    )
    return True

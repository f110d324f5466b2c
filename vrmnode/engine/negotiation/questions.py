"""Questions about an offer and their answers (specs/03-messages.md#question).

They are mail like any other, change no state and bind nobody: what is to bind has to stand in an
offer. Both sides keep them with the deal.
"""

from __future__ import annotations

from dataclasses import dataclass

from vrmnode.engine.context import Context
from vrmnode.engine.customer import offers
from vrmnode.engine.failures import conflict
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import DealRecord, load_deal, open_message
from vrmnode.engine.vendor import inbox_mail
from vrmnode.storage import messages
from vrmnode.storage.database import Connection
from vrmnode.storage.messages import StoredMessage
from vrmnode.storage.secrets import Vault
from vrmprotocol import negotiation
from vrmprotocol.mail import Answer, Question
from vrmprotocol.message import SignedMessage

Json = dict[str, object]

INBOX_LENGTH = 1_000

ASKED, SAID = "question", "answer"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, if there is one, as this side keeps them."""

    asked: StoredMessage
    question: Question
    replied: StoredMessage | None
    answer: Answer | None

    def to_dict(self) -> Json:
        """Ready for JSON; `acknowledged` is of the message that this side sent."""
        sent = self.asked if self.asked.own else self.replied
        return {
            "question": self.asked.digest.hex(),
            "offer": self.question.offer.hex(),
            "deal": self.asked.deal.hex(),
            "asked_at": self.asked.received_at,
            "text": self.question.text,
            "in_language": self.question.in_language,
            "answered_at": None if self.replied is None else self.replied.received_at,
            "answer": None if self.answer is None else self.answer.text,
            "answer_in_language": None if self.answer is None else self.answer.in_language,
            "acknowledged": None if sent is None else sent.acked_at,
        }


def ask(ctx: Context, offer: bytes, text: str, language: str | None = None) -> Json:
    """Send the vendor a question about its offer.

    Raises:
        ServiceError: `offer.not_found`, `offer.declined`, `question.too_many`.
        LocalError: `negotiation.illegal_move`, `negotiation.expired`, `message.body`.
    """
    record = offers.deal_of(ctx.tx, offer)
    negotiation.check_move("customer", record.state.state, "question")
    if offer in record.state.declined_offers:
        raise conflict("offer.declined", "expected an open offer, came one you declined")
    draft = mailroom.offer_of(record.state.offers[offer]).draft
    negotiation.check_acceptable(draft, ctx.now)
    # SPEC 03: The writer MUST NOT send more than 8 questions in a deal.
    asked = messages.count_from(ctx.tx, record.deal, record.row.customer, kind=ASKED)
    if asked >= mailroom.MAX_QUESTIONS_PER_DEAL:
        raise conflict(
            "question.too_many",
            f"expected at most {mailroom.MAX_QUESTIONS_PER_DEAL} questions in a deal, came another",
        )
    body = Question(offer=offer, text=text, in_language=language)
    signed = mailroom.tell(ctx, record, body, until=draft.valid_through)
    ctx.event("question.asked", "question", signed.digest, **_where(record, offer))
    return _shown(ctx, record, signed.digest)


def reply(ctx: Context, question: bytes, text: str, language: str | None = None) -> Json:
    """Answer a customer's question.

    Raises:
        ServiceError: `question.answered`, `question.stray`.
        LocalError: `negotiation.illegal_move`, `message.body`.
    """
    stored = messages.get(ctx.tx, question)
    record = None if stored is None else load_deal(ctx.tx, stored.deal)
    found = {} if record is None else _exchanges(ctx.tx, ctx.vault, record)
    if record is None or question not in found:
        raise conflict("question.stray", "expected a question about an offer of ours, came another")
    negotiation.check_move("vendor", record.state.state, "answer")
    # SPEC 03: The writer MUST NOT answer a question more than once.
    if found[question].answer is not None:
        raise conflict("question.answered", "expected an open question, came one you answered")
    body = Answer(question=question, text=text, in_language=language)
    mailroom.tell(ctx, record, body, until=ctx.now + mailroom.ANSWER_LIFETIME_S)
    inbox_mail.take_out(ctx, question)
    asked = found[question].question
    ctx.event("question.answered", "question", question, **_where(record, asked.offer))
    return _shown(ctx, record, question)


def after_message(ctx: Context, record: DealRecord, signed: SignedMessage) -> None:
    """Tell the owner of a question or an answer that was just added to the deal."""
    if not isinstance(signed.body, Question | Answer):
        return
    found = _exchanges(ctx.tx, ctx.vault, record)
    if isinstance(signed.body, Question) and signed.digest in found:
        where = _where(record, signed.body.offer)
        ctx.event("question.received", "question", signed.digest, **where)
        if record.state.state == "offered":
            draft = mailroom.offer_of(record.state.offers[signed.body.offer]).draft
            inbox_mail.add_question(ctx, record, signed.digest, draft.valid_through)
    elif isinstance(signed.body, Answer) and signed.body.question in found:
        exchange = found[signed.body.question]
        if exchange.replied is not None and exchange.replied.digest == signed.digest:
            where = _where(record, exchange.question.offer)
            ctx.event("answer.received", "question", signed.body.question, **where)


def about_offer(tx: Connection, vault: Vault, deal: bytes, offer: bytes) -> list[Json]:
    """What was asked about an offer and answered, oldest first."""
    found = _exchanges(tx, vault, load_deal(tx, deal)).values()
    return [each.to_dict() for each in found if each.question.offer == offer]


def inbox(tx: Connection, vault: Vault, *, everything: bool = False) -> list[Json]:
    """The customers' questions, newest first: those that can be answered, or all."""
    found: list[Json] = []
    for stored in messages.received_of_kind(tx, ASKED, INBOX_LENGTH):
        record = load_deal(tx, stored.deal)
        exchange = _exchanges(tx, vault, record).get(stored.digest)
        if exchange is None:
            continue
        if everything or (exchange.answer is None and record.state.state == "offered"):
            draft = mailroom.offer_of(record.state.offers[exchange.question.offer]).draft
            found.append(
                {
                    **exchange.to_dict(),
                    "state": record.state.state,
                    "item_name": draft.item_offered.name,
                }
            )
    return found


def _exchanges(tx: Connection, vault: Vault, record: DealRecord) -> dict[bytes, Exchange]:
    """The questions about offers of this deal by digest, each with its first answer."""
    stored = messages.list_messages(tx, record.deal)
    read = [(each, open_message(tx, vault, each)) for each in stored if each.kind in (ASKED, SAID)]
    read.sort(key=lambda each: (each[0].seq, each[0].digest))
    answers: dict[bytes, tuple[StoredMessage, Answer]] = {}
    for item, signed in read:
        if isinstance(signed, SignedMessage) and isinstance(signed.body, Answer):
            answers.setdefault(signed.body.question, (item, signed.body))
    found = {}
    for item, signed in read:
        if not isinstance(signed, SignedMessage) or not isinstance(signed.body, Question):
            continue
        if signed.body.offer in record.state.offers:
            replied, answer = answers.get(item.digest, (None, None))
            found[item.digest] = Exchange(item, signed.body, replied, answer)
    return found


def _shown(ctx: Context, record: DealRecord, question: bytes) -> Json:
    return _exchanges(ctx.tx, ctx.vault, load_deal(ctx.tx, record.deal))[question].to_dict()


def _where(record: DealRecord, offer: bytes) -> dict[str, str]:
    return {"deal": record.deal.hex(), "offer": offer.hex()}

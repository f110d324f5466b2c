"""What a human of the vendor does with what waits: intents, questions and counters alike.

Intents are `vrmnode.engine.vendor.inbox_desk`; here is what belongs to an open deal, and which of
both an id means.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict, invalid
from vrmnode.engine.mail import mailroom
from vrmnode.engine.negotiation import counters, questions
from vrmnode.engine.records import load_deal, open_message
from vrmnode.engine.references import checked_id, only
from vrmnode.engine.vendor import inbox, inbox_desk, inbox_mail, inbox_views, shop
from vrmnode.storage import deals, messages
from vrmnode.storage import inbox as waiting_intents
from vrmnode.storage import inbox_mail as stored_mail
from vrmnode.storage.database import Connection
from vrmnode.storage.inbox_mail import InboxMail
from vrmnode.storage.secrets import Vault
from vrmnode.values.fields import Fields
from vrmnode.values.money import format_money
from vrmnode.vendor.inbox_rules import OFFER, REASONS, REFUSE, InboxRules
from vrmprotocol.mail import Counter, Question
from vrmprotocol.message import SignedMessage

Json = dict[str, object]
Params = Mapping[str, object]

ANSWER_CHARACTERS = 1_000


def inbox_list(tx: Connection, vault: Vault, params: Params, now: int) -> list[Json]:
    """All that waits for a human, the most urgent first."""
    rows = inbox_views.inbox_list(tx, vault, now)
    rows += [
        _row(tx, vault, entry, now)
        for entry in stored_mail.list_entries(tx)
        if _is_open(tx, vault, entry)
    ]
    return sorted(rows, key=_urgency)


def _urgency(row: Json) -> tuple[int, str]:
    until = row["answer_by"]
    return (until if isinstance(until, int) else 0), str(row["id"])


def inbox_show(tx: Connection, vault: Vault, params: Params, now: int) -> Json:
    """One that waits, whole.

    Raises:
        ServiceError: `inbox.not_found`, `inbox.ambiguous`, `inbox.changed`, `inbox.answered`,
            `request.id`.
    """
    reference = _reference(params)
    entry = _mail(tx, vault, reference)
    if entry is None:
        return inbox_views.inbox_show(tx, vault, reference, now)
    return _row(tx, vault, entry, now)


def claim(ctx: Context, params: Params) -> Json:
    """Say who works on something, so that nobody else does; it ends by itself.

    Raises:
        ServiceError: `inbox.*`, `request.id`; FieldError `request.invalid`.
    """
    entry = _mail(ctx.tx, ctx.vault, _reference(params))
    if entry is None:
        return inbox_desk.claim(ctx, params)
    return _row(ctx.tx, ctx.vault, inbox_mail.claim(ctx, entry, _name(params)), ctx.now)


def release(ctx: Context, params: Params) -> Json:
    """Leave something to others again.

    Raises:
        ServiceError: `inbox.*`, `request.id`; FieldError `request.invalid`.
    """
    entry = _mail(ctx.tx, ctx.vault, _reference(params))
    if entry is None:
        return inbox_desk.release(ctx, params)
    return _row(ctx.tx, ctx.vault, inbox_mail.release(ctx, entry, _name(params)), ctx.now)


def answer(ctx: Context, params: Params) -> Json:
    """Answer: an intent and a counter by an offer, a question by a text.

    Raises:
        ServiceError: `inbox.*`, `counter.*`, `question.*`, `request.id`.
        FieldError: `answer.*`, `request.invalid`.
    """
    entry = _mail(ctx.tx, ctx.vault, _reference(params))
    fields = Fields(params, "request")
    if entry is None:
        for name in ("text", "total"):
            if fields.take(name) is not None:
                raise fields.error(name, "none for an intent; say it in the offer", params[name])
        return inbox_desk.answer(ctx, params)
    by = fields.text("by", inbox_desk.NAME_CHARACTERS)
    inbox.require_free(entry, by, ctx.now)
    if params.get("offer"):
        raise fields.error("offer", f"none for a {entry.kind}", "one")
    if entry.kind == inbox_mail.QUESTION:
        said = fields.required_text("text", ANSWER_CHARACTERS)
        found = questions.reply(ctx, entry.digest, said, fields.language("language"))
    else:
        total = fields.money("total")
        anyway = fields.flag("anyway", False)
        found = counters.give_way(ctx, entry.digest, total, anyway=anyway)
    ctx.event("inbox.answered", entry.kind, entry.digest, by=by)
    return found


def refuse(ctx: Context, params: Params) -> Json:
    """Decline an intent or a counter.

    Raises:
        ServiceError: `inbox.*`, `request.id`; FieldError `request.invalid`.
    """
    entry = _mail(ctx.tx, ctx.vault, _reference(params))
    if entry is None:
        return inbox_desk.refuse(ctx, params)
    if entry.kind == inbox_mail.QUESTION:
        raise invalid("inbox.question", "expected an answer to a question, came a refusal")
    fields = Fields(params, "request")
    name = fields.text("by", inbox_desk.NAME_CHARACTERS)
    inbox.require_free(entry, name, ctx.now)
    reason = REASONS[fields.one_of("reason", REASONS, "unspecified")]
    note = fields.text("note", inbox_desk.REFUSAL_NOTE_CHARACTERS)
    counters.refuse(ctx, entry.digest, reason, note=note, language=fields.language("language"))
    ctx.event("inbox.refused", entry.kind, entry.digest, by=name, reason=reason)
    return {entry.kind: entry.digest.hex(), "reason": reason, "told": True}


def timed_out(ctx: Context, digest: bytes) -> None:
    """Do as the policy says with a counter that no human has answered in time."""
    entry = stored_mail.get(ctx.tx, digest)
    if entry is None:
        return
    if not _is_open(ctx.tx, ctx.vault, entry):
        inbox_mail.leave(ctx, entry, "settled")
    elif entry.kind == inbox_mail.QUESTION:
        inbox_mail.leave(ctx, entry, "expired")
    else:
        rules = shop.stored_policy(ctx.tx).inbox or InboxRules()
        inbox_mail.take_out(ctx, digest)
        if rules.when_over == OFFER:
            counters.respond(ctx, digest)
        elif rules.when_over == REFUSE:
            counters.refuse(ctx, digest, rules.reason)
        ctx.event("inbox.timed_out", entry.kind, digest, outcome=rules.when_over)


def _reference(params: Params) -> str:
    reference = params.get("intent")
    return reference if isinstance(reference, str) else ""


def _name(params: Params) -> str:
    return Fields(params, "request").required_text("by", inbox_desk.NAME_CHARACTERS)


def _mail(tx: Connection, vault: Vault, reference: str) -> InboxMail | None:
    """The question or counter of this id; None: it is none that waits, an intent perhaps."""
    prefix = checked_id(reference)
    found = [each for each in stored_mail.by_prefix(tx, prefix) if _is_open(tx, vault, each)]
    if found and waiting_intents.by_prefix(tx, prefix):
        raise conflict("inbox.ambiguous", f"expected the beginning of one id, came {prefix!r}")
    return only("inbox", prefix, found) if found else None


def _is_open(tx: Connection, vault: Vault, entry: InboxMail) -> bool:
    stored = messages.get(tx, entry.digest)
    if deals.get(tx, entry.deal) is None or stored is None:
        return False  # forgotten meanwhile
    if not isinstance(open_message(tx, vault, stored), SignedMessage):
        return False  # its text was erased
    return load_deal(tx, entry.deal).state.state == "offered"


def _row(tx: Connection, vault: Vault, entry: InboxMail, now: int) -> Json:
    """A question or counter with the offer it is about."""
    stored = messages.get(tx, entry.digest)
    if stored is None:
        raise TypeError("expected a message that is kept")
    signed = open_message(tx, vault, stored)
    assert isinstance(signed, SignedMessage)
    body = signed.body
    assert isinstance(body, Question | Counter)
    draft = mailroom.offer_of(load_deal(tx, entry.deal).state.offers[body.offer]).draft
    price, item = draft.price_specification, draft.item_offered.name
    claimer = entry.claimer(now)
    row: Json = {
        "kind": entry.kind,
        "id": entry.digest.hex(),
        "deal": entry.deal.hex(),
        "offer": body.offer.hex(),
        "item_name": item,
        "currency": price.price_currency,
        "offered": price.total,
        "added": entry.added,
        "answer_by": entry.answer_by,
        "valid_through": draft.valid_through,
        "claimed_by": claimer,
        "claimed_until": None if claimer is None else entry.claimed_until,
    }
    if isinstance(body, Question):
        words = f"asks of {item}: {body.text}"
        return {**row, "text": body.text, "in_language": body.in_language, "wanted": words}
    named = format_money(body.total, price.price_currency)
    offered = format_money(price.total, price.price_currency)
    words = f"would take {item} for {named} instead of {offered}"
    return {
        **row,
        "total": body.total,
        "note": body.note,
        "in_language": body.in_language,
        "wanted": words,
    }

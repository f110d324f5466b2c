"""The queue of questions and counters that wait for a human of the vendor.

Beside the queue of intents (`inbox`), with the same claims. What a human does with them is
`vrmnode.engine.negotiation.by_human`.
"""

from __future__ import annotations

from dataclasses import replace

from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.records import DealRecord
from vrmnode.engine.vendor import inbox, shop
from vrmnode.storage import inbox_mail, timers
from vrmnode.storage.inbox_mail import InboxMail
from vrmnode.vendor.inbox_rules import InboxRules, answer_by

TIMER = "inbox_mail"
QUESTION, COUNTER = "question", "counter"


def add_question(ctx: Context, record: DealRecord, digest: bytes, valid_through: int) -> None:
    """Leave a question to a human, who alone can answer it, as long as its offer stands."""
    _add(ctx, record, digest, QUESTION, valid_through)


def add_counter(
    ctx: Context, record: DealRecord, digest: bytes, rules: InboxRules, valid_through: int
) -> None:
    """Leave a counter to a human, for as long as the rules of the inbox say."""
    until = answer_by(rules, added=ctx.now, valid_through=valid_through)
    entry = _add(ctx, record, digest, COUNTER, until)
    ctx.event("inbox.added", COUNTER, digest, deal=record.deal.hex(), answer_by=entry.answer_by)


def _add(ctx: Context, record: DealRecord, digest: bytes, kind: str, until: int) -> InboxMail:
    entry = InboxMail(
        digest=digest, kind=kind, deal=record.deal, added=ctx.now, answer_by=max(ctx.now, until)
    )
    inbox_mail.put(ctx.tx, entry)
    timers.arm(ctx.tx, TIMER, digest, entry.answer_by + 1)
    return entry


def take_out(ctx: Context, digest: bytes) -> None:
    """Take an entry out; nothing happens where it isn't there."""
    if inbox_mail.remove(ctx.tx, digest):
        timers.clear(ctx.tx, TIMER, digest)


def leave(ctx: Context, entry: InboxMail, reason: str) -> None:
    """Take an entry out, and say why nobody has to answer it any more."""
    take_out(ctx, entry.digest)
    ctx.event("inbox.left", entry.kind, entry.digest, reason=reason)


def settled(ctx: Context, record: DealRecord) -> None:
    """Take out what waits in a deal in which there is nothing left to negotiate."""
    if record.state.state == "offered":
        return
    for entry in inbox_mail.of_deal(ctx.tx, record.deal):
        leave(ctx, entry, record.state.state)


def claim(ctx: Context, entry: InboxMail, name: str) -> InboxMail:
    """Say who works on an entry; again by the same name, it holds longer.

    Raises:
        ServiceError: `inbox.claimed`.
    """
    inbox.require_free(entry, name, ctx.now)
    rules = shop.stored_policy(ctx.tx).inbox or InboxRules()
    until = ctx.now + 60 * rules.claim_minutes
    entry = replace(entry, claimed_by=name, claimed_until=until)
    inbox_mail.put(ctx.tx, entry)
    timers.arm(ctx.tx, TIMER, entry.digest, max(entry.answer_by, until) + 1)
    ctx.event("inbox.claimed", entry.kind, entry.digest, by=name, until=until)
    return entry


def release(ctx: Context, entry: InboxMail, name: str) -> InboxMail:
    """Give back what one worked on.

    Raises:
        ServiceError: `inbox.claimed`, `inbox.not_claimed`.
    """
    inbox.require_free(entry, name, ctx.now)
    if entry.claimer(ctx.now) is None:
        raise conflict("inbox.not_claimed", "expected something that you claimed, nobody has")
    entry = replace(entry, claimed_by=None, claimed_until=None)
    inbox_mail.put(ctx.tx, entry)
    timers.arm(ctx.tx, TIMER, entry.digest, entry.answer_by + 1)
    ctx.event("inbox.released", entry.kind, entry.digest, by=name)
    return entry

"""The queue of intents that wait for a human of the vendor.

Who works on what, and what becomes of an intent that nobody answers, is kept here, in the same
transaction as the event that changes it. What a human answers is next door (`inbox_desk`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.records import read_intent
from vrmnode.engine.vendor import answering, pause, returning, shop
from vrmnode.engine.vendor.shop import Shop
from vrmnode.storage import inbox, market, timers
from vrmnode.storage.inbox import InboxEntry
from vrmnode.storage.market import MarketIntent
from vrmnode.vendor.inbox_rules import LEAD_S, OFFER, REFUSE, InboxRules, answer_by
from vrmnode.vendor.responder import Refusal
from vrmprotocol import envelope_rules, stamp
from vrmprotocol.market import Intent

TIMER = "inbox"

TIMED_OUT, BY_HAND = "timed_out", "by_hand"
"""How this node remembers a refusal that the catalogue has nothing to do with."""


def add(ctx: Context, here: Shop, stored: MarketIntent, intent: Intent, why: str | None) -> None:
    """Leave an intent to a human; a full inbox keeps those whose authors spent the most work.

    An intent that waits already stays in its place, whatever was updated; without a new reason
    why it does, for the old one.
    """
    rules = here.policy.inbox or InboxRules()
    known = inbox.get(ctx.tx, stored.pseudonym)
    why = why or ("" if known is None else known.why)
    added = ctx.now if known is None else known.added
    entry = InboxEntry(
        pseudonym=stored.pseudonym,
        envelope_id=stored.envelope_id,
        why=why,
        work=_work(stored),
        added=added,
        answer_by=answer_by(rules, added=added, valid_through=stored.valid_through),
        valid_through=stored.valid_through,
        claimed_by=None if known is None else known.claimed_by,
        claimed_until=None if known is None else known.claimed_until,
    )
    if known is None and not _make_room(ctx, here, rules, entry):
        _close(ctx, here, stored, intent)
        return
    inbox.put(ctx.tx, entry)
    market.set_answer(ctx.tx, stored.pseudonym, "human", why)
    _plan(ctx, entry)
    if known is None:
        ctx.event("inbox.added", "intent", entry.envelope_id, rule=why, answer_by=entry.answer_by)
    elif known.envelope_id != entry.envelope_id:
        was = known.envelope_id.hex()
        ctx.event("inbox.changed", "intent", entry.envelope_id, was=was, by=entry.claimed_by)


def _work(stored: MarketIntent) -> int:
    """The bits of the stamp: in the id of a public intent; of a sealed one those of any mail."""
    if stored.sealed:
        return envelope_rules.MAIL_BASE_BITS
    return stamp.leading_zero_bits(stored.envelope_id)


def _make_room(ctx: Context, here: Shop, rules: InboxRules, newcomer: InboxEntry) -> bool:
    """Whether there is room; the weakest that nobody works on gives way to a better one.

    Strangers can fill the inbox, but only by work, and by little of it for intents that soon end.
    """
    if inbox.count(ctx.tx) < rules.most:
        return True
    free = [each for each in inbox.list_entries(ctx.tx) if each.claimer(ctx.now) is None]
    weakest = min(free, key=_rank, default=None)
    if weakest is None or _rank(weakest) >= _rank(newcomer):
        return False
    leave(ctx, weakest.pseudonym, "full")
    stored = market.get_intent(ctx.tx, weakest.pseudonym)
    if stored is not None:
        _close(ctx, here, stored, read_intent(stored.body))
    return True


def _rank(entry: InboxEntry) -> tuple[int, int]:
    return entry.work, -entry.valid_through


def _close(ctx: Context, here: Shop, stored: MarketIntent, intent: Intent) -> None:
    send = here.policy.refuse_when_closed
    answering.send_refusal(ctx, stored, intent, Refusal("closed", "", send))


def leave(ctx: Context, pseudonym: bytes, reason: str) -> None:
    """Take an intent out of the inbox; nothing happens where it isn't there."""
    entry = inbox.get(ctx.tx, pseudonym)
    if entry is not None:
        take_out(ctx, entry)
        ctx.event("inbox.left", "intent", entry.envelope_id, reason=reason)


def take_out(ctx: Context, entry: InboxEntry) -> None:
    """Take an entry out of the inbox, of which the caller tells in its own words."""
    inbox.remove(ctx.tx, entry.pseudonym)
    timers.clear(ctx.tx, TIMER, entry.pseudonym)


def is_claimed(ctx: Context, pseudonym: bytes) -> bool:
    """Whether somebody works on this intent now."""
    entry = inbox.get(ctx.tx, pseudonym)
    return entry is not None and entry.claimer(ctx.now) is not None


def claim(ctx: Context, entry: InboxEntry, name: str) -> InboxEntry:
    """Say who works on an intent; again by the same name, it holds longer.

    Raises:
        ServiceError: `inbox.claimed`.
    """
    require_free(entry, name, ctx.now)
    rules = shop.stored_policy(ctx.tx).inbox or InboxRules()
    until = min(ctx.now + 60 * rules.claim_minutes, entry.valid_through)
    inbox.claim(ctx.tx, entry.pseudonym, name, until)
    entry = replace(entry, claimed_by=name, claimed_until=until)
    _plan(ctx, entry)
    ctx.event("inbox.claimed", "intent", entry.envelope_id, by=name, until=until)
    return entry


def release(ctx: Context, entry: InboxEntry, name: str) -> InboxEntry:
    """Give back what one worked on, for others to take.

    Raises:
        ServiceError: `inbox.claimed`, `inbox.not_claimed`.
    """
    require_free(entry, name, ctx.now)
    if entry.claimer(ctx.now) is None:
        raise conflict("inbox.not_claimed", "expected an intent that you claimed, nobody has")
    inbox.claim(ctx.tx, entry.pseudonym, None, None)
    entry = replace(entry, claimed_by=None, claimed_until=None)
    _plan(ctx, entry)
    ctx.event("inbox.released", "intent", entry.envelope_id, by=name)
    return entry


class Claimable(Protocol):
    """Something that one of several people works on."""

    def claimer(self, now: int) -> str | None:
        """Who works on it now."""
        ...


def require_free(entry: Claimable, name: str | None, now: int) -> None:
    """Refuse what one wants to do with something that somebody else works on.

    Raises:
        ServiceError: `inbox.claimed`.
    """
    claimer = entry.claimer(now)
    if claimer not in (None, name):
        who = "came no name" if name is None else f"came {name!r}"
        raise conflict("inbox.claimed", f"expected {claimer!r}, who works on this for now, {who}")


def _plan(ctx: Context, entry: InboxEntry) -> None:
    timers.arm(ctx.tx, TIMER, entry.pseudonym, _due(entry))


def _due(entry: InboxEntry) -> int:
    """When the node does without a human: a claim puts it off, the intent's end doesn't wait."""
    put_off = max(entry.answer_by, entry.claimed_until or 0)
    return min(put_off, max(entry.answer_by, entry.valid_through - LEAD_S))


def timed_out(ctx: Context, pseudonym: bytes) -> None:
    """Do as the policy says with an intent that no human has answered in time."""
    entry = inbox.get(ctx.tx, pseudonym)
    if entry is None:
        return
    stored = market.get_intent(ctx.tx, pseudonym)
    if stored is None or stored.valid_through <= ctx.now:
        leave(ctx, pseudonym, "expired")
        return
    if ctx.now < _due(entry):
        _plan(ctx, entry)
        return
    take_out(ctx, entry)
    market.set_answer(ctx.tx, pseudonym, "refused", TIMED_OUT)
    outcome = _without_human(ctx, stored)
    ctx.event("inbox.timed_out", "intent", entry.envelope_id, outcome=outcome)


def _without_human(ctx: Context, stored: MarketIntent) -> str:
    """The node's own answer where the policy wants one; what came of it."""
    here, intent = shop.open_shop(ctx.tx, ctx.now), read_intent(stored.body)
    if here is None or not answering.may_answer(ctx, stored.pseudonym, intent):
        return "silence"
    rules = here.policy.inbox or InboxRules()
    paused = pause.current(ctx.tx, ctx.now)
    refusal: Refusal | None
    if paused is not None and rules.when_over == OFFER:
        refusal = Refusal("closed", "", here.policy.refuse_when_closed)
    elif rules.when_over == OFFER:
        here = here.to(returning.history(ctx.tx, ctx.vault, stored))
        reply = here.reply(intent, ctx.now)
        if isinstance(reply, tuple):
            how = "no human answered in time"
            sent = answering.send_offers(ctx, stored, intent, reply, how=how)
            return "offer" if sent else "silence"
        refusal = reply
    elif rules.when_over == REFUSE:
        refusal = Refusal(rules.reason, "", send=True)
    else:
        refusal = None
    if refusal is None:
        return "silence"
    told = answering.send_refusal(ctx, stored, intent, refusal, kept_as=TIMED_OUT)
    return "refuse" if told else "silence"

"""Timers: what becomes due by the clock, and never decides a deal by itself."""

from __future__ import annotations

from vrmnode.engine import commands, restored
from vrmnode.engine.context import NODE, Context
from vrmnode.engine.customer import customer_desk, intent_desk, standing_intent
from vrmnode.engine.disclosure import contact_desk, disclosed, disclosure_rules, forgetting
from vrmnode.engine.feedback import feedback_desk, kept_feedback
from vrmnode.engine.mail import mailroom, reply_keys
from vrmnode.engine.negotiation import by_human
from vrmnode.engine.orders import order_desk
from vrmnode.engine.records import load_deal
from vrmnode.engine.rights import asking, reminders, requests
from vrmnode.engine.trust import key_desk
from vrmnode.engine.vendor import (
    demand_desk,
    inbox,
    inbox_mail,
    pause,
    profile_desk,
    returning,
    vendor_desk,
)
from vrmnode.storage import (
    deals,
    demand,
    envelopes,
    erasable_keys,
    events,
    intents,
    key_updates,
    market,
    outbox,
    secrets,
    seen,
    tags,
    timers,
)
from vrmnode.storage.timers import Timer

TIDY_EVERY_S = 600

AT_ONCE = 16
"""Timers in one turn: commands of the owner wait for no more than these."""

PUT_OFF_S = 600

MAX_MARKET_INTENTS = 200_000
MAX_SEALED_INTENTS = 20_000
MAX_PROFILES = 50_000
"""What strangers can make this node keep; each cost its author a stamp."""

FORGET_AFTER_S = 30 * 86_400
MAX_DEAD_DEALS = 50_000
"""Answers that came to nothing beyond this number go as soon as their intent has ended."""
MAX_EVENTS = 1_000_000
"""Lines of the event log that are kept, the newest."""

_FORGETTABLE = ("none", "refused", "offered", "declined")


def run_due(ctx: Context, *, max_store_bytes: int | None, limit: int = AT_ONCE) -> int:
    """Run the timers that are due, at most `limit` of them; the number of timers run."""
    found = timers.due(ctx.tx, ctx.now, limit)
    for timer in found:
        timers.clear(ctx.tx, timer.kind, timer.subject)
        _run(ctx, timer, max_store_bytes)
    vendor_desk.reservations_lapsed(ctx)
    return len(found)


def put_off(ctx: Context) -> None:
    """Try the first due timer later: alone, it failed, and the others have waited for it."""
    for timer in timers.due(ctx.tx, ctx.now, 1):
        timers.arm(ctx.tx, timer.kind, timer.subject, ctx.now + PUT_OFF_S)
        ctx.notes.append(f"timer {timer.kind} failed and is put off")


def _run(ctx: Context, timer: Timer, max_store_bytes: int | None) -> None:
    match timer.kind:
        case "acknowledge":
            if deals.get(ctx.tx, timer.subject) is not None:
                mailroom.send_acknowledgement(ctx, load_deal(ctx.tx, timer.subject))
        case "consider":
            own = intents.get_by_id(ctx.tx, timer.subject)
            if own is not None:
                customer_desk.consider(ctx, own)
        case "confirm":
            customer_desk.confirmation_missing(ctx, timer.subject)
        case "offer_end":
            customer_desk.offer_ended(ctx, timer.subject)
        case order_desk.TIMER:
            order_desk.money_overdue(ctx, timer.subject)
        case forgetting.TIMER:
            forgetting.time_is_over(ctx, timer.subject)
        case asking.TIMER:
            asking.due(ctx, timer.subject)
        case requests.REMINDER:
            reminders.due(ctx, timer.subject)
        case feedback_desk.TIMER:
            feedback_desk.due(ctx, timer.subject)
        case contact_desk.TIMER:
            disclosure_rules.plan_due(ctx)
        case disclosed.TIMER:
            disclosed.keep_current(ctx, load_deal(ctx.tx, timer.subject))
        case standing_intent.TIMER:
            standing_intent.cast(ctx, timer.subject)
        case restored.TIMER:
            restored.watch_further(ctx, timer.subject)
        case "intent_end":
            intent_desk.ended(ctx)
        case "answer":
            vendor_desk.consider(ctx, timer.subject)
        case inbox.TIMER:
            inbox.timed_out(ctx, timer.subject)
        case inbox_mail.TIMER:
            by_human.timed_out(ctx, timer.subject)
        case "reconsider":
            vendor_desk.reconsider(ctx)
        case "reconsider_more":
            vendor_desk.reconsider_more(ctx)
        case demand_desk.TIMER:
            demand_desk.close(ctx)
        case pause.TIMER:
            pause.ended(ctx)
        case "renew_profile":
            commands.renew_profile(ctx)
        case "renew_key_update":
            key_desk.renew(ctx)
        case "tidy":
            tidy(ctx, max_store_bytes)
        case _:
            ctx.notes.append(f"timer of unknown kind {timer.kind!r} dropped")


def start(ctx: Context) -> None:
    """Arm what a fresh start needs."""
    restored.take_note(ctx)
    timers.arm(ctx.tx, "tidy", NODE, ctx.now)
    standing_intent.resume(ctx)
    timers.arm(ctx.tx, "reconsider", NODE, ctx.now + 1)


def tidy(ctx: Context, max_store_bytes: int | None) -> None:
    """Drop what is past its time, and what the store has no room for; None: that is no matter."""
    seen.purge(ctx.tx, ctx.now)
    reply_keys.erase(ctx, tags.purge(ctx.tx, ctx.now))
    envelopes.evict(ctx.tx, ctx.now, max_store_bytes)
    demand.follow(ctx.tx)
    market.forget_intents(ctx.tx, ctx.now)
    market.trim_intents(ctx.tx, MAX_MARKET_INTENTS)
    market.trim_intents(ctx.tx, MAX_SEALED_INTENTS, sealed=True)
    market.trim_profiles(ctx.tx, MAX_PROFILES)
    returning.tidy(ctx)
    key_updates.trim(ctx.tx, MAX_PROFILES)
    kept_feedback.tidy(ctx)
    profile_desk.erase_prekeys(ctx)
    _forget_stale_deals(ctx)
    events.purge(ctx.tx, MAX_EVENTS)
    outbox.lapse(ctx.tx, ctx.now)
    outbox.purge(ctx.tx, ctx.now - 30 * 86_400)
    intent_desk.ended(ctx)
    # Files of keys beside backups may be reached again.
    ctx.sweep = ctx.sweep or bool(erasable_keys.places(ctx.tx))
    timers.arm(ctx.tx, "tidy", NODE, ctx.now + TIDY_EVERY_S)


def _forget_stale_deals(ctx: Context) -> None:
    """Drop the vendor's answers that came to nothing long ago, and erase their keys."""
    counts = deals.count_by_state(ctx.tx, "vendor")
    crowded = sum(counts.get(state, 0) for state in _FORGETTABLE) > MAX_DEAD_DEALS
    before = ctx.now if crowded else ctx.now - FORGET_AFTER_S
    for deal in deals.stale(ctx.tx, "vendor", _FORGETTABLE, before):
        deals.forget(ctx.tx, deal)
        secrets.erase(ctx.tx, "deal", deal)
        ctx.sweep = True

"""A vendor's weekly summaries of demand: counted only if the owner wants that, closed once each.

Implements the vendor's side of specs/17-demand.md; which numbers may be told is decided in
`vrmprotocol.demand`. An intent is counted in the week in which it came. A week is closed a week
after its end, when what came of its intents is known; what was counted is dropped then.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from vrmnode.engine.context import NODE, Context
from vrmnode.engine.negotiation import refusals
from vrmnode.engine.records import load_deal
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, demand, settings, timers
from vrmnode.storage.database import Connection
from vrmnode.storage.demand import CountedIntent, StoredSummary
from vrmnode.values.fields import Fields
from vrmnode.values.reasons import VENDOR_DECLINE
from vrmnode.vendor import taxonomy
from vrmprotocol import demand as protocol
from vrmprotocol import schema
from vrmprotocol.agreement_graph import time_text
from vrmprotocol.demand import LEAST_K, MOST_K, USUAL_K, WEEK_S, Wanted
from vrmprotocol.draft import deal_id
from vrmprotocol.market import Intent

Json = dict[str, object]
Params = Mapping[str, object]

SETTING, TIMER = "vendor.demand", "demand"
CLOSED_AFTER_S = WEEK_S
"""How long after its end a week is closed."""
MOST_COUNTED = 200_000
SETTLED_AT_ONCE = 200
NOTE = (
    "These numbers count intents, not people: one customer may have published several, and whoever"
    " published most of those behind a number knows what is said of the rest."
)


def turn_on(ctx: Context, params: Params) -> Json:
    """Count intents from the next week on; again, it changes the k of weeks not closed yet.

    Raises:
        LocalError: `request.invalid`, `request.unknown_field`.
    """
    fields = Fields(params, "request")
    k = fields.whole("k", LEAST_K, MOST_K, USUAL_K)
    fields.finish()
    before = _stored(ctx.tx)
    # SPEC 17: The writer MUST begin to count with a whole week, and again with another one after it
    # stopped, or its database was restored from a backup.
    since = protocol.next_week(ctx.now) if before is None else before["since"]
    settings.put(ctx.tx, SETTING, {"k": k, "since": since})
    timers.arm_earlier(ctx.tx, TIMER, NODE, since + WEEK_S + CLOSED_AFTER_S)
    ctx.event("demand.on", "vendor", ctx.identity.root, k=k, since=since)
    return demand_list(ctx.tx, ctx.now)


def turn_off(ctx: Context, params: Params) -> Json:
    """Count no more, and drop what was counted of weeks not closed; their summaries never come.

    Raises:
        LocalError: `request.unknown_field`.
    """
    Fields(params, "request").finish()
    demand.forget_all(ctx.tx)
    settings.erase(ctx.tx, SETTING)
    timers.clear(ctx.tx, TIMER, NODE)
    ctx.event("demand.off", "vendor", ctx.identity.root)
    return demand_list(ctx.tx, ctx.now)


def restored(ctx: Context) -> None:
    """Begin anew: a week in the backup may have been closed since, with other intents in it."""
    stored = _stored(ctx.tx)
    demand.forget_all(ctx.tx)
    if stored is not None:
        since = protocol.next_week(ctx.now)
        settings.put(ctx.tx, SETTING, {**stored, "since": since})
        timers.arm(ctx.tx, TIMER, NODE, since + WEEK_S + CLOSED_AFTER_S)


# SPEC 17: The writer MUST NOT count a sealed intent.
#
# Only what everybody could read is noted: this is called for intents of the market alone.
def note(ctx: Context, pseudonym: bytes, intent: Intent) -> None:
    """An intent of the market has come for the first time."""
    stored = _stored(ctx.tx)
    if stored is None or ctx.now < stored["since"]:
        return
    budget = intent.price_specification
    stated = None if budget is None else budget.max_price
    row = CountedIntent(
        pseudonym=pseudonym,
        week=protocol.week_of(ctx.now),
        category=taxonomy.top(intent.item_offered.category),
        country=intent.area.country,
        currency=None if budget is None or stated is None else budget.price_currency,
        budget=stated,
    )
    # SPEC 17: The writer MUST count an intent in one week, the one in which it came.
    demand.count_in(ctx.tx, row, MOST_COUNTED)


def close(ctx: Context) -> None:
    """Close the oldest week whose time has come, a few intents at a time."""
    stored = _stored(ctx.tx)
    if stored is None:
        return
    demand.follow(ctx.tx)
    over = [week for week in demand.open_weeks(ctx.tx) if closes_at(week) <= ctx.now]
    if over and _settle(ctx, over[0]):
        _publish(ctx, over[0], stored["k"])
        over = over[1:]
    waiting = [closes_at(week) for week in demand.open_weeks(ctx.tx)]
    later = min(waiting, default=protocol.next_week(ctx.now) + CLOSED_AFTER_S)
    timers.arm(ctx.tx, TIMER, NODE, ctx.now if over else later)


def closes_at(week: str) -> int:
    """When a week is closed (Unix seconds)."""
    return protocol.begins(week) + WEEK_S + CLOSED_AFTER_S


def _settle(ctx: Context, week: str) -> bool:
    """Note what came of some of a week's intents; whether that was all."""
    found = demand.unsettled(ctx.tx, week, SETTLED_AT_ONCE)
    for row in found:
        outcome, reason = _outcome(ctx, row)
        demand.settle(ctx.tx, row.pseudonym, outcome, reason)
    return len(found) < SETTLED_AT_ONCE


def _outcome(ctx: Context, row: CountedIntent) -> tuple[str, str | None]:
    if row.answer == "offered":
        deal = deals.get(ctx.tx, deal_id(row.pseudonym, ctx.identity.root))
        if deal is not None and deal.document is not None:
            return "agreed", None
        ending = {} if deal is None else refusals.ending(load_deal(ctx.tx, deal.deal))
        return "lost", ending.get("reason") or "unanswered"
    if row.answer == "refused":
        return "unmet", row.reason if row.reason in VENDOR_DECLINE else "unspecified"
    if row.answer == "ignored" and row.reason == "nothing_near":
        return "unmet", "nothing_near"
    return "unmet", "unanswered"


# SPEC 17: The writer MUST NOT make a second summary of a week.
#
# The table has one row for a week, nothing changes it, and what it was made of is gone.
def _publish(ctx: Context, week: str, k: int) -> None:
    summary = protocol.summarise(week, k, map(_wanted, demand.of_week(ctx.tx, week)))
    raw = protocol.write(summary)
    demand.add_summary(ctx.tx, StoredSummary(week=week, k=k, closed_at=ctx.now, summary=raw))
    demand.forget_week(ctx.tx, week)
    ctx.event(
        "demand.closed", "vendor", ctx.identity.root, week=week, k=k, cells=len(summary.cells)
    )


def _wanted(row: CountedIntent) -> Wanted:
    budget = None
    if row.currency is not None and row.budget is not None:
        budget = (row.currency, row.budget)
    return Wanted(row.category, row.country, row.outcome, row.reason, budget)  # type: ignore[arg-type]  # `_outcome` gave it


def demand_list(tx: Connection, now: int) -> Json:
    """Whether intents are counted, which week is closed next, and those that are closed."""
    stored = _stored(tx)
    next_week = None if stored is None else _next_week(tx, stored["since"], now)
    return {
        "on": stored is not None,
        "k": None if stored is None else stored["k"],
        "since": None if stored is None else stored["since"],
        "next": None
        if next_week is None
        else {"week": next_week, "closes_at": closes_at(next_week)},
        "weeks": [
            {"week": row.week, "k": row.k, "closed_at": row.closed_at}
            for row in demand.summaries(tx)
        ],
    }


def _next_week(tx: Connection, since: int, now: int) -> str:
    """The week that is closed next, as far as is known: one without an intent never is."""
    waiting = demand.open_weeks(tx)
    # The last one that isn't closed yet is the one before last week at the earliest.
    first = max(since, protocol.next_week(now) - WEEK_S - CLOSED_AFTER_S)
    return min(waiting, default=protocol.week_of(first), key=protocol.begins)


def demand_show(tx: Connection, week: str) -> Json:
    """The summary of a week, and its file in base64.

    Raises:
        LocalError: `demand.week`.
        ServiceError: `week.not_found`.
    """
    protocol.begins(week)
    row = demand.get_summary(tx, week)
    if row is None:
        stored = _stored(tx)
        words = f"expected a week that is counted and closed, came {week}"
        if stored is not None and protocol.begins(week) >= stored["since"]:
            words += f", which is closed on {time_text(closes_at(week))} if intents come in it"
        raise ServiceError("week.not_found", words, 404)
    summary = protocol.read(row.summary)
    names = {
        str(cell.category): taxonomy.name_of(cell.category)
        for cell in summary.cells
        if cell.category is not None
    }
    return {
        "week": week,
        "closed_at": row.closed_at,
        "summary": schema.dump(summary),
        "category_names": names,
        "note": NOTE,
        "file": base64.b64encode(row.summary).decode(),
    }


def _stored(tx: Connection) -> dict[str, int] | None:
    """`k` and `since`; None while nothing is counted."""
    found = settings.get(tx, SETTING)
    return dict(found) if isinstance(found, dict) else None

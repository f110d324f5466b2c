"""Standing intents: cast anew at each turn of their rhythm until they end or are stopped.

A casting is an intent like any other, with a pseudonym, keys, salt and tag of its own; only this
node knows that they belong together. Casting and moving the next one's time is one transaction,
so a crash makes neither two castings nor none.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.customer.request import read_request
from vrmnode.customer.rhythm import Rhythm
from vrmnode.engine.context import Context
from vrmnode.engine.customer import castings
from vrmnode.engine.failures import conflict
from vrmnode.engine.references import find_standing
from vrmnode.engine.vendor import shop
from vrmnode.errors import ServiceError
from vrmnode.storage import settings, standing_intents, timers
from vrmnode.storage.standing_intents import StandingIntent
from vrmprotocol.errors import LocalError

TIMER = "cast"

LATE_S = 600
"""A casting later than this was missed: the machine slept, or its clock was put forward."""


def begin(
    ctx: Context,
    prepared: castings.Prepared,
    *,
    request: Mapping[str, object],
    acceptance: Mapping[str, object],
    rhythm: Rhythm,
) -> StandingIntent:
    """Publish the first casting and plan the next."""
    next_at = rhythm.next_after(ctx.now, _draw(ctx))
    row = StandingIntent(
        standing=ctx.random(32),
        request=request,
        acceptance=acceptance,
        label=prepared.label,
        every_s=rhythm.every_s,
        until=rhythm.until,
        next_at=next_at,
        castings=1,
        status=standing_intents.ENDED if next_at is None else standing_intents.ACTIVE,
        created=ctx.now,
    )
    standing_intents.insert(ctx.tx, row)
    ctx.event("standing.begun", "standing", row.standing, label=row.label, next_at=next_at)
    castings.record(ctx, prepared, standing=row.standing)
    _plan(ctx, row, next_at)
    return row


def cast(ctx: Context, standing: bytes) -> None:
    """Publish the casting that is due, if one is, and plan the next."""
    row = standing_intents.get(ctx.tx, standing)
    if row is None or row.status != standing_intents.ACTIVE or row.next_at is None:
        return
    if ctx.now < row.next_at:
        timers.arm(ctx.tx, TIMER, standing, row.next_at)
        return
    if ctx.now > row.next_at + LATE_S or ctx.now > row.until:
        _put_off(ctx, row)
        return
    shard = settings.get(ctx.tx, shop.SHARD, 0)
    try:
        prepared = castings.prepare(
            ctx.tx,
            ctx.vault,
            read_request(row.request),
            dict(row.acceptance),
            identity=ctx.identity,
            shard=shard if isinstance(shard, int) else 0,
            now=ctx.now,
            random=ctx.random,
            grind=ctx.grind,
        )
    except LocalError as error:
        # Whatever was right when it began and isn't now won't be right at the next turn either.
        _finish(ctx, row, standing_intents.STOPPED, row.castings, reason=str(error))
        return
    except ServiceError as error:
        # The vendors that it names can't be told now; by the next turn they may.
        _pass(ctx, row, error)
        return
    castings.record(ctx, prepared, standing=standing)
    next_at = _rhythm(row).next_after(ctx.now, _draw(ctx))
    if next_at is None:
        _finish(ctx, row, standing_intents.ENDED, row.castings + 1)
        return
    standing_intents.update(
        ctx.tx, standing, next_at=next_at, castings=row.castings + 1, status=row.status
    )
    _plan(ctx, row, next_at)


def _pass(ctx: Context, row: StandingIntent, error: ServiceError) -> None:
    """Let a turn of the rhythm go by without a casting."""
    next_at = _rhythm(row).next_after(ctx.now, _draw(ctx))
    if next_at is None:
        _finish(ctx, row, standing_intents.ENDED, row.castings)
        return
    standing_intents.update(
        ctx.tx, row.standing, next_at=next_at, castings=row.castings, status=row.status
    )
    ctx.event("standing.passed", "standing", row.standing, label=row.label, reason=error.message)
    _plan(ctx, row, next_at)


def resume(ctx: Context) -> None:
    """After a start: what was missed meanwhile is cast once, and not at once."""
    for row in standing_intents.list_all(ctx.tx, standing_intents.ACTIVE):
        if row.next_at is not None and row.next_at <= ctx.now:
            _put_off(ctx, row)


def _put_off(ctx: Context, row: StandingIntent) -> None:
    next_at = _rhythm(row).resumed(ctx.now, _draw(ctx))
    if next_at is None:
        _finish(ctx, row, standing_intents.ENDED, row.castings)
        return
    standing_intents.update(
        ctx.tx, row.standing, next_at=next_at, castings=row.castings, status=row.status
    )
    _plan(ctx, row, next_at)


def stop(ctx: Context, reference: str) -> StandingIntent:
    """Cast nothing more; the casting that stands now stays until it ends or is withdrawn.

    Raises:
        ServiceError: `standing.not_found`, `standing.ambiguous`, `standing.not_active`.
    """
    row = find_standing(ctx.tx, reference)
    if row.status != standing_intents.ACTIVE:
        raise conflict(
            "standing.not_active", f"expected an active standing intent, came one {row.status}"
        )
    _finish(ctx, row, standing_intents.STOPPED, row.castings)
    return row


def _finish(
    ctx: Context, row: StandingIntent, status: str, castings: int, *, reason: str | None = None
) -> None:
    standing_intents.update(ctx.tx, row.standing, next_at=None, castings=castings, status=status)
    timers.clear(ctx.tx, TIMER, row.standing)
    ctx.event(f"standing.{status}", "standing", row.standing, label=row.label, reason=reason)


def _plan(ctx: Context, row: StandingIntent, next_at: int | None) -> None:
    if next_at is not None:
        timers.arm(ctx.tx, TIMER, row.standing, next_at)


def _rhythm(row: StandingIntent) -> Rhythm:
    return Rhythm(row.every_s, row.until)


def _draw(ctx: Context) -> int:
    return int.from_bytes(ctx.random(4), "big")

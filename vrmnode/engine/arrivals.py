"""Keeping verified envelopes: once each, many at a time.

Most of what a node keeps is for others: kinds that it doesn't know, mail to tags that it doesn't
watch. Those need no turn of their own; `inbound` acts on the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from vrmnode.engine.context import NODE, Context
from vrmnode.storage import envelopes, seen, tags, timers
from vrmnode.storage.envelopes import StoredEnvelope
from vrmprotocol.envelope import DIRECTORY_KINDS, MARKET_KINDS, SKEW_S, Envelope

TIDY_AFTER = 1_024
"""Envelopes after which the store is tidied: at most 67 MB beyond its size meanwhile."""

_ACTED_ON = MARKET_KINDS | DIRECTORY_KINDS


def keep_others(ctx: Context, arrived: Sequence[Envelope]) -> list[bool | None]:
    """Keep those of some envelopes on which nothing is to be done here.

    For each: whether it was new; None for what `inbound.accept_envelope` has to take.
    """
    watched = tags.watched_among(ctx.tx, [each.tag for each in arrived if each.tag is not None])
    concerns = [each.kind in _ACTED_ON or each.tag in watched for each in arrived]
    others = [each for each, acts in zip(arrived, concerns, strict=True) if not acts]
    found = iter(keep(ctx, others))
    return [None if acts else next(found) for acts in concerns]


def keep(ctx: Context, arrived: Sequence[Envelope], *, named: bool = True) -> list[bool]:
    """Remember the ids of envelopes and store those that are new; which ones those were."""
    # SPEC 02: The reader MUST remember the id of each accepted envelope until `expires + 300`, also
    # when it drops the envelope and across restarts.
    new = seen.add_all(ctx.tx, [(each.id, each.expires + SKEW_S) for each in arrived])
    rows, fresh = [], []
    for each in arrived:
        fresh.append(each.id in new)
        if each.id in new:
            new.discard(each.id)
            rows.append(_row(ctx, each, named=named))
    if rows:
        envelopes.put_all(ctx.tx, rows)
        last = ctx.tx.last_row_id()
        if last // TIDY_AFTER != (last - len(rows)) // TIDY_AFTER:
            # Between two tidyings by the clock, a flood could take any amount of disk.
            timers.arm_earlier(ctx.tx, "tidy", NODE, ctx.now)
    return fresh


def _row(ctx: Context, arrived: Envelope, *, named: bool) -> StoredEnvelope:
    return StoredEnvelope(
        id=arrived.id,
        topic=arrived.topic,
        kind=arrived.kind,
        author=arrived.author,
        tag=arrived.tag,
        created=arrived.created,
        expires=arrived.expires,
        received_at=ctx.now,
        own=False,
        named_from=ctx.now if named else None,
        raw=arrived.raw,
    )

"""The vendor's pause: no new offers until a day, or until the owner resumes.

What was offered before stays good: accepts, questions, counters and all that follows an agreement
go on. Intents that would get an offer are refused as `closed`, or met with silence, and those that
still stand afterwards are looked at again. The profile says it where its owner wants that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from vrmnode.engine.context import NODE, Context
from vrmnode.engine.failures import conflict
from vrmnode.storage import settings, timers
from vrmnode.storage.database import Connection
from vrmnode.values.fields import Fields
from vrmnode.values.spans import DAY_EXPECTED, DAY_S, parse_day

Json = dict[str, object]
Params = Mapping[str, object]

PAUSE = "vendor.pause"
TIMER = "resume"
RENEW_PROFILE = "renew_profile"
NOTE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Pause:
    """`until` is when the shop opens again, None: when its owner says so; `note` for customers.

    `announced`: the public profile says it, too.
    """

    since: int
    until: int | None = None
    note: str | None = None
    language: str | None = None
    announced: bool = False


def current(tx: Connection, now: int) -> Pause | None:
    """The pause that the shop makes now."""
    stored = settings.get(tx, PAUSE)
    if not isinstance(stored, dict):
        return None
    pause = Pause(**stored)
    return None if pause.until is not None and pause.until <= now else pause


def shown(pause: Pause | None) -> Json | None:
    """Ready for JSON."""
    return None if pause is None else asdict(pause)


def begin(ctx: Context, params: Params) -> Json:
    """Make no new offers, to the end of a day if one is named; again, it changes day and note.

    Raises: FieldError `request.invalid`.
    """
    fields = Fields(params, "request")
    last_day = fields.parsed("until", parse_day, DAY_EXPECTED)
    if last_day is not None and last_day + DAY_S <= ctx.now:
        raise fields.error("until", "a day that isn't over", params.get("until"))
    pause = Pause(
        since=ctx.now,
        until=None if last_day is None else last_day + DAY_S,
        note=fields.text("note", NOTE_CHARACTERS),
        language=fields.language("language"),
        announced=fields.flag("announce", False),
    )
    _tell(ctx, pause)
    settings.put(ctx.tx, PAUSE, asdict(pause))
    timers.clear(ctx.tx, TIMER, NODE)
    if pause.until is not None:
        timers.arm(ctx.tx, TIMER, NODE, pause.until)
    ctx.event("vendor.paused", "vendor", ctx.identity.root, until=pause.until, note=pause.note)
    return asdict(pause)


def resume(ctx: Context, params: Params) -> Json:
    """Make offers again; intents that still stand are looked at anew.

    Raises:
        ServiceError: `vendor.not_paused`.
    """
    if current(ctx.tx, ctx.now) is None:
        raise conflict("vendor.not_paused", "expected a shop that pauses, came one that is open")
    _end(ctx, "by hand")
    return {"paused": None}


def ended(ctx: Context) -> None:
    """The day has come."""
    if settings.get(ctx.tx, PAUSE) is not None and current(ctx.tx, ctx.now) is None:
        _end(ctx, "the day has come")


def _tell(ctx: Context, pause: Pause | None) -> None:
    """Publish the profile anew where it says, or has said, something of a pause."""
    before = settings.get(ctx.tx, PAUSE)
    said = isinstance(before, dict) and before.get("announced") is True
    if said or (pause is not None and pause.announced):
        timers.arm(ctx.tx, RENEW_PROFILE, NODE, ctx.now)


def _end(ctx: Context, rule: str) -> None:
    _tell(ctx, None)
    settings.erase(ctx.tx, PAUSE)
    timers.clear(ctx.tx, TIMER, NODE)
    timers.arm(ctx.tx, "reconsider", NODE, ctx.now)
    ctx.event("vendor.resumed", "vendor", ctx.identity.root, rule=rule)

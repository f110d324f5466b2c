"""Drafts of intents that hooks left: the owner looks at them, confirms them or throws them away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from vrmnode.customer.broken import MAX_PROBLEM
from vrmnode.customer.hook_rules import Report
from vrmnode.engine.context import Context
from vrmnode.engine.customer import thing_requests, things_desk
from vrmnode.engine.references import checked_id, only
from vrmnode.storage import drafts, hooks, things
from vrmnode.storage.database import Connection
from vrmnode.storage.drafts import Draft
from vrmnode.storage.hooks import Hook
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.secrets import Vault
from vrmnode.storage.things import Thing
from vrmnode.values.fields import Fields

Json = dict[str, object]
Params = Mapping[str, object]

QUIET_S = 86_400
"""A device that goes on saying what the owner threw away gets no second draft so long."""


def leave(
    ctx: Context,
    hook: Hook,
    thing: Thing,
    report: Report,
    request: dict[str, object],
    addressed: str,
) -> None:
    """Leave a draft for the owner."""
    draft = Draft(
        draft=ctx.random(16),
        thing=thing.thing,
        hook=hook.hook,
        event=report.event,
        hook_name=hook.name,
        thing_name=thing.name,
        note=report.note,
        addressed=addressed,
        request=request,
        reports=1,
        reported_at=ctx.now,
        added=ctx.now,
    )
    drafts.insert(ctx.tx, ctx.vault, draft)
    ctx.event("draft.added", "draft", draft.draft, event=report.event)


def discard(ctx: Context, params: Params) -> Json:
    """Throw a draft away; for a day its hook leaves none for the same event.

    Raises:
        ServiceError: `draft.not_found`, `draft.ambiguous`, `request.id`.
    """
    draft = find(ctx.tx, ctx.vault, params.get("draft"))
    _erase(ctx, draft)
    hook = hooks.get(ctx.tx, ctx.vault, draft.hook)
    if hook is not None:
        quiet = {**hook.quiet, draft.event: ctx.now + QUIET_S}
        hooks.replace(ctx.tx, ctx.vault, replace(hook, quiet=quiet))
    ctx.event("draft.discarded", "draft", draft.draft)
    return shown(draft)


def confirmed(ctx: Context, own: OwnIntent, draft: bytes) -> None:
    """Take a draft away as its intent is recorded, and note that on the thing.

    Raises:
        ServiceError: `draft.not_found`: it was confirmed or thrown away meanwhile.
    """
    waiting = find(ctx.tx, ctx.vault, draft.hex())
    _erase(ctx, waiting)
    hook = hooks.get(ctx.tx, ctx.vault, waiting.hook)
    if hook is not None:
        asked = {**hook.intents, waiting.event: own.intent_id.hex()}
        hooks.replace(ctx.tx, ctx.vault, replace(hook, intents=asked))
    thing = things.get(ctx.tx, ctx.vault, waiting.thing)
    if thing is not None:
        things_desk.note_report(ctx, thing, waiting.note, broken=waiting.event == "broken", own=own)
    ctx.event("draft.confirmed", "draft", draft, intent=own.intent_id.hex())


def listed(tx: Connection, vault: Vault, params: Params, now: int) -> list[Json]:
    """All drafts, the oldest first."""
    return [shown(each) for each in drafts.list_drafts(tx, vault)]


def show(tx: Connection, vault: Vault, params: Params, now: int) -> Json:
    """One draft; `problem` replaces what the request says of that.

    Raises:
        ServiceError: `draft.not_found`, `draft.ambiguous`, `request.id`.
        FieldError: `draft.invalid`.
    """
    found = find(tx, vault, params.get("draft"))
    words = Fields({"problem": params.get("problem")}, "draft").text("problem", MAX_PROBLEM)
    if words is not None:
        found = replace(found, request={**found.request, "description": words})
    return shown(found)


def find(tx: Connection, vault: Vault, reference: object) -> Draft:
    """A draft by its id, or the beginning of it.

    Raises:
        ServiceError: `draft.not_found`, `draft.ambiguous`, `request.id`.
    """
    prefix = checked_id(reference if isinstance(reference, str) else "")
    return only("draft", prefix, drafts.by_prefix(tx, vault, prefix))


def shown(draft: Draft) -> Json:
    """A draft ready for JSON."""
    said = draft.request.get("description")
    return {
        "draft": draft.draft.hex(),
        "thing": draft.thing.hex(),
        "thing_name": draft.thing_name,
        "hook": draft.hook.hex(),
        "hook_name": draft.hook_name,
        "event": draft.event,
        "note": draft.note,
        "request": dict(draft.request),
        "addressed": draft.addressed,
        "warnings": thing_requests.telling(said if isinstance(said, str) else None),
        "reports": draft.reports,
        "reported_at": draft.reported_at,
        "added": draft.added,
    }


def _erase(ctx: Context, draft: Draft) -> None:
    drafts.remove(ctx.tx, draft.draft)
    ctx.sweep = True

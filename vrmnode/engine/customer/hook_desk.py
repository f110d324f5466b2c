"""Hooks of own things: made and removed by the owner, and what a device's report comes to.

A report can do one of two things, as the hook's rules say (`vrmnode.customer.hook_rules`): leave a
draft that the owner confirms, or publish within the rules. Whoever has a token can read nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace

from vrmnode.customer.hook_rules import (
    DRAFT,
    EVENTS,
    PUBLISH,
    HookRules,
    Report,
    changes_for,
    free_at,
    read_rules,
    words_for,
)
from vrmnode.customer.request import read_request
from vrmnode.engine.context import Context
from vrmnode.engine.customer import draft_desk, thing_requests, things_desk
from vrmnode.engine.failures import conflict, invalid
from vrmnode.engine.references import only
from vrmnode.errors import ServiceError
from vrmnode.storage import drafts, hooks, intents, things
from vrmnode.storage.database import Connection
from vrmnode.storage.hooks import Hook
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.secrets import Vault
from vrmnode.storage.things import Thing
from vrmnode.values.fields import Fields

Json = dict[str, object]
Params = Mapping[str, object]

MAX_HOOKS = 100
TOKEN_BYTES, TOKEN_PREFIX = 32, "vrmhook_"


@dataclass(frozen=True, slots=True)
class ToPublish:
    """What a report publishes by itself: a request within the hook's rules."""

    hook: bytes
    report: Report
    request: dict[str, object]


def add(ctx: Context, params: Params) -> Json:
    """Make a hook for a thing; its token is in the answer, and nowhere else.

    Raises:
        ServiceError: `thing.not_found`, `hook.exists`, `hook.too_many`.
        FieldError: `hook.*`, `request.*`.
    """
    thing = things_desk.find_thing(ctx.tx, ctx.vault, params.get("thing"))
    raw = params.get("rules") or {}
    if not isinstance(raw, Mapping):
        raise invalid("hook.invalid", "rules: expected an object, came another type")
    rules = read_rules(raw)
    for event in rules.events:
        # What would be refused when a device reports is refused now, while the owner is here.
        _request(ctx.tx, thing, rules, Report(event, None), ctx.now)
    known = hooks.list_hooks(ctx.tx, ctx.vault)
    if len(known) >= MAX_HOOKS:
        raise conflict("hook.too_many", f"expected at most {MAX_HOOKS} hooks, came another")
    name = Fields({"name": params.get("name")}, "hook").text("name", 64) or thing.name
    if any(each.name.casefold() == name.casefold() for each in known):
        raise conflict("hook.exists", f"expected another name, a hook of yours is called {name!r}")
    token = TOKEN_PREFIX + urlsafe_b64encode(ctx.random(TOKEN_BYTES)).decode().rstrip("=")
    hook = Hook(
        hook=ctx.random(16),
        thing=thing.thing,
        token_hash=_hashed(token),
        name=name,
        rules=rules.to_dict(),
        added=ctx.now,
    )
    hooks.insert(ctx.tx, ctx.vault, hook)
    ctx.event("hook.added", "hook", hook.hook, mode=rules.mode)
    return {**shown(hook, thing), "token": token}


def remove(ctx: Context, params: Params) -> Json:
    """Revoke a hook's token; drafts that it left stay for the owner to look at.

    Raises:
        ServiceError: `hook.not_found`, `hook.ambiguous`.
    """
    hook = _find(ctx.tx, ctx.vault, params.get("hook"))
    thing = things.get(ctx.tx, ctx.vault, hook.thing)
    hooks.remove(ctx.tx, hook.hook)
    ctx.sweep = True
    ctx.event("hook.removed", "hook", hook.hook)
    return shown(hook, thing)


def listed(tx: Connection, vault: Vault, params: Params, now: int) -> list[Json]:
    """All hooks, by name."""
    return [shown(each, things.get(tx, vault, each.thing)) for each in hooks.list_hooks(tx, vault)]


def shown(hook: Hook, thing: Thing | None) -> Json:
    """A hook ready for JSON; of its token nothing."""
    return {
        "hook": hook.hook.hex(),
        "name": hook.name,
        "thing": hook.thing.hex(),
        "thing_name": None if thing is None else thing.name,
        "rules": dict(hook.rules),
        "added": hook.added,
        "used_at": hook.used_at,
        "published": len(hook.published),
    }


def of_token(tx: Connection, token: str) -> bytes:
    """The hook whose token this is.

    Raises:
        ServiceError: `hook.unknown`: no such token, or one that was revoked.
    """
    asked, found = _hashed(token), None
    # All are compared, each in constant time: how long it takes says nothing of any token.
    for hook, kept in hooks.token_hashes(tx):
        if hmac.compare_digest(kept, asked):
            found = hook
    if found is None:
        raise unknown()
    return found


def unknown() -> ServiceError:
    """What is said of every token that isn't good, whatever the reason."""
    return ServiceError("hook.unknown", "expected the token of a hook, came another", 404)


def take(ctx: Context, hook: bytes, report: Report) -> ToPublish | None:
    """Do what a report asks for; what is left to publish, which takes a stamp first.

    Raises:
        ServiceError: `hook.unknown`, `hook.not_allowed`, `hook.limit`.
        FieldError: `request.*`, where the thing was changed so that nothing can be asked for.
    """
    known, rules = _allowed(ctx, hook, report.event)
    thing = things.get(ctx.tx, ctx.vault, known.thing)
    if thing is None:
        raise unknown()
    waiting = drafts.waiting(ctx.tx, ctx.vault, known.hook, report.event)
    if waiting is not None:
        # Its words stay: whoever has the token can't change what the owner is about to confirm.
        fresh = replace(waiting, reports=waiting.reports + 1, reported_at=ctx.now)
        drafts.replace(ctx.tx, ctx.vault, fresh)
    elif not _is_settled(ctx, known, report.event):
        request, addressed = _request(ctx.tx, thing, rules, report, ctx.now)
        if rules.mode == PUBLISH:
            _check_limit(known, rules, ctx.now)
            return ToPublish(known.hook, report, request)
        draft_desk.leave(ctx, known, thing, report, request, addressed)
    _used(ctx, known, report)
    return None


def published(ctx: Context, own: OwnIntent, made: ToPublish) -> None:
    """Count what a report published, in the transaction that records it.

    Raises:
        ServiceError: `hook.*`, as `take`: meanwhile the hook may have been used up or revoked;
            `hook.under_way`: another report came first.
    """
    event = made.report.event
    known, rules = _allowed(ctx, made.hook, event)
    if _is_settled(ctx, known, event):
        raise conflict("hook.under_way", "expected one report at a time, came another")
    _check_limit(known, rules, ctx.now)
    recent = (*known.published, ctx.now)[-rules.most :]
    asked = {**known.intents, event: own.intent_id.hex()}
    _used(ctx, replace(known, published=recent, intents=asked), made.report, own)
    ctx.event("hook.published", "hook", known.hook, intent=own.intent_id.hex())


def failed(ctx: Context, hook: bytes, code: str) -> None:
    """Tell the owner that a hook's rules don't fit its thing any more."""
    ctx.event("hook.failed", "hook", hook, code=code)


def only_drafts(ctx: Context) -> None:
    """Let every hook leave drafts alone: it may have been removed since, or used up."""
    for known in hooks.list_hooks(ctx.tx, ctx.vault):
        rules = {**known.rules, "mode": DRAFT}
        if rules != known.rules:
            hooks.replace(ctx.tx, ctx.vault, replace(known, rules=rules))
            ctx.event("hook.changed", "hook", known.hook, mode=DRAFT)


def _allowed(ctx: Context, hook: bytes, event: str) -> tuple[Hook, HookRules]:
    known = hooks.get(ctx.tx, ctx.vault, hook)
    if known is None:
        raise unknown()
    rules = read_rules(known.rules)
    if event not in rules.events:
        listed = ", ".join(rules.events)
        words = f"event: expected one that this hook may say, {listed}, came {event!r}"
        raise ServiceError("hook.not_allowed", words, 403)
    return known, rules


def _check_limit(known: Hook, rules: HookRules, now: int) -> None:
    at = free_at(rules, known.published, now)
    if at is not None:
        words = f"expected no more than its owner allows, came another {at - now} s too early"
        raise ServiceError("hook.limit", words, 429)


def _is_settled(ctx: Context, known: Hook, event: str) -> bool:
    """Whether what came of the same report before still stands."""
    if known.quiet.get(event, 0) > ctx.now:
        return True
    intent = known.intents.get(event)
    own = None if intent is None else intents.get_by_id(ctx.tx, bytes.fromhex(intent))
    return own is not None and own.status == "active" and own.valid_through > ctx.now


def _used(ctx: Context, known: Hook, report: Report, own: OwnIntent | None = None) -> None:
    hooks.replace(ctx.tx, ctx.vault, replace(known, used_at=ctx.now))
    thing = things.get(ctx.tx, ctx.vault, known.thing)
    if thing is not None:
        things_desk.note_report(ctx, thing, report.note, broken=report.event == "broken", own=own)


def _request(
    tx: Connection, thing: Thing, rules: HookRules, report: Report, now: int
) -> tuple[dict[str, object], str]:
    drafted = thing_requests.drafted_request(
        tx,
        thing,
        words_for(rules, report),
        changes_for(rules, report.event),
        now,
        function=EVENTS[report.event],
    )
    read_request(drafted.request)
    return drafted.request, drafted.addressed


def _hashed(token: str) -> bytes:
    return hashlib.sha256(b"vrm/1 hook\x00" + token.encode("utf-8", "replace")).digest()


def _find(tx: Connection, vault: Vault, reference: object) -> Hook:
    text = reference.strip() if isinstance(reference, str) else ""
    known = hooks.list_hooks(tx, vault)
    named = [each for each in known if each.name.casefold() == text.casefold()]
    begun = [each for each in known if len(text) >= 6 and each.hook.hex().startswith(text.lower())]
    return only("hook", text, named or begun)

"""Own things as their owner keeps them, and as an agreed sale adds them.

They stay in this database, sealed (`vrmnode.storage.things`). What of a thing becomes public does
so with an intent, which `thing_requests` drafts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict, invalid, not_found
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import DealRecord, intent_body, own_intent
from vrmnode.engine.references import find_vendor, only
from vrmnode.errors import ServiceError
from vrmnode.storage import drafts, hooks, market, things
from vrmnode.storage.database import Connection
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.secrets import Vault
from vrmnode.storage.things import Thing
from vrmnode.values.fields import Fields
from vrmnode.values.gtins import GTIN_EXPECTED, gtin_for_people, read_gtin
from vrmnode.values.spans import DAY_EXPECTED, add_months, floor_day, parse_day
from vrmprotocol import keys
from vrmprotocol.draft import Draft
from vrmprotocol.errors import LocalError

Json = dict[str, object]
Params = Mapping[str, object]

MAX_THINGS = 10_000
NAME = r"[^/\x00-\x1f]{1,64}"


def add(ctx: Context, params: Params) -> Json:
    """Keep a thing of the owner's.

    Raises:
        ServiceError: `thing.exists`, `thing.too_many`, `vendor.*`.
        FieldError: `thing.invalid`, `thing.unknown_field`.
    """
    blank = Thing(thing=ctx.random(16), name="", item_name="", added=ctx.now)
    thing = _changed(ctx.tx, blank, params)
    _insert(ctx, thing)
    return shown(thing)


def change(ctx: Context, params: Params) -> Json:
    """Change some fields of a thing; None takes a field away.

    Raises:
        ServiceError: `thing.not_found`, `thing.exists`, `vendor.*`.
        FieldError: `thing.invalid`, `thing.unknown_field`.
    """
    known = find_thing(ctx.tx, ctx.vault, params.get("thing"))
    changes = params.get("changes")
    if not isinstance(changes, dict):
        raise invalid("request.invalid", "changes: expected an object, came another type")
    thing = _changed(ctx.tx, known, changes)
    _require_free(ctx, thing)
    things.replace(ctx.tx, ctx.vault, thing)
    ctx.event("thing.changed", "thing", thing.thing)
    return shown(thing)


def remove(ctx: Context, params: Params) -> Json:
    """Forget a thing; an intent for its repair stays as it is.

    Raises:
        ServiceError: `thing.not_found`.
    """
    thing = find_thing(ctx.tx, ctx.vault, params.get("thing"))
    _erase(ctx, thing)
    return shown(thing)


def bought(ctx: Context, record: DealRecord) -> None:
    """Add the thing that an agreed sale brings; a repetition adds nothing."""
    signed = record.state.accepted_offer
    if signed is None or things.of_deal(ctx.tx, ctx.vault, record.deal) is not None:
        return
    draft = mailroom.offer_of(signed).draft
    if draft.business_function != "Sell" or things.count(ctx.tx) >= MAX_THINGS:
        return
    item, intent = draft.item_offered, intent_body(own_intent(ctx.tx, record.row.intent_id))
    thing = Thing(
        thing=ctx.random(16),
        name=_free_name(ctx, item.name),
        item_name=item.name,
        gtin=item.gtin,
        mpn=item.mpn,
        brand=item.brand,
        category=item.category,
        country=intent.area.country,
        bought_at=floor_day(ctx.now),
        bought_from=draft.vendor.name,
        vendor_root=draft.vendor.root,
        warranty_until=_warranty_until(draft, ctx.now),
        note=None if draft.eligible_quantity == 1 else f"{draft.eligible_quantity} pieces",
        deal=record.deal,
        added=ctx.now,
    )
    _insert(ctx, thing)


def delivered(ctx: Context, deal: bytes, draft: Draft) -> None:
    """Count the warranty from the day when the thing came, unless the owner has said otherwise."""
    thing = things.of_deal(ctx.tx, ctx.vault, deal)
    until = _warranty_until(draft, ctx.now)
    if thing is None or until is None or thing.bought_at is None:
        return
    if thing.warranty_until == _warranty_until(draft, thing.bought_at):
        things.replace(ctx.tx, ctx.vault, replace(thing, warranty_until=until))
        ctx.event("thing.changed", "thing", thing.thing)


def _warranty_until(draft: Draft, begins: int) -> int | None:
    """The last day of a draft's warranty (specs/03-messages.md#agreement-draft)."""
    if draft.warranty is None:
        return None
    return add_months(floor_day(begins), draft.warranty.duration_of_warranty)


def not_bought(ctx: Context, deal: bytes) -> None:
    """Forget the thing of a deal that was cancelled, or whose goods were all given back."""
    thing = things.of_deal(ctx.tx, ctx.vault, deal)
    if thing is not None:
        _erase(ctx, thing)


def _erase(ctx: Context, thing: Thing) -> None:
    for waiting in drafts.of_thing(ctx.tx, ctx.vault, thing.thing):
        drafts.remove(ctx.tx, waiting.draft)
    for hook in hooks.of_thing(ctx.tx, ctx.vault, thing.thing):
        hooks.remove(ctx.tx, hook.hook)
        ctx.event("hook.removed", "hook", hook.hook)
    things.remove(ctx.tx, thing.thing)
    ctx.sweep = True
    ctx.event("thing.removed", "thing", thing.thing)


def note_broken(
    ctx: Context, thing: bytes, problem: str | None, own: OwnIntent | None = None
) -> None:
    """Remember that a thing is broken, and the intent that asks for its repair."""
    known = things.get(ctx.tx, ctx.vault, thing)
    if known is None:
        raise not_found("thing", thing.hex())
    intent = known.intent if own is None else own.intent_id
    things.replace(
        ctx.tx, ctx.vault, replace(known, broken_at=ctx.now, problem=problem, intent=intent)
    )
    ctx.event(
        "thing.broken",
        "thing",
        thing,
        intent=None if own is None else own.intent_id.hex(),
    )


def note_report(
    ctx: Context, known: Thing, note: str | None, *, broken: bool, own: OwnIntent | None
) -> None:
    """Remember what a device said of a thing, and the intent that came of it."""
    fresh = replace(
        known,
        reported=note or known.reported,
        broken_at=known.broken_at or ctx.now if broken else known.broken_at,
        intent=known.intent if own is None else own.intent_id,
    )
    if fresh != known:
        things.replace(ctx.tx, ctx.vault, fresh)


def find_thing(tx: Connection, vault: Vault, reference: object) -> Thing:
    """A thing by its name, its id, or the beginning of its id.

    Raises:
        ServiceError: `thing.not_found`, `thing.ambiguous`.
    """
    text = reference.strip() if isinstance(reference, str) else ""
    named = things.by_name(tx, vault, text)
    if named is not None:
        return named
    found = things.by_prefix(tx, vault, text) if len(text) >= 6 else []
    return only("thing", text, found)


def shown(thing: Thing) -> Json:
    """A thing ready for JSON."""
    root = thing.vendor_root
    return {
        "thing": thing.thing.hex(),
        "name": thing.name,
        "item_name": thing.item_name,
        "gtin": thing.gtin,
        "mpn": thing.mpn,
        "brand": thing.brand,
        "category": thing.category,
        "country": thing.country,
        "bought_at": thing.bought_at,
        "bought_from": thing.bought_from,
        "vendor": None if root is None else keys.to_did(root),
        "warranty_until": thing.warranty_until,
        "note": thing.note,
        "deal": None if thing.deal is None else thing.deal.hex(),
        "broken_at": thing.broken_at,
        "problem": thing.problem,
        "reported": thing.reported,
        "intent": None if thing.intent is None else thing.intent.hex(),
        "added": thing.added,
    }


def listed(tx: Connection, vault: Vault, params: Params, now: int) -> list[Json]:
    """All things, by name."""
    return [shown(each) for each in things.list_things(tx, vault)]


def show(tx: Connection, vault: Vault, params: Params, now: int) -> Json:
    """One thing.

    Raises:
        ServiceError: `thing.not_found`, `thing.ambiguous`.
    """
    return shown(find_thing(tx, vault, params.get("thing")))


def _changed(tx: Connection, known: Thing, raw: Mapping[str, object]) -> Thing:
    fields = Fields(raw, "thing")
    given = set(raw)

    def text(name: str, limit: int, pattern: str | None = None) -> str | None:
        value = fields.text(name, limit, pattern)
        kept: str | None = getattr(known, name)
        return value if name in given else kept

    name = text("name", 64, NAME)
    if not name:
        raise fields.error("name", "a name of 1 to 64 characters without /", raw.get("name"))
    item_name = text("item_name", 200) or name
    category = fields.whole("category", 0, 2**31 - 1, None)
    days = {
        field: fields.parsed(field, parse_day, DAY_EXPECTED)
        for field in ("bought_at", "warranty_until")
    }
    bought_from, root = known.bought_from, known.vendor_root
    seller = fields.text("bought_from", 128)
    if "bought_from" in given:
        bought_from, root = _seller(tx, seller)
    thing = replace(
        known,
        name=name,
        item_name=item_name,
        gtin=_gtin(fields) if "gtin" in given else (fields.take("gtin"), known.gtin)[1],
        mpn=text("mpn", 64),
        brand=text("brand", 64),
        category=category if "category" in given else known.category,
        country=text("country", 2, "[A-Z]{2}"),
        bought_at=days["bought_at"] if "bought_at" in given else known.bought_at,
        bought_from=bought_from,
        vendor_root=root,
        warranty_until=days["warranty_until"]
        if "warranty_until" in given
        else known.warranty_until,
        note=text("note", 500),
    )
    fields.finish()
    return thing


def _gtin(fields: Fields) -> str | None:
    text = fields.text("gtin", 32)
    if text is None:
        return None
    digits = read_gtin(text)
    if digits is None:
        raise fields.error("gtin", GTIN_EXPECTED, text)
    return gtin_for_people(digits)


def _seller(tx: Connection, text: str | None) -> tuple[str | None, bytes | None]:
    """A vendor that this node knows by its key, or a name that the owner wrote."""
    if text is None:
        return None, None
    try:
        root = find_vendor(tx, text)
    except (ServiceError, LocalError):
        return text, None
    profile = market.get_profile(tx, root)
    return (text if profile is None else profile.name), root


def _insert(ctx: Context, thing: Thing) -> None:
    _require_free(ctx, thing)
    if things.count(ctx.tx) >= MAX_THINGS:
        raise conflict("thing.too_many", f"expected at most {MAX_THINGS} things, came another")
    things.insert(ctx.tx, ctx.vault, thing)
    deal = None if thing.deal is None else thing.deal.hex()
    ctx.event("thing.added", "thing", thing.thing, deal=deal)


def _require_free(ctx: Context, thing: Thing) -> None:
    other = things.by_name(ctx.tx, ctx.vault, thing.name)
    if other is not None and other.thing != thing.thing:
        raise conflict("thing.exists", f"expected another name, {thing.name!r} is one of yours")


def _free_name(ctx: Context, item_name: str) -> str:
    taken = {each.name.casefold() for each in things.list_things(ctx.tx, ctx.vault)}
    plain = " ".join(item_name.replace("/", " ").split())[:58] or "thing"
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain} {number}"
    return name

"""Own intents to named vendors: one intent here, a sealed one for each vendor, nothing public.

Implements the customer's part of specs/03-messages.md#sealed_intent. Each vendor gets a pseudonym,
salt, reply key and reply tag of its own. That they belong together stands in this database alone,
where all their deals are deals of one intent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from msgspec.structs import replace

from vrmnode.customer.request import IntentRequest, build_intent, end_of
from vrmnode.engine.context import Context
from vrmnode.engine.customer import intent_desk
from vrmnode.engine.customer.named_vendors import Chosen, NamedVendor
from vrmnode.engine.customer.recognition import NOBODY, Recognition
from vrmnode.engine.failures import conflict
from vrmnode.engine.mail import first_mail, mailroom
from vrmnode.engine.records import DealRecord, intent_body, load_deal, load_message
from vrmnode.storage import deals, intents, outbox, pseudonyms
from vrmnode.storage.deals import Deal
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.pseudonyms import Pseudonym
from vrmnode.values.fields import FieldError
from vrmnode.values.money import Money
from vrmprotocol import market as market_bodies
from vrmprotocol import negotiation
from vrmprotocol.draft import deal_id
from vrmprotocol.keys import SealKey, SigningKey
from vrmprotocol.market import Intent
from vrmprotocol.sealed_intent import SealedIntent, show_relationship
from vrmprotocol.topics import MAIL_SHARDS


@dataclass(frozen=True, slots=True)
class ToldVendor:
    """What one vendor is going to be told, and the keys for its answer."""

    vendor: NamedVendor
    key_context: bytes
    reply_key: SealKey
    body: Intent
    relationship: SigningKey | None = field(default=None, repr=False)

    def sealed(self, pseudonym: bytes) -> SealedIntent:
        """What it will be told first, under a pseudonym (32 bytes)."""
        shown = None
        if self.relationship is not None:
            deal = deal_id(pseudonym, self.vendor.root)
            shown = show_relationship(self.relationship, deal=deal, pseudonym=pseudonym)
        return SealedIntent(status="active", intent=self.body, relationship=shown)


@dataclass(frozen=True, slots=True)
class PreparedNamedIntent:
    """An intent to named vendors, ready to be recorded; nothing of it has left the node."""

    intent_id: bytes
    told: tuple[ToldVendor, ...]
    notes: tuple[str, ...]
    label: str
    acceptance: dict[str, object]
    private_maximum: Money | None

    @property
    def body(self) -> Intent:
        """As its first vendor gets it: the others' differ in salt, reply key and reply tag."""
        return self.told[0].body


# SPEC 03: The writer MUST use a new pseudonym, salt, reply key and reply tag for each vendor that
# it sends a sealed intent to.
# SPEC 03: The writer MUST NOT use the pseudonym of a sealed intent in the market.
def prepare(
    request: IntentRequest,
    acceptance: dict[str, object],
    chosen: Chosen,
    *,
    shard: int,
    now: int,
    random: Callable[[int], bytes],
    recognition: Recognition = NOBODY,
) -> PreparedNamedIntent:
    """Draw fresh keys for each vendor and build what it will be told.

    Raises:
        FieldError: the request or the acceptance rules are malformed, naming the field.
    """
    intent_desk.require_one_currency(request, acceptance)
    if request.image and len(chosen.vendors) > 1:
        # Each has another pseudonym before it; the same image would show that they are one.
        expected = "none in an intent to several vendors: it would show that you are one person"
        raise FieldError("request.invalid", "image", expected, f"{len(request.image)} of them")
    told = []
    for vendor in chosen.vendors:
        reply_key = SealKey(random(32))
        body = build_intent(
            request,
            now=now,
            salt=random(16),
            reply_key=reply_key.public,
            reply_tag=intent_desk.draw_tag(random, shard),
        )
        # SPEC 09: The writer MUST NOT put `relationship` into a sealed intent unless its owner
        # chose that for this intent.
        shown = recognition.keys.get(vendor.root)
        told.append(ToldVendor(vendor, random(16), reply_key, body, shown))
    return PreparedNamedIntent(
        intent_id=random(32),
        told=tuple(told),
        notes=(*chosen.notes, *recognition.notes),
        label=request.label,
        acceptance=dict(acceptance),
        private_maximum=request.private_maximum,
    )


def record(
    ctx: Context, prepared: PreparedNamedIntent, *, standing: bytes | None = None
) -> OwnIntent:
    """Keep a prepared intent, listen at each vendor's reply tag, and queue what each is told.

    Raises:
        ServiceError: `intent.image_used`.
    """
    body, private = prepared.body, prepared.private_maximum
    intent_desk.require_new_images(ctx.tx, body)
    own = OwnIntent(
        intent_id=prepared.intent_id,
        body=market_bodies.to_body(body),
        quantity=body.eligible_quantity,
        valid_through=body.valid_through,
        created=ctx.now,
        label=prepared.label,
        acceptance=prepared.acceptance,
        private_maximum=None if private is None else private.amount,
        standing=standing,
    )
    intents.insert(ctx.tx, own)
    for each in prepared.told:
        _tell_first(ctx, own, each)
    intent_desk.stand_until(ctx, own.intent_id, body.valid_through)
    ctx.event(
        "intent.published", "intent", own.intent_id, label=own.label, vendors=len(prepared.told)
    )
    return own


def _tell_first(ctx: Context, own: OwnIntent, each: ToldVendor) -> None:
    key = ctx.identity.pseudonym(each.key_context)
    name = Pseudonym(
        pseudonym=key.public,
        intent_id=own.intent_id,
        key_context=each.key_context,
        reply_tag=each.body.reply_tag,
        vendor_root=each.vendor.root,
    )
    pseudonyms.insert(ctx.tx, name)
    ctx.keep_secret("intent", name.pseudonym, "reply", each.reply_key.private_bytes())
    row = Deal(
        deal=deal_id(name.pseudonym, each.vendor.root),
        role="customer",
        customer=name.pseudonym,
        vendor_root=each.vendor.root,
        vendor_name=each.vendor.name,
        intent_id=own.intent_id,
        state="none",
        shard_in=name.reply_tag[0] % MAIL_SHARDS,
        created=ctx.now,
        updated=ctx.now,
    )
    deals.insert(ctx.tx, row)
    mailroom.post(
        ctx,
        row,
        each.sealed(key.public),
        key=key,
        recipient=each.vendor.subject,
        until=each.body.valid_through,
    )


def is_named(own: OwnIntent) -> bool:
    """Whether an intent was told to named vendors and never published."""
    return own.envelope_id is None


def told_deals(ctx: Context, own: OwnIntent) -> list[DealRecord]:
    """The deals of an intent's named vendors, in the order of their roots."""
    names = pseudonyms.of_intent(ctx.tx, own.intent_id)
    return [
        load_deal(ctx.tx, deal_id(name.pseudonym, name.vendor_root))
        for name in names
        if name.vendor_root is not None
    ]


def extend(ctx: Context, own: OwnIntent, valid_s: int) -> int:
    """Tell each vendor with whom nothing is decided that the intent stands longer; its new end.

    Raises:
        ServiceError: `intent.not_active`, `intent.not_later`, `intent.too_often`.
    """
    until = end_of(ctx.now, valid_s)
    intent_desk.check_later(own, until, ctx.now)
    for record in told_deals(ctx, own):
        _tell_again(ctx, record, "active", until)
    intents.set_body(
        ctx.tx,
        own.intent_id,
        body=market_bodies.to_body(replace(intent_body(own), valid_through=until)),
        valid_through=until,
    )
    intent_desk.stand_until(ctx, own.intent_id, until)
    ctx.event("intent.extended", "intent", own.intent_id, valid_through=until)
    return until


def withdraw(ctx: Context, own: OwnIntent, reason: str) -> None:
    """Tell each vendor that may know of it that nothing is wanted any more, and end its deals.

    Raises:
        ServiceError: `intent.not_active`.
    """
    intent_desk.check_standing(own)
    intents.update_status(ctx.tx, own.intent_id, intents.WITHDRAWN)
    for record in told_deals(ctx, own):
        _tell_again(ctx, record, "withdrawn", own.valid_through)
    intent_desk.end_deals(ctx, own, reason)


def _tell_again(
    ctx: Context, record: DealRecord, status: Literal["active", "withdrawn"], until: int
) -> None:
    """Replace what a vendor was told; a vendor that can't know of it isn't told of its end."""
    said = [item for item in first_mail.sealed_intents(ctx.tx, record.deal) if item.own]
    if "sealed_intent" not in negotiation.permitted("customer", record.state.state) or not said:
        return
    waiting = {row.digest: row for row in outbox.pending(ctx.tx, ctx.now, record.deal)}
    # Not in flight either: what is due may have been taken for sending.
    unknown = all(
        item.digest in waiting
        and waiting[item.digest].attempts == 0
        and waiting[item.digest].next_at > ctx.now
        for item in said
    )
    outbox.done_by_digest(ctx.tx, [item.digest for item in said], ctx.now)
    if status == "withdrawn" and unknown:
        return
    # SPEC 03: The writer MUST NOT send more than 16 sealed intents in a deal.
    #
    # The last of them is kept for the withdrawal.
    most = mailroom.MAX_SEALED_INTENTS_PER_DEAL
    if status == "active" and len(said) >= most - 1:
        raise conflict(
            "intent.too_often", f"expected at most {most - 2} extensions of an intent, came another"
        )
    last = first_mail.sealed_intent_of(said[-1])
    if last is None:
        raise TypeError("expected a sealed intent of our own")
    door = first_mail.door(ctx.tx, record.row.vendor_root, ctx.now)
    known = record.vendor_author or (None if door is None else door.subject)
    recipient = known or load_message(said[-1].raw).recipient
    # SPEC 03: The writer MUST keep reply key and reply tag in every later sealed intent of a deal,
    # and let none end before an earlier one.
    changed = replace(last.intent, valid_through=until)
    shown = last.relationship if status == "active" else None
    key = mailroom.pseudonym_key(ctx, record.row)
    mailroom.post(
        ctx,
        record.row,
        SealedIntent(status=status, intent=changed, relationship=shown),
        key=key,
        recipient=recipient,
        until=until,
    )

"""Publishing, withdrawing and ending the node's own intents (specs/03-messages.md#intent).

Preparing an intent draws its keys and grinds its stamp and touches no database, so that it can
run outside the loop; recording it is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vrmnode.customer.acceptance import read_policy
from vrmnode.customer.request import IntentRequest, build_intent
from vrmnode.engine import market_messages
from vrmnode.engine.context import Context
from vrmnode.engine.customer import customer_desk
from vrmnode.engine.failures import conflict
from vrmnode.engine.identity import NodeIdentity
from vrmnode.engine.records import intent_body, load_deal
from vrmnode.engine.stated_time import stated_creation
from vrmnode.storage import deals, intents, pseudonyms, tags, timers
from vrmnode.storage.connection import Connection
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.pseudonyms import Pseudonym
from vrmnode.storage.tags import WatchedTag
from vrmnode.values.fields import FieldError
from vrmnode.values.money import Money
from vrmnode.values.spans import format_moment
from vrmprotocol import envelope, market, topics
from vrmprotocol.envelope import Envelope
from vrmprotocol.keys import SealKey, SigningKey
from vrmprotocol.market import Intent, IntentUpdate


@dataclass(frozen=True, slots=True)
class PreparedIntent:
    """An intent ready to be recorded and published; nothing of it has left the node."""

    envelope: Envelope
    body: Intent
    key_context: bytes
    reply_key: SealKey
    label: str
    acceptance: dict[str, object]
    private_maximum: Money | None


def prepare(
    request: IntentRequest,
    acceptance: dict[str, object],
    *,
    identity: NodeIdentity,
    shard: int,
    now: int,
    random: Callable[[int], bytes],
    grind: Callable[[bytes, int], bytes],
) -> PreparedIntent:
    """Draw fresh keys for one intent, build its body and stamp and sign its envelope.

    Raises:
        FieldError: the request or the acceptance rules are malformed, naming the field.
    """
    require_one_currency(request, acceptance)
    # SPEC 02: The writer MUST make a new pseudonym from 16 new random bytes for every intent.
    key_context = random(16)
    # SPEC 03: The writer MUST use a new reply key and a new random reply tag for each intent.
    reply_key = SealKey(random(32))
    # SPEC 02: The writer MUST put a random salt into every market body whose content could be
    # guessed.
    body = build_intent(
        request,
        now=now,
        salt=random(16),
        reply_key=reply_key.public,
        reply_tag=draw_tag(random, shard),
    )
    return PreparedIntent(
        envelope=market_envelope(
            "intent", market.to_body(body), body, identity.pseudonym(key_context), now, grind
        ),
        body=body,
        key_context=key_context,
        reply_key=reply_key,
        label=request.label,
        acceptance=dict(acceptance),
        private_maximum=request.private_maximum,
    )


def require_one_currency(request: IntentRequest, acceptance: dict[str, object]) -> None:
    """Refuse a limit for accepting that no offer to this intent could ever be held against."""
    most = read_policy(acceptance).max_total
    if most is not None and request.currency not in (None, most.currency):
        expected = f"an amount in {request.currency}, as the intent's"
        raise FieldError("acceptance.invalid", "max_total", expected, str(most))


def draw_tag(random: Callable[[int], bytes], shard: int) -> bytes:
    """A random 16-byte tag of a mail shard."""
    while True:
        tag = random(16)
        if tag[0] % topics.MAIL_SHARDS == shard:
            return tag


def market_envelope(
    kind: str,
    raw_body: bytes,
    body: Intent,
    key: SigningKey,
    now: int,
    grind: Callable[[bytes, int], bytes],
) -> Envelope:
    """The stamped and signed envelope of an intent or an update of one."""
    return envelope.build_stamped(
        kind=kind,
        topic=topics.market_topic(body.area.country, body.item_offered.category),
        tag=None,
        body=raw_body,
        created=stated_creation(now, not_before=body.valid_through - envelope.MARKET_LIFETIME_S),
        expires=body.valid_through,
        signing_key=key,
        grind=grind,
    )


def record(ctx: Context, prepared: PreparedIntent, *, standing: bytes | None = None) -> OwnIntent:
    """Keep a prepared intent, watch its reply tag and queue it for publishing.

    `standing` names the standing intent of which it is a casting.

    Raises:
        ServiceError: `intent.image_used`.
    """
    sent = prepared.envelope
    body = prepared.body
    require_new_images(ctx.tx, body)
    private = prepared.private_maximum
    own = OwnIntent(
        intent_id=sent.id,
        envelope_id=sent.id,
        body=sent.body,
        status="active",
        seq=0,
        quantity=body.eligible_quantity,
        valid_through=body.valid_through,
        created=ctx.now,
        label=prepared.label,
        acceptance=prepared.acceptance,
        private_maximum=None if private is None else private.amount,
        standing=standing,
    )
    intents.insert(ctx.tx, own)
    name = Pseudonym(
        pseudonym=sent.author,
        intent_id=own.intent_id,
        key_context=prepared.key_context,
        reply_tag=body.reply_tag,
    )
    pseudonyms.insert(ctx.tx, name)
    ctx.keep_secret("intent", name.pseudonym, "reply", prepared.reply_key.private_bytes())
    market_messages.publish(ctx, sent)
    stand_until(ctx, own.intent_id, body.valid_through)
    ctx.event("intent.published", "intent", own.intent_id, label=own.label)
    return own


# SPEC 03: The writer MUST NOT name the same image in two intents, sealed ones included.
def require_new_images(tx: Connection, body: Intent) -> None:
    """Refuse an image that an earlier intent named: the two would be one person's to everybody.

    Raises:
        ServiceError: `intent.image_used`.
    """
    if not body.image:
        return
    named = {image for own in intents.list_intents(tx) for image in intent_body(own).image}
    for image in body.image:
        if image in named:
            words = f"expected an image that no intent of yours named before, came {image.hex()}"
            raise conflict("intent.image_used", words)


def stand_until(ctx: Context, intent_id: bytes, end: int) -> None:
    """Listen for answers until mail about the intent can't arrive any more, and plan its end."""
    tags.watch(
        ctx.tx,
        [
            WatchedTag(
                tag=name.reply_tag,
                kind="intent",
                owner=name.pseudonym,
                until=end + envelope.MAIL_LIFETIME_S,
            )
            for name in pseudonyms.of_intent(ctx.tx, intent_id)
        ],
    )
    timers.arm(ctx.tx, "intent_end", intent_id, end + envelope.SKEW_S)


def prepare_withdrawal(
    own: OwnIntent,
    *,
    key: SigningKey,
    now: int,
    random: Callable[[int], bytes],
    grind: Callable[[bytes, int], bytes],
) -> Envelope:
    """The public update that withdraws an intent, stamped and signed by its pseudonym's `key`.

    Raises:
        ServiceError: `intent.not_active`.
    """
    check_standing(own)
    body = intent_body(own)
    # SPEC 03: The writer MUST keep reply key and reply tag in every update of an intent.
    # SPEC 03: The writer MUST let an update live at least as long as the intent and every earlier
    # update of it.
    update = IntentUpdate(v=1, salt=random(16), seq=own.seq + 1, status="withdrawn", intent=body)
    return market_envelope(
        "intent_update",
        market.to_body(update),
        body,
        key,
        now,
        grind,
    )


def public_key(tx: Connection, own: OwnIntent, identity: NodeIdentity) -> SigningKey:
    """The key of the pseudonym under which an intent was published."""
    (name,) = pseudonyms.of_intent(tx, own.intent_id)
    return identity.pseudonym(name.key_context)


def record_withdrawal(ctx: Context, own: OwnIntent, update: Envelope, reason: str) -> None:
    """Publish the withdrawal, refuse open offers, withdraw acceptances not yet confirmed."""
    intents.update_status(ctx.tx, own.intent_id, "withdrawn")
    intents.set_envelope(
        ctx.tx,
        own.intent_id,
        envelope_id=update.id,
        seq=own.seq + 1,
        body=own.body,
        valid_through=own.valid_through,
    )
    market_messages.publish(ctx, update)
    end_deals(ctx, own, reason)


def end_deals(ctx: Context, own: OwnIntent, reason: str) -> None:
    """Refuse what is offered to a withdrawn intent, and take back what isn't confirmed."""
    timers.clear_subject(ctx.tx, own.intent_id)
    customer_desk.decline_open_offers(ctx, own, reason="no_longer_wanted")
    for row in deals.list_deals(ctx.tx, role="customer", state="accepted", intent_id=own.intent_id):
        customer_desk.withdraw(ctx, load_deal(ctx.tx, row.deal).deal, "no_longer_wanted")
    ctx.event("intent.withdrawn", "intent", own.intent_id, reason=reason)


def ended(ctx: Context) -> None:
    """Close own intents whose time is over."""
    for intent_id in intents.expire(ctx.tx, ctx.now):
        own = intents.get_by_id(ctx.tx, intent_id)
        if own is not None:
            timers.clear_subject(ctx.tx, own.intent_id)
            customer_desk.decline_open_offers(ctx, own, reason="expired")
            ctx.event("intent.expired", "intent", intent_id)


def require_same(fresh: OwnIntent, prepared: OwnIntent) -> None:
    """Refuse to record an update that was prepared on an older state of the intent.

    Raises:
        ServiceError: `intent.not_active`, `intent.changed`.
    """
    check_standing(fresh)
    if fresh.seq != prepared.seq:
        raise conflict("intent.changed", "the intent was changed meanwhile: try again")


def check_standing(own: OwnIntent) -> None:
    """Refuse to change an intent that is withdrawn or over.

    Raises:
        ServiceError: `intent.not_active`.
    """
    if own.status not in ("active", "fulfilled"):
        raise conflict("intent.not_active", f"expected an active intent, came one {own.status}")


def check_later(own: OwnIntent, until: int, now: int) -> None:
    """Refuse an end that isn't later than that of an intent that still buys.

    Raises:
        ServiceError: `intent.not_active`, `intent.not_later`.
    """
    if own.status != "active" or own.valid_through <= now:
        status = own.status if own.status != "active" else "expired"
        raise conflict("intent.not_active", f"expected an active intent, came one {status}")
    if until <= own.valid_through:
        raise conflict(
            "intent.not_later",
            f"expected an end after {format_moment(own.valid_through)}, came"
            f" {format_moment(until)}: an intent can be withdrawn, not shortened",
        )

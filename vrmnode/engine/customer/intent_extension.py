"""Letting an own intent stand longer: an update with a later end.

Implements the writer's part of specs/03-messages.md#intent_update for that case.

Preparing grinds a stamp and touches no database; recording is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from vrmnode.customer.request import end_of
from vrmnode.engine import market_messages
from vrmnode.engine.context import Context
from vrmnode.engine.customer import intent_desk
from vrmnode.engine.records import intent_body
from vrmnode.storage import intents
from vrmnode.storage.intents import OwnIntent
from vrmprotocol import market
from vrmprotocol.envelope import Envelope
from vrmprotocol.keys import SigningKey
from vrmprotocol.market import IntentUpdate


def prepare(
    own: OwnIntent,
    valid_s: int,
    *,
    key: SigningKey,
    now: int,
    random: Callable[[int], bytes],
    grind: Callable[[bytes, int], bytes],
) -> Envelope:
    """The public update by which an intent stands `valid_s` seconds from now, signed with `key`.

    Raises:
        ServiceError: `intent.not_active`; `intent.not_later` when it stands as long already.
    """
    until = end_of(now, valid_s)
    intent_desk.check_later(own, until, now)
    # SPEC 03: The writer MUST let an update live at least as long as the intent and every earlier
    # update of it.
    body = replace(intent_body(own), valid_through=until)
    update = IntentUpdate(v=1, salt=random(16), seq=own.seq + 1, status="active", intent=body)
    return intent_desk.market_envelope(
        "intent_update",
        market.to_body(update),
        body,
        key,
        now,
        grind,
    )


def record(ctx: Context, own: OwnIntent, update: Envelope) -> OwnIntent:
    """Publish the update, and listen and wait until the new end."""
    loaded = market.load_market(update)
    if not isinstance(loaded, IntentUpdate):
        raise TypeError("expected an update of an intent")
    body = market.to_body(loaded.intent)
    intents.set_envelope(
        ctx.tx,
        own.intent_id,
        envelope_id=update.id,
        seq=loaded.seq,
        body=body,
        valid_through=loaded.intent.valid_through,
    )
    market_messages.publish(ctx, update)
    intent_desk.stand_until(ctx, own.intent_id, loaded.intent.valid_through)
    ctx.event("intent.extended", "intent", own.intent_id, valid_through=loaded.intent.valid_through)
    return own

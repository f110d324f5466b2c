"""Commands on own intents: what needs a stamp is prepared outside the loop, recorded in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import trio

from vrmnode.customer.request import read_valid_for
from vrmnode.customer.rhythm import Rhythm
from vrmnode.engine.context import Context
from vrmnode.engine.customer import (
    castings,
    intent_desk,
    intent_extension,
    named_intent,
    named_views,
    standing_intent,
)
from vrmnode.engine.customer.standing_views import standing_row
from vrmnode.engine.machine import Machine
from vrmnode.engine.references import find_intent
from vrmnode.node.loop import Loop
from vrmnode.storage import intents, pseudonyms
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.standing_intents import StandingIntent
from vrmprotocol import keys
from vrmprotocol.envelope import Envelope

Json = dict[str, object]
Also = Callable[[Context, OwnIntent], None]
"""Something that happens in the transaction in which an intent is recorded."""


class OwnIntents:
    """Publishes, extends and withdraws own intents, and begins standing ones."""

    def __init__(self, machine: Machine, loop: Loop) -> None:
        self._machine = machine
        self._loop = loop
        self._reader = machine.database.reader()
        self._preparing = trio.CapacityLimiter(1)

    async def extend(self, params: Json) -> Json:
        """Let an active intent stand longer.

        Raises:
            ServiceError: `intent.not_found`, `intent.not_active`, `intent.not_later`,
                `intent.changed`.
            FieldError: `request.invalid`.
        """
        valid_s = read_valid_for(params.get("valid_for"))
        own = find_intent(self._reader, str(params.get("intent") or ""))
        if named_intent.is_named(own):
            until = await self._loop.submit(partial(_extend_named, own=own, valid_s=valid_s))
            return {"intent": own.intent_id.hex(), "status": "active", "valid_through": until}
        update = await self._update(
            own, partial(intent_extension.prepare, own, valid_s), intent_extension.record
        )
        return {"intent": own.intent_id.hex(), "status": "active", "valid_through": update.expires}

    async def withdraw(self, params: Json) -> Json:
        """Say that nothing is wanted any more, to everybody or to the vendors that were named.

        Raises:
            ServiceError: `intent.not_found`, `intent.not_active`, `intent.changed`.
        """
        own = find_intent(self._reader, str(params.get("intent") or ""))
        reason = str(params.get("reason") or "no_longer_wanted")
        if named_intent.is_named(own):
            await self._loop.submit(partial(_withdraw_named, own=own, reason=reason))
            return {"intent": own.intent_id.hex(), "status": "withdrawn"}
        await self._update(
            own,
            partial(intent_desk.prepare_withdrawal, own),
            partial(intent_desk.record_withdrawal, reason=reason),
        )
        return {"intent": own.intent_id.hex(), "status": "withdrawn"}

    async def _update(
        self,
        own: OwnIntent,
        prepare: Callable[..., Envelope],
        record: Callable[[Context, OwnIntent, Envelope], object],
    ) -> Envelope:
        """Make a public update of an intent off the loop, and record it if nothing came between."""
        update = await trio.to_thread.run_sync(
            partial(
                prepare,
                key=intent_desk.public_key(self._reader, own, self._machine.identity),
                now=self._machine.clock(),
                random=self._machine.random,
                grind=self._machine.grind,
            ),
            limiter=self._preparing,
        )

        def recorded(ctx: Context) -> object:
            fresh = find_intent(ctx.tx, own.intent_id.hex())
            intent_desk.require_same(fresh, own)
            record(ctx, fresh, update)
            return None

        await self._loop.submit(recorded)
        return update

    async def publish(self, prepared: castings.Prepared, also: Also | None = None) -> Json:
        """Record a prepared intent, and `also` something else; under which names it goes out."""

        def record(ctx: Context) -> object:
            own = castings.record(ctx, prepared)
            if also is not None:
                also(ctx, own)
            return own

        own = await self._loop.submit(record)
        if not isinstance(own, OwnIntent):
            raise TypeError("expected an intent")
        return self._names(own)

    def _names(self, own: OwnIntent) -> Json:
        shown = {"intent": own.intent_id.hex()}
        if named_intent.is_named(own):
            return {**shown, "to": named_views.names(self._reader, own)}
        (name,) = pseudonyms.of_intent(self._reader, own.intent_id)
        return {**shown, "pseudonym": keys.to_did(name.pseudonym)}

    async def begin(
        self, prepared: castings.Prepared, request: Json, acceptance: Json, rhythm: Rhythm
    ) -> Json:
        """Publish the first casting of a standing intent; the standing intent and the casting."""
        begun = await self._loop.submit(
            partial(
                standing_intent.begin,
                prepared=prepared,
                request=request,
                acceptance=acceptance,
                rhythm=rhythm,
            )
        )
        if not isinstance(begun, StandingIntent):
            raise TypeError("expected a standing intent")
        shown = standing_row(begun)
        (casting,) = intents.castings_of(self._reader, begun.standing)
        return {
            **{name: shown[name] for name in ("standing", "every_s", "until", "next_at")},
            **self._names(casting),
        }


def _extend_named(ctx: Context, own: OwnIntent, valid_s: int) -> int:
    return named_intent.extend(ctx, find_intent(ctx.tx, own.intent_id.hex()), valid_s)


def _withdraw_named(ctx: Context, own: OwnIntent, reason: str) -> None:
    named_intent.withdraw(ctx, find_intent(ctx.tx, own.intent_id.hex()), reason)

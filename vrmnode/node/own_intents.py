"""Commands on own intents that grind a stamp first: prepared outside the loop, recorded in it."""

from __future__ import annotations

from functools import partial

import trio

from vrmnode.customer.request import read_valid_for
from vrmnode.customer.rhythm import Rhythm
from vrmnode.engine import intent_desk, intent_extension, standing_intent
from vrmnode.engine.context import Context
from vrmnode.engine.intent_desk import PreparedIntent
from vrmnode.engine.machine import Machine
from vrmnode.engine.references import find_intent
from vrmnode.engine.standing_views import standing_row
from vrmnode.node.loop import Loop
from vrmnode.storage.standing_intents import StandingIntent

Json = dict[str, object]


class OwnIntents:
    """Extends own intents, and begins standing ones."""

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
        update = await trio.to_thread.run_sync(
            partial(
                intent_extension.prepare,
                own,
                valid_s,
                key=intent_desk.public_key(self._reader, own, self._machine.identity),
                now=self._machine.clock(),
                random=self._machine.random,
                grind=self._machine.grind,
            ),
            limiter=self._preparing,
        )

        def record(ctx: Context) -> object:
            fresh = find_intent(ctx.tx, own.intent_id.hex())
            intent_desk.require_same(fresh, own)
            intent_extension.record(ctx, fresh, update)
            return None

        await self._loop.submit(record)
        return {"intent": own.intent_id.hex(), "status": "active", "valid_through": update.expires}

    async def begin(
        self, prepared: PreparedIntent, request: Json, acceptance: Json, rhythm: Rhythm
    ) -> Json:
        """Publish the first casting of a standing intent; the standing intent."""
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
        return {name: shown[name] for name in ("standing", "every_s", "until", "next_at")}

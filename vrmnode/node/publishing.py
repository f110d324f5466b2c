"""Publishing an intent: drawn and stamped outside the loop, then recorded in one turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeAlias

import trio

from vrmnode.customer.request import IntentRequest, read_request, warnings
from vrmnode.customer.rhythm import casting_request, read_rhythm
from vrmnode.engine import audience
from vrmnode.engine.customer import castings, intent_desk, named_vendors, standing
from vrmnode.engine.customer.named_intent import PreparedNamedIntent
from vrmnode.engine.failures import invalid
from vrmnode.engine.machine import Machine
from vrmnode.engine.vendor import shop
from vrmnode.node.own_intents import Also, OwnIntents
from vrmnode.storage import settings
from vrmnode.storage.connection import Connection

Json = dict[str, object]
Query: TypeAlias = Callable[[Connection, Mapping[str, object], int], object]
Read: TypeAlias = Callable[[Query, Mapping[str, object]], Awaitable[object]]


class Publishing:
    """Publishes intents, or says what of them everybody would see.

    Args:
        read: answers a query from what is committed.
        warnings: what the owner should know of the node itself.
        peers: how many there are now.
    """

    def __init__(
        self,
        machine: Machine,
        intents: OwnIntents,
        read: Read,
        *,
        warnings: Callable[[], list[str]],
        peers: Callable[[], int],
    ) -> None:
        self._machine, self._intents, self._read = machine, intents, read
        self._warnings, self._peers = warnings, peers
        self._preparing = trio.CapacityLimiter(1)

    async def publish(self, params: Mapping[str, object], also: Also | None = None) -> Json:
        """Publish an intent, and do `also` in the transaction that records it.

        Raises:
            ServiceError: `request.*`, `vendor.*`; FieldError: `request.*`, `acceptance.*`,
                `standing.*`.
        """
        raw, acceptance = params.get("request"), params.get("acceptance") or {}
        if not isinstance(raw, dict) or not isinstance(acceptance, dict):
            raise invalid("request.invalid", "request: expected an object, came another type")
        rhythm = None
        if (asked := params.get("standing")) is not None:
            rhythm = read_rhythm(asked, self._machine.clock())
            raw = casting_request(raw, rhythm)
        request = read_request(raw)
        prepared = await self._prepared(request, acceptance)
        if rhythm is not None and request.to:
            raw = {**raw, "to": await self._read(_spelled_out, {"to": request.to})}
        told = [*_notes(prepared, self._machine.clock()), *self._warnings()]
        unlikely = await self._read(
            lambda tx, _, now: standing.unlikely(
                tx, acceptance, request.currency, bounded=request.bounded
            ),
            {},
        )
        told += unlikely if isinstance(unlikely, list) else []
        if params.get("dry_run"):
            identity, now = self._machine.identity, self._machine.clock()
            return {
                "audiences": audience.of(prepared, identity, now),
                "terms": audience.terms_of(prepared),
                "warnings": told,
            }
        if rhythm is None:
            begun = await self._intents.publish(prepared, also)
        else:
            begun = await self._intents.begin(prepared, raw, acceptance, rhythm)
        return {
            **begun,
            "valid_through": prepared.body.valid_through,
            "peers": self._peers(),
            "warnings": told,
        }

    async def _prepared(self, request: IntentRequest, acceptance: Json) -> castings.Prepared:
        """Fresh keys and bodies; a public intent is stamped, which takes a while."""
        machine = self._machine
        shard, random = await self._shard(), machine.random
        if request.to:
            named = await self._read(
                lambda tx, _, now: castings.prepare_named(
                    tx,
                    machine.vault,
                    request,
                    acceptance,
                    identity=machine.identity,
                    shard=shard,
                    now=now,
                    random=random,
                ),
                {},
            )
            if not isinstance(named, PreparedNamedIntent):
                raise TypeError("expected an intent to named vendors")
            return named
        prepare = partial(
            intent_desk.prepare,
            request,
            acceptance,
            identity=machine.identity,
            shard=shard,
            now=machine.clock(),
            random=random,
            grind=machine.grind,
        )
        return await trio.to_thread.run_sync(prepare, limiter=self._preparing)

    async def _shard(self) -> int:
        shard = await self._read(lambda tx, _, now: settings.get(tx, shop.SHARD, 0), {})
        return shard if isinstance(shard, int) else 0


def _notes(prepared: castings.Prepared, now: int) -> list[str]:
    """What the customer should know of what was prepared."""
    if isinstance(prepared, PreparedNamedIntent):
        return list(prepared.notes)
    return warnings(prepared.body, now=now)


def _spelled_out(tx: Connection, params: Mapping[str, object], _: int) -> object:
    to = params["to"]
    return named_vendors.spelled_out(tx, to) if isinstance(to, tuple) else to

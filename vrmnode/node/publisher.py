"""Sends what is due: seals each parcel anew, hands it to the network, notes when to try again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import structlog
import trio

from vrmnode.engine.machine import Action, Machine
from vrmnode.engine.mail import dispatch
from vrmnode.engine.mail.dispatch import Parcel
from vrmnode.errors import NodeError
from vrmnode.network import Network, NetworkError
from vrmnode.node.loop import Loop
from vrmnode.node.outgoing import Outgoing
from vrmnode.storage import outbox
from vrmprotocol.errors import LocalError

POLL_S = 0.5
AT_ONCE = 2
MAX_IN_FLIGHT = 256

log = structlog.get_logger("vrmnode.publisher")


class Publisher:
    """Empties the outbox into the network.

    Args:
        outgoing: the way that envelopes leave.
        jitter_ms: parcels of mail leave after a random pause of at most this length, so that
            the time of an automatic answer says little about what was answered.
        spread_ms: the same for first mail that says the same to several vendors, so that its
            time says little about who asked them.
        clock_is_off: whether this machine's clock differs from the other nodes'.
    """

    def __init__(
        self,
        machine: Machine,
        loop: Loop,
        network: Network,
        outgoing: Outgoing,
        *,
        jitter_ms: int,
        spread_ms: int,
        clock_is_off: Callable[[], bool],
    ) -> None:
        self._machine = machine
        self._loop = loop
        self._network = network
        self._outgoing = outgoing
        self._jitter_ms = jitter_ms
        self._spread_ms = spread_ms
        self._clock_is_off = clock_is_off
        self._in_flight: set[int] = set()
        self._sealing = trio.CapacityLimiter(AT_ONCE)

    async def run(self) -> None:
        """Send until cancelled."""
        reader = self._machine.database.reader()
        had_peers = False
        async with trio.open_nursery() as nursery:
            while True:
                has_peers = bool(self._network.peers())
                if has_peers and not had_peers:
                    await self._try(lambda ctx: outbox.make_due(ctx.tx, ctx.now))
                had_peers = has_peers
                due_at = outbox.next_due_at(reader, self._machine.clock())
                if due_at is not None and due_at <= self._machine.clock():
                    await self._start_due(nursery)
                await self._loop.changed(POLL_S)

    async def _start_due(self, nursery: trio.Nursery) -> None:
        if len(self._in_flight) >= MAX_IN_FLIGHT:
            return
        # One that leaves while we ask may be found as it was before.
        leaving = set(self._in_flight)
        found = await self._try(partial(dispatch.parcels, clock_is_off=self._clock_is_off()))
        for parcel in found if isinstance(found, list) else []:
            if parcel.row not in self._in_flight | leaving:
                self._in_flight.add(parcel.row)
                nursery.start_soon(self._send, parcel)

    async def _send(self, parcel: Parcel) -> None:
        try:
            if parcel.is_mail:
                await trio.sleep(self._pause_s(parcel))
            await self._try(await self._hand_over(parcel))
        finally:
            self._in_flight.discard(parcel.row)

    async def _hand_over(self, parcel: Parcel) -> Action:
        """Seal and publish; the turn that notes what became of it."""
        seal = partial(
            dispatch.seal,
            parcel,
            now=self._machine.clock(),
            random=self._machine.random,
            grind=self._machine.grind,
        )
        try:
            raw = await trio.to_thread.run_sync(seal, limiter=self._sealing)
        except LocalError as error:
            # It would fail at every attempt: the other side gave a key that nobody can use.
            log.warning("never sent", row=parcel.row, code=error.code)
            return partial(dispatch.given_up, parcel=parcel)
        try:
            peers = await self._outgoing.send(parcel.topic, raw)
        except NetworkError as error:
            log.error("not sent", row=parcel.row, code=error.code)
            peers = 0
        return partial(dispatch.sent, parcel=parcel, raw=raw, peers=peers, spread=self._random(100))

    async def _try(self, action: Action) -> object:
        """Submit a turn; a storage error is logged by the loop and tried again later."""
        try:
            return await self._loop.submit(action)
        except NodeError as error:
            log.warning("turn refused", code=error.code)
            return None

    def _pause_s(self, parcel: Parcel) -> float:
        longest_ms = self._spread_ms if parcel.one_of_several else self._jitter_ms
        return self._random(longest_ms + 1) / 1000

    def _random(self, below: int) -> int:
        return int.from_bytes(self._machine.random(4), "big") % max(1, below)

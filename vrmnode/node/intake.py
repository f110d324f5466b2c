"""From what the network delivers to what is kept: many envelopes in one commit.

What concerns nobody here is kept together; each of the others becomes a turn of the engine, so that
one which fails takes no other with it. In a postbox nothing concerns anybody. Waiting here is the
back-pressure on peers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import structlog
import trio

from vrmnode.engine import arrivals, inbound, postbox
from vrmnode.engine.machine import Action, Outcome
from vrmnode.engine.postbox import Room
from vrmnode.errors import NodeError
from vrmnode.network import KEPT, NOT_KEPT, Delivery, Network
from vrmnode.node.gate import Gate
from vrmnode.node.loop import Loop
from vrmprotocol.envelope import Envelope
from vrmprotocol.errors import RemoteError

AT_ONCE = 512
"""Envelopes kept in one go."""
AT_ONCE_BYTES = 8 << 20
"""Bytes from which no more are added to those."""

log = structlog.get_logger("vrmnode.intake")


class Intake:
    """Takes the deliveries of a network into the store; `room` is that of a postbox."""

    def __init__(self, loop: Loop, gate: Gate, room: Room | None = None) -> None:
        self._loop = loop
        self._gate = gate
        self._room = room

    async def run(self, network: Network) -> None:
        """Take until the network ends."""
        async for first in network.deliveries:
            # What came while the others were written goes together.
            some, size_bytes = [first], len(first.data)
            while len(some) < AT_ONCE and size_bytes < AT_ONCE_BYTES:
                try:
                    some.append(network.deliveries.receive_nowait())
                except (trio.WouldBlock, trio.EndOfChannel):
                    break
                size_bytes += len(some[-1].data)
            await self._keep(some)

    async def _keep(self, deliveries: list[Delivery]) -> None:
        waiting: list[tuple[Delivery, Envelope]] = []
        for delivery in deliveries:
            try:
                waiting.append((delivery, self._gate.take(delivery.topic, delivery.data)))
            except RemoteError as error:
                log.info("delivery refused", code=error.code)
                _settle(delivery, error.code)
        if waiting:
            await self._commit(waiting)

    async def _commit(self, waiting: list[tuple[Delivery, Envelope]]) -> None:
        arrived = [each for _, each in waiting]
        together: Action = partial(arrivals.keep_others, arrived=arrived)
        # SPEC 18: A postbox MUST NOT act upon what an envelope says.
        if self._room is not None:
            together = partial(postbox.hold, arrived=arrived, room=self._room)
        (outcome,) = await self._loop.submit_all([together], quiet=True)
        if not isinstance(outcome.value, list):
            self._note_all(waiting, [outcome] * len(waiting))
            return
        left = []
        for pair, new in zip(waiting, outcome.value, strict=True):
            if new is None:
                left.append(pair)
            else:
                self._note(*pair, Outcome(value=new))
        if left:
            turns = [partial(inbound.accept_envelope, arrived=arrived) for _, arrived in left]
            self._note_all(left, await self._loop.submit_all(turns))

    def _note_all(
        self, pairs: list[tuple[Delivery, Envelope]], outcomes: Sequence[Outcome]
    ) -> None:
        for (delivery, arrived), outcome in zip(pairs, outcomes, strict=True):
            self._note(delivery, arrived, outcome)

    def _note(self, delivery: Delivery, arrived: Envelope, outcome: Outcome) -> None:
        if outcome.error is not None:
            # Not acknowledged: whoever sent it will send it again. A bug is in the log already.
            if isinstance(outcome.error, NodeError):
                log.warning("envelope not kept", code=outcome.error.code)
            _settle(delivery, NOT_KEPT)
            return
        self._gate.committed(arrived.id)
        if isinstance(outcome.value, str):
            _settle(delivery, outcome.value)
        else:
            _settle(delivery, KEPT if outcome.value else "envelope.duplicate")


def _settle(delivery: Delivery, code: str) -> None:
    if delivery.settle is not None:
        delivery.settle(code)

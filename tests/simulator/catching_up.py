"""Sync in a world: what each node keeps, and comparisons with neighbours now and then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import trio

from tests.simulator.node import TOPIC, SimulatedNode
from tests.simulator.pipe import Opened, pipe
from tests.simulator.world import World
from vrmnode.network.connection.peer_connection import PeerConnection
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.gossip.rpc_messages import message_id
from vrmnode.network.handover.sync_keeper import EVERY_S, FIRST_S
from vrmnode.network.handover.sync_service import Comparison, SyncService
from vrmprotocol.id_set import IdSet


class Shelf:
    """What a node keeps, all of it for ever (a `SyncStore`)."""

    def __init__(self, world: World) -> None:
        self.ids = IdSet()
        self.raw: dict[bytes, bytes] = {}
        self._world = world

    def put(self, data: bytes) -> None:
        """Keep a message. Its `created` is in its first 8 bytes, as if it were an envelope."""
        self.raw[message_id(data)] = data
        self.ids.add(int.from_bytes(data[:8], "big"), message_id(data))

    def items(self, topic: str, at: int) -> IdSet:
        """The set to compare."""
        return self.ids

    def missing(self, ids: Sequence[bytes]) -> list[bytes]:
        """Those that aren't kept."""
        return [each for each in ids if each not in self.raw]

    async def load(self, topic: str, ids: Sequence[bytes]) -> list[bytes]:
        """Messages by their ids."""
        return [self.raw[each] for each in ids if each in self.raw]


class SyncingNode(SimulatedNode):
    """A node that keeps what it accepts, and compares with its neighbours every minute."""

    def __init__(self, world: World, name: str) -> None:
        super().__init__(world, name)
        self.shelf = Shelf(world)
        self._world = world
        self.sync = SyncService(
            self.shelf, (TOPIC,), self.gossip.take_fetched, world.clock, lambda: int(world.now)
        )
        self._passed_over: set[bytes] = set()

    def attach(self, peer: str, *, outbound: bool) -> None:
        """A neighbour is connected, and compared with soon, then every minute."""
        super().attach(peer, outbound=outbound)

        async def compare() -> None:
            if peer not in self.neighbours:
                return
            await self._compare(cast(SyncingNode, self._world.nodes[peer]))
            self._world.after(EVERY_S * self._world.rng.uniform(0.75, 1.25), compare)

        self._world.after(FIRST_S * self._world.rng.uniform(0.5, 1.5), compare)

    def keep(self, data: bytes) -> None:
        """A message was accepted, or is its own."""
        super().keep(data)
        self.shelf.put(data)

    async def _compare(self, other: SyncingNode) -> None:
        here, there = pipe()
        connection = cast(PeerConnection, Opened(here, other.name))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(other.sync.answer, cast(YamuxStream, there), self.name, "")
            await self.sync.fetch_missing(connection, [Comparison(TOPIC)], self._passed_over)
        self.note_deliveries()

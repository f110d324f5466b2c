"""The outgoing side of the stem: a stream to each relay, opened when it is first needed."""

import random
from collections.abc import Awaitable, Callable

import trio

from vrmnode.network.connection.connection_table import ConnectionTable
from vrmnode.network.connection.multistream import ProtocolsRefusedError
from vrmnode.network.connection.peer_connection import PeerConnection
from vrmnode.network.errors import ConnectionLostError, PeerFaultError
from vrmnode.network.gossip.gossip_router import GossipRouter
from vrmnode.network.gossip.gossip_service import GossipService
from vrmnode.network.gossip.outbound_queue import OutboundQueue
from vrmnode.network.gossip.stem import Stem
from vrmnode.network.gossip.stem_service import StemService
from vrmnode.network.limits.conduct import Conduct
from vrmprotocol.stem_frames import PROTOCOL

TIMEOUT_S = 10.0
MAX_FRAMES = 1_024
MAX_BYTES = 4 << 20
"""What may wait for one relay."""


class StemLinks:
    """Frames to relays, each over one stream that stays open."""

    def __init__(
        self,
        table: ConnectionTable,
        nursery: trio.Nursery,
        *,
        on_fault: Callable[[str, PeerFaultError], None],
    ) -> None:
        self._table = table
        self._nursery = nursery
        self.on_refused: Callable[[str], Awaitable[None]] = _nobody
        """Told of a peer that doesn't speak the protocol."""
        self._on_fault = on_fault
        self._queues: dict[str, tuple[PeerConnection, OutboundQueue]] = {}

    def push(self, peer: str, frame: bytes) -> bool:
        """Hand ``frame`` to ``peer`` soon; False if there is no room or it isn't connected."""
        connection = self._table.get(peer)
        if connection is None:
            return False
        opened = self._queues.get(peer)
        if opened is None or opened[0] is not connection or opened[1].closed:
            opened = self._queues[peer] = (connection, OutboundQueue(MAX_FRAMES, MAX_BYTES))
            self._nursery.start_soon(self._serve, *opened)
        return opened[1].push(frame)

    async def _serve(self, connection: PeerConnection, queue: OutboundQueue) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._write, connection, queue)
            await connection.ended.wait()
            nursery.cancel_scope.cancel()
        queue.close()
        if self._queues.get(connection.peer, (None,))[0] is connection:
            del self._queues[connection.peer]

    async def _write(self, connection: PeerConnection, queue: OutboundQueue) -> None:
        try:
            stream = await connection.open_stream((PROTOCOL,), TIMEOUT_S)
            while (batch := await queue.pop_batch()) is not None:
                await stream.send_all(batch)
        except ProtocolsRefusedError:
            await self.on_refused(connection.peer)
        except PeerFaultError as fault:
            self._on_fault(connection.peer, fault)
        except (ConnectionLostError, trio.TooSlowError):
            pass  # what was on its way is spread when its time is over
        finally:
            queue.close()


async def _nobody(peer: str) -> None:
    pass


def stem_over(
    table: ConnectionTable,
    nursery: trio.Nursery,
    router: GossipRouter,
    gossip: GossipService,
    conduct: Conduct,
    clock: Callable[[], float],
    rng: random.Random,
) -> StemService:
    """The stem over the connections of a node."""
    links = StemLinks(table, nursery, on_fault=conduct.broke_protocol)
    stem = Stem(router.in_good_standing, rng)
    service = StemService(stem, gossip, links.push, conduct, clock)
    links.on_refused = service.refused
    return service

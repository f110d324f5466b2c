"""One simulated node: the real services around a queue to each neighbour, instead of sockets."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from vrmnode.network.config import NetworkConfig
from vrmnode.network.connection.peer_connection import INBOUND, OUTBOUND, PeerConnection
from vrmnode.network.deliveries import Deliveries
from vrmnode.network.gossip.gossip_reader import GossipReader
from vrmnode.network.gossip.gossip_router import GossipRouter
from vrmnode.network.gossip.gossip_service import GossipService
from vrmnode.network.gossip.message_cache import MessageCache
from vrmnode.network.gossip.rpc_frames import FrameDecoder
from vrmnode.network.gossip.rpc_messages import MessageId, Rpc, message_id
from vrmnode.network.gossip.seen_messages import SeenMessages
from vrmnode.network.gossip.stem import Stem
from vrmnode.network.gossip.stem_service import StemService
from vrmnode.network.interface import ACCEPTED, Finding, Incoming, Sender
from vrmnode.network.limits.admission import Admission
from vrmnode.network.limits.ban_list import BanList
from vrmnode.network.limits.bounded_log import BoundedLog
from vrmnode.network.limits.conduct import Conduct
from vrmnode.network.limits.counters import Counters
from vrmnode.network.limits.peer_score import PeerScores
from vrmprotocol import stem_frames

if TYPE_CHECKING:
    from tests.simulator.world import World

TOPIC = "/vrm/1/market/0"


@dataclass(frozen=True, slots=True)
class Copy:
    """A message as it arrived, whether it was new or not."""

    at: float
    source: str
    asked_for: bool
    """Whether the node had asked that neighbour for it (IWANT)."""


@dataclass(slots=True)
class _Connection:
    """What the services want to know of a connection."""

    peer: str
    direction: str


class SimulatedNode:
    """A node of a world. `drops`: it passes no message on, but behaves well otherwise."""

    def __init__(self, world: World, name: str, *, drops: bool = False, **settings: float) -> None:
        """``settings`` are those of ``NetworkConfig``."""
        self.name = name
        self.drops = drops
        self.copies: dict[MessageId, list[Copy]] = {}
        self.handed_over: dict[MessageId, list[Copy]] = {}
        """What came along the stem."""
        self.delivered: dict[MessageId, Copy] = {}
        self._world = world
        self.asked: set[tuple[str, MessageId]] = set()
        """Whom it has asked for what."""
        self._connections: dict[str, PeerConnection] = {}
        clock, config = world.clock, NetworkConfig(topics=(TOPIC,), **settings)  # type: ignore[arg-type]
        rng = random.Random(world.rng.random())
        scores = PeerScores(config.ban_after_faults, clock)
        self.counters = Counters()
        log = BoundedLog(clock)
        bans, admission = BanList(config.ban_s, clock), Admission(config, clock)
        conduct = Conduct(scores, bans, admission, self.counters, log)
        conduct.disconnect = lambda peer: world.disconnect(name, peer)
        cache = MessageCache()
        self.router = GossipRouter(config.topics, cache, scores, rng)
        self._deliveries = Deliveries(1 << 20, 1 << 40)
        self.gossip = GossipService(
            config,
            self.validate,
            self.router,
            cache,
            SeenMessages(config.seen_ttl_s, clock),
            scores,
            conduct,
            self.counters,
            self._deliveries,
            log,
            clock,
        )
        self.reader = GossipReader(self.gossip, config.max_rpc_bytes)
        self._ways = Stem(self.router.in_good_standing, rng)
        self.stem = StemService(self._ways, self.gossip, self._hand_over, conduct, clock)

    async def validate(self, messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
        """Everything is good here: what is bad never gets as far as a second node."""
        return [ACCEPTED] * len(messages)

    # What the world does to it.

    def attach(self, peer: str, *, outbound: bool) -> None:
        """A neighbour is connected."""
        direction = OUTBOUND if outbound else INBOUND
        connection = cast(PeerConnection, _Connection(peer, direction))
        self._connections[peer] = connection
        self.gossip.attach(connection).speaks = True

    def detach(self, peer: str) -> None:
        """A neighbour is gone."""
        self.gossip.detach(self._connections.pop(peer))

    @property
    def neighbours(self) -> list[str]:
        """Who is connected, longest first."""
        return list(self._connections)

    @property
    def relays(self) -> tuple[str, ...]:
        """Its relays of this epoch."""
        return self._ways.relays

    def heartbeat(self) -> None:
        """A second has passed."""
        self.gossip.heartbeat()

    def _hand_over(self, peer: str, frame: bytes) -> bool:
        if peer not in self._connections:
            return False
        self._world.hand_over(self.name, peer, frame)
        return True

    async def take_stem(self, source: str, framed: bytes) -> None:
        """A frame of the stem has arrived."""
        for raw in FrameDecoder(len(framed)).feed(framed):
            message = message_id(stem_frames.read(raw).envelope)
            self.handed_over.setdefault(message, []).append(Copy(self._world.now, source, False))
            await self.stem.take(source, raw)
        self.note_deliveries()

    async def take_rpc(self, source: str, rpc: Rpc) -> None:
        """An RPC has arrived."""
        for message in rpc.messages:
            identifier = message_id(message.data)
            copy = Copy(self._world.now, source, (source, identifier) in self.asked)
            self.copies.setdefault(identifier, []).append(copy)
        await self.gossip.take_rpcs(source, [rpc])
        self.note_deliveries()

    async def take_batches(self) -> list[tuple[str, bytes]]:
        """What is queued for neighbours, in whole frames."""
        found = []
        for peer in self._connections:
            link = self.gossip.link(peer)
            while link is not None and len(link.queue):
                batch = await link.queue.pop_batch()
                assert batch is not None
                found.append((peer, batch))
        return found

    async def publish(self, data: bytes, *, by_stem: bool = False) -> MessageId:
        """Publish a message of its own, from here or by the stem."""
        if by_stem:
            await self.stem.begin(TOPIC, data)
        else:
            await self.gossip.publish(TOPIC, data)
        self.delivered[message_id(data)] = Copy(self._world.now, self.name, asked_for=False)
        self.keep(data)
        await self._world.flush(self)
        return message_id(data)

    def keep(self, data: bytes) -> None:
        """A message was accepted, or is its own."""

    def note_deliveries(self) -> None:
        """Take what was accepted."""
        while self._deliveries:
            delivery = self._deliveries.receive_nowait()
            identifier, source = message_id(delivery.data), delivery.peer
            came = Copy(self._world.now, source, (source, identifier) in self.asked)
            self.delivered.setdefault(identifier, came)
            self.keep(delivery.data)

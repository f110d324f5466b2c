"""Gossip at work: reads peers' RPCs, asks the validator, delivers, relays, publishes.

Stands in for ``libp2p.pubsub.pubsub``: in 0.8.1 an exception while reading an RPC or in a validator
stops the host, validators can't say IGNORE, bad signatures are never counted, every message leaves
with ``from`` and ``seqno``, and a full subscription loses messages. It can go when upstream's
validators give three answers and StrictNoSign is what it is in js and go.

The decisions are ``gossip_router``'s; this module has the clock, the queues and the tasks.
"""

from collections.abc import Callable, Iterable

import trio

from vrmnode.network.bounded_log import BoundedLog
from vrmnode.network.conduct import Conduct
from vrmnode.network.config import NetworkConfig
from vrmnode.network.counters import Counters
from vrmnode.network.errors import ConnectionLostError, NetworkError
from vrmnode.network.gossip_link import GossipLink
from vrmnode.network.gossip_router import Effect, GossipRouter, Send
from vrmnode.network.interface import Delivery, Validator, Verdict
from vrmnode.network.message_cache import MessageCache
from vrmnode.network.outbound_queue import OutboundQueue
from vrmnode.network.peer_connection import OUTBOUND, PeerConnection
from vrmnode.network.peer_score import FAULT_REJECTED, PeerScores
from vrmnode.network.rpc_frames import FrameDecoder
from vrmnode.network.rpc_messages import (
    GossipMessage,
    MessageId,
    Rpc,
    decode_rpc,
    message_id,
    publish_frame,
    subscriptions_frame,
)
from vrmnode.network.seen_messages import SeenMessages
from vrmnode.network.yamux_stream import YamuxStream

READ_BYTES = 65_536
MESSAGES_PER_TURN = 16
"""Messages of one peer handled before other tasks get a turn."""


class GossipService:
    """All gossip of one node."""

    def __init__(
        self,
        config: NetworkConfig,
        validate: Validator,
        router: GossipRouter,
        cache: MessageCache,
        seen: SeenMessages,
        scores: PeerScores,
        conduct: Conduct,
        counters: Counters,
        deliveries: trio.MemorySendChannel[Delivery],
        log: BoundedLog,
        clock: Callable[[], float],
    ) -> None:
        self._config = config
        self._validate = validate
        self._router = router
        self._cache = cache
        self._seen = seen
        self._scores = scores
        self._conduct = conduct
        self._counters = counters
        self._deliveries = deliveries
        self._log = log
        self._clock = clock
        self._links: dict[str, GossipLink] = {}
        self._handled = 0

    # Peers.

    def attach(self, connection: PeerConnection) -> GossipLink:
        """The link of a new connection, ready to queue; an older one of its peer is dropped."""
        peer = connection.peer
        self._drop(peer)
        queue = OutboundQueue(self._config.outbound_queue_frames, self._config.outbound_queue_bytes)
        link = self._links[peer] = GossipLink(connection, queue)
        self._router.add_peer(peer, outbound=connection.direction == OUTBOUND)
        # SPEC 07: A node MUST subscribe to its topics when it starts and keep them until it stops.
        queue.push(subscriptions_frame(self._config.topics), control=True)
        return link

    def detach(self, connection: PeerConnection) -> None:
        """``connection`` has ended."""
        link = self._links.get(connection.peer)
        if link is not None and link.connection is connection:
            self._drop(connection.peer)

    def link(self, peer: str) -> GossipLink | None:
        """The link with ``peer``."""
        return self._links.get(peer)

    def _drop(self, peer: str) -> None:
        link = self._links.pop(peer, None)
        if link is not None:
            link.queue.close()
            self._router.remove_peer(peer)

    # Publishing.

    async def publish(self, topic: str, data: bytes) -> int:
        """See ``Network.publish``."""
        if topic not in self._router.topics:
            raise NetworkError("network.topic_unknown", f"not subscribed to {topic[:200]!r}")
        if len(data) > self._config.max_message_bytes:
            raise NetworkError(
                "network.message_too_large",
                f"at most {self._config.max_message_bytes} bytes expected, came {len(data)}",
            )
        frame = publish_frame(topic, data)
        message = message_id(data)
        self._seen.add(topic, message, Verdict.ACCEPT)
        self._cache.put(message, topic, frame)
        queues = [self._links[peer].queue for peer in self._router.publish_targets(topic)]
        waiting = [queue for queue in queues if not queue.push(frame)]
        queued = len(queues) - len(waiting)
        with trio.move_on_after(self._config.publish_wait_s):
            for queue in waiting:
                if not queue.stalled:
                    # True until it is taken back: what is cancelled here has stalled.
                    queue.stalled = True
                    queued += await queue.push_when_room(frame)
                    queue.stalled = False
        await trio.lowlevel.checkpoint()
        self._counters.add("queue_full", len(queues) - queued)
        self._counters.add("published", 1 if queued else 0)
        return queued

    # Reading.

    async def handle_stream(self, stream: YamuxStream, peer: str, protocol: str) -> None:
        """Read the gossip stream that ``peer`` opened, to its end.

        Raises:
            PeerFaultError, ConnectionLostError.
        """
        link = self._links.get(peer)
        if link is None:
            stream.reset()
            return
        if link.reading is not None:
            link.reading.cancel()
        with trio.CancelScope() as scope:
            link.reading = scope
            await self._read(stream, peer)
        stream.reset()

    async def _read(self, stream: YamuxStream, peer: str) -> None:
        decoder = FrameDecoder(self._config.max_rpc_bytes)
        while data := await stream.receive_some(READ_BYTES):
            for frame in decoder.feed(data):
                await self.take_rpc(peer, decode_rpc(frame))

    async def take_rpc(self, peer: str, rpc: Rpc) -> None:
        """Act on one RPC of ``peer``.

        Raises:
            ConnectionLostError: it was disconnected, perhaps for this RPC.
        """
        for message in rpc.messages:
            await self._handle_message(peer, message)
        self._handle_rest(peer, rpc)
        await self._take_turns()

    def _handle_rest(self, peer: str, rpc: Rpc) -> None:
        if not rpc.subscriptions and not rpc.has_control:
            return
        unseen = [
            message
            for topic, ids in rpc.ihave
            if topic in self._router.topics
            for message in ids
            if self._seen.verdict(topic, message) is None
        ]
        self._perform(self._router.handle(peer, rpc, self._clock(), unseen))

    async def _handle_message(self, peer: str, message: GossipMessage) -> None:
        if peer not in self._links:
            raise ConnectionLostError("disconnected")
        await self._take_turns()
        topic = message.topic
        if topic not in self._router.topics:
            self._counters.add("ignored")
            return
        # SPEC 07: A node MUST reject a message whose `data` is longer than 131072 bytes.
        if message.signed or len(message.data) > self._config.max_message_bytes:
            self._reject(peer)
            return
        identifier = message_id(message.data)
        if self._is_accepted(topic, message.data, identifier, peer):
            self._relay(peer, identifier, message)
            await self._deliver(topic, message.data, peer)

    async def take_fetched(self, topic: str, data: bytes, peer: str) -> None:
        """Take in a message that was fetched from ``peer``; it is relayed to nobody."""
        if self._is_accepted(topic, data, message_id(data), peer):
            await self._deliver(topic, data, peer)

    def _is_accepted(self, topic: str, data: bytes, identifier: MessageId, peer: str) -> bool:
        before = self._seen.verdict(topic, identifier)
        if before is not None:
            self._handle_again(peer, before)
            return False
        verdict = self._ask(topic, data, peer)
        self._seen.add(topic, identifier, verdict)
        if verdict is Verdict.ACCEPT:
            self._counters.add("accepted")
            self._scores.credit(peer)
            self._perform(self._router.came(topic, identifier, peer, self._clock()))
            return True
        self._router.refused(identifier)
        if verdict is Verdict.REJECT:
            self._reject(peer)
        else:
            self._counters.add("ignored")
        return False

    def _handle_again(self, peer: str, before: Verdict) -> None:
        # SPEC 07: A node MUST count a message it has rejected against every peer that forwards it.
        if before is Verdict.REJECT:
            self._reject(peer)
            return
        self._counters.add("duplicates")

    def _ask(self, topic: str, data: bytes, peer: str) -> Verdict:
        try:
            return self._validate(topic, data, peer)
        except Exception as error:  # noqa: BLE001 - the validator is not ours
            # A bug of ours that some message has found: nobody is to blame, the node goes on.
            self._counters.add("validator_errors")
            self._log.exception(peer, "validator failed", error)
            return Verdict.IGNORE

    def _reject(self, peer: str) -> None:
        self._counters.add("rejected")
        self._conduct.blame(peer, FAULT_REJECTED)

    def _relay(self, peer: str, identifier: MessageId, message: GossipMessage) -> None:
        frame = publish_frame(message.topic, message.data)
        self._cache.put(identifier, message.topic, frame)
        for target in self._router.relay_targets(message.topic, peer):
            self._push(target, frame, control=False)

    async def _deliver(self, topic: str, data: bytes, peer: str) -> None:
        # After relaying, so that a slow node doesn't slow the network down. Waiting here stops
        # reading from this peer, whose window then fills.
        await self._deliveries.send(Delivery(topic, data, peer))

    # Sending.

    def heartbeat(self) -> None:
        """Once per ``heartbeat_s``."""
        self._seen.forget_old()
        self._perform(self._router.heartbeat(self._clock()))

    def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self._push(effect.peer, effect.frame, control=effect.control)
            else:
                self._conduct.blame(effect.peer, effect.weight)

    def _push(self, peer: str, frame: bytes, *, control: bool) -> None:
        link = self._links.get(peer)
        if link is None:
            return
        if not link.queue.push(frame, control=control):
            self._counters.add("queue_full")
        elif not control:
            self._counters.add("relayed")

    async def _take_turns(self) -> None:
        self._handled += 1
        if self._handled % MESSAGES_PER_TURN == 0:
            await trio.lowlevel.checkpoint()

"""Gossip at work: takes peers' RPCs, asks the validator, delivers, relays, publishes.

Stands in for ``libp2p.pubsub.pubsub``: in 0.8.1 an exception while reading an RPC or in a validator
stops the host, validators can't say IGNORE, bad signatures are never counted, every message leaves
with ``from`` and ``seqno``, and a full subscription loses messages. It can go when upstream's
validators give three answers and StrictNoSign is what it is in js and go.

The decisions are ``gossip_router``'s; this module has the clock, the queues and the tasks.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import trio

from vrmnode.network.config import NetworkConfig
from vrmnode.network.connection.peer_connection import OUTBOUND, PeerConnection
from vrmnode.network.deliveries import Deliveries
from vrmnode.network.errors import ConnectionLostError, NetworkError
from vrmnode.network.gossip.gossip_link import GossipLink
from vrmnode.network.gossip.gossip_router import Effect, GossipRouter, Send
from vrmnode.network.gossip.message_cache import MessageCache
from vrmnode.network.gossip.outbound_queue import OutboundQueue
from vrmnode.network.gossip.rpc_messages import (
    GossipMessage,
    MessageId,
    Rpc,
    message_id,
    publish_frame,
    subscriptions_frame,
)
from vrmnode.network.gossip.seen_messages import SeenMessages
from vrmnode.network.interface import (
    ACCEPTED,
    Delivery,
    Finding,
    Incoming,
    Sender,
    Validator,
    Verdict,
    Way,
)
from vrmnode.network.limits.bounded_log import BoundedLog
from vrmnode.network.limits.conduct import Conduct
from vrmnode.network.limits.counters import Counters
from vrmnode.network.limits.peer_score import FAULT_REJECTED, GOSSIP_THRESHOLD, PeerScores
from vrmnode.network.limits.token_bucket import Rates
from vrmnode.round_robin import RoundRobin

MESSAGES_AT_ONCE = 128
"""Messages of one peer handled together, before other tasks get a turn."""
BYTES_PER_UNIT = 4_096
GRAYLISTED = 16.0
"""What a peer far below 0 sends counts as so many times of it."""
IGNORED = Finding(Verdict.IGNORE)


class Checked(NamedTuple):
    """A message and what was found of it."""

    topic: str
    data: bytes
    identifier: MessageId
    verdict: Verdict


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
        deliveries: Deliveries,
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
        self.deliver = deliveries.put
        """Hand a good message to the node; waits while the node is busy."""
        self._log = log
        self._clock = clock
        self._rates = Rates(config.gossip_burst, config.gossip_per_s, clock)
        self._links: dict[str, GossipLink] = {}
        self.check_room = RoundRobin(config.check_bytes)
        """For the messages of all peers that are in check, whichever way they came."""
        self.is_on_stem: Callable[[str, MessageId], bool] = lambda topic, message: False
        """Whether the stem waits for a message, which then is good for certain; set by the stem."""
        self.came_back: Callable[[str, MessageId, int], None] = lambda topic, message, peers: None
        """Told of each new good message, and how many peers have it now; set by the stem."""

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

    def check_own(self, topic: str, data: bytes, *, most: int) -> None:
        """Refuse what can't be published; ``most`` is the greatest length in bytes.

        Raises:
            NetworkError: ``network.message_too_large``, ``network.topic_unknown``.
        """
        if topic not in self._router.topics:
            raise NetworkError("network.topic_unknown", f"not subscribed to {topic[:200]!r}")
        if len(data) > most:
            raise NetworkError(
                "network.message_too_large", f"at most {most} bytes expected, came {len(data)}"
            )

    async def publish(self, topic: str, data: bytes) -> int:
        """See ``Network.publish``."""
        self.check_own(topic, data, most=self._config.max_message_bytes)
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

    def has_targets(self, topic: str) -> bool:
        """Whether there is anybody to publish to."""
        return bool(self._router.publish_targets(topic))

    async def spread(self, topic: str, data: bytes, peer: str) -> None:
        """Let gossip begin here with what ``peer`` handed over along the stem; it is good."""
        identifier = message_id(data)
        if self.note(topic, identifier, Verdict.ACCEPT, peer):
            # Also to the peer that handed it over: its author learns by that that it is out.
            self._send_on(identifier, topic, data, self._router.publish_targets(topic))
            await self.deliver(Delivery(topic, data, peer))

    # Reading.

    async def slow_down(self, peer: str, size_bytes: int, units: float) -> None:
        """Wait if ``peer`` has sent more than its share; its window fills meanwhile."""
        # SPEC 07: A node that limits how much it takes from a peer MUST read from it later, and
        # MUST NOT drop what is good.
        units += size_bytes / BYTES_PER_UNIT + self._seen.take_repeats(peer)
        if self._scores.score(peer) < GOSSIP_THRESHOLD:
            units *= GRAYLISTED
        await self._conduct.hold_up(self._rates.take(peer, units))

    async def take_rpcs(self, peer: str, rpcs: Sequence[Rpc]) -> None:
        """Act on RPCs of ``peer`` that came together: all messages, then the rest.

        Raises:
            ConnectionLostError: it was disconnected, perhaps for one of them.
        """
        messages = [message for rpc in rpcs for message in rpc.messages]
        for first in range(0, len(messages), MESSAGES_AT_ONCE):
            some = messages[first : first + MESSAGES_AT_ONCE]
            async with self.check_room.place(Sender(Way.GOSSIP, peer), bytes_of(some)):
                await self.use(peer, await self.check(peer, some))
            await trio.lowlevel.checkpoint()
        for rpc in rpcs:
            self._handle_rest(peer, rpc)

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

    async def check(self, peer: str, messages: Sequence[GossipMessage]) -> list[Checked]:
        """What is found of messages of ``peer``, ``MESSAGES_AT_ONCE`` at most; known ones left out.

        Raises:
            ConnectionLostError: it was disconnected, perhaps for one before them.
        """
        if peer not in self._links:
            raise ConnectionLostError("disconnected")
        well_formed = [(m.topic, m.data) for m in messages if self.is_well_formed(peer, m)]
        return await self._checked(well_formed, Sender(Way.GOSSIP, peer))

    async def use(self, peer: str, checked: Sequence[Checked]) -> None:
        """Relay what is new and good of what ``peer`` sent, and give it to the node."""
        for topic, data, identifier, verdict in checked:
            if self.note(topic, identifier, verdict, peer):
                self.relay(peer, identifier, topic, data)
                # After relaying, so that a slow node doesn't slow the network down. Waiting here
                # stops reading from this peer, whose window then fills.
                await self.deliver(Delivery(topic, data, peer))

    def is_well_formed(self, peer: str, message: GossipMessage) -> bool:
        """Whether a message can be looked at; if not, that is counted."""
        if message.topic not in self._router.topics:
            self._counters.add("ignored")
            return False
        # SPEC 07: A node MUST reject a message whose `data` is longer than 131072 bytes.
        if message.signed or len(message.data) > self._config.max_message_bytes:
            self._reject(peer)
            return False
        return True

    async def take_fetched(self, topic: str, fetched: Sequence[bytes], peer: str) -> None:
        """Take in messages that were fetched from ``peer``; they are relayed to nobody."""
        # Counted here and not when a comparison ends: many are broken off after much has come.
        self._counters.add("fetched", len(fetched))
        sender = Sender(Way.SYNC, peer)
        for first in range(0, len(fetched), MESSAGES_AT_ONCE):
            some = [(topic, data) for data in fetched[first : first + MESSAGES_AT_ONCE]]
            async with self.check_room.place(sender, sum(len(data) for _, data in some)):
                for _, data, identifier, verdict in await self._checked(some, sender):
                    if self.note(topic, identifier, verdict, peer):
                        await self.deliver(Delivery(topic, data, peer))

    async def _checked(self, incoming: Sequence[Incoming], sender: Sender) -> list[Checked]:
        new: dict[tuple[str, MessageId], Incoming] = {}
        for topic, data in incoming:
            identifier = message_id(data)
            if self.has_judged(topic, identifier, sender.peer):
                self._seen.came_again(topic, identifier, sender.peer)
                continue
            if (topic, identifier) in new:
                self._counters.add("duplicates")
            else:
                new[topic, identifier] = (topic, data)
        # What is on the stem was found good when it came there.
        asked = {key: message for key, message in new.items() if not self.is_on_stem(*key)}
        answers = await self.ask(list(asked.values()), sender) if asked else []
        found = dict(zip(asked, answers, strict=True))
        return [
            Checked(*message, key[1], found.get(key, ACCEPTED).verdict)
            for key, message in new.items()
        ]

    def note(self, topic: str, identifier: MessageId, verdict: Verdict, peer: str) -> bool:
        """Remember what is said of a message and credit its peer; whether it is new and good."""
        # Another peer may have sent the same while this was being checked.
        if self.has_judged(topic, identifier, peer):
            return False
        self._seen.add(topic, identifier, verdict)
        if verdict is Verdict.ACCEPT:
            self.came_back(topic, identifier, 1 + len(self._router.relay_targets(topic, peer)))
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

    def has_judged(self, topic: str, identifier: MessageId, peer: str) -> bool:
        """Whether the verdict on a message that ``peer`` brought is known; it is counted."""
        # SPEC 07: A node MUST count a message it has rejected against every peer that forwards it.
        before = self._seen.verdict(topic, identifier)
        if before is Verdict.REJECT:
            self._reject(peer)
        elif before is not None:
            self._counters.add("duplicates")
        return before is not None

    async def ask(self, messages: Sequence[Incoming], sender: Sender) -> Sequence[Finding]:
        """What the validator finds of each message."""
        try:
            return await self._validate(messages, sender)
        except Exception as error:  # noqa: BLE001 - the validator is not ours
            if len(messages) > 1:
                # One of them has found a bug of ours: the others mustn't be lost with it.
                return [(await self.ask([message], sender))[0] for message in messages]
            # Nobody is to blame, the node goes on.
            self._counters.add("validator_errors")
            self._log.exception(sender.peer, "validator failed", error)
            return [IGNORED] * len(messages)

    def _reject(self, peer: str) -> None:
        self._counters.add("rejected")
        self._conduct.blame(peer, FAULT_REJECTED)

    def relay(self, peer: str, identifier: MessageId, topic: str, data: bytes) -> None:
        """Send a good message of ``peer`` on to whom relayed messages go."""
        self._send_on(identifier, topic, data, self._router.relay_targets(topic, peer))

    def _send_on(
        self, identifier: MessageId, topic: str, data: bytes, targets: Iterable[str]
    ) -> None:
        frame = publish_frame(topic, data)
        self._cache.put(identifier, topic, frame)
        for target in targets:
            self._push(target, frame, control=False)

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


def bytes_of(messages: Iterable[GossipMessage]) -> int:
    """The length of what messages carry."""
    return sum(len(each.data) for each in messages)

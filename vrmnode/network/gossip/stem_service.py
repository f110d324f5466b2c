"""The stem at work: own envelopes begin it, those of others come along it, and gossip ends it.

Implements ``specs/07-gossip.md#stem``. The decisions are ``stem``'s, the streams ``stem_links``'s.
"""

from collections.abc import Callable

import trio

from vrmnode.network.connection.byte_stream import receive_frame
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import PeerFaultError
from vrmnode.network.gossip.gossip_service import GossipService
from vrmnode.network.gossip.rpc_frames import encode_frame
from vrmnode.network.gossip.rpc_messages import GossipMessage, MessageId, message_id
from vrmnode.network.gossip.stem import Forward, Stem, Step
from vrmnode.network.interface import Sender, Verdict, Way
from vrmnode.network.limits.conduct import Conduct
from vrmnode.network.limits.token_bucket import Rates
from vrmprotocol import stem_frames
from vrmprotocol.errors import ProtocolError
from vrmprotocol.stem_frames import StemFrame

TICK_S = 0.25
BURST = 512
RATE = 64.0
"""Frames that a peer may hand over at once, and a second from then on; beyond it, it waits."""
FRAME_TIMEOUT_S = 30.0
"""Seconds for a frame that has begun to arrive."""

Push = Callable[[str, bytes], bool]
"""(peer, frame): send it along the stem; False if that can't be."""


class Own:
    """An envelope of our own on its way."""

    def __init__(self) -> None:
        self.out = trio.Event()
        """Set once it is spread, from wherever."""
        self.peers = 0
        """How many peers have it then."""


class StemService:
    """The stem of one node, beside its gossip."""

    def __init__(
        self,
        stem: Stem,
        gossip: GossipService,
        push: Push,
        conduct: Conduct,
        clock: Callable[[], float],
    ) -> None:
        self._stem = stem
        self._gossip = gossip
        self._push = push
        self._conduct = conduct
        self._clock = clock
        self._rates = Rates(BURST, RATE, clock)
        self._own: dict[tuple[str, MessageId], Own] = {}
        self._reading: dict[str, trio.CancelScope] = {}
        gossip.is_on_stem = stem.holds
        gossip.came_back = self._came_back

    # Own envelopes.

    async def publish(self, topic: str, data: bytes) -> int:
        """See ``Network.publish_by_stem``."""
        own = await self.begin(topic, data)
        await own.out.wait()
        return own.peers

    async def begin(self, topic: str, data: bytes) -> Own:
        """Hand an envelope of our own to a relay; what becomes of it.

        Raises:
            NetworkError: ``network.message_too_large``, ``network.topic_unknown``.
        """
        self._gossip.check_own(topic, data, most=stem_frames.MAX_ENVELOPE_BYTES)
        key = (topic, message_id(data))
        own = self._own.setdefault(key, Own())
        if not self._gossip.has_targets(topic):
            self._end(key, 0)
        elif not self._stem.holds(*key):
            # SPEC 07: A node MUST hand an envelope of its own to its relay, and spread it only
            # where it has none, or when its time is over.
            await self._perform(self._stem.begin(*key, data, self._clock()))
        return own

    def _end(self, key: tuple[str, MessageId], peers: int) -> None:
        own = self._own.pop(key, None)
        if own is not None:
            own.peers = peers
            own.out.set()

    def _came_back(self, topic: str, message: MessageId, peers: int) -> None:
        """An envelope is out."""
        self._stem.release(topic, message)
        self._end((topic, message), peers)

    # Envelopes of others.

    async def handle_stream(self, stream: YamuxStream, peer: str, protocol: str) -> None:
        """Read what ``peer`` hands over, to the end of the stream (a ``StreamHandler``)."""
        earlier = self._reading.get(peer)
        if earlier is not None:
            earlier.cancel()
        with trio.CancelScope() as scope:
            self._reading[peer] = scope
            try:
                await self._read(stream, peer)
            finally:
                if self._reading.get(peer) is scope:
                    del self._reading[peer]
        stream.reset()

    async def _read(self, stream: YamuxStream, peer: str) -> None:
        most = stem_frames.MAX_FRAME_BYTES
        while (raw := await receive_frame(stream, most, FRAME_TIMEOUT_S)) is not None:
            async with self._gossip.check_room.place(Sender(Way.STEM, peer), len(raw)):
                await self.take(peer, raw)
            await self._conduct.hold_up(self._rates.take(peer, 1.0))

    async def take(self, peer: str, raw: bytes) -> None:
        """Act on one frame of ``peer``.

        Raises:
            PeerFaultError: ``stem``: it breaks its table.
        """
        # SPEC 07: A node MUST reset the stem's stream of a frame that breaks its table.
        try:
            frame = stem_frames.read(raw)
        except ProtocolError as error:
            raise PeerFaultError("stem") from error
        if await self._is_on_its_way(peer, frame):
            identifier = message_id(frame.envelope)
            step = self._stem.take(peer, frame.topic, identifier, frame.envelope, self._clock())
            await self._perform(step)

    async def _is_on_its_way(self, peer: str, frame: StemFrame) -> bool:
        """Whether an envelope is good and hasn't come by gossip yet."""
        topic, data = frame.topic, frame.envelope
        identifier = message_id(data)
        # SPEC 07: A node MUST make the same checks of an envelope that comes along the stem as of
        # one that comes by gossip, before it passes it on or spreads it.
        #
        # What is held was checked when it came first.
        #
        # SPEC 07: A node MUST NOT advertise, send by gossip, name by sync or act upon an envelope
        # that is on the stem, its own included, until it has come by gossip or the node has spread
        # it.
        #
        # It is in nothing but the stem's memory until then.
        if self._gossip.has_judged(topic, identifier, peer):
            return False
        if self._stem.holds(topic, identifier):
            return True
        if not self._gossip.is_well_formed(peer, GossipMessage(topic, data, signed=False)):
            return False
        (finding,) = await self._gossip.ask([(topic, data)], Sender(Way.STEM, peer))
        if finding.verdict is Verdict.ACCEPT:
            # Gossip may have brought it while it was being checked.
            return not self._gossip.has_judged(topic, identifier, peer)
        return self._gossip.note(topic, identifier, finding.verdict, peer)

    # As time goes by.

    async def run(self) -> None:
        """Spread what is overdue, until cancelled."""
        while True:
            await trio.sleep(TICK_S)
            await self.tick()

    async def tick(self) -> None:
        """Spread what is overdue now."""
        for step in self._stem.overdue(self._clock()):
            await self._perform(step)

    async def refused(self, peer: str) -> None:
        """``peer`` doesn't speak the protocol."""
        for step in self._stem.mute(peer, self._clock()):
            await self._perform(step)

    # Parts.

    async def _perform(self, step: Step) -> None:
        if isinstance(step, Forward):
            frame = encode_frame(stem_frames.write(step.topic, step.data))
            # Where there is no room it waits like what got lost: for its time to be over.
            self._push(step.peer, frame)
            return
        if step.source is not None:
            await self._gossip.spread(step.topic, step.data, step.source)
            return
        peers = await self._gossip.publish(step.topic, step.data)
        self._end((step.topic, message_id(step.data)), peers)

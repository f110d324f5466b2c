"""`/vrm/submit/1`, the side that takes envelopes: check, relay, keep, and only then answer.

Implements `specs/13-submit.md#taking`. What a peer hands over goes the way of what it sends by
gossip: the same checks, the same faults, the same queue to the store. The answer waits for the
store to say that it is on disk.
"""

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import trio

from vrmnode.network.config import NetworkConfig
from vrmnode.network.connection.byte_stream import encode_varint
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import ConnectionLostError, PeerFaultError
from vrmnode.network.gossip.gossip_service import GossipService
from vrmnode.network.gossip.message_cache import MessageCache
from vrmnode.network.gossip.rpc_frames import FrameDecoder, in_batches
from vrmnode.network.gossip.rpc_messages import MessageId, message_id
from vrmnode.network.gossip.seen_messages import REPEAT_UNITS
from vrmnode.network.interface import Delivery, Finding, Sender, Verdict, Way
from vrmnode.network.limits.abreast import BATCHES_ABREAST, Abreast, abreast
from vrmprotocol import envelope, submit_frames
from vrmprotocol.submit_frames import Answer

READ_BYTES = 131_072
FRAME_TIMEOUT_S = 30.0
"""Seconds for an envelope that has begun to arrive, and for an answer to be taken."""
HANDOVER_S = 1.0
"""Seconds that a session waits for the end of the one before it."""
AT_ONCE = 128
"""Envelopes of a session that are checked together."""
SHORT = 8
"""Envelopes that are checked at once, before the next are read."""
BATCHES = submit_frames.MAX_UNANSWERED // AT_ONCE - 2
"""Batches that wait to be answered, besides the one that is read and the one that is awaited."""


class SubmitService:
    """Sessions of all peers."""

    def __init__(self, gossip: GossipService, cache: MessageCache, config: NetworkConfig) -> None:
        self._gossip = gossip
        self._cache = cache
        self._config = config
        self._topics = frozenset(config.topics)
        self._sessions: dict[str, trio.Event] = {}
        self._kept: OrderedDict[MessageId, str] = OrderedDict()
        """What is on disk, and who has handed each over again last."""

    async def answer(self, stream: YamuxStream, peer: str, protocol: str) -> None:
        """Take what a peer hands over in one session (a ``StreamHandler``)."""
        # SPEC 13: A node MUST answer a session that a peer begins beside another of its own with
        # `busy`.
        with trio.move_on_after(HANDOVER_S):
            # The session before this one may have been closed just now.
            while peer in self._sessions:
                await self._sessions[peer].wait()
        if peer in self._sessions or len(self._sessions) >= self._config.submit_sessions:
            # Whatever it hands over isn't read: there is room for one session's.
            await _send(stream, [Answer(refused="busy")])
            stream.close()
            return
        ended = self._sessions[peer] = trio.Event()
        try:
            await self._serve(stream, peer)
        finally:
            del self._sessions[peer]
            ended.set()
        stream.close()

    async def _serve(self, stream: YamuxStream, peer: str) -> None:
        failure: PeerFaultError | ConnectionLostError | trio.TooSlowError | None = None
        async with trio.open_nursery() as nursery:
            send, receive = trio.open_memory_channel[_Batch](BATCHES)
            nursery.start_soon(_answer_all, stream, receive, nursery.cancel_scope)
            try:
                room, sender = self._gossip.check_room, Sender(Way.SUBMIT, peer)
                async with send, abreast(BATCHES_ABREAST, room, sender) as checks:
                    await self._read_all(stream, peer, send, checks)
            except (PeerFaultError, ConnectionLostError, trio.TooSlowError) as error:
                failure = error
                nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure
        if nursery.cancel_scope.cancelled_caught:
            raise ConnectionLostError("answers aren't taken")

    async def _read_all(
        self,
        stream: YamuxStream,
        peer: str,
        batches: "trio.MemorySendChannel[_Batch]",
        checks: Abreast,
    ) -> None:
        # SPEC 13: A node MUST reset the stream of an envelope longer than 66560 bytes without
        # reading it.
        decoder = FrameDecoder(submit_frames.MAX_ENVELOPE_BYTES)
        deadline = trio.current_time() + submit_frames.IDLE_S
        while True:
            with trio.fail_at(deadline):
                data = await stream.receive_some(READ_BYTES)
            if not data:
                if decoder.buffered:
                    raise PeerFaultError("submit")
                return
            unfinished = decoder.buffered > 0
            whole = False
            for envelopes in in_batches(decoder.feed(data), AT_ONCE):
                whole = True
                batch = _Batch(len(envelopes))
                asked = self._sort_out(envelopes, batch, peer)
                try:
                    batches.send_nowait(batch)
                except trio.WouldBlock:
                    await batches.send(batch)
                check = partial(self._check, asked, peer)
                use = partial(self._use, batch, asked, peer)
                size = sum(len(each.data) for each in asked)
                if len(asked) > SHORT:
                    await checks.start(check, use, size)
                elif asked:
                    await checks.alone(check, use, size)
                units = len(envelopes) + REPEAT_UNITS * batch.repeats
                await self._gossip.slow_down(peer, sum(map(len, envelopes)), units)
            # What has begun to arrive has its own deadline, which further bytes don't put off.
            if not decoder.buffered:
                deadline = trio.current_time() + submit_frames.IDLE_S
            elif whole or not unfinished:
                deadline = trio.current_time() + FRAME_TIMEOUT_S

    def _sort_out(self, envelopes: Sequence[bytes], batch: "_Batch", peer: str) -> "list[_Asked]":
        """The envelopes of a batch that have to be checked; the others are settled."""
        asked = []
        for at, data in enumerate(envelopes):
            identifier = message_id(data)
            self._cache.note_handed(identifier, peer)
            if identifier in self._kept:
                batch.repeats += self._kept[identifier] == peer
                self._kept[identifier] = peer
                batch.settle(at, submit_frames.DUPLICATE)
                continue
            # What names no topic is malformed, and the check will say how.
            topic = envelope.unsecure_topic(data)
            if topic is not None and topic not in self._topics:
                batch.settle(at, submit_frames.TOPIC)
                continue
            asked.append(_Asked(at, identifier, topic or "", data))
        return asked

    async def _check(self, asked: "list[_Asked]", peer: str) -> Sequence[Finding]:
        # SPEC 13: The reader MUST check each envelope as if it had come by gossip in the topic that
        # it names.
        messages = [(each.topic, each.data) for each in asked]
        return await self._gossip.ask(messages, Sender(Way.SUBMIT, peer))

    async def _use(
        self, batch: "_Batch", asked: "list[_Asked]", peer: str, found: Sequence[Finding]
    ) -> None:
        """Relay what is new and good of a batch, and give all that is good to the node."""
        for (at, identifier, topic, data), finding in zip(asked, found, strict=True):
            if finding.code == submit_frames.DUPLICATE:
                self._remember(identifier)
            if self._gossip.note(topic, identifier, finding.verdict, peer):
                self._gossip.relay(peer, identifier, topic, data)
                self._cache.note_handed(identifier, peer)
            if finding.verdict is Verdict.ACCEPT:
                # Known or not: what another peer has sent may not be on disk yet.
                settle = partial(self._settle, batch, at, identifier)
                await self._gossip.deliver(Delivery(topic, data, peer, settle))
            else:
                batch.settle(at, finding.code or submit_frames.NOT_KEPT)

    def _settle(self, batch: "_Batch", at: int, identifier: MessageId, code: str) -> None:
        if code in submit_frames.DONE:
            self._remember(identifier)
        batch.settle(at, code)

    def _remember(self, identifier: MessageId) -> None:
        self._kept.setdefault(identifier, "")
        if len(self._kept) > self._config.submit_recent:
            self._kept.popitem(last=False)


class _Asked(NamedTuple):
    """An envelope to be checked, and its place in its batch."""

    at: int
    identifier: MessageId
    topic: str
    data: bytes


class _Batch:
    """What becomes of each of some envelopes that came together."""

    def __init__(self, count: int) -> None:
        self.results = [""] * count
        self.settled = trio.Event()
        self.repeats = 0
        """Those that the same peer hands over a third time or more."""
        self._left = count

    def settle(self, at: int, code: str) -> None:
        self.results[at] = code
        self._left -= 1
        if not self._left:
            self.settled.set()


# SPEC 13: A node MUST NOT answer `kept` or `envelope.duplicate` before the envelope, or what it
# said, is on its disk.
async def _answer_all(
    stream: YamuxStream, batches: "trio.MemoryReceiveChannel[_Batch]", session: trio.CancelScope
) -> None:
    async for batch in batches:
        await batch.settled.wait()
        try:
            await _send(stream, submit_frames.answers(batch.results))
        except (ConnectionLostError, trio.TooSlowError):
            session.cancel()
            return


async def _send(stream: YamuxStream, answers: Sequence[Answer]) -> None:
    frames = [submit_frames.write_answer(each) for each in answers]
    with trio.fail_after(FRAME_TIMEOUT_S):
        await stream.send_all(b"".join(encode_varint(len(raw)) + raw for raw in frames))

"""`/vrm/sync/1`, both sides: fetching from a connected peer what was missed, and answering.

Implements `specs/08-sync.md#asking`. The comparison is `vrmprotocol.reconciliation`'s; what there
is to compare and to send, the node's store says (`SyncStore`).
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import trio

from vrmnode.network.connection.byte_stream import encode_varint, receive_frame
from vrmnode.network.connection.peer_connection import PeerConnection
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import ConnectionLostError, PeerFaultError
from vrmnode.network.interface import SyncStore
from vrmnode.network.limits.token_bucket import Rates
from vrmprotocol import reconciliation, sync_frames
from vrmprotocol.errors import ProtocolError
from vrmprotocol.sync_frames import Answer, Request

FRAME_TIMEOUT_S = 30.0
SESSION_TIMEOUT_S = 600.0
LEAST_PAUSE_S = 5.0
"""Seconds between two sessions that a peer begins."""
MAX_SESSIONS = 4
GIVES_WAY_S = 30.0
"""Seconds that a session has for certain; then it gives way to another peer if all are taken."""
MAX_REQUESTS = 1_024
"""Frames that are answered in one session; fewer are asked, and what is left comes the next time.
Two nodes of which each lacks thousands of the other's 130,000 need 200 to find out which. With much
fewer they would get no further in the next session, where one lacks what it doesn't fetch."""
COMPARISONS, COMPARISONS_PER_S = 256.0, 16.0
"""Of one peer, at once and from then on: what an honest session needs at most comes at once."""
MAX_NOT_THERE = 2_048
"""Ids in one session that may be asked for and aren't there; some were dropped since they were
named. Then it is over: who asks for what nobody has named gets no thousand looks into the store."""

Take = Callable[[str, Sequence[bytes], str], Awaitable[None]]
"""(topic, envelopes, peer id): check what a peer sent, as if it had come by gossip, and keep it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What to compare: a topic, and whether all of it or what was made from a time on."""

    topic: str
    start: int = 0


@dataclass(eq=False, slots=True)
class _Session:
    """A session that is answered."""

    began_s: float
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)


class SyncService:
    """Sessions over the connections of one node.

    `clock` is monotonic, `now` Unix seconds; `hold_up` lets a peer wait that asks too fast.
    """

    def __init__(
        self,
        store: SyncStore,
        topics: Sequence[str],
        take: Take,
        clock: Callable[[], float],
        now: Callable[[], int],
        hold_up: Callable[[float], Awaitable[None]] = trio.sleep,
    ) -> None:
        self._store = store
        self._topics = frozenset(topics)
        self._take = take
        self._clock = clock
        self._now = now
        self._hold_up = hold_up
        self._rates = Rates(COMPARISONS, COMPARISONS_PER_S, clock)
        self._comparing = trio.Lock()
        self._answering: dict[str, _Session] = {}
        self._answered_s: dict[str, float] = {}

    # Asking.

    async def fetch_missing(
        self,
        connection: PeerConnection,
        comparisons: Sequence[Comparison],
        passed_over: set[bytes],
    ) -> bool:
        """Fetch what a peer has and we have not; whether it answered, which it needn't when busy.

        `passed_over` are ids that this peer has named before and that led to nothing; what is
        asked for now is added.

        Raises:
            ProtocolsRefusedError, PeerFaultError, ConnectionLostError, trio.TooSlowError.
        """
        stream = await connection.open_stream((sync_frames.PROTOCOL,), FRAME_TIMEOUT_S)
        asking = _Asking(self._store, stream, connection.peer, passed_over, self._take)
        refused = None
        try:
            with trio.fail_after(SESSION_TIMEOUT_S):
                for comparison in comparisons:
                    refused = await asking.run(comparison, self._now())
                    if refused is not None:
                        break
        except BaseException:
            stream.reset()
            raise
        stream.close()
        return refused != "busy"

    # Answering.

    async def answer(self, stream: YamuxStream, peer: str, protocol: str) -> None:
        """Answer one session that a peer began (a ``StreamHandler``)."""
        if not self._may_begin(peer):
            # What it asks isn't read: it may ask on many streams, and never end.
            await _send(stream, Answer(refused="busy"))
            stream.close()
            return
        session = self._answering[peer] = _Session(self._clock())
        try:
            with trio.fail_after(SESSION_TIMEOUT_S), session.scope:
                await self._answer_all(stream, peer)
        finally:
            if self._answering.get(peer) is session:
                del self._answering[peer]
            self._answered_s[peer] = self._clock()
        stream.close()

    def _may_begin(self, peer: str) -> bool:
        # SPEC 08: A node MUST NOT begin a session with a peer less than 5 seconds after the one
        # before it.
        now = self._clock()
        self._answered_s = {
            each: ended for each, ended in self._answered_s.items() if now - ended < LEAST_PAUSE_S
        }
        if peer in self._answering or peer in self._answered_s:
            return False
        if len(self._answering) < MAX_SESSIONS:
            return True
        oldest, session = next(iter(self._answering.items()))
        if now - session.began_s < GIVES_WAY_S:
            return False
        # What it has is kept; it goes on in another session.
        del self._answering[oldest]
        session.scope.cancel()
        return True

    async def _answer_all(self, stream: YamuxStream, peer: str) -> None:
        topic, at, not_there = "", 0, 0
        for _ in range(MAX_REQUESTS):
            request = await _receive_request(stream)
            if request is None:
                return
            if request.topic is not None and request.at is not None:
                topic, at = request.topic, request.at
                refusal = self._refusal(topic, at)
                if refusal is not None:
                    await _send(stream, refusal)
                    return
            # SPEC 08: A node MUST reset the stream of a frame that breaks its table.
            if not topic:
                raise PeerFaultError("sync")
            if request.message is not None:
                await self._hold_up(self._rates.take(peer, 1))
                reply = await self._compared_in_turn(topic, at, request.message)
                await _send(stream, Answer(message=reply))
            elif request.fetch is not None:
                found = await self._store.load(topic, request.fetch)
                not_there += len(request.fetch) - len(found)
                if not_there > MAX_NOT_THERE:
                    return
                for frame in sync_frames.packed(found):
                    await _send(stream, frame)
        raise PeerFaultError("sync")

    def _refusal(self, topic: str, at: int) -> Answer | None:
        if topic not in self._topics:
            return Answer(refused="topic")
        # SPEC 08: The reader MUST refuse a request whose time is more than 900 seconds away from
        # its own with `clock`.
        if abs(at - self._now()) > sync_frames.MAX_CLOCK_DIFFERENCE_S:
            return Answer(refused="clock")
        return None

    async def _compared_in_turn(self, topic: str, at: int, message: bytes) -> bytes:
        """The answer to a message. All sessions together take half of the node's time at most."""
        async with self._comparing:
            began = time.perf_counter()
            reply = self._compared(topic, at, message)
            await trio.sleep(time.perf_counter() - began)
        return reply

    def _compared(self, topic: str, at: int, message: bytes) -> bytes:
        items = self._store.items(topic, at)
        try:
            return reconciliation.respond(items, message, max_bytes=sync_frames.MAX_MESSAGE_BYTES)
        except ProtocolError as error:
            raise PeerFaultError("sync") from error


class _Asking:
    """One session as the side that asks."""

    def __init__(
        self,
        store: SyncStore,
        stream: YamuxStream,
        peer: str,
        passed_over: set[bytes],
        take: Take,
    ) -> None:
        self._store = store
        self._stream = stream
        self._peer = peer
        self._passed_over = passed_over
        self._take = take
        self._left = MAX_REQUESTS - 1

    async def run(self, comparison: Comparison, at: int) -> str | None:
        """Compare and fetch, as far as the session goes; why not, if the peer refuses."""
        topic, most = comparison.topic, sync_frames.MAX_MESSAGE_BYTES
        items = self._store.items(topic, at)
        message = reconciliation.initiate(items, start=comparison.start, max_bytes=most)
        request = Request(topic=topic, at=at, message=message)
        while self._left:
            await self._ask(request)
            answer = await _receive_answer(self._stream)
            if answer.refused is not None:
                return answer.refused
            if answer.message is None:
                raise PeerFaultError("sync")
            outcome = self._concluded(topic, at, answer.message)
            await self._fetch_all(topic, outcome.need)
            if outcome.reply is None:
                return None
            request = Request(message=outcome.reply)
        return None

    async def _ask(self, request: Request) -> None:
        self._left -= 1
        await _send(self._stream, request)

    def _concluded(self, topic: str, at: int, message: bytes) -> reconciliation.Outcome:
        items = self._store.items(topic, at)
        try:
            return reconciliation.conclude(items, message, max_bytes=sync_frames.MAX_MESSAGE_BYTES)
        except ProtocolError as error:
            raise PeerFaultError("sync") from error

    async def _fetch_all(self, topic: str, named: Sequence[bytes]) -> None:
        wanted = self._store.missing([each for each in named if each not in self._passed_over])
        for first in range(0, len(wanted), sync_frames.MAX_FETCH):
            if not self._left:
                return
            batch = wanted[first : first + sync_frames.MAX_FETCH]
            await self._fetch(topic, batch)
            self._passed_over.update(batch)

    async def _fetch(self, topic: str, batch: Sequence[bytes]) -> None:
        await self._ask(Request(fetch=tuple(batch)))
        came, more = 0, True
        while more:
            answer = await _receive_answer(self._stream)
            if answer.envelopes is None:
                raise PeerFaultError("sync")
            came, more = came + len(answer.envelopes), answer.more
            # Nobody is sent more than was asked for.
            if came > len(batch) or (more and not answer.envelopes):
                raise PeerFaultError("sync")
            # SPEC 08: The reader MUST check each envelope that it fetched as if it had come by
            # gossip.
            await self._take(topic, answer.envelopes, self._peer)


async def _send(stream: YamuxStream, frame: Request | Answer) -> None:
    raw = sync_frames.write(frame)
    with trio.fail_after(FRAME_TIMEOUT_S):
        await stream.send_all(encode_varint(len(raw)) + raw)


async def _receive_answer(stream: YamuxStream) -> Answer:
    with trio.fail_after(FRAME_TIMEOUT_S):
        raw = await receive_frame(stream, sync_frames.MAX_ANSWER_BYTES)
    if raw is None:
        raise ConnectionLostError("ended without an answer")
    # SPEC 08: A node MUST reset the stream of a frame that breaks its table.
    try:
        return sync_frames.read_answer(raw)
    except ProtocolError as error:
        raise PeerFaultError("sync") from error


async def _receive_request(stream: YamuxStream) -> Request | None:
    """The next request; None at the end of the stream."""
    with trio.fail_after(FRAME_TIMEOUT_S):
        raw = await receive_frame(stream, sync_frames.MAX_REQUEST_BYTES)
    if raw is None:
        return None
    try:
        return sync_frames.read_request(raw)
    except ProtocolError as error:
        raise PeerFaultError("sync") from error

"""`/vrm/submit/1`, the side that hands over: envelopes out, what became of each back.

Implements `specs/13-submit.md#handing-over`. Which peer is told what is the node's to say.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import trio

from vrmnode.network.connection.byte_stream import encode_varint, receive_frame
from vrmnode.network.connection.multistream import ProtocolsRefusedError
from vrmnode.network.connection.peer_connection import PeerConnection
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import ConnectionLostError, NetworkError, PeerFaultError
from vrmprotocol import submit_frames
from vrmprotocol.errors import ProtocolError

OPEN_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 60.0
AT_ONCE = 64
"""Envelopes that are written together."""


class Submission:
    """One session with a peer; ``hand_over`` is for one task at a time."""

    def __init__(self, stream: YamuxStream) -> None:
        self._stream = stream

    async def hand_over(self, envelopes: Sequence[bytes]) -> list[str]:
        """What became of each envelope, in order: ``kept`` or ``envelope.duplicate``, or a code.

        Raises:
            NetworkError: ``network.submit_busy``: the peer takes nothing now, or no more.
            PeerFaultError, ConnectionLostError, trio.TooSlowError: ``network.submit_failed`` to
                whoever opened the session.
        """
        if len(envelopes) == 1:
            await self._stream.send_all(_framed(envelopes))
            return await self._results(1)
        results: list[str] = []
        async with trio.open_nursery() as nursery:
            sending = _Sending(self._stream, envelopes, results)
            nursery.start_soon(sending.run, nursery.cancel_scope)
            failure = None
            try:
                while len(results) < len(envelopes):
                    results += await self._results(len(envelopes) - len(results))
                    sending.answered.set()
            except (NetworkError, PeerFaultError, ConnectionLostError, trio.TooSlowError) as error:
                failure = error
                nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure
        if len(results) < len(envelopes):
            raise ConnectionLostError("the peer takes no more")
        return results

    async def _results(self, most: int) -> list[str]:
        with trio.fail_after(ANSWER_TIMEOUT_S):
            raw = await receive_frame(self._stream, submit_frames.MAX_ANSWER_BYTES)
        if raw is None:
            raise ConnectionLostError("ended without an answer")
        try:
            answer = submit_frames.read_answer(raw)
        except ProtocolError as error:
            raise PeerFaultError("submit") from error
        if answer.results is None:
            raise NetworkError("network.submit_busy", "the peer takes no envelopes now")
        # SPEC 13: The reader MUST reset the stream of a peer that answers more than it was handed.
        if len(answer.results) > most:
            raise PeerFaultError("submit")
        return list(answer.results)


class _Sending:
    """Sends envelopes while answers to the first of them come in."""

    def __init__(
        self, stream: YamuxStream, envelopes: Sequence[bytes], results: Sequence[str]
    ) -> None:
        self.answered = trio.Event()
        self._stream = stream
        self._envelopes = envelopes
        self._results = results

    async def run(self, session: trio.CancelScope) -> None:
        """Send all; a stream that ends cancels ``session``."""
        sent = 0
        while sent < len(self._envelopes):
            # SPEC 13: The writer MUST NOT have more than 2048 envelopes on their way without an
            # answer.
            room = submit_frames.MAX_UNANSWERED - (sent - len(self._results))
            some = self._envelopes[sent : sent + min(room, AT_ONCE)]
            if not some:
                self.answered = trio.Event()
                await self.answered.wait()
                continue
            try:
                await self._stream.send_all(_framed(some))
            except ConnectionLostError:
                session.cancel()
                return
            sent += len(some)


@asynccontextmanager
async def open_submission(connection: PeerConnection) -> AsyncIterator[Submission]:
    """A session over a connection, while the context lasts.

    Raises:
        NetworkError: ``network.submit_refused``: the peer doesn't take envelopes this way;
            ``network.submit_busy``: not now; ``network.submit_failed``: it went away, was too
            slow, or broke the protocol: what was answered until then holds.
    """
    try:
        stream = await connection.open_stream((submit_frames.PROTOCOL,), OPEN_TIMEOUT_S)
        try:
            yield Submission(stream)
        except BaseException:
            stream.reset()
            raise
        stream.close()
    except ProtocolsRefusedError as error:
        raise NetworkError(
            "network.submit_refused", "the peer doesn't offer to take envelopes"
        ) from error
    except (PeerFaultError, ConnectionLostError, trio.TooSlowError) as error:
        raise NetworkError("network.submit_failed", f"the session ended: {error}") from error


def _framed(envelopes: Sequence[bytes]) -> bytes:
    return b"".join(encode_varint(len(raw)) + raw for raw in envelopes)

"""One stream of a Yamux connection: a byte stream with a window in each direction."""

from typing import Protocol

import trio

from vrmnode.network.connection.yamux_frames import (
    DATA,
    FIN,
    INITIAL_WINDOW,
    MAX_DATA,
    MAX_SEND_WINDOW,
    RST,
    WINDOW_UPDATE,
    encode_frame,
)
from vrmnode.network.errors import ConnectionLostError, PeerFaultError


class FrameSink(Protocol):
    """What a stream needs of its connection."""

    stall_timeout_s: float

    def queue_frame(self, frame: bytes) -> None:
        """Send ``frame`` soon, without waiting."""

    def flush(self) -> None:
        """Write what is queued now, if that is little and nothing is being written."""

    async def wait_for_room(self) -> None:
        """Wait until the connection's outgoing buffer has room; raises ConnectionLostError."""

    def stream_drained(self, count: int) -> None:
        """``count`` buffered bytes were read or dropped."""

    def stream_ended(self, stream_id: int) -> None:
        """Both directions are finished; forget the stream."""


class YamuxStream:
    """A byte stream inside a connection. ``receive_some`` is for one task, ``send_all`` too."""

    def __init__(self, stream_id: int, sink: FrameSink) -> None:
        self.stream_id = stream_id
        self._sink = sink
        self._buffer = bytearray()
        self._readable = trio.Event()
        self._writable = trio.Event()
        self._receive_window = INITIAL_WINDOW
        self._send_window = INITIAL_WINDOW
        self._unacknowledged = 0
        self._sent_fin = False
        self._received_fin = False
        self._dead = False
        self.abandoned_at: float | None = None
        """When our side was closed for good, in trio's clock; None while it is in use."""

    @property
    def finished(self) -> bool:
        """Whether both directions are over."""
        return self._dead or (self._sent_fin and self._received_fin)

    async def receive_some(self, max_bytes: int) -> bytes:
        """Next bytes, as soon as there are any; empty once the peer has finished."""
        while not self._buffer:
            if self._dead:
                raise ConnectionLostError("stream reset")
            if self._received_fin:
                return b""
            self._readable = trio.Event()
            await self._readable.wait()
        data = bytes(self._buffer[:max_bytes])
        del self._buffer[:max_bytes]
        self._sink.stream_drained(len(data))
        self._grant(len(data))
        return data

    async def send_all(self, data: bytes) -> None:
        """Hand over ``data``, waiting for the peer's window.

        Raises:
            ConnectionLostError: reset, closed, or no window within the stall timeout.
        """
        start = 0
        while start < len(data):
            await self._sink.wait_for_room()
            if self._dead or self._sent_fin:
                raise ConnectionLostError("stream closed for sending")
            if self._send_window == 0:
                await self._wait_for_window()
                continue
            size = min(len(data) - start, self._send_window, MAX_DATA)
            self._send_window -= size
            body = data[start : start + size]
            self._sink.queue_frame(encode_frame(DATA, 0, self.stream_id, size, body))
            start += size
        self._sink.flush()

    def finish(self) -> None:
        """Tell the peer that nothing more comes from us; reading goes on."""
        if not self._sent_fin and not self._dead:
            self._sent_fin = True
            self._sink.queue_frame(encode_frame(WINDOW_UPDATE, FIN, self.stream_id, 0))
            self._forget_if_finished()

    def close(self) -> None:
        """Finish, and drop whatever the peer still sends."""
        self.finish()
        if self.abandoned_at is None:
            self.abandoned_at = trio.current_time()
        self._drop_buffer()

    def reset(self) -> None:
        """End both directions at once, here and at the peer."""
        if not self.finished:
            self._sink.queue_frame(encode_frame(WINDOW_UPDATE, RST, self.stream_id, 0))
        self.abort()

    def abort(self) -> None:
        """End both directions here: the peer reset the stream or the connection is gone."""
        self._dead = True
        self._drop_buffer()
        self._wake()
        self._sink.stream_ended(self.stream_id)

    # Called by the connection for frames of this stream.

    def handle_data(self, body: bytes) -> int:
        """Take ``body``; the bytes that stay buffered.

        Raises:
            PeerFaultError: ``yamux_window``: the peer sent more than its window, or after FIN.
        """
        if len(body) > self._receive_window or (body and self._received_fin):
            raise PeerFaultError("yamux_window")
        self._receive_window -= len(body)
        if self.abandoned_at is not None:
            return 0
        self._buffer += body
        if body:
            self._readable.set()
        return len(body)

    def handle_window(self, increment: int) -> None:
        """The peer grants ``increment`` bytes more."""
        self._send_window = min(self._send_window + increment, MAX_SEND_WINDOW)
        self._writable.set()

    def handle_fin(self) -> None:
        """The peer has finished sending."""
        self._received_fin = True
        self._readable.set()
        self._forget_if_finished()

    def _grant(self, count: int) -> None:
        # One update per half window: fewer frames, and the peer never runs dry.
        self._unacknowledged += count
        if self._unacknowledged >= INITIAL_WINDOW // 2 and not self._received_fin:
            increment, self._unacknowledged = self._unacknowledged, 0
            self._receive_window += increment
            self._sink.queue_frame(encode_frame(WINDOW_UPDATE, 0, self.stream_id, increment))

    async def _wait_for_window(self) -> None:
        self._writable = trio.Event()
        with trio.move_on_after(self._sink.stall_timeout_s) as scope:
            await self._writable.wait()
        if scope.cancelled_caught:
            raise ConnectionLostError("no window within the stall timeout")

    def _drop_buffer(self) -> None:
        self._sink.stream_drained(len(self._buffer))
        self._buffer.clear()

    def _forget_if_finished(self) -> None:
        if self.finished:
            self._sink.stream_ended(self.stream_id)

    def _wake(self) -> None:
        self._readable.set()
        self._writable.set()

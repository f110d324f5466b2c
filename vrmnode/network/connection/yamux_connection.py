"""Many streams over one encrypted channel: Yamux, with every limit enforced.

Stands in for ``libp2p.stream_muxer.yamux``, which in 0.8.1 ignores the receive window (a peer sent
96 MB to a stream nobody read and memory grew by 96 MB), made 4,793 tasks of 20,000 SYNs, writes
each frame by itself, and can't be replaced by ``muxer_opt``. It can go when upstream resets streams
over their window and limits streams per connection.

A peer is asked for a sign of life after a pause; one that stays silent, or takes no bytes from us,
loses the connection within seconds, where upstream never noticed a stopped process.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

import trio

from vrmnode.network.connection.byte_stream import ByteStream
from vrmnode.network.connection.yamux_frames import (
    ACK,
    DATA,
    FIN,
    GO_AWAY,
    HEADER_BYTES,
    PING,
    RST,
    SYN,
    WINDOW_UPDATE,
    FrameHeader,
    decode_header,
    encode_frame,
)
from vrmnode.network.connection.yamux_limits import YamuxLimits
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import ConnectionLostError, PeerFaultError

READ_BYTES = 131_072
FRAMES_AT_ONCE = 256
"""Frames handled together, before other tasks get a turn."""
FLUSHED_BYTES = 16_384
"""Bytes up to which a message is written by whoever sends it, not by the writer."""
MAX_OUTGOING = 1 << 20
"""Bytes waiting to be written at which writers wait."""
MAX_OUTGOING_CONTROL = 2 << 20
"""Bytes at which even our answers (pings, resets) don't fit: the peer floods and doesn't read."""
MAX_BUFFERED = 2 << 20
"""Bytes received and not yet read, over all streams of a connection."""
MAX_REFUSED_STREAMS = 1_000
"""Streams over the limit that are refused before the connection is closed."""
DRAIN_S = 1.0
"""Seconds that handlers have, after a connection's end, to read what came before it."""
ABANDONED_S = 30.0
"""Seconds a stream that we closed waits for the peer to close it too."""


class Channel(ByteStream, Protocol):
    """What Yamux needs of the layer below."""

    @property
    def unsent(self) -> bool:
        """Whether ``send_now`` left something."""

    def send_now(self, data: bytes) -> None:
        """Write what of ``data`` can be written now; the rest goes with the next ``send_all``."""

    async def send_eof(self) -> None:
        """Send nothing more; raises ConnectionLostError."""


class YamuxConnection:
    """One connection's streams. ``run`` does the work; ``open_stream`` may be used meanwhile."""

    def __init__(
        self,
        channel: Channel,
        *,
        initiator: bool,
        handle_stream: Callable[[YamuxStream], Awaitable[None]],
        max_streams: int,
        ping_interval_s: float,
        ping_timeout_s: float,
        stall_timeout_s: float,
    ) -> None:
        """``handle_stream`` runs as a task for each stream that the peer opens; never raises."""
        self.stall_timeout_s = stall_timeout_s
        self.bytes_received = 0
        self.bytes_sent = 0
        self._channel = channel
        self._handle_stream = handle_stream
        self._max_streams = max_streams
        self._ping_interval_s = ping_interval_s
        self._ping_timeout_s = ping_timeout_s
        self._streams: dict[int, YamuxStream] = {}
        self._peer_parity = 0 if initiator else 1
        self._next_id = 1 if initiator else 2
        self._inbound = 0
        self.streams_refused = 0
        self._limits = YamuxLimits(0.0)
        self._buffered = 0
        self._outgoing = bytearray()
        self._pending = trio.Event()
        self._writer_waits = False
        self._room = trio.Event()
        self._leaving = False
        self._last_received = 0.0
        self._heard = trio.Event()
        self._ended = False
        self._scope: trio.CancelScope | None = None

    async def run(self) -> None:
        """Serve until the connection ends.

        Raises:
            PeerFaultError: the peer broke the protocol.
            ConnectionLostError: the connection ended, stalled or fell silent.
        """
        failure: PeerFaultError | ConnectionLostError | None = None
        try:
            async with trio.open_nursery() as nursery:
                self._last_received = trio.current_time()
                self._limits = YamuxLimits(self._last_received)
                nursery.start_soon(self._write_loop, nursery.cancel_scope)
                nursery.start_soon(self._ping_loop, nursery.cancel_scope)
                failure = await self._read_and_drain()
                nursery.cancel_scope.cancel()
        finally:
            self._end()
        raise failure or ConnectionLostError("stalled or silent")

    async def _read_and_drain(self) -> PeerFaultError | ConnectionLostError | None:
        async with trio.open_nursery() as handlers:
            try:
                await self._read_loop(handlers)
            except PeerFaultError as error:
                handlers.cancel_scope.cancel()
                return error
            except ConnectionLostError as error:
                # What has arrived was sent, perhaps as a last word: let the handlers read it.
                self._ended = True
                for stream in list(self._streams.values()):
                    stream.handle_fin()
                handlers.cancel_scope.deadline = trio.current_time() + DRAIN_S
                return error
        return None

    def open_stream(self) -> YamuxStream:
        """A new stream to the peer.

        Raises:
            ConnectionLostError: the connection has ended.
        """
        if self._ended:
            raise ConnectionLostError("connection ended")
        stream = YamuxStream(self._next_id, self)
        self._next_id += 2
        self._streams[stream.stream_id] = stream
        self.queue_frame(encode_frame(WINDOW_UPDATE, SYN, stream.stream_id, 0))
        return stream

    def goodbye(self) -> None:
        """Say that we go away, after everything queued, and send nothing more."""
        self.queue_frame(encode_frame(GO_AWAY, 0, 0, 0))
        self._leaving = True
        self._room.set()

    def take_bytes_received(self) -> int:
        """Bytes received since this was last asked."""
        taken, self.bytes_received = self.bytes_received, 0
        return taken

    def take_bytes_sent(self) -> int:
        """Bytes sent since this was last asked."""
        taken, self.bytes_sent = self.bytes_sent, 0
        return taken

    def take_streams_refused(self) -> int:
        """Streams refused since this was last asked."""
        taken, self.streams_refused = self.streams_refused, 0
        return taken

    # FrameSink, for the streams.

    def queue_frame(self, frame: bytes) -> None:
        if not self._ended and not self._leaving:
            self._outgoing += frame
            self._pending.set()

    def flush(self) -> None:
        # A round of the scheduler less than by the writer, which a lone message waits for.
        if not self._writer_waits or not 0 < len(self._outgoing) <= FLUSHED_BYTES or self._ended:
            return
        # The writer has been woken: it writes what else comes in this round, and what is left here.
        self._writer_waits = False
        self._channel.send_now(self._take_outgoing())

    async def wait_for_room(self) -> None:
        while len(self._outgoing) >= MAX_OUTGOING and not (self._ended or self._leaving):
            await self._room.wait()
        if self._ended or self._leaving:
            raise ConnectionLostError("connection ended")

    def stream_drained(self, count: int) -> None:
        self._buffered -= count

    def stream_ended(self, stream_id: int) -> None:
        if self._streams.pop(stream_id, None) is not None and self._from_peer(stream_id):
            self._inbound -= 1

    # Reading.

    async def _read_loop(self, nursery: trio.Nursery) -> None:
        buffer = bytearray()
        while True:
            data = await self._channel.receive_some(READ_BYTES)
            if not data:
                raise ConnectionLostError("closed by the peer")
            self._last_received = trio.current_time()
            self._heard.set()
            self.bytes_received += len(data)
            buffer += data
            position = frames = 0
            while len(buffer) - position >= HEADER_BYTES:
                header = decode_header(buffer, position)
                end = position + HEADER_BYTES
                if header.kind == DATA:
                    end += header.length
                    if len(buffer) < end:
                        break
                self._handle(header, bytes(buffer[position + HEADER_BYTES : end]), nursery)
                position = end
                frames += 1
                if frames % FRAMES_AT_ONCE == 0:
                    await trio.lowlevel.checkpoint()
            del buffer[:position]
            if len(self._outgoing) > MAX_OUTGOING_CONTROL:
                raise PeerFaultError("yamux_unread")
            wait_s = self._limits.frames(frames, self._last_received)
            if wait_s:
                await trio.sleep(wait_s)

    def _handle(self, header: FrameHeader, body: bytes, nursery: trio.Nursery) -> None:
        if header.kind in (DATA, WINDOW_UPDATE):
            self._handle_stream_frame(header, body, nursery)
        elif header.kind == PING:
            if header.flags & SYN:
                if not self._limits.may_ping(self._last_received):
                    raise PeerFaultError("yamux_pings")
                self.queue_frame(encode_frame(PING, ACK, 0, header.length))
        else:
            raise ConnectionLostError("the peer went away")

    def _handle_stream_frame(self, header: FrameHeader, body: bytes, nursery: trio.Nursery) -> None:
        stream = self._streams.get(header.stream_id)
        if header.flags & SYN:
            stream = self._accept(header, stream, nursery)
        if stream is None:
            # A stream that is over here; frames sent before the peer knew are no fault.
            if body and not self._limits.may_stray(len(body), self._last_received):
                raise PeerFaultError("yamux_stray")
            return
        if header.flags & RST:
            stream.abort()
            return
        if header.kind == DATA:
            self._buffered += stream.handle_data(body)
            if self._buffered > MAX_BUFFERED:
                raise PeerFaultError("yamux_buffered")
        elif header.length:
            stream.handle_window(header.length)
        if header.flags & FIN:
            stream.handle_fin()

    def _accept(
        self, header: FrameHeader, existing: YamuxStream | None, nursery: trio.Nursery
    ) -> YamuxStream | None:
        if existing is not None or not self._from_peer(header.stream_id):
            raise PeerFaultError("yamux_stream_id")
        if self._inbound >= self._max_streams or not self._limits.may_open(self._last_received):
            self.streams_refused += 1
            if self.streams_refused > MAX_REFUSED_STREAMS:
                raise PeerFaultError("yamux_streams")
            self.queue_frame(encode_frame(WINDOW_UPDATE, RST, header.stream_id, 0))
            return None
        stream = YamuxStream(header.stream_id, self)
        self._streams[header.stream_id] = stream
        self._inbound += 1
        self.queue_frame(encode_frame(WINDOW_UPDATE, ACK, header.stream_id, 0))
        nursery.start_soon(self._handle_stream, stream)
        return stream

    def _from_peer(self, stream_id: int) -> bool:
        return stream_id != 0 and stream_id % 2 == self._peer_parity

    # Writing and watching.

    async def _write_loop(self, scope: trio.CancelScope) -> None:
        try:
            while True:
                idle = not self._outgoing and not self._channel.unsent
                if idle and self._leaving:
                    await self._channel.send_eof()
                    return
                if idle:
                    self._pending = trio.Event()
                    self._writer_waits = True
                    await self._pending.wait()
                    self._writer_waits = False
                data = self._take_outgoing()
                if data or self._channel.unsent:
                    with trio.fail_after(self.stall_timeout_s):
                        await self._channel.send_all(data)
        except (ConnectionLostError, trio.TooSlowError):
            if not self._ended:
                scope.cancel()

    def _take_outgoing(self) -> bytes:
        data = bytes(self._outgoing)
        self._outgoing.clear()
        self.bytes_sent += len(data)
        self._room.set()
        self._room = trio.Event()
        return data

    async def _ping_loop(self, scope: trio.CancelScope) -> None:
        number = 0
        while True:
            self._reset_abandoned()
            # Silence counts from the last byte, wherever between two looks that came.
            due = self._last_received + self._ping_interval_s
            if trio.current_time() < due:
                await trio.sleep_until(due)
                continue
            number = (number + 1) % 2**32
            self._heard = trio.Event()
            self.queue_frame(encode_frame(PING, SYN, 0, number))
            with trio.move_on_after(self._ping_timeout_s) as waiting:
                await self._heard.wait()
            if waiting.cancelled_caught and not self._ended:
                scope.cancel()
                return

    def _reset_abandoned(self) -> None:
        limit = trio.current_time() - ABANDONED_S
        for stream in list(self._streams.values()):
            if stream.abandoned_at is not None and stream.abandoned_at < limit:
                stream.reset()

    def _end(self) -> None:
        self._ended = True
        for stream in list(self._streams.values()):
            stream.abort()
        self._room.set()
        self._pending.set()

"""Ends of Yamux connections over streams in memory, and raw frames for them."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import trio
import trio.testing

from vrmnode.network.connection.yamux_connection import YamuxConnection
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import ConnectionLostError, PeerFaultError

Handler = Callable[[YamuxStream], Awaitable[None]]


class MemoryChannel:
    """A byte stream of trio's, with our two exceptions."""

    def __init__(self, stream: trio.testing.MemoryReceiveStream | object) -> None:
        self.stream: trio.StapledStream = stream  # type: ignore[assignment]
        self._unsent = b""

    @property
    def unsent(self) -> bool:
        return bool(self._unsent)

    def send_now(self, data: bytes) -> None:
        self._unsent += data

    async def receive_some(self, max_bytes: int) -> bytes:
        try:
            return bytes(await self.stream.receive_some(max_bytes))
        except (trio.ClosedResourceError, trio.BrokenResourceError) as error:
            raise ConnectionLostError("memory") from error

    async def send_all(self, data: bytes) -> None:
        try:
            unsent, self._unsent = self._unsent, b""
            await self.stream.send_all(unsent + data)
        except (trio.ClosedResourceError, trio.BrokenResourceError) as error:
            raise ConnectionLostError("memory") from error

    async def send_eof(self) -> None:
        await self.stream.send_eof()


class End:
    """One running connection and how it ended."""

    def __init__(self, stream: object, handler: Handler, **settings: float) -> None:
        initiator = bool(settings.pop("initiator", False))
        values = {
            "max_streams": 8,
            "ping_interval_s": 60,
            "ping_timeout_s": 60,
            "stall_timeout_s": 60,
            **settings,
        }
        self.yamux = YamuxConnection(
            MemoryChannel(stream),
            initiator=initiator,
            handle_stream=handler,
            **values,  # type: ignore[arg-type]
        )
        self.error: Exception | None = None
        self.over = trio.Event()

    async def run(self) -> None:
        try:
            await self.yamux.run()
        except (PeerFaultError, ConnectionLostError) as error:
            self.error = error
        finally:
            self.over.set()


async def ignore(stream: YamuxStream) -> None:
    """Never reads."""


async def echo(stream: YamuxStream) -> None:
    try:
        while data := await stream.receive_some(10_000):
            await stream.send_all(data)
        stream.finish()
    except ConnectionLostError:
        return


@asynccontextmanager
async def pair(handler: Handler, **settings: float) -> AsyncIterator[tuple[End, End]]:
    ours, theirs = trio.testing.memory_stream_pair()
    a = End(ours, ignore, initiator=True, **settings)
    b = End(theirs, handler, **settings)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(a.run)
        nursery.start_soon(b.run)
        yield a, b
        nursery.cancel_scope.cancel()


def against(frames: bytes, handler: Handler = ignore, **settings: float) -> End:
    """How an end takes raw ``frames``; it is over, or waits for more."""
    ends: list[End] = []

    async def main() -> None:
        ours, theirs = trio.testing.memory_stream_pair()
        end = End(theirs, handler, **settings)
        ends.append(end)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(end.run)
            await ours.send_all(frames)
            await trio.testing.wait_all_tasks_blocked(0.01)
            nursery.cancel_scope.cancel()

    # Time stands still: what a limit lets through again doesn't depend on the machine.
    trio.run(main, clock=trio.testing.MockClock())
    return ends[0]


def reason(end: End) -> str | None:
    return end.error.reason if isinstance(end.error, PeerFaultError) else None


def frame(kind: int, flags: int, stream: int, length: int, body: bytes = b"") -> bytes:
    return struct.pack("!BBHII", 0, kind, flags, stream, length) + body


def data(stream: int, body: bytes, flags: int = 0) -> bytes:
    return frame(0, flags, stream, len(body), body)

"""A stream in memory between two ends, for protocols that answer: no time passes on it."""

from __future__ import annotations

import math

import trio

from vrmnode.network.errors import ConnectionLostError


class PipeEnd:
    """What a Yamux stream offers, over two channels."""

    def __init__(
        self, incoming: trio.MemoryReceiveChannel[bytes], outgoing: trio.MemorySendChannel[bytes]
    ) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._left = b""

    async def receive_some(self, max_bytes: int) -> bytes:
        """1 to `max_bytes` bytes; empty at the end."""
        if not self._left:
            try:
                self._left = await self._incoming.receive()
            except trio.EndOfChannel:
                return b""
        taken, self._left = self._left[:max_bytes], self._left[max_bytes:]
        return taken

    async def send_all(self, data: bytes) -> None:
        """Hand over all of `data`."""
        try:
            await self._outgoing.send(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise ConnectionLostError("the other end is gone") from error

    def close(self) -> None:
        """Send nothing more."""
        self._outgoing.close()

    def reset(self) -> None:
        """End both directions."""
        self._outgoing.close()
        self._incoming.close()


def pipe() -> tuple[PipeEnd, PipeEnd]:
    """Two ends."""
    to_there, there = trio.open_memory_channel[bytes](math.inf)
    to_here, here = trio.open_memory_channel[bytes](math.inf)
    return PipeEnd(here, to_there), PipeEnd(there, to_here)


class Opened:
    """A connection that opens the one stream it is asked for."""

    def __init__(self, stream: object, peer: str = "peer") -> None:
        self.peer = peer
        self._stream = stream

    async def open_stream(self, protocols: tuple[str, ...], timeout_s: float) -> object:
        return self._stream

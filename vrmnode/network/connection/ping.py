"""libp2p ping, the answering side: 32 bytes in, the same 32 bytes out."""

from collections import Counter
from collections.abc import Awaitable, Callable

import trio

from vrmnode.network.connection.byte_stream import receive_exactly
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.limits.token_bucket import Rates

PROTOCOL = "/ipfs/ping/1.0.0"
PING_BYTES = 32
PINGS, PINGS_PER_S = 64, 4
"""Pings of a peer that are answered at once, and a second from then on; more are read later."""
STREAMS = 2
"""Ping streams that a peer may have: whoever waits for an answer needs no third."""
IDLE_S = 60.0
"""Seconds a ping stream may stay silent."""


class PingService:
    """Answers the pings of all peers; `hold_up` lets one wait that asks too often."""

    def __init__(
        self, clock: Callable[[], float], hold_up: Callable[[float], Awaitable[None]]
    ) -> None:
        self._rates = Rates(PINGS, PINGS_PER_S, clock)
        self._hold_up = hold_up
        self._streams: Counter[str] = Counter()

    async def answer(self, stream: YamuxStream, peer: str, protocol: str) -> None:
        """Answer until the peer closes the stream or falls silent (a ``StreamHandler``)."""
        if self._streams[peer] >= STREAMS:
            stream.reset()
            return
        self._streams[peer] += 1
        try:
            await self._answer_all(stream, peer)
        finally:
            self._streams -= Counter({peer: 1})

    async def _answer_all(self, stream: YamuxStream, peer: str) -> None:
        while True:
            with trio.move_on_after(IDLE_S) as scope:
                ping = await receive_exactly(stream, PING_BYTES)
                await self._hold_up(self._rates.take(peer, 1))
                await stream.send_all(ping)
            if scope.cancelled_caught:
                stream.reset()
                return

"""libp2p ping, the answering side: 32 bytes in, the same 32 bytes out."""

import trio

from vrmnode.network.connection.byte_stream import receive_exactly
from vrmnode.network.connection.yamux_stream import YamuxStream

PROTOCOL = "/ipfs/ping/1.0.0"
PING_BYTES = 32
IDLE_S = 60.0
"""Seconds a ping stream may stay silent."""


async def answer_pings(stream: YamuxStream) -> None:
    """Answer until the peer closes the stream or falls silent."""
    while True:
        with trio.move_on_after(IDLE_S) as scope:
            await stream.send_all(await receive_exactly(stream, PING_BYTES))
        if scope.cancelled_caught:
            stream.reset()
            return

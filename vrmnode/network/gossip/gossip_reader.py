"""Reads the gossip streams that peers open: frames, RPCs, and when the next may be read.

The messages of three batches are checked abreast: while the signatures of one are looked at, the
next is decoded and the one before it goes to the node. Subscriptions and control wait for all that
came before them.

A frame of up to 256 KiB has room of its own in each connection, since every reader has to take it.
A longer one needs room that all peers have together, given in turn, until what it carries has room
in check: a peer that never ends a frame, or a store that stands still, holds so much and no more.
"""

import math
from functools import partial

import trio

from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.gossip.gossip_service import MESSAGES_AT_ONCE, GossipService, bytes_of
from vrmnode.network.gossip.rpc_frames import FrameDecoder, in_batches
from vrmnode.network.gossip.rpc_messages import GossipMessage, Rpc, decode_rpc
from vrmnode.network.interface import Sender, Way
from vrmnode.network.limits.abreast import BATCHES_ABREAST, Abreast, abreast
from vrmnode.round_robin import RoundRobin

READ_BYTES = 131_072
RPCS_AT_ONCE = 128
"""RPCs read together; a peer may put tens of thousands of empty ones into one read."""
FRAME_TIMEOUT_S = 60.0
"""Seconds for a frame that has begun to arrive, without those in which it waits for room."""
OWN_BYTES = 262_144
LONG_FRAMES_BYTES = 16 << 20
"""Room for longer frames that arrive, of all peers together."""


class GossipReader:
    """The reading side of ``gossip``. RPCs longer than ``max_rpc_bytes`` are a fault."""

    def __init__(self, gossip: GossipService, max_rpc_bytes: int) -> None:
        self._gossip = gossip
        self._max_rpc_bytes = max_rpc_bytes
        self.long_frames = RoundRobin(LONG_FRAMES_BYTES)

    async def handle_stream(self, stream: YamuxStream, peer: str, protocol: str) -> None:
        """Read the gossip stream that ``peer`` opened, to its end.

        Raises:
            PeerFaultError, ConnectionLostError.
        """
        link = self._gossip.link(peer)
        if link is None:
            stream.reset()
            return
        if link.reading is not None:
            link.reading.cancel()
        with trio.CancelScope() as scope:
            link.reading = scope
            room, sender = self._gossip.check_room, Sender(Way.GOSSIP, peer)
            async with abreast(BATCHES_ABREAST, room, sender) as batches:
                await self._read(stream, peer, batches)
        stream.reset()

    async def _read(self, stream: YamuxStream, peer: str, batches: Abreast) -> None:
        decoder = FrameDecoder(self._max_rpc_bytes)
        deadline, room = math.inf, 0
        try:
            while True:
                with trio.fail_at(deadline):
                    data = await stream.receive_some(READ_BYTES)
                if not data:
                    return
                whole = False
                for frames in in_batches(decoder.feed(data), RPCS_AT_ONCE):
                    whole = True
                    await self._take(peer, frames, batches)
                if whole and room:
                    self.long_frames.leave(room)
                    room = 0
                if decoder.unfinished > OWN_BYTES and not room:
                    await self.long_frames.enter(Sender(Way.GOSSIP, peer), decoder.unfinished)
                    room, deadline = decoder.unfinished, math.inf
                # What has begun to arrive has its own deadline, which further bytes don't put off.
                if not decoder.buffered:
                    deadline = math.inf
                elif whole or deadline == math.inf:
                    deadline = trio.current_time() + FRAME_TIMEOUT_S
        finally:
            if room:
                self.long_frames.leave(room)

    async def _take(self, peer: str, frames: list[bytes], batches: Abreast) -> None:
        size_bytes = sum(map(len, frames))
        rpcs: list[Rpc] = []
        frames.reverse()
        try:
            # What each carries may wait for room, and isn't held twice for that.
            while frames:
                rpcs.append(decode_rpc(frames.pop()))
        finally:
            # What came before a frame that can't be read counts.
            if any(rpc.subscriptions or rpc.has_control for rpc in rpcs):
                await batches.all_ended()
                await self._gossip.take_rpcs(peer, rpcs)
            else:
                await self._start(peer, [m for rpc in rpcs for m in rpc.messages], batches)
        await trio.lowlevel.checkpoint()
        await self._gossip.slow_down(peer, size_bytes, sum(rpc.units for rpc in rpcs))

    async def _start(self, peer: str, messages: list[GossipMessage], batches: Abreast) -> None:
        for first in range(0, len(messages), MESSAGES_AT_ONCE):
            some = messages[first : first + MESSAGES_AT_ONCE]
            await batches.start(
                partial(self._gossip.check, peer, some),
                partial(self._gossip.use, peer),
                bytes_of(some),
            )

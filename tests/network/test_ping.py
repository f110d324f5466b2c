"""Pings on streams: answered, and no more often than a peer may ask."""

from __future__ import annotations

import contextlib
from typing import cast

import trio
import trio.testing

from tests.simulator.pipe import PipeEnd, pipe
from vrmnode.network.connection.byte_stream import receive_exactly
from vrmnode.network.connection.ping import (
    PING_BYTES,
    PINGS,
    PINGS_PER_S,
    PROTOCOL,
    STREAMS,
    PingService,
)
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import ConnectionLostError


def test_who_pings_without_end_is_answered_a_few_times_a_second() -> None:
    """Two thousand fit into one frame of Yamux, and each costs an answer; streams share a rate."""
    more, streams = 100, STREAMS

    async def main() -> None:
        service = PingService(trio.current_time, trio.sleep)
        sent = bytes(range(PING_BYTES)) * ((PINGS + more) // streams)
        async with trio.open_nursery() as nursery:
            ends = [pipe() for _ in range(streams)]
            for _, ours in ends:
                nursery.start_soon(service.answer, cast(YamuxStream, ours), "peer", PROTOCOL)
            for theirs, _ in ends:
                await theirs.send_all(sent)
            for theirs, _ in ends:
                assert await receive_exactly(theirs, len(sent)) == sent
            nursery.cancel_scope.cancel()
        assert trio.current_time() >= more / PINGS_PER_S

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def test_a_third_stream_of_a_peer_is_refused() -> None:
    """What is unread on each is 256 KiB, and a peer may hold 64 streams open."""

    async def main() -> None:
        service = PingService(trio.current_time, trio.sleep)

        async def answer(stream: PipeEnd, peer: str) -> None:
            with contextlib.suppress(ConnectionLostError):
                await service.answer(cast(YamuxStream, stream), peer, PROTOCOL)

        async def begin(nursery: trio.Nursery, peer: str) -> PipeEnd:
            theirs, ours = pipe()
            nursery.start_soon(answer, ours, peer)
            await theirs.send_all(b"x")
            await trio.testing.wait_all_tasks_blocked()
            return theirs

        async with trio.open_nursery() as nursery:
            some = [await begin(nursery, "peer") for _ in range(STREAMS)]
            third = await begin(nursery, "peer")
            assert await third.receive_some(1) == b""
            other = await begin(nursery, "other")
            some[0].close()
            await trio.testing.wait_all_tasks_blocked()
            again = await begin(nursery, "peer")
            for each in (some[1], other, again):
                await each.send_all(bytes(PING_BYTES - 1))
                assert await receive_exactly(each, PING_BYTES) == b"x" + bytes(PING_BYTES - 1)
            nursery.cancel_scope.cancel()
        assert not service._streams

    trio.run(main, clock=trio.testing.MockClock())

"""Pings on streams: answered, and no more often than a peer may ask."""

from __future__ import annotations

from typing import cast

import trio
import trio.testing

from tests.simulator.pipe import pipe
from vrmnode.network.connection.byte_stream import receive_exactly
from vrmnode.network.connection.ping import (
    PING_BYTES,
    PINGS,
    PINGS_PER_S,
    PROTOCOL,
    PingService,
)
from vrmnode.network.connection.yamux_stream import YamuxStream


def test_who_pings_without_end_is_answered_a_few_times_a_second() -> None:
    """Two thousand fit into one frame of Yamux, and each costs an answer; streams share a rate."""
    more, streams = 100, 4

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

"""Sessions of sync over a pipe: how long one goes on."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import cast

import pytest
import trio
import trio.testing
from libp2p.utils import encode_varint_prefixed

from tests.network.support import TOPIC
from tests.network.test_sync import Shelf, id_of, some
from tests.simulator.pipe import Opened, pipe
from vrmnode.network.connection.byte_stream import receive_frame
from vrmnode.network.connection.peer_connection import PeerConnection
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.handover import sync_service
from vrmnode.network.handover.sync_service import (
    COMPARISONS,
    COMPARISONS_PER_S,
    MAX_NOT_THERE,
    Comparison,
    SyncService,
)
from vrmprotocol import reconciliation, sync_frames
from vrmprotocol.id_set import IdSet
from vrmprotocol.sync_frames import Request


def test_who_asks_for_what_is_not_there_without_end_is_answered_no_more() -> None:
    async def run() -> None:
        shelf = Shelf(market=some(3, "here"))
        service = SyncService(shelf, (TOPIC,), _nothing, lambda: 0.0, lambda: int(time.time()))
        ours, theirs = pipe()
        answers = 0
        async with trio.open_nursery() as nursery:
            nursery.start_soon(service.answer, cast(YamuxStream, theirs), "peer", "")
            message = reconciliation.initiate(IdSet(), max_bytes=sync_frames.MAX_MESSAGE_BYTES)
            request = Request(topic=TOPIC, at=int(time.time()), message=message)
            while True:
                await ours.send_all(encode_varint_prefixed(sync_frames.write(request)))
                if await receive_frame(ours, sync_frames.MAX_ANSWER_BYTES) is None:
                    break
                answers += 1
                ids = [os.urandom(32) for _ in range(sync_frames.MAX_FETCH - 3)]
                request = Request(fetch=(*ids, *map(id_of, some(3, "here"))))
        assert answers == 1 + MAX_NOT_THERE // (sync_frames.MAX_FETCH - 3)

    trio.run(run)


async def _nothing(topic: str, envelopes: Sequence[bytes], peer: str) -> None:
    return


@pytest.mark.parametrize(("most", "needed"), [(8, 2), (1_024, 1)])
def test_a_session_asks_no_more_than_is_answered_and_the_next_goes_on(
    most: int, needed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_service, "MAX_REQUESTS", most)
    here, there = Shelf(market=some(40, "ours")), Shelf(market=some(1_500, "theirs"))

    async def take(topic: str, envelopes: Sequence[bytes], peer: str) -> None:
        for raw in envelopes:
            here.put(topic, raw, int(time.time()))

    async def run() -> int:
        now = [0.0]
        services = [
            SyncService(shelf, (TOPIC,), take, lambda: now[0], lambda: int(time.time()))
            for shelf in (here, there)
        ]
        for session in range(1, 100):
            now[0] += 60
            ours, theirs = pipe()
            async with trio.open_nursery() as nursery:
                # A fault would end the session and the test.
                nursery.start_soon(services[1].answer, cast(YamuxStream, theirs), "peer", "")
                connection = cast(PeerConnection, Opened(ours))
                await services[0].fetch_missing(connection, [Comparison(TOPIC)], set())
            if there.raw.keys() <= here.raw.keys():
                return session
        raise AssertionError("it never comes to an end")

    assert trio.run(run) >= needed


def test_who_compares_without_end_waits_after_as_many_as_an_honest_session_needs() -> None:
    waits: list[float] = []

    async def held_up(wait_s: float) -> None:
        waits.append(wait_s)
        await trio.sleep(wait_s)

    async def run() -> None:
        shelf = Shelf(market=some(3, "here"))
        service = SyncService(
            shelf, (TOPIC,), _nothing, trio.current_time, lambda: int(time.time()), held_up
        )
        ours, theirs = pipe()
        message = reconciliation.initiate(IdSet(), max_bytes=sync_frames.MAX_MESSAGE_BYTES)
        request = Request(topic=TOPIC, at=int(time.time()), message=message)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(service.answer, cast(YamuxStream, theirs), "peer", "")
            for _ in range(2 * int(COMPARISONS)):
                await ours.send_all(encode_varint_prefixed(sync_frames.write(request)))
                assert await receive_frame(ours, sync_frames.MAX_ANSWER_BYTES) is not None
            nursery.cancel_scope.cancel()

    trio.run(run, clock=trio.testing.MockClock(autojump_threshold=0))
    assert len(waits) == 2 * COMPARISONS
    free = waits.index(next(filter(None, waits)))
    assert COMPARISONS <= free <= COMPARISONS + 16
    assert sum(waits) == pytest.approx((len(waits) - free) / COMPARISONS_PER_S, rel=0.1)

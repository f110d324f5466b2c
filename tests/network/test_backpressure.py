"""Nothing is lost when somebody is slow, and nobody's memory grows."""

from __future__ import annotations

import time

import pytest
import trio
import trio.testing

from tests.network.support import OTHER_TOPIC, TOPIC, connected, open_node, ready, receive, victim
from vrmnode.network import Network


def test_5000_tight_publishes_all_arrive() -> None:
    async def main() -> None:
        async with open_node() as a, open_node() as b:
            await connected(a, b)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_publish, a, 5_000)
                got = await receive(b, 5_000)
            assert sorted(got) == sorted(_data(n) for n in range(5_000))

    trio.run(main)


@pytest.mark.processes
def test_5000_tight_publishes_all_arrive_in_another_process() -> None:
    async def main() -> None:
        with victim() as other:
            async with open_node() as a:
                await a.connect(other.address)
                with trio.fail_after(20):
                    while not ready(a):
                        await trio.testing.wait_all_tasks_blocked(0.01)
                started = time.perf_counter()
                await _publish(a, 5_000)
                with trio.fail_after(20):
                    while other.ask()["delivered"] < 5_000:
                        await trio.testing.wait_all_tasks_blocked(0.02)
                assert time.perf_counter() - started < 20

    trio.run(main)


def test_slow_node_pauses_reading_and_loses_nothing() -> None:
    async def main() -> None:
        async with (
            open_node(outbound_queue_frames=64, publish_wait_s=20) as fast,
            open_node(delivery_queue=8) as slow,
        ):
            await connected(fast, slow)
            done = trio.Event()

            async def publish() -> None:
                await _publish(fast, 2_000)
                done.set()

            async with trio.open_nursery() as nursery:
                nursery.start_soon(publish)
                await trio.testing.wait_all_tasks_blocked(0.02)
                # Stopped, with the buffers on the way full.
                assert not done.is_set()
                assert slow.deliveries.statistics().current_buffer_used == 8
                got = await receive(slow, 2_000)
            assert got == [_data(n) for n in range(2_000)]

    trio.run(main)


def test_publish_gives_up_on_a_stalled_peer_and_serves_the_others() -> None:
    async def main() -> None:
        async with (
            # A heartbeat would find the queue full, too.
            open_node(outbound_queue_frames=16, publish_wait_s=0.2, heartbeat_s=3_600) as fast,
            open_node(delivery_queue=1) as stalled,
            open_node() as fine,
        ):
            await connected(fast, stalled)
            await connected(fast, fine)
            peers = 2
            sent = 0
            while peers == 2:
                peers = await fast.publish(TOPIC, b"%d" % sent + bytes(60_000))
                sent += 1
                await receive(fine)
            assert peers == 1
            assert fast.stats()["queue_full"] == 1

    trio.run(main)


def test_stalled_peer_is_disconnected_in_the_end() -> None:
    async def main() -> None:
        async with (
            open_node(stall_timeout_s=0.3, publish_wait_s=0.1) as fast,
            open_node(delivery_queue=1) as stalled,
        ):
            await connected(fast, stalled)
            with trio.fail_after(20):
                while fast.peers():
                    await fast.publish(TOPIC, trio.current_time().hex().encode() + bytes(60_000))

    trio.run(main)


def test_two_topics_share_a_connection() -> None:
    async def main() -> None:
        async with open_node() as a, open_node() as b:
            await connected(a, b)
            for n in range(100):
                await a.publish((TOPIC, OTHER_TOPIC)[n % 2], _data(n))
            with trio.fail_after(10):
                got = [await b.deliveries.receive() for _ in range(100)]
            assert [d.data for d in got] == [_data(n) for n in range(100)]
            assert {d.topic for d in got} == {TOPIC, OTHER_TOPIC}

    trio.run(main)


def _data(n: int) -> bytes:
    return b"%08d" % n + bytes(500)


async def _publish(network: Network, count: int) -> None:
    for n in range(count):
        assert await network.publish(TOPIC, _data(n)) == 1

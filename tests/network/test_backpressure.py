"""Nothing is lost when somebody is slow, and nobody's memory grows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import pytest
import trio
import trio.testing

from tests.network.support import (
    MESHSUB,
    OTHER_TOPIC,
    PATIENCE_S,
    TOPIC,
    connected,
    open_node,
    ready,
    receive,
    until,
    victim,
)
from tests.simulator.node import SimulatedNode
from tests.simulator.pipe import pipe
from tests.simulator.world import World
from vrmnode.network import ACCEPTED, Finding, Incoming, Network, Sender
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import PeerFaultError
from vrmnode.network.gossip.gossip_reader import (
    FRAME_TIMEOUT_S,
    READ_BYTES,
    RPCS_AT_ONCE,
)
from vrmnode.network.gossip.rpc_messages import publish_frame, subscriptions_frame
from vrmnode.network.gossip.seen_messages import REPEAT_UNITS
from vrmnode.network.limits.abreast import BATCHES_ABREAST


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
                await until(lambda: ready(a))
                await _publish(a, 5_000)
                await until(lambda: other.ask()["delivered"] == 5_000)

    trio.run(main)


def test_slow_node_pauses_reading_and_loses_nothing() -> None:
    async def main() -> None:
        async with (
            open_node(outbound_queue_frames=64, publish_wait_s=PATIENCE_S) as fast,
            open_node(delivery_queue=8) as slow,
        ):
            await connected(fast, slow)
            done = trio.Event()

            async def publish() -> None:
                await _publish(fast, 2_000)
                done.set()

            async with trio.open_nursery() as nursery:
                nursery.start_soon(publish)
                await until(lambda: len(slow.deliveries) == 8)
                await trio.testing.wait_all_tasks_blocked(0.02)
                # Stopped, with the buffers on the way full.
                assert not done.is_set()
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
            with trio.fail_after(PATIENCE_S):
                while fast.peers():
                    await fast.publish(TOPIC, trio.current_time().hex().encode() + bytes(60_000))

    trio.run(main)


def test_two_topics_share_a_connection() -> None:
    async def main() -> None:
        async with open_node() as a, open_node() as b:
            await connected(a, b)
            for n in range(100):
                await a.publish((TOPIC, OTHER_TOPIC)[n % 2], _data(n))
            with trio.fail_after(PATIENCE_S):
                got = [await b.deliveries.receive() for _ in range(100)]
            assert [d.data for d in got] == [_data(n) for n in range(100)]
            assert {d.topic for d in got} == {TOPIC, OTHER_TOPIC}

    trio.run(main)


def _data(n: int) -> bytes:
    return b"%08d" % n + bytes(500)


async def _publish(network: Network, count: int) -> None:
    for n in range(count):
        assert await network.publish(TOPIC, _data(n)) == 1


# One that sends too much, or too slowly. The time is trio's own mock.


class Inside:
    """The gossip of a node, whose peer's stream is a pipe."""

    def __init__(self, **settings: Any) -> None:
        world = World(1)
        world.clock = trio.current_time  # type: ignore[method-assign]
        self.node = SimulatedNode(world, "node", **settings)
        self.node.attach("peer", outbound=False)
        self.peer_end, self._own_end = pipe()

    async def read(self) -> None:
        await self.node.reader.handle_stream(cast(YamuxStream, self._own_end), "peer", MESHSUB)


def virtually(test: Callable[[], Awaitable[None]]) -> None:
    trio.run(test, clock=trio.testing.MockClock(autojump_threshold=0))


def test_peer_that_sends_too_much_is_read_from_later_and_loses_nothing() -> None:
    # SPEC 07: A node that limits how much it takes from a peer MUST read from it later, and
    # MUST NOT drop what is good.
    async def main() -> None:
        inside = Inside(gossip_burst=100.0, gossip_per_s=10.0)
        for n in range(200):
            await inside.peer_end.send_all(publish_frame(TOPIC, _data(n)))
        inside.peer_end.close()
        await inside.read()
        inside.node.note_deliveries()
        assert len(inside.node.delivered) == 200
        # The pipe hands out what fits into one read, so the bytes count a little, too.
        assert 10 <= trio.current_time() - began <= 15
        assert inside.node.counters.snapshot()["slowed"] > 0

    began = 0.0
    virtually(main)


def test_peer_that_sends_the_same_again_and_again_is_read_from_much_later() -> None:
    async def main() -> None:
        inside = Inside(gossip_burst=100.0, gossip_per_s=10.0)
        began = trio.current_time()
        # Larger than a read, so that no two come together.
        frame = publish_frame(TOPIC, bytes(READ_BYTES))
        for _ in range(10):
            await inside.peer_end.send_all(frame)
        inside.peer_end.close()
        await inside.read()
        inside.node.note_deliveries()
        assert len(inside.node.delivered) == 1
        units = 10 * (1 + len(frame) / 4_096) + 8 * REPEAT_UNITS
        assert trio.current_time() - began == pytest.approx((units - 100) / 10, rel=0.1)

    virtually(main)


def test_large_messages_count_by_their_bytes() -> None:
    async def main() -> None:
        inside = Inside(gossip_burst=100.0, gossip_per_s=10.0)
        began = trio.current_time()
        for n in range(10):
            await inside.peer_end.send_all(publish_frame(TOPIC, bytes([n]) * 100_000))
        inside.peer_end.close()
        await inside.read()
        assert trio.current_time() - began >= (10 * 100_000 / 4_096 - 100) / 10

    virtually(main)


def test_graylisted_peer_is_read_from_more_slowly() -> None:
    async def main() -> None:
        inside = Inside(gossip_burst=100.0, gossip_per_s=10.0)
        inside.node.gossip._scores.fault("peer", 15.0)
        began = trio.current_time()
        for n in range(10):
            await inside.peer_end.send_all(publish_frame(TOPIC, _data(n)))
        inside.peer_end.close()
        await inside.read()
        assert 5 <= trio.current_time() - began <= 10

    virtually(main)


def test_others_get_a_turn_among_tens_of_thousands_of_empty_rpcs() -> None:
    async def main() -> None:
        inside = Inside(gossip_burst=1e9)
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                await trio.lowlevel.checkpoint()
                turns += 1

        await inside.peer_end.send_all(bytes(20_000))
        inside.peer_end.close()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(count)
            await inside.read()
            nursery.cancel_scope.cancel()
        assert turns >= 20_000 / RPCS_AT_ONCE - 1

    trio.run(main)


def test_frame_that_never_ends_ends_the_stream() -> None:
    async def main() -> None:
        inside = Inside()
        began = trio.current_time()

        async def drip() -> None:
            for byte in publish_frame(TOPIC, bytes(1_000)):
                await inside.peer_end.send_all(bytes([byte]))
                await trio.sleep(1)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(drip)
            with pytest.raises(trio.TooSlowError):
                await inside.read()
            assert trio.current_time() - began == pytest.approx(FRAME_TIMEOUT_S)
            nursery.cancel_scope.cancel()

    virtually(main)


def test_stream_without_a_word_stays_open_as_long_as_its_peer_likes() -> None:
    async def main() -> None:
        inside = Inside()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(inside.read)
            await trio.sleep(10 * FRAME_TIMEOUT_S)
            await inside.peer_end.send_all(publish_frame(TOPIC, b"at last"))
            inside.peer_end.close()
        inside.node.note_deliveries()
        assert len(inside.node.delivered) == 1

    virtually(main)


def test_batches_are_checked_abreast_and_subscriptions_wait_for_them() -> None:
    async def main() -> None:
        inside = Inside(gossip_burst=1e9)
        enough = trio.Event()
        underway = most = 0

        async def check(messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
            nonlocal underway, most
            underway += 1
            most = max(most, underway)
            if underway == BATCHES_ABREAST:
                enough.set()
            await enough.wait()  # for ever, where one waits for the other
            assert not inside.node.router.topics_of("peer")
            underway -= 1
            return [ACCEPTED] * len(messages)

        inside.node.gossip._validate = check
        for n in range(2 * BATCHES_ABREAST * RPCS_AT_ONCE):
            await inside.peer_end.send_all(publish_frame(TOPIC, _data(n)))
        await inside.peer_end.send_all(subscriptions_frame([TOPIC]))
        inside.peer_end.close()
        await inside.read()
        inside.node.note_deliveries()
        assert len(inside.node.delivered) == 2 * BATCHES_ABREAST * RPCS_AT_ONCE
        assert list(inside.node.router.topics_of("peer")) == [TOPIC]
        assert most == BATCHES_ABREAST

    virtually(main)


def test_what_came_before_a_frame_that_cannot_be_read_counts() -> None:
    async def main() -> None:
        inside = Inside(gossip_burst=1e9)
        for n in range(2 * RPCS_AT_ONCE):
            await inside.peer_end.send_all(publish_frame(TOPIC, _data(n)))
        await inside.peer_end.send_all(b"\x02\xff\xff")
        inside.peer_end.close()
        with pytest.raises(PeerFaultError):
            await inside.read()
        inside.node.note_deliveries()
        assert len(inside.node.delivered) == 2 * RPCS_AT_ONCE

    virtually(main)

"""A store that stands still: what all peers together have in check is bounded, nothing is lost."""

from __future__ import annotations

import contextlib
import itertools
import tracemalloc
from collections.abc import Iterator, Sequence
from typing import cast

import pytest
import trio
import trio.testing
from libp2p.pubsub.pb import rpc_pb2

from tests.network.support import MESHSUB, PATIENCE_S, TOPIC, connected, open_node, until
from tests.network.test_submit import hand_over, keeping, made
from tests.simulator.node import SimulatedNode
from tests.simulator.pipe import PipeEnd, pipe
from tests.simulator.world import World
from vrmnode.network import ACCEPTED, Finding, Incoming, Sender
from vrmnode.network.connection.byte_stream import encode_varint
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.deliveries import Deliveries
from vrmnode.network.gossip import gossip_reader
from vrmnode.network.gossip.gossip_reader import FRAME_TIMEOUT_S, LONG_FRAMES_BYTES, READ_BYTES
from vrmnode.network.gossip.rpc_frames import encode_frame
from vrmnode.network.gossip.rpc_messages import publish_frame, subscriptions_frame

CHECK_BYTES, QUEUE_BYTES = 300_000, 50_000
SIZE = 1_000
BATCH_BYTES = 128 * SIZE


class Peers:
    """A node whose peers send by gossip, and whose store takes what it is told to."""

    def __init__(self) -> None:
        world = World(1)
        world.clock = trio.current_time  # type: ignore[method-assign]
        self.node = SimulatedNode(world, "node", gossip_burst=1e9, check_bytes=CHECK_BYTES)
        self.deliveries = Deliveries(1_000, QUEUE_BYTES)
        self.node.gossip.deliver = self.deliveries.put
        self.node.gossip._validate = self._validate
        self.asked: list[str] = []
        """Whose batches were asked about."""
        self.asked_bytes = self.taken_bytes = 0

    async def _validate(self, messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
        self.asked.append(sender.peer)
        self.asked_bytes += sum(len(data) for _, data in messages)
        await trio.lowlevel.checkpoint()
        return [ACCEPTED] * len(messages)

    async def send(self, nursery: trio.Nursery, name: str, count: int) -> PipeEnd:
        """Have a peer send as many messages."""
        self.node.attach(name, outbound=False)
        theirs, ours = pipe()
        frames = [publish_frame(TOPIC, _data(name, number)) for number in range(count)]
        if frames:
            await theirs.send_all(b"".join(frames))
        nursery.start_soon(self._read, ours, name)
        return theirs

    async def _read(self, ours: PipeEnd, name: str) -> None:
        with contextlib.suppress(trio.TooSlowError):
            await self.node.reader.handle_stream(cast(YamuxStream, ours), name, MESHSUB)

    async def take(self, count: int) -> list[bytes]:
        """As many messages, as the store takes them."""
        found: list[bytes] = []
        with trio.fail_after(PATIENCE_S):
            while len(found) < count:
                found.append((await self.deliveries.receive()).data)
                self.taken_bytes += len(found[-1])
                assert self.held_bytes <= CHECK_BYTES + QUEUE_BYTES
        return found

    @property
    def held_bytes(self) -> int:
        """What was asked about and isn't taken yet."""
        return self.asked_bytes - self.taken_bytes


def _data(name: str, number: int, size: int = SIZE) -> bytes:
    return f"{name} {number} ".encode().ljust(size, b".")


def test_a_store_that_stands_still_stops_the_reading_and_loses_nothing() -> None:
    # SPEC 07: A node that limits how much it takes from a peer MUST read from it later, and
    # MUST NOT drop what is good.
    names = [f"peer {number}" for number in range(20)]

    async def main() -> None:
        peers = Peers()
        async with trio.open_nursery() as nursery:
            for name in names:
                (await peers.send(nursery, name, 500)).close()
            await trio.testing.wait_all_tasks_blocked()
            held = peers.held_bytes
            assert CHECK_BYTES - BATCH_BYTES <= held <= CHECK_BYTES + QUEUE_BYTES
            assert 0 < len(peers.deliveries) * SIZE <= QUEUE_BYTES
            # It stands still for good.
            await trio.testing.wait_all_tasks_blocked()
            assert peers.held_bytes == held
            found = await peers.take(500 * len(names))
        assert sorted(found) == sorted(_data(name, n) for name in names for n in range(500))
        assert peers.node.gossip.check_room.wanted == 0

    trio.run(main)


def test_who_sends_much_takes_the_room_of_nobody_else() -> None:
    async def main() -> None:
        peers = Peers()
        async with trio.open_nursery() as nursery:
            for number in range(5):
                await peers.send(nursery, f"much {number}", 3_000)
            await trio.testing.wait_all_tasks_blocked()
            before = len(peers.asked)
            await peers.send(nursery, "little", 20)
            await trio.testing.wait_all_tasks_blocked()
            assert "little" not in peers.asked
            await peers.take(2_000)
            # After one of each of the others that wait.
            assert peers.asked.index("little") <= before + 5
            nursery.cancel_scope.cancel()
        assert peers.node.gossip.check_room.wanted == 0

    trio.run(main)


class Endless:
    """A stream of RPCs of a MiB, each message made when it is read."""

    def __init__(self, name: str) -> None:
        self._pieces = self._made(name)
        self._left = b""

    def _made(self, name: str) -> Iterator[bytes]:
        numbers = itertools.count()
        while True:
            # An RPC of several messages is what those of one each are, one behind the other.
            first = self._message(name, next(numbers))
            yield encode_varint(15 * len(first)) + first
            for _ in range(14):
                yield self._message(name, next(numbers))

    def _message(self, name: str, number: int) -> bytes:
        message = rpc_pb2.Message(data=_data(name, number, 66_500), topicIDs=[TOPIC])
        return rpc_pb2.RPC(publish=[message]).SerializeToString()

    async def receive_some(self, max_bytes: int) -> bytes:
        await trio.lowlevel.checkpoint()
        if not self._left:
            self._left = next(self._pieces)
        taken, self._left = self._left[:max_bytes], self._left[max_bytes:]
        return taken


def test_what_waits_for_room_is_held_once() -> None:
    async def main() -> None:
        peers, count, waiting = Peers(), 100, 1 << 20
        tracemalloc.start()
        try:
            async with trio.open_nursery() as nursery:
                for number in range(count):
                    name = f"endless {number}"
                    peers.node.attach(name, outbound=False)
                    stream = cast(YamuxStream, Endless(name))
                    nursery.start_soon(peers.node.reader.handle_stream, stream, name, MESHSUB)
                await trio.testing.wait_all_tasks_blocked()
                held, _ = tracemalloc.get_traced_memory()
                nursery.cancel_scope.cancel()
        finally:
            tracemalloc.stop()
        assert peers.node.reader.long_frames.wanted == 0
        # Long frames have room together; of the others there is what one read brings. One is larger
        # than all the room in check, with a few copies of it on their way on.
        assert held < 1.3 * (LONG_FRAMES_BYTES + count * READ_BYTES) + 8 * waiting

    trio.run(main)


def test_a_long_frame_waits_for_others_that_never_end_and_a_short_one_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those that have room for it have a minute; then it is the turn of whoever waits."""
    monkeypatch.setattr(gossip_reader, "LONG_FRAMES_BYTES", 2 << 20)
    clock = trio.testing.MockClock()
    begun = encode_varint(1 << 20) + bytes(READ_BYTES)
    long = b"".join(publish_frame(TOPIC, _data("long", number, 95_000))[3:] for number in range(3))

    async def main() -> None:
        peers = Peers()
        async with trio.open_nursery() as nursery:
            for number in range(4):
                await (await peers.send(nursery, f"endless {number}", 0)).send_all(begun)
            await trio.testing.wait_all_tasks_blocked()
            assert peers.node.reader.long_frames._used == 2 << 20
            await (await peers.send(nursery, "long", 0)).send_all(encode_frame(long))
            await peers.send(nursery, "short", 20)
            await trio.testing.wait_all_tasks_blocked()
            assert set(peers.asked) == {"short"}
            await peers.take(20)
            for _ in range(3):
                clock.jump(FRAME_TIMEOUT_S)
                await trio.testing.wait_all_tasks_blocked()
            assert await peers.take(3) == [_data("long", number, 95_000) for number in range(3)]
            await trio.testing.wait_all_tasks_blocked()
            assert peers.node.reader.long_frames.wanted == 0
            nursery.cancel_scope.cancel()

    trio.run(main, clock=clock)


def test_what_carries_no_messages_needs_no_room() -> None:
    async def main() -> None:
        peers = Peers()
        async with trio.open_nursery() as nursery:
            for number in range(5):
                await peers.send(nursery, f"much {number}", 1_000)
            quiet = await peers.send(nursery, "quiet", 0)
            await quiet.send_all(subscriptions_frame([TOPIC]))
            await trio.testing.wait_all_tasks_blocked()
            assert list(peers.node.router.topics_of("quiet")) == [TOPIC]
            nursery.cancel_scope.cancel()

    trio.run(main)


def test_what_comes_with_subscriptions_needs_room_too() -> None:
    async def main() -> None:
        peers = Peers()
        async with trio.open_nursery() as nursery:
            for number in range(5):
                await peers.send(nursery, f"much {number}", 1_000)
            both = await peers.send(nursery, "both", 20)
            await both.send_all(subscriptions_frame([TOPIC]))
            await trio.testing.wait_all_tasks_blocked()
            assert "both" not in peers.asked
            await peers.take(3_000)
            await trio.testing.wait_all_tasks_blocked()
            assert list(peers.node.router.topics_of("both")) == [TOPIC]
            nursery.cancel_scope.cancel()

    trio.run(main)


def test_all_that_is_handed_over_is_kept_when_the_store_goes_on() -> None:
    count, size = 400, 1_000
    results: list[list[str]] = []

    async def main() -> None:
        async with (
            open_node(check_bytes=CHECK_BYTES, delivery_queue_bytes=QUEUE_BYTES) as node,
            open_node() as a,
            open_node() as b,
            open_node() as c,
            trio.open_nursery() as nursery,
        ):

            async def hand(number: int) -> None:
                some = [
                    made(1_000 * number + each, word="good" * (size // 4)) for each in range(count)
                ]
                results.append(await hand_over((a, b, c)[number], node, *some))

            for peer in (a, b, c):
                await connected(peer, node)
            async with trio.open_nursery() as handing:
                for number in range(3):
                    handing.start_soon(hand, number)
                room = node._gossip.check_room
                await until(lambda: room.wanted > CHECK_BYTES)
                await trio.testing.wait_all_tasks_blocked(0.05)
                assert room._used <= CHECK_BYTES
                assert sum(map(len, results)) == 0
                nursery.start_soon(keeping(node))
            assert results == [["kept"] * count] * 3
            assert room.wanted == 0
            nursery.cancel_scope.cancel()

    trio.run(main)

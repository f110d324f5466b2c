"""The stem between nodes with real sockets: nothing is lost, and neighbours can't tell."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from functools import partial
from typing import cast

import pytest
import trio
import trio.testing
from libp2p.abc import INetStream
from libp2p.utils import encode_varint_prefixed

from tests.network.support import (
    MESHSUB,
    OTHER_TOPIC,
    PATIENCE_S,
    TOPIC,
    connected,
    foreign_host,
    join,
    open_foreign_stream,
    open_node,
    ready,
    receive,
    until,
)
from tests.simulator.node import SimulatedNode
from tests.simulator.pipe import pipe
from tests.simulator.world import World
from vrmnode.network import Network, NetworkError, Verdict
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.gossip import stem, stem_service
from vrmnode.network.gossip.rpc_messages import message_id, subscriptions_frame
from vrmprotocol import stem_frames
from vrmprotocol.stem_frames import PROTOCOL

DATA = b"an envelope"
ID = message_id(DATA)


@pytest.fixture
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stem, "EMBARGO_S", (1.0, 2.0))


def frame(data: bytes, topic: str = TOPIC) -> bytes:
    return encode_varint_prefixed(stem_frames.write(topic, data))


def test_two_nodes_are_enough() -> None:
    async def main() -> None:
        async with open_node() as author, open_node() as other:
            assert await author.publish_by_stem(TOPIC, DATA) == 0, "nobody is there"
            await connected(author, other)
            assert await author.publish_by_stem(TOPIC, DATA) == 1
            assert await receive(other) == [DATA]
            assert await receive(author) == [DATA], "it came back like one of another's"
            assert other.stats()["accepted"] == author.stats()["accepted"] == 1

    trio.run(main)


def test_what_cannot_be_published_is_refused() -> None:
    async def main() -> None:
        async with open_node() as author, open_node() as other:
            await connected(author, other)
            for topic, data, code in (
                ("/vrm/1/elsewhere", DATA, "network.topic_unknown"),
                (TOPIC, bytes(stem_frames.MAX_ENVELOPE_BYTES + 1), "network.message_too_large"),
            ):
                with pytest.raises(NetworkError) as raised:
                    await author.publish_by_stem(topic, data)
                assert raised.value.code == code
            longest = bytes(stem_frames.MAX_ENVELOPE_BYTES)
            assert await author.publish_by_stem(TOPIC, longest) == 1
            assert await receive(other) == [longest]

    trio.run(main)


def test_a_peer_without_the_protocol_gets_it_by_gossip() -> None:
    async def main() -> None:
        came = trio.Event()

        async def read(stream: INetStream) -> None:
            heard = b""
            while DATA not in heard:
                heard += await stream.read(4_096)
            came.set()

        async with open_node() as author, foreign_host() as old:
            old.set_stream_handler(MESHSUB, read)  # type: ignore[arg-type]
            await join(old, author.addresses[0])
            says = await open_foreign_stream(old, author.addresses[0])
            await says.write(subscriptions_frame([TOPIC, OTHER_TOPIC]))
            await until(lambda: ready(author))
            with trio.fail_after(PATIENCE_S):
                assert await author.publish_by_stem(TOPIC, DATA) == 1
                await came.wait()

    trio.run(main)


@pytest.mark.usefixtures("short_wait")
def test_a_relay_that_drops_everything_only_makes_it_late() -> None:
    """It takes frames, and nothing of them is ever heard of again."""

    async def main() -> None:
        async with open_node() as author, open_node() as hole, open_node() as other:
            hole._stem.take = swallow  # type: ignore[method-assign]
            await connected(author, hole)
            await connected(other, author)
            with trio.fail_after(PATIENCE_S):
                assert await author.publish_by_stem(TOPIC, DATA) >= 1
            assert swallowed == [DATA]
            assert await receive(other) == [DATA]

    swallowed: list[bytes] = []

    async def swallow(peer: str, raw: bytes) -> None:
        swallowed.append(stem_frames.read(raw).envelope)

    trio.run(main)


@pytest.mark.usefixtures("short_wait")
def test_a_relay_that_ends_only_makes_it_late() -> None:
    async def main() -> None:
        async with (
            open_node() as author,
            open_node() as other,
            trio.open_nursery() as nursery,
        ):
            async with open_node() as relay:
                relay._stem.take = end  # type: ignore[method-assign]
                await connected(author, relay)
                await connected(other, author)
                nursery.start_soon(author.publish_by_stem, TOPIC, DATA)
                await ended.wait()
            assert await receive(other) == [DATA]

    ended = trio.Event()

    async def end(peer: str, raw: bytes) -> None:
        ended.set()

    trio.run(main)


def test_what_is_on_the_stem_is_nowhere_else() -> None:
    """Neither its author nor a relay advertises it, hands it out or delivers it."""

    async def main() -> None:
        async with open_node() as author, open_node() as hole, open_node() as other:
            passed: list[bytes] = []

            async def swallow(peer: str, raw: bytes) -> None:
                passed.append(raw)

            beats: list[None] = []

            def beat() -> None:
                beats.append(None)
                type(author._gossip).heartbeat(author._gossip)

            author._gossip.heartbeat = beat  # type: ignore[method-assign]
            hole._stem.take = swallow  # type: ignore[method-assign]
            await connected(author, hole)
            await connected(other, author)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(author.publish_by_stem, TOPIC, DATA)
                await until(lambda: passed)
                beats.clear()
                await until(lambda: len(beats) >= 5)  # in which it would be advertised
                assert author._gossip._cache.get(ID) is None
                assert other.stats()["accepted"] == hole.stats()["accepted"] == 0
                nursery.cancel_scope.cancel()

    trio.run(main)


@pytest.mark.parametrize(
    ("raw", "counter"),
    [
        (encode_varint_prefixed(b"\x80"), "malformed"),
        (encode_varint_prefixed(b"\xff"), "malformed"),
        (b"\xff\xff\xff\x7f", "malformed"),
        (frame(b"bad"), "rejected"),
        (frame(b"odd"), "ignored"),
        (frame(DATA, "/vrm/1/elsewhere"), "ignored"),
    ],
)
def test_bad_frames_are_counted_and_go_no_further(raw: bytes, counter: str) -> None:
    def judge(topic: str, data: bytes, peer: str) -> Verdict:
        return {b"bad": Verdict.REJECT, b"odd": Verdict.IGNORE}.get(data, Verdict.ACCEPT)

    async def main() -> None:
        async with (
            open_node(judge) as node,
            open_node() as other,
            foreign_host() as peer,
        ):
            await connected(node, other)
            await join(peer, node.addresses[0])
            stream = await open_foreign_stream(peer, node.addresses[0], PROTOCOL)
            await stream.write(raw)
            await until(lambda: node.stats()[counter] == 1)
            await other.publish(TOPIC, b"afterwards")
            assert await receive(node) == [b"afterwards"]
            assert other.stats()["accepted"] == 0

    trio.run(main)


def test_a_frame_that_was_judged_bad_is_bad_each_time() -> None:
    async def main() -> None:
        judged: list[bytes] = []

        def judge(topic: str, data: bytes, peer: str) -> Verdict:
            judged.append(data)
            return Verdict.REJECT

        async with open_node(judge) as node, foreign_host() as peer:
            await join(peer, node.addresses[0])
            stream = await open_foreign_stream(peer, node.addresses[0], PROTOCOL)
            await stream.write(frame(DATA) * 25)
            await until(lambda: node.stats()["banned"] == 1)
            assert judged == [DATA]

    trio.run(main)


def test_frames_beyond_the_rate_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is trio's own mock, so nothing here depends on the machine."""
    monkeypatch.setattr(stem_service, "BURST", 2)
    monkeypatch.setattr(stem_service, "RATE", 4.0)

    async def main() -> None:
        times: list[float] = []

        async def take(peer: str, raw: bytes) -> None:
            times.append(trio.current_time() - begun)

        begun = trio.current_time()
        world = World(1)
        world.clock = trio.current_time  # type: ignore[method-assign]
        node = SimulatedNode(world, "node")
        service = node.stem
        service.take = take  # type: ignore[method-assign]
        here, there = pipe()
        await here.send_all(frame(DATA) * 8)
        here.close()
        await service.handle_stream(cast(YamuxStream, there), "peer", PROTOCOL)
        assert len(times) == 8
        assert times[:3] == [0, 0, 0] and times[-1] == pytest.approx(5 / 4)
        assert node.counters.snapshot()["slowed"] == 6

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def test_a_frame_that_never_ends_ends_the_stream() -> None:
    async def main() -> None:
        node = SimulatedNode(World(1), "node")
        here, there = pipe()
        async with trio.open_nursery() as nursery:

            async def drip() -> None:
                for byte in frame(DATA):
                    await here.send_all(bytes([byte]))
                    await trio.sleep(1)

            nursery.start_soon(drip)
            with pytest.raises(trio.TooSlowError):
                await node.stem.handle_stream(cast(YamuxStream, there), "peer", PROTOCOL)
            nursery.cancel_scope.cancel()
        assert len(frame(DATA)) > stem_service.FRAME_TIMEOUT_S

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


# Who wrote it?

NODES, DIALS, MESSAGES = 8, 3, 6


async def guessed_right(*, by_stem: bool) -> float:
    """How often a spy is right that is everybody's neighbour, and takes whoever brings a message
    first for its author."""
    async with AsyncExitStack() as stack:
        brought: dict[bytes, str] = {}

        def note(topic: str, data: bytes, peer: str) -> Verdict:
            brought.setdefault(data, peer)
            return Verdict.ACCEPT

        spy = await stack.enter_async_context(open_node(note))
        nodes: list[Network] = []
        for _ in range(NODES):
            nodes.append(await stack.enter_async_context(open_node()))
        for at, node in enumerate(nodes):
            for further in range(1, DIALS + 1):
                await node.connect(nodes[(at + further) % NODES].addresses[0])
            # Two of them dial the spy and may make it their relay; the others are dialled by it.
            dialling, dialled = (node, spy) if at < 2 else (spy, node)
            await dialling.connect(dialled.addresses[0])
        everybody = [spy, *nodes]
        await until(lambda: all(ready(node, 2 * DIALS + 1) for node in everybody))
        # As a spy would: it asks to be in the mesh of everybody.
        for node in nodes:
            spy._gossip._perform([spy._router._graft(TOPIC, node.peer_id)])
        await until(lambda: all(spy.peer_id in node._router.mesh[TOPIC] for node in nodes))
        sent: dict[bytes, str] = {}
        for node in nodes * MESSAGES:
            data = os.urandom(200)
            sent[data] = node.peer_id
            with trio.fail_after(PATIENCE_S):
                await (node.publish_by_stem if by_stem else node.publish)(TOPIC, data)
            await until(partial(brought.__contains__, data))
        return sum(brought[data] == author for data, author in sent.items()) / len(sent)


def test_a_neighbour_no_longer_learns_by_timing_who_wrote_what() -> None:
    plain = trio.run(partial(guessed_right, by_stem=False))
    stemmed = trio.run(partial(guessed_right, by_stem=True))
    assert plain > 0.9, "without the stem the neighbour knows"
    assert stemmed < 0.6, "with it, it is mostly wrong"

"""The services of a node, each fed with what a peer could write to it."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator
from typing import cast

import trio
import trio.testing

from tests.fuzz.fed_node import (
    PEER,
    REFUSALS,
    FedConnection,
    FedNode,
    envelopes,
    fed_stream,
    run_virtually,
    vectors,
)
from tests.fuzz.mutation import mutated, mutated_message
from tests.fuzz.target import Target
from tests.network.support import TOPIC
from tests.network.test_rpc_messages import _samples as rpc_samples
from vrmnode.network.connection.peer_connection import PeerConnection
from vrmnode.network.gossip.rpc_frames import encode_frame
from vrmnode.network.gossip.rpc_messages import publish_frame
from vrmnode.network.handover.submission import Submission
from vrmnode.network.handover.sync_service import Comparison
from vrmprotocol import stem_frames

Feed = Callable[[FedNode, bytes], Awaitable[object]]


def _feeding(feed: Feed) -> Callable[[bytes], None]:
    def run(raw: bytes) -> None:
        async def main() -> None:
            node = FedNode()
            await feed(node, raw)
            if node.log.bugs:
                raise node.log.bugs[0]

        run_virtually(main)

    return run


def targets() -> Iterator[Target]:
    """All of them."""
    for name, samples, feed in _services():
        yield Target(name, samples, _feeding(feed), REFUSALS, _mutated_frames, cost=4)


def _mutated_frames(chance: random.Random, sample: bytes, others: list[bytes]) -> bytes:
    """Frames with right lengths around changed contents, or with all of it changed."""
    if chance.random() < 0.3:
        return mutated(chance, b"".join(map(encode_frame, [sample, sample])), others)
    count = chance.choice((1, 1, 2, 3))
    return b"".join(
        encode_frame(mutated_message(chance, chance.choice(others), others)) for _ in range(count)
    )


def _services() -> Iterator[tuple[str, list[bytes], Feed]]:
    found = envelopes()
    raws = [raw for _, raw in found]
    # Without the two bytes of the length, which is put before it again.
    published = [publish_frame(topic, raw) for topic, raw in found]
    rpcs = [*rpc_samples(), *(frame[2:] for frame in published)]

    async def gossip(node: FedNode, raw: bytes) -> None:
        await node.node.reader.handle_stream(fed_stream(raw), PEER, "")
        node.node.heartbeat()

    async def stem(node: FedNode, raw: bytes) -> None:
        await node.node.stem.handle_stream(fed_stream(raw), PEER, "")
        await node.node.stem.tick()

    async def submit(node: FedNode, raw: bytes) -> None:
        deliveries = node.node._deliveries

        async def settle() -> None:
            async for delivery in deliveries:
                if delivery.settle is not None:
                    delivery.settle("kept")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(settle)
            await node.submit.answer(fed_stream(raw), PEER, "")
            nursery.cancel_scope.cancel()

    async def submission(node: FedNode, raw: bytes) -> None:
        await Submission(fed_stream(raw)).hand_over(raws[:3])

    async def sync(node: FedNode, raw: bytes) -> None:
        await node.sync.answer(fed_stream(raw), PEER, "")

    async def fetching(node: FedNode, raw: bytes) -> None:
        connection = cast(PeerConnection, FedConnection(raw))
        await node.sync.fetch_missing(connection, [Comparison(TOPIC)], set())

    async def question(node: FedNode, raw: bytes) -> None:
        await node.exchange.answer(fed_stream(raw), PEER, "")

    async def asking(node: FedNode, raw: bytes) -> None:
        await node.exchange.ask(cast(PeerConnection, FedConnection(raw)))
        node.book.to_dial((), ())

    yield "gossip stream", rpcs, gossip
    frames = [stem_frames.write(topic, raw) for topic, raw in found]
    yield "stem stream", [*vectors("stem", "frame"), *frames], stem
    yield "submit stream", raws, submit
    yield "submit answers", vectors("submit", "answer"), submission
    yield "sync stream", vectors("sync", "request"), sync
    yield "sync answers", vectors("sync", "answer"), fetching
    yield "peers question", vectors("peers", "question"), question
    yield "peers answer", vectors("peers", "answer"), asking

"""Nodes that know one peer find the others, outlive it, and believe no inventions."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from typing import Any

import pytest
import trio
from libp2p.abc import INetStream
from libp2p.utils import encode_varint_prefixed
from libp2p.utils.varint import read_varint_prefixed_bytes

from tests.network.support import (
    PATIENCE_S,
    TOPIC,
    foreign_host,
    join,
    open_foreign_stream,
    open_node,
    ready,
    receive,
    until,
)
from tests.network.test_peer_book import address
from vrmnode.network import Network
from vrmnode.network.peers import peer_exchange as network_peer_exchange
from vrmprotocol import peer_exchange
from vrmprotocol.peer_exchange import PROTOCOL


async def run_until(stop: trio.Event, *, task_status: Any) -> None:
    async with open_node(min_peers=3) as network:
        task_status.started(network)
        await stop.wait()


def test_a_star_becomes_a_net_that_outlives_its_centre() -> None:
    async def main() -> None:
        stop = trio.Event()
        async with trio.open_nursery() as nursery, AsyncExitStack() as stack:
            hub = await nursery.start(run_until, stop)
            nodes = [
                await stack.enter_async_context(
                    open_node(min_peers=3, peers=(hub.addresses[0],), redial_max_s=2.0)
                )
                for _ in range(6)
            ]
            await until(lambda: all(len(node.peers()) >= 3 for node in nodes))
            stop.set()
            await until(lambda: not any(hub.peer_id in peers_of(node) for node in nodes))
            await until(lambda: all(len(node.peers()) >= 3 for node in nodes))
            async with open_node(min_peers=3, peers=(nodes[-1].addresses[0],)) as newcomer:
                await until(lambda: len(newcomer.peers()) >= 3)
                await until(lambda: all(ready(n, len(n.peers())) for n in (newcomer, *nodes)))
                assert await newcomer.publish(TOPIC, b"hello")
                for node in nodes:
                    assert await receive(node) == [b"hello"]

    trio.run(main)


def peers_of(network: Network) -> set[str]:
    return {peer.peer_id for peer in network.peers()}


def test_remembered_peers_are_dialled_without_anybody_naming_them() -> None:
    async def main() -> None:
        seed = os.urandom(32)
        async with open_node(min_peers=2) as old, open_node(min_peers=2) as other:
            async with open_node(min_peers=2, seed=seed) as node:
                await node.connect(old.addresses[0])
                await other.connect(old.addresses[0])
                await until(lambda: other.peer_id in peers_of(node))
                await until(lambda: node.known_peers() and all(p.good for p in node.known_peers()))
                known = node.known_peers()
            async with open_node(min_peers=2, seed=seed) as again:
                again.remember(known)
                await until(lambda: peers_of(again) == {old.peer_id, other.peer_id})

    trio.run(main)


def test_without_a_wish_for_peers_nobody_is_asked_or_answered() -> None:
    async def main() -> None:
        async with open_node() as quiet, open_node(min_peers=2) as curious:
            await curious.connect(quiet.addresses[0])
            await trio.sleep(2.5)
            assert curious.stats()["malformed"] == quiet.stats()["malformed"] == 0
            assert len(curious.peers()) == 1
            assert quiet.stats()["known"] == 0

    trio.run(main)


async def ask(stream: INetStream, raw: bytes) -> list[str]:
    await stream.write(encode_varint_prefixed(raw))
    answer = await read_varint_prefixed_bytes(stream)
    return [found.text for found in peer_exchange.read_answer(answer)]


# SPEC 07: A node MUST NOT name an address that it knows only because another peer has named it.
def test_only_reached_and_connected_peers_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_peer_exchange, "LEAST_PAUSE_S", 3_600.0)

    async def main() -> None:
        async with open_node(min_peers=1) as node, open_node() as friend:
            await node.connect(friend.addresses[0])
            async with foreign_host() as host, foreign_host() as second:
                invented = [address(number) for number in range(1, 9)]
                asked = trio.Event()

                async def answer(stream: INetStream) -> None:
                    assert peer_exchange.read_question(
                        await read_varint_prefixed_bytes(stream)
                    ) == int(node.addresses[0].split("/")[4])
                    await stream.write(encode_varint_prefixed(peer_exchange.answer(invented)))
                    asked.set()

                host.set_stream_handler(PROTOCOL, answer)  # type: ignore[arg-type]
                await join(host, node.addresses[0])
                stream = await open_foreign_stream(host, node.addresses[0], PROTOCOL)
                assert await ask(stream, peer_exchange.question(9)) == [friend.addresses[0]]
                with trio.fail_after(PATIENCE_S):
                    await asked.wait()
                await until(lambda: node.stats()["known"] >= len(invented))

                # Another one hears of the friend, and of the first where it really is.
                await join(second, node.addresses[0])
                stream = await open_foreign_stream(second, node.addresses[0], PROTOCOL)
                named = await ask(stream, peer_exchange.question(None))
                claimed = f"/ip4/127.0.0.1/tcp/9/p2p/{host.get_id()}"
                assert sorted(named) == sorted([friend.addresses[0], claimed])

                # Too soon: nothing.
                stream = await open_foreign_stream(second, node.addresses[0], PROTOCOL)
                assert await ask(stream, peer_exchange.question(None)) == []

    trio.run(main)


# SPEC 07: A node MUST reset the stream of a question or an answer that breaks its table.
@pytest.mark.parametrize("raw", [b"", b"\x90", b"\x81\xa4port\x00", b"\xff" * 64, b"a" * 65])
def test_a_broken_question_is_a_fault(raw: bytes) -> None:
    async def main() -> None:
        async with open_node(min_peers=1) as node, foreign_host() as host:
            await join(host, node.addresses[0])
            stream = await open_foreign_stream(host, node.addresses[0], PROTOCOL)
            await stream.write(encode_varint_prefixed(raw))
            await until(lambda: node.stats()["malformed"] >= 1)

    trio.run(main)


@pytest.mark.parametrize("raw", [b"", b"\x80", b"\x81\xa5peers\xa1/", b"a" * 8_193])
def test_a_broken_answer_is_a_fault(raw: bytes) -> None:
    async def main() -> None:
        async with open_node(min_peers=1) as node, foreign_host() as host:

            async def answer(stream: INetStream) -> None:
                await read_varint_prefixed_bytes(stream)
                await stream.write(encode_varint_prefixed(raw))

            host.set_stream_handler(PROTOCOL, answer)  # type: ignore[arg-type]
            await join(host, node.addresses[0])
            await until(lambda: node.stats()["malformed"] >= 1)
            assert node.stats()["known"] == 0

    trio.run(main)

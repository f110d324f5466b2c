"""Two and three real nodes on loopback."""

from __future__ import annotations

import os
import time

import pytest
import trio

from tests.network.support import (
    OTHER_TOPIC,
    PATIENCE_S,
    TOPIC,
    accept_all,
    connected,
    one_by_one,
    open_node,
    receive,
    until,
)
from tests.ports import lasting_port
from vrmnode.network import Network, NetworkConfig, NetworkError, open_network


def test_two_nodes_exchange_messages_both_ways() -> None:
    async def main() -> None:
        async with open_node() as a, open_node() as b:
            await connected(a, b)
            assert await a.publish(TOPIC, b"from a") == 1
            assert await b.publish(OTHER_TOPIC, b"from b") == 1
            with trio.fail_after(PATIENCE_S):
                at_b = await b.deliveries.receive()
                at_a = await a.deliveries.receive()
            assert (at_b.topic, at_b.data, at_b.peer) == (TOPIC, b"from a", a.peer_id)
            assert (at_a.topic, at_a.data, at_a.peer) == (OTHER_TOPIC, b"from b", b.peer_id)

    trio.run(main)


def test_status_tells_direction_address_and_topics() -> None:
    async def main() -> None:
        async with open_node() as a, open_node() as b:
            before = int(time.time())
            await connected(a, b)
            (of_b,) = a.peers()
            (of_a,) = b.peers()
            assert of_b.peer_id == b.peer_id
            assert of_b.direction == "outbound"
            assert of_b.addresses == (b.addresses[0],)
            assert of_b.topics == tuple(sorted((TOPIC, OTHER_TOPIC)))
            assert before <= of_b.connected_at <= int(time.time())
            assert of_a.direction == "inbound"

    trio.run(main)


def test_topics_are_told_at_once_and_never_changed() -> None:
    # SPEC 07: A node MUST subscribe to its topics when it starts and keep them until it stops.
    assert not [name for name in dir(Network) if "subscribe" in name]

    async def main() -> None:
        async with open_node() as a, open_node() as b:
            await connected(a, b)
            topics = [p.topics for p in a.peers()]
            await b.publish(TOPIC, b"x")
            await receive(a)
            assert [p.topics for p in a.peers()] == topics

    trio.run(main)


def test_message_reaches_a_node_two_hops_away_once() -> None:
    async def main() -> None:
        async with open_node() as a, open_node() as b, open_node() as c:
            await connected(a, b)
            await connected(b, c)
            for n in range(20):
                await a.publish(TOPIC, b"%d" % n)
            assert sorted(await receive(c, 20)) == sorted(b"%d" % n for n in range(20))
            assert len(c.deliveries) == 0
            assert c.stats()["accepted"] == 20

    trio.run(main)


def test_own_message_does_not_come_back_as_a_delivery() -> None:
    async def main() -> None:
        async with open_node() as a, open_node() as b, open_node() as c:
            for x, y in ((a, b), (b, c), (a, c)):
                await connected(x, y)
            await a.publish(TOPIC, b"mine")
            await receive(b)
            await receive(c)
            await c.publish(TOPIC, b"theirs")
            assert await receive(a) == [b"theirs"]

    trio.run(main)


def test_publishing_to_nobody_tells_so() -> None:
    async def main() -> None:
        async with open_node() as a:
            assert await a.publish(TOPIC, b"anybody?") == 0
            assert a.stats()["published"] == 0

    trio.run(main)


@pytest.mark.parametrize(
    ("topic", "size", "code"),
    [
        (TOPIC, 131_073, "network.message_too_large"),
        ("/vrm/1/market/7", 1, "network.topic_unknown"),
    ],
)
def test_publish_refuses(topic: str, size: int, code: str) -> None:
    async def main() -> None:
        async with open_node() as a:
            with pytest.raises(NetworkError) as caught:
                await a.publish(topic, bytes(size))
            assert caught.value.code == code

    trio.run(main)


def test_largest_message_passes() -> None:
    async def main() -> None:
        async with open_node() as a, open_node() as b:
            await connected(a, b)
            data = os.urandom(131_072)
            assert await a.publish(TOPIC, data) == 1
            assert await receive(b) == [data]

    trio.run(main)


def test_closing_frees_the_port() -> None:
    async def main() -> None:
        seed, listen = os.urandom(32), (f"/ip4/127.0.0.1/tcp/{lasting_port()}",)
        async with open_node() as hub:
            async with open_node(seed=seed, listen=listen) as leaving:
                await connected(leaving, hub)
                address = leaving.addresses[0]
            async with open_node(seed=seed, listen=listen) as again:
                assert again.addresses == [address]

    trio.run(main)


def test_closing_waits_for_no_silent_connections() -> None:
    async def main() -> None:
        with trio.fail_after(PATIENCE_S):
            async with open_node(handshake_timeout_s=1_000 * PATIENCE_S) as hub:
                silent = [await trio.open_tcp_stream("127.0.0.1", _port(hub)) for _ in range(40)]
                async with open_node() as peer:
                    await connected(peer, hub)
        for stream in silent:
            await stream.aclose()

    trio.run(main)


def test_exception_of_the_body_leaves_ungrouped() -> None:
    async def main() -> None:
        async with open_node():
            raise LookupError("body")

    with pytest.raises(LookupError, match="body"):
        trio.run(main)


def test_cancelling_the_body_closes_the_network() -> None:
    async def main() -> None:
        listen = (f"/ip4/127.0.0.1/tcp/{lasting_port()}",)
        with trio.CancelScope() as scope:
            async with open_node(listen=listen):
                scope.cancel()
                await trio.lowlevel.checkpoint()
        async with open_node(listen=listen):
            pass

    trio.run(main)


def test_deliveries_end_with_the_network_and_nothing_is_lost() -> None:
    async def main() -> None:
        async with open_node() as a, open_node() as b:
            await connected(a, b)
            await b.publish(TOPIC, b"x")
            await until(lambda: a.stats()["accepted"])
        assert [d.data async for d in a.deliveries] == [b"x"]
        for attempt in (a.publish(TOPIC, b"y"), a.connect(b.addresses[0])):
            with pytest.raises(NetworkError) as caught:
                await attempt
            assert caught.value.code == "network.closed"

    trio.run(main)


def test_same_seed_same_peer_id() -> None:
    async def main() -> None:
        seed = os.urandom(32)
        async with open_node(seed=seed) as a:
            first = a.peer_id
        async with open_node(seed=seed) as b:
            assert b.peer_id == first

    trio.run(main)


def test_seed_of_another_length_is_refused() -> None:
    async def main() -> None:
        with pytest.raises(NetworkError) as caught:
            async with open_network(NetworkConfig(), b"short", one_by_one(accept_all)):
                pass
        assert caught.value.code == "network.seed_invalid"

    trio.run(main)


@pytest.mark.parametrize(
    "settings",
    [{"max_connections": 0}, {"max_rpc_bytes": 131_072}, {"redial_min_s": 2.0, "redial_max_s": 1}],
)
def test_config_out_of_range_is_refused(settings: dict[str, float]) -> None:
    with pytest.raises(NetworkError) as caught:
        NetworkConfig(**settings)  # type: ignore[arg-type]
    assert caught.value.code == "network.config_invalid"


def _port(network: Network) -> int:
    return int(network.addresses[0].split("/")[4])

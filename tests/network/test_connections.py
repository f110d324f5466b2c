"""Connections: made, refused, lost, found again."""

from __future__ import annotations

import os
import signal
import socket

import pytest
import trio
import trio.testing

from tests.network.support import (
    LOOPBACK,
    TOPIC,
    connected,
    foreign_host,
    join,
    open_node,
    ready,
    receive,
    until,
    victim,
)
from tests.ports import lasting_port
from vrmnode.network import Network, NetworkError

ABSENT = "12D3KooWJeESyB5qGKzSXmo2mztTEzF7kM3fJrJK9TLH5Nq6dRQd"


def test_300_inbound_connections_one_after_another() -> None:
    async def main() -> None:
        async with open_node(max_connections=20, handshakes_per_range=300) as hub:
            for n in range(300):
                async with open_node(listen=()) as guest:
                    await guest.connect(hub.addresses[0])
                    await until(hub.peers)
                    if n % 50 == 0:
                        await until(lambda: ready(guest) and ready(hub))
                await until(lambda: not hub.peers())
            assert hub.stats()["connections_in"] == 300
            assert hub.stats()["connections_refused"] == 0

    trio.run(main)


def test_inbound_connections_leave_room_for_outbound_ones() -> None:
    async def main() -> None:
        async with (
            open_node(max_connections=4) as hub,
            open_node() as wanted,
            trio.open_nursery() as nursery,
        ):
            for _ in range(6):
                nursery.start_soon(_dial_and_stay, hub.addresses[0])
            await until(lambda: hub.stats()["connections_refused"] >= 1)
            await until(lambda: len(hub.peers()) == 3)
            await connected(hub, wanted)
            await until(lambda: len(hub.peers()) == 4)
            nursery.cancel_scope.cancel()

    trio.run(main)


async def _dial_and_stay(address: str) -> None:
    async with open_node(listen=(), peers=(address,)):
        await trio.sleep_forever()


def test_listening_peer_is_found_again_after_its_restart() -> None:
    async def main() -> None:
        seed, listen = os.urandom(32), (f"/ip4/127.0.0.1/tcp/{lasting_port()}",)
        async with open_node(redial_min_s=0.1, redial_max_s=1.0) as seeker:
            async with open_node(seed=seed, listen=listen) as first:
                await connected(seeker, first)
            await until(lambda: not seeker.peers())
            await until(lambda: seeker.stats()["dials_failed"] >= 2)
            async with open_node(seed=seed, listen=listen) as second:
                await until(lambda: ready(seeker) and ready(second))
                assert await seeker.publish(TOPIC, b"there you are") == 1
                assert await receive(second) == [b"there you are"]

    trio.run(main)


def test_configured_peer_is_found_when_it_comes_up_later() -> None:
    async def main() -> None:
        seed, listen = os.urandom(32), (f"/ip4/127.0.0.1/tcp/{lasting_port()}",)
        async with open_node(seed=seed, listen=listen) as first:
            address = first.addresses[0]
        async with open_node(peers=(address,), redial_min_s=0.1, redial_max_s=1.0) as seeker:
            await until(lambda: seeker.stats()["dials_failed"] >= 1)
            async with open_node(seed=seed, listen=listen) as late:
                await until(lambda: ready(seeker) and ready(late))

    trio.run(main)


def test_dialling_each_other_at_once_leaves_one_connection() -> None:
    async def main() -> None:
        for _ in range(10):
            async with open_node() as a, open_node() as b:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(a.connect, b.addresses[0])
                    nursery.start_soon(b.connect, a.addresses[0])

                def agreed(a: Network = a, b: Network = b) -> bool:
                    """Whether both know one connection, and the same."""
                    directions = [peer.direction for node in (a, b) for peer in node.peers()]
                    return ready(a) and ready(b) and sorted(directions) == ["inbound", "outbound"]

                await until(agreed)
                await a.publish(TOPIC, b"to b")
                await b.publish(TOPIC, b"to a")
                assert await receive(a) == [b"to a"]
                assert await receive(b) == [b"to b"]
                assert agreed()

    trio.run(main)


def test_connecting_twice_keeps_the_connection() -> None:
    async def main() -> None:
        async with open_node() as a, open_node() as b:
            assert await a.connect(b.addresses[0]) == b.peer_id
            assert await a.connect(b.addresses[0]) == b.peer_id
            assert await b.connect(a.addresses[0]) == a.peer_id
            assert a.stats()["connections_out"] == 1
            assert b.stats()["connections_out"] == 0

    trio.run(main)


def test_peer_that_does_not_speak_gossip_stays_connected() -> None:
    async def main() -> None:
        async with open_node() as node, foreign_host() as host:
            await join(host, node.addresses[0])
            await until(node.peers)
            await trio.testing.wait_all_tasks_blocked(0.02)
            (peer,) = node.peers()
            assert not peer.gossip
            assert await node.publish(TOPIC, b"x") == 0

    trio.run(main)


def test_stopped_process_is_noticed_within_seconds() -> None:
    async def main() -> None:
        with victim() as other:
            async with open_node(ping_interval_s=0.3, ping_timeout_s=0.7) as node:
                await node.connect(other.address)
                await until(lambda: ready(node))
                other.process.send_signal(signal.SIGSTOP)
                # TCP itself would take minutes.
                await until(lambda: not node.peers())
                other.process.send_signal(signal.SIGCONT)
                await until(lambda: ready(node))

    trio.run(main)


def test_port_in_use_is_said_clearly() -> None:
    async def main() -> None:
        async with open_node() as first:
            address = first.addresses[0].rpartition("/p2p/")[0]
            with pytest.raises(NetworkError) as caught:
                async with open_node(listen=(LOOPBACK, address)):
                    pass
            assert caught.value.code == "network.port_in_use"
            assert address.rpartition("/")[2] in str(caught.value)

    trio.run(main)


@pytest.mark.parametrize(
    "listen",
    [
        "nonsense",
        "",
        "/ip4/127.0.0.1",
        "/ip4/127.0.0.1/udp/0/quic-v1",
        "/ip4/127.0.0.1/tcp/0/ws",
        "/ip4/999.0.0.1/tcp/0",
        "/ip4/127.0.0.1/tcp/70000",
        "/dns/localhost/tcp/0",
        f"/ip4/127.0.0.1/tcp/0/p2p/{ABSENT}",
    ],
)
def test_bad_listen_address_is_said_clearly(listen: str) -> None:
    async def main() -> None:
        with pytest.raises(NetworkError) as caught:
            async with open_node(listen=(listen,)):
                pass
        assert caught.value.code == "network.address_invalid"
        assert "expected /ip4/<address>/tcp/<port>" in str(caught.value)
        assert ("WebSockets are taken there" in str(caught.value)) == listen.endswith("/ws")

    trio.run(main)


def test_address_of_another_machine_can_not_be_listened_on() -> None:
    async def main() -> None:
        with pytest.raises(NetworkError) as caught:
            async with open_node(listen=("/ip4/192.0.2.1/tcp/0",)):
                pass
        assert caught.value.code == "network.listen_failed"

    trio.run(main)


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "/ip4/127.0.0.1/tcp/4001",
        "/ip4/127.0.0.1/tcp/4001/p2p/notapeer",
        f"/ip4/127.0.0.1/tcp/0/p2p/{ABSENT}",
        f"/ip4/127.0.0.1/udp/4001/quic-v1/p2p/{ABSENT}",
    ],
)
def test_bad_dial_address_is_said_clearly(address: str) -> None:
    async def main() -> None:
        async with open_node() as node:
            with pytest.raises(NetworkError) as caught:
                await node.connect(address)
            assert caught.value.code == "network.address_invalid"
        with pytest.raises(NetworkError) as configured:
            async with open_node(peers=(address,)):
                pass
        assert configured.value.code == "network.address_invalid"

    trio.run(main)


def test_nobody_there() -> None:
    async def main() -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            async with open_node() as node:
                with pytest.raises(NetworkError) as caught:
                    await node.connect(f"/ip4/127.0.0.1/tcp/{port}/p2p/{ABSENT}")
                assert caught.value.code == "network.dial_failed"
                assert node.stats()["dials_failed"] == 1

    trio.run(main)


def test_silence_there() -> None:
    async def main() -> None:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            port = silent.getsockname()[1]
            async with open_node(dial_timeout_s=0.3) as node:
                with pytest.raises(NetworkError) as caught:
                    await node.connect(f"/ip4/127.0.0.1/tcp/{port}/p2p/{ABSENT}")
                assert caught.value.code == "network.dial_timeout"

    trio.run(main)


def test_another_peer_there() -> None:
    async def main() -> None:
        async with open_node() as node, open_node() as other:
            address = other.addresses[0].rpartition("/")[0] + "/" + ABSENT
            with pytest.raises(NetworkError) as caught:
                await node.connect(address)
            assert caught.value.code == "network.peer_mismatch"
            assert node.peers() == []

    trio.run(main)


def test_dialling_oneself_is_refused() -> None:
    async def main() -> None:
        async with open_node() as node:
            with pytest.raises(NetworkError) as caught:
                await node.connect(node.addresses[0])
            assert caught.value.code == "network.dial_failed"
            assert "itself" in str(caught.value)
            assert node.peers() == []

    trio.run(main)


def test_own_address_among_the_configured_peers_is_passed_over() -> None:
    async def main() -> None:
        seed = os.urandom(32)
        async with open_node(seed=seed) as node:
            address = node.addresses[0]
        async with (
            open_node(seed=seed, peers=(address,), redial_min_s=0.01) as node,
            open_node() as other,
        ):
            await connected(node, other)
            assert node.stats()["dials_failed"] == 0

    trio.run(main)


def test_wildcard_is_announced_as_addresses_that_can_be_dialled() -> None:
    async def main() -> None:
        async with open_node(listen=("/ip4/0.0.0.0/tcp/0",)) as node, open_node() as guest:
            assert not any("0.0.0.0" in address for address in node.addresses)
            await guest.connect(node.addresses[0])

    trio.run(main)

"""Who may connect: ranges of addresses, slots, handshakes that give way, ranges that are closed."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import pytest
import trio
import trio.testing

from tests.network.support import (
    TOPIC,
    accept_all,
    connected,
    host_and_port,
    open_node,
    ready,
    receive,
    until,
)
from vrmnode.network import NetworkConfig, Verdict
from vrmnode.network.connection.handshakes import Handshakes
from vrmnode.network.connection.inbound_slots import InboundSlots
from vrmnode.network.gossip.scope import TUNNEL, range_of
from vrmnode.network.limits import peer_score
from vrmnode.network.limits.admission import BANS_PER_RANGE, TUNNEL_RANGES, Admission

STRANGERS = "127.0.0.66"
"""A loopback address that counts as a range of its own."""


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("8.8.8.8", "8.8.8.0/24"),
        ("8.8.8.200", "8.8.8.0/24"),
        ("::ffff:8.8.8.8", "8.8.8.0/24"),
        ("2a00:1450:4001:80e::200e", "2a00:1450:4001:80e::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("192.168.1.7", "192.168.1.7"),
        ("100.64.3.4", "100.64.3.4"),
        ("127.0.0.66", "127.0.0.66"),
        ("127.0.0.1", TUNNEL),
        ("::ffff:127.0.0.1", TUNNEL),
        ("::1", TUNNEL),
        ("example.org", "example.org"),
    ],
)
def test_addresses_of_one_owner_are_counted_together(host: str, expected: str) -> None:
    assert range_of(host) == expected


def nothing() -> None:
    raise AssertionError("expected nobody to give way")


def test_slots_are_given_back() -> None:
    slots = InboundSlots(in_total=3)
    with slots.take("a", 2, nothing) as one, slots.take("a", 2, nothing) as two:
        assert (one, two) == (True, True)
        with slots.take("a", 2, nothing) as three, slots.take("b", 2, nothing) as four:
            assert (three, four) == (False, True)
            assert slots.taken == 3
    assert slots.taken == 0


def test_slot_is_given_back_after_an_exception() -> None:
    slots = InboundSlots(in_total=1)
    with pytest.raises(ValueError, match="x"), slots.take("a", 1, nothing):
        raise ValueError("x")
    assert slots.taken == 0


def test_range_with_most_slots_gives_its_youngest_to_a_newcomer() -> None:
    slots, gone = InboundSlots(in_total=3), list[str]()
    with ExitStack() as stack:
        for addresses, name in (("a", "a1"), ("b", "b1"), ("a", "a2")):
            assert stack.enter_context(slots.take(addresses, 9, partial(gone.append, name)))
        assert slots.has_room("c", 9)
        with slots.take("c", 9, nothing) as granted:
            assert (granted, gone, slots.taken) == (True, ["a2"], 3)
            with slots.take("d", 9, nothing) as granted:
                assert (granted, gone) == (False, ["a2"]), "nobody has two more than none"
    assert slots.taken == 0


def test_oldest_handshake_of_the_most_crowded_range_gives_way() -> None:
    handshakes, over = Handshakes(3), list[str]()

    async def shake(addresses: str, name: str) -> None:
        with handshakes.begin(addresses) as scope:
            await trio.sleep(math.inf)
        assert scope.cancelled_caught
        over.append(name)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for addresses, name in (("b", "b1"), ("a", "a1"), ("a", "a2"), ("c", "c1")):
                nursery.start_soon(shake, addresses, name)
                await trio.testing.wait_all_tasks_blocked()
            assert over == ["a1"]
            assert len(handshakes) == 3
            for scope in list(handshakes._open):
                scope.cancel()

    trio.run(main)
    assert len(handshakes) == 0


def test_range_is_closed_after_several_bans_worth_of_faults_and_opens_again() -> None:
    now = 0.0
    admission = Admission(NetworkConfig(), lambda: now)
    for number in range(BANS_PER_RANGE):
        assert admission.refusal("8.8.8.9") is None
        assert admission.blame(f"8.8.8.{number}", 20.0) == (number == BANS_PER_RANGE - 1)
    assert admission.refusal("8.8.8.9") == "addresses banned"
    assert admission.refusal("8.8.9.9") is None
    assert not admission.blame("8.8.8.8", 20.0), "it is closed already"
    assert admission.closed_ranges == 1
    now = NetworkConfig().range_ban_s
    assert admission.refusal("8.8.8.9") is None
    assert admission.closed_ranges == 0


def test_tunnel_is_never_closed() -> None:
    admission = Admission(NetworkConfig(), lambda: 0.0)
    assert not any(admission.blame("127.0.0.1", 20.0) for _ in range(1_000))
    assert admission.refusal("127.0.0.1") is None
    assert admission.closed_ranges == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_tunnel_has_the_connections_of_four_ranges(host: str) -> None:
    admission = Admission(NetworkConfig(handshakes_per_range=999), lambda: 0.0)
    most = TUNNEL_RANGES * NetworkConfig().max_inbound_per_range
    with ExitStack() as stack:
        assert all(stack.enter_context(admission.slot(host, nothing)) for _ in range(most))
        assert admission.refusal("127.0.0.1") == admission.refusal("::1") == "full"
        assert not stack.enter_context(admission.slot(host, nothing))
        assert admission.refusal("8.8.8.8") is None
        assert stack.enter_context(admission.slot("8.8.8.8", nothing))


def test_range_may_begin_so_many_handshakes_and_a_tunnel_four_times_as_many() -> None:
    now = 0.0
    admission = Admission(NetworkConfig(), lambda: now)
    most = NetworkConfig().handshakes_per_range
    assert [admission.refusal(f"8.8.8.{n}") for n in range(most)] == [None] * most
    assert admission.refusal("8.8.8.99") == "too many handshakes"
    assert admission.refusal("9.9.9.9") is None
    through = [admission.refusal("127.0.0.1") for _ in range(TUNNEL_RANGES * most)]
    assert through == [None] * len(through)
    assert admission.refusal("127.0.0.1") == "too many handshakes"
    now = 1.0
    assert admission.refusal("8.8.8.99") is None
    assert [admission.refusal("127.0.0.1") for _ in range(TUNNEL_RANGES)] == [None] * TUNNEL_RANGES
    assert admission.refusal("127.0.0.1") == "too many handshakes"


# Over real sockets.


@pytest.fixture
def from_strangers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is dialled meanwhile is dialled from another address than this machine's usual one."""
    dial = partial(trio.open_tcp_stream, local_address=STRANGERS)
    monkeypatch.setattr(trio, "open_tcp_stream", dial)
    yield
    monkeypatch.undo()


def reject_all(topic: str, data: bytes, peer: str) -> Verdict:
    return Verdict.REJECT if data.startswith(b"bad") else accept_all(topic, data, peer)


@pytest.mark.usefixtures("from_strangers")
def test_new_ids_from_one_address_are_refused_in_the_end_and_others_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Faults that fade in the time that a busy machine takes would need some more.
    monkeypatch.setattr(peer_score, "HALF_LIFE_S", 1e9)

    async def spam(address: str) -> None:
        async with open_node(listen=()) as spammer:
            await spammer.connect(address)
            await until(lambda: ready(spammer))
            for n in range(25):
                await spammer.publish(TOPIC, b"bad %d" % n)
            await until(lambda: not spammer.peers())

    async def main() -> None:
        async with open_node(reject_all) as victim:
            address = victim.addresses[0]
            for _ in range(BANS_PER_RANGE):
                assert victim.stats()["range_bans"] == 0
                await spam(address)
            await until(lambda: victim.stats()["range_bans"])
            assert victim.stats()["banned"] == BANS_PER_RANGE
            assert victim.stats()["range_bans"] == victim.stats()["ranges_banned"] == 1
            async with await trio.open_tcp_stream(*host_and_port(address)) as again:
                assert await again.receive_some(100) == b"", "closed before any handshake"
            monkeypatch.undo()
            async with open_node() as honest:
                await connected(honest, victim)
                await honest.publish(TOPIC, b"good")
                assert await receive(victim) == [b"good"]

    trio.run(main)


def test_faults_of_a_peer_that_was_dialled_are_not_held_against_its_range() -> None:
    # SPEC 07: A node MUST NOT count a fault against the range of a peer that it dialled.
    async def main() -> None:
        listen = (f"/ip4/{STRANGERS}/tcp/0",)
        async with open_node(reject_all, redial_min_s=60.0) as victim:
            for _ in range(2 * BANS_PER_RANGE):
                async with open_node(listen=listen) as spammer:
                    await victim.connect(spammer.addresses[0])
                    await until(lambda: ready(spammer))
                    for n in range(25):
                        await spammer.publish(TOPIC, b"bad %d" % n)
                    await until(lambda: not spammer.peers())
            assert victim.stats()["banned"] == 2 * BANS_PER_RANGE
            assert victim.stats()["ranges_banned"] == 0

    trio.run(main)


@pytest.mark.usefixtures("from_strangers")
def test_one_range_can_not_take_all_slots() -> None:
    async def main() -> None:
        async with open_node(max_inbound_per_range=1) as hub, open_node(listen=()) as first:
            await first.connect(hub.addresses[0])
            await until(lambda: len(hub.peers()) == 1)
            async with await trio.open_tcp_stream(*host_and_port(hub.addresses[0])) as more:
                assert await more.receive_some(100) == b""
            await until(lambda: hub.stats()["connections_refused"] == 1)
            assert len(hub.peers()) == 1

    trio.run(main)


def test_many_who_connect_and_say_nothing_keep_nobody_out() -> None:
    async def main() -> None:
        async with open_node(
            max_handshakes=8, handshake_timeout_s=3_600.0, handshakes_per_range=99
        ) as hub:
            place = host_and_port(hub.addresses[0])
            silent = [await trio.open_tcp_stream(*place) for _ in range(200)]
            await until(lambda: hub.stats()["handshakes_failed"] == 192)
            async with open_node(listen=()) as honest:
                await honest.connect(hub.addresses[0])
            for stream in silent:
                await stream.aclose()

    trio.run(main)


def test_what_is_banned_stays_so_after_a_reconnect_and_so_does_a_peers_rate() -> None:
    async def main() -> None:
        seed = os.urandom(32)
        async with open_node(gossip_burst=24.0, gossip_per_s=1e-3) as hub:
            for number in range(2):
                async with open_node(seed=seed, listen=()) as guest:
                    await guest.connect(hub.addresses[0])
                    await until(lambda: ready(guest) and ready(hub))
                    for n in range(6 + 24 * number):
                        await guest.publish(TOPIC, b"%d %d" % (number, n))
                    if number == 0:
                        assert len(await receive(hub, 6)) == 6
                        assert hub.stats()["slowed"] == 0
                        continue
                    await until(lambda: hub.stats()["slowed"] == 1)
                    await guest.publish(TOPIC, b"too much")
                    async with open_node(listen=()) as other:
                        await other.connect(hub.addresses[0])
                        await until(lambda: ready(other))
                        await other.publish(TOPIC, b"another peer's")
                        while (await receive(hub))[0] != b"another peer's":
                            pass
                await until(lambda: not hub.peers())

    trio.run(main)

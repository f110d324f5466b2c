"""The book of peers: what is kept, tried, named, and forgotten."""

from __future__ import annotations

import collections
import random

import pytest

from vrmnode.network.gossip.scope import Scope, neighbourhood, scope_of
from vrmnode.network.interface import KnownPeer
from vrmnode.network.peers.peer_book import (
    FAILURES_NEVER_REACHED,
    FAILURES_ONCE_REACHED,
    LONGEST_PAUSE_ALONE_S,
    LONGEST_PAUSE_S,
    MAX_ENTRIES,
    NAMED_FOR_S,
    PeerBook,
    may_be_named,
)
from vrmprotocol import base58


def peer(number: int) -> str:
    return base58.encode(bytes.fromhex("002408011220") + number.to_bytes(32, "big"))


def address(number: int, host: str = "127.0.0.1") -> str:
    return f"/ip4/{host}/tcp/{1 + number}/p2p/{peer(number)}"


class World:
    """A book with clocks that a test moves."""

    def __init__(self) -> None:
        self.at = 1_000.0
        self.book = PeerBook(
            peer(0), lambda: self.at, lambda: 1_800_000_000 + int(self.at), random.Random(1)
        )

    def next(self, *connected: str, hosts: tuple[str, ...] = ()) -> str | None:
        found = self.book.to_dial(connected, hosts)
        return None if found is None else found.text


@pytest.fixture
def world() -> World:
    return World()


def test_on_another_line_everybody_is_worth_a_dial(world: World) -> None:
    for number in (1, 2):
        world.book.learn(address(number))
        world.book.failed(address(number), alone=False)
    assert world.next() is None
    world.book.dial_now()
    assert world.next() in (address(1), address(2))


def test_what_was_reached_is_kept_and_taken_up_again(world: World) -> None:
    for number in (1, 2, 3):
        world.book.learn(address(number))
    world.book.reached(address(1))
    world.book.reached(address(1))
    world.book.reached(address(2))
    world.book.failed(address(2), alone=False)
    seen = 1_800_001_000
    assert world.book.kept() == [
        KnownPeer(address(1), seen, 2, 0),
        KnownPeer(address(2), seen, 1, 1),
    ]
    again = World()
    again.book.load([*world.book.kept(), KnownPeer("/no/address", seen, 1, 0)])
    assert again.book.kept() == world.book.kept()
    assert {again.next() for _ in range(20)} == {address(1), address(2)}


def test_neither_ourselves_nor_names_nor_strange_addresses(world: World) -> None:
    for text in (
        address(0),
        f"/dns4/shop.example/tcp/1/p2p/{peer(1)}",
        "/ip4/127.0.0.1/tcp/1",
        f"/ip4/127.0.0.1/udp/1/p2p/{peer(1)}",
        *(address(2, host) for host in ("0.0.0.0", "224.0.0.1", "169.254.1.1")),
    ):
        world.book.learn(text)
        world.book.reached(text)
    assert len(world.book) == 0


def test_pauses_grow_and_what_never_answers_is_forgotten(world: World) -> None:
    world.book.learn(address(1))
    pauses = []
    while world.next() is not None:
        before = world.at
        world.book.failed(address(1), alone=False)
        while len(world.book) and world.next() is None:
            world.at += 1
        pauses.append(world.at - before)
    assert len(pauses) == FAILURES_NEVER_REACHED
    assert pauses[3] > pauses[0]
    assert len(world.book) == 0


def test_what_was_reached_once_has_more_patience(world: World) -> None:
    world.book.reached(address(1))
    for _ in range(FAILURES_ONCE_REACHED - 1):
        world.book.failed(address(1), alone=False)
    world.at += 1.5 * LONGEST_PAUSE_S + 1
    assert world.next() == address(1)
    world.book.failed(address(1), alone=False)
    assert world.next() is None and len(world.book) == 0


def test_a_dead_line_forgets_nobody_and_waits_a_minute_at_most(world: World) -> None:
    world.book.learn(address(1))
    for _ in range(100):
        world.book.failed(address(1), alone=True)
    assert world.next() is None
    world.at += 1.5 * LONGEST_PAUSE_ALONE_S
    assert world.next() == address(1)


def test_connected_peers_are_not_dialled(world: World) -> None:
    world.book.learn(address(1))
    world.book.learn(address(2))
    assert {world.next(peer(1)) for _ in range(20)} == {address(2)}
    assert world.next(peer(1), peer(2)) is None


def test_new_neighbourhoods_come_first(world: World) -> None:
    world.book.learn(address(1, "9.9.1.1"))
    world.book.learn(address(2, "9.9.2.2"))
    world.book.learn(address(3, "8.8.8.8"))
    assert {world.next(hosts=("9.9.7.7",)) for _ in range(20)} == {address(3, "8.8.8.8")}
    seen = collections.Counter(world.next() for _ in range(300))
    assert len(seen) == 3 and min(seen.values()) > 50


def test_only_what_was_reached_lately_is_named(world: World) -> None:
    world.book.reached(address(1))
    world.book.learn(address(2))
    assert [found.text for found in world.book.to_name()] == [address(1)]
    world.at += NAMED_FOR_S
    world.book.still_there(address(1))
    world.at += NAMED_FOR_S
    assert len(world.book.to_name()) == 1
    world.at += 1
    assert world.book.to_name() == []


def test_a_flood_of_names_pushes_out_no_peer_that_was_reached(world: World) -> None:
    for number in range(1, 101):
        world.book.reached(address(number))
    for number in range(101, 5_000):
        world.book.learn(address(number))
    assert len(world.book) == MAX_ENTRIES
    assert len(world.book.kept()) == 100


@pytest.mark.parametrize(
    ("host", "scope"),
    [
        ("127.0.0.1", Scope.LOOPBACK),
        ("::1", Scope.LOOPBACK),
        ("::ffff:127.0.0.1", Scope.LOOPBACK),
        ("192.168.1.1", Scope.PRIVATE),
        ("10.0.0.1", Scope.PRIVATE),
        ("100.64.0.1", Scope.PRIVATE),
        ("fd00::1", Scope.PRIVATE),
        ("9.9.9.9", Scope.PUBLIC),
        ("2606:4700::1", Scope.PUBLIC),
        ("fe80::1%eth0", None),
        ("169.254.0.1", None),
        ("224.0.0.251", None),
        ("0.0.0.0", None),
        ("shop.example", None),
    ],
)
def test_scopes(host: str, scope: Scope | None) -> None:
    assert scope_of(host) is scope


# SPEC 07: A node MUST NOT name an address to a peer whose connection has a wider scope, nor dial
# one that such a peer has named.
def test_what_may_be_named_over_which_connection() -> None:
    hosts = ("127.0.0.1", "192.168.1.1", "9.9.9.9", "169.254.0.1")
    named = {scope: [may_be_named(host, scope) for host in hosts] for scope in Scope}
    assert named == {
        Scope.LOOPBACK: [True, True, True, False],
        Scope.PRIVATE: [False, True, True, False],
        Scope.PUBLIC: [False, False, True, False],
    }


def test_neighbourhoods() -> None:
    assert neighbourhood("9.9.1.2") == neighbourhood("9.9.3.4") == "9.9.0.0/16"
    assert neighbourhood("2606:4700:1::1") == neighbourhood("2606:4700:2::1")
    assert neighbourhood("127.0.0.1") is None

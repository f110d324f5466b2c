"""What a node does when its machine moves or wakes up: that is a table here."""

from __future__ import annotations

import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import trio
import trio.testing

from vrmnode.network.connection import own_addresses
from vrmnode.network.connection.own_addresses import OwnAddresses
from vrmnode.network.peers import line_watch
from vrmnode.network.peers.line_watch import LOOK_S, LineWatch

PEER = "12D3KooWOurselves"
SILENCE_S = 15.0
HOME, CAFE = "192.168.1.7", "10.4.0.9"


@dataclass
class Connection:
    peer: str
    local_host: str


@dataclass
class Machine:
    """A machine with its connections, and what the watch did about them.

    It stands in for all that the watch uses: table, connector, redial, book.
    """

    outward: str | None = HOME
    slept_s: float = 100.0
    connections: dict[str, Connection] = field(default_factory=dict)
    dials: int = 0

    def __len__(self) -> int:
        return len(self.connections)

    def all(self) -> list[Connection]:
        return list(self.connections.values())

    def disconnect(self, peer: str) -> None:
        del self.connections[peer]

    def dial_now(self) -> None:
        self.dials += 1

    def announced(self, host: str) -> list[str]:
        if host != "0.0.0.0":
            return [host]
        return ["127.0.0.1"] if self.outward is None else ["127.0.0.1", self.outward]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(own_addresses, "announced_hosts", made.announced)
    monkeypatch.setattr(
        line_watch, "outward_address", lambda version: made.outward if version == 4 else None
    )
    monkeypatch.setattr(line_watch, "is_ours", lambda host: host in ("127.0.0.1", made.outward))
    monkeypatch.setattr(line_watch, "suspended_s", lambda: made.slept_s)
    return made


def watched(machine: Machine, act: Callable[[OwnAddresses], Awaitable[None]]) -> None:
    """Let `act` happen while the watch runs, on a clock that jumps."""

    async def main() -> None:
        own = OwnAddresses([("0.0.0.0", 4101)], PEER)
        all_of_it: Any = machine
        watch = LineWatch(own, all_of_it, all_of_it, all_of_it, all_of_it, SILENCE_S)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(watch.run)
            await act(own)
            nursery.cancel_scope.cancel()

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


async def look() -> None:
    await trio.sleep(LOOK_S * 1.5)


def texts(*hosts: str) -> list[str]:
    return [f"/ip4/{host}/tcp/4101/p2p/{PEER}" for host in hosts]


def test_connections_from_an_address_that_is_gone_end(machine: Machine) -> None:
    async def act(own: OwnAddresses) -> None:
        machine.connections = {
            "far": Connection("far", HOME),
            "further": Connection("further", HOME),
            "here": Connection("here", "127.0.0.1"),
        }
        await look()
        assert len(machine.connections) == 3
        machine.outward = None
        await look()
        assert list(machine.connections) == ["here"]
        assert machine.dials == 0

    watched(machine, act)


def test_after_a_move_it_is_found_elsewhere_and_dials(machine: Machine) -> None:
    async def act(own: OwnAddresses) -> None:
        held, listening, changed = own.texts, own.listening, own.changed
        assert held == texts("127.0.0.1", HOME)
        machine.outward = CAFE
        await look()
        assert held == texts("127.0.0.1", CAFE)
        assert listening == [("127.0.0.1", 4101), (CAFE, 4101)]
        assert changed.is_set()
        assert not own.changed.is_set()
        # Those that are kept, and those in the book, since nobody is left.
        assert machine.dials == 2
        await look()
        assert machine.dials == 2

    watched(machine, act)


def test_a_line_that_comes_back_is_worth_a_dial(machine: Machine) -> None:
    async def act(own: OwnAddresses) -> None:
        machine.outward = None
        await look()
        assert own.texts == texts("127.0.0.1")
        machine.outward = HOME
        await look()
        assert own.texts == texts("127.0.0.1", HOME)
        assert machine.dials == 2

    watched(machine, act)


def test_after_a_sleep_all_is_dialled_anew(machine: Machine) -> None:
    async def act(own: OwnAddresses) -> None:
        machine.connections = {"far": Connection("far", HOME), "a": Connection("a", "127.0.0.1")}
        machine.slept_s += SILENCE_S - 1
        await look()
        assert len(machine.connections) == 2
        assert machine.dials == 0
        machine.slept_s += SILENCE_S
        await look()
        assert machine.connections == {}
        # Those that are kept, and those in the book, since nobody is left.
        assert machine.dials == 2
        await look()
        assert machine.dials == 2

    watched(machine, act)


def test_the_book_waits_while_others_are_connected(machine: Machine) -> None:
    async def act(own: OwnAddresses) -> None:
        machine.connections = {"here": Connection("here", "127.0.0.1")}
        machine.outward = CAFE
        await look()
        assert machine.dials == 1

    watched(machine, act)


def test_how_long_the_machine_slept_is_no_less_than_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The two clocks are read one after the other.
    assert line_watch.suspended_s() >= -0.001
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    assert line_watch.suspended_s() == 0


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("192.0.2.77", False), ("2001:db8::77", False), ("fe80::1%none", True)],
)
def test_whose_an_address_is(host: str, expected: bool) -> None:
    if ":" in host and not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    assert line_watch.is_ours(host) is expected


def test_what_says_nothing_about_an_address_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*args: object) -> socket.socket:
        raise OSError(24, "too many open files")

    monkeypatch.setattr(socket, "socket", exhausted)
    assert line_watch.is_ours("192.0.2.77")

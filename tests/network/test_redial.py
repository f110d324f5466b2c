"""Redialling, with a clock that jumps."""

from __future__ import annotations

import itertools
import random

import trio
import trio.testing

from vrmnode.network.addresses import DialAddress
from vrmnode.network.errors import NetworkError
from vrmnode.network.peers.redial import STABLE_S, Redial


def address(host: str, peer: str = "peer") -> DialAddress:
    return DialAddress(text=f"/{host}/{peer}", host=host, port=1, peer_id=peer)


class World:
    """Peers that answer or don't, and when they were dialled."""

    def __init__(self) -> None:
        self.dials: list[tuple[float, str]] = []
        self.answers: set[str] = set()
        self.up: dict[str, trio.Event] = {}
        self.redial = Redial(
            self.dial,
            self.wait_while_connected,
            shortest_s=1.0,
            longest_s=60.0,
            jitter=random.Random(1),
        )

    async def dial(self, where: DialAddress) -> None:
        self.dials.append((trio.current_time(), where.host))
        if where.host not in self.answers:
            raise NetworkError("network.dial_failed", "nobody")
        self.up[where.peer_id] = trio.Event()

    async def wait_while_connected(self, peer: str) -> None:
        if peer in self.up:
            await self.up[peer].wait()
            del self.up[peer]
        await trio.lowlevel.checkpoint()

    def pauses(self) -> list[float]:
        times = [at for at, _ in self.dials]
        return [b - a for a, b in itertools.pairwise(times)]


def run(test: object) -> None:
    async def main() -> None:
        async with trio.open_nursery() as nursery:
            await test(World(), nursery)  # type: ignore[operator]
            nursery.cancel_scope.cancel()

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def test_pauses_double_up_to_a_minute_with_jitter() -> None:
    async def test(world: World, nursery: trio.Nursery) -> None:
        world.redial.remember(address("a"), nursery)
        await trio.sleep(1_000)
        for number, pause in enumerate(world.pauses()):
            full = min(60.0, 2.0**number)
            assert full / 2 <= pause <= full
        assert len(set(world.pauses()[7:])) > 5

    run(test)


def test_pauses_start_anew_after_a_stable_connection() -> None:
    async def test(world: World, nursery: trio.Nursery) -> None:
        world.redial.remember(address("a"), nursery)
        await trio.sleep(300)
        world.answers.add("a")
        await trio.sleep(61)
        await trio.sleep(STABLE_S)
        world.answers.clear()
        count = len(world.dials)
        world.up["peer"].set()
        await trio.sleep(3)
        assert len(world.dials) - count >= 2

    run(test)


def test_peer_that_hangs_up_at_once_is_not_dialled_without_pause() -> None:
    async def test(world: World, nursery: trio.Nursery) -> None:
        world.answers.add("a")
        world.redial.remember(address("a"), nursery)
        for _ in range(2_000):
            await trio.sleep(0.1)
            if "peer" in world.up:
                world.up["peer"].set()
        assert len(world.dials) < 15

    run(test)


def test_addresses_of_one_peer_take_turns() -> None:
    async def test(world: World, nursery: trio.Nursery) -> None:
        for host in ("a", "b", "a"):
            world.redial.remember(address(host), nursery)
        await trio.sleep(20)
        assert [host for _, host in world.dials][:4] == ["a", "b", "a", "b"]

    run(test)


def test_peers_are_dialled_independently() -> None:
    async def test(world: World, nursery: trio.Nursery) -> None:
        world.answers.add("b")
        world.redial.remember(address("a", "one"), nursery)
        world.redial.remember(address("b", "two"), nursery)
        await trio.sleep(100)
        assert [host for _, host in world.dials].count("b") == 1

    run(test)


def test_a_move_ends_the_pause() -> None:
    async def moved(world: World, nursery: trio.Nursery) -> None:
        world.redial.remember(address("home"), nursery)
        await trio.sleep(600)
        tries = len(world.dials)
        world.answers.add("home")
        world.redial.dial_now()
        await trio.testing.wait_all_tasks_blocked()
        assert len(world.dials) == tries + 1
        world.answers.clear()
        world.up["peer"].set()
        await trio.sleep(2)
        # The long pauses are forgotten, too.
        assert len(world.dials) > tries + 1

    run(moved)

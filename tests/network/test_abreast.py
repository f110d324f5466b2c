"""Checks abreast: so many at a time, used in order, ended by the first error."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

import pytest
import trio
import trio.testing

from vrmnode.network.limits.abreast import Abreast, abreast
from vrmnode.round_robin import RoundRobin

ROOM = RoundRobin(1_000)
SENDER = ("gossip", "peer")


@pytest.fixture(autouse=True)
def room_is_left() -> Iterator[None]:
    yield
    assert ROOM.wanted == 0


async def _pass(rounds: int) -> None:
    for _ in range(rounds):
        await trio.lowlevel.checkpoint()


async def _ignore(found: object) -> None: ...


def test_at_most_so_many_at_a_time_and_each_used_in_order() -> None:
    chance = random.Random(1)
    running = most = 0
    used: list[int] = []

    async def check(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await _pass(chance.randrange(9))
        return number

    async def use(number: int) -> None:
        nonlocal running
        await _pass(chance.randrange(9))
        used.append(number)
        running -= 1

    async def main() -> None:
        async with abreast(3, ROOM, SENDER) as checks:
            for number in range(50):
                await checks.start(partial(check, number), use, 1)
            await checks.all_ended()
            assert (len(used), running) == (50, 0)
            await checks.start(partial(check, 50), use, 1)
        assert used == list(range(51))

    trio.run(main)
    assert most == 3


def test_an_error_of_the_body_leaves_after_the_checks_ended() -> None:
    used: list[int] = []

    async def check() -> int:
        await _pass(10)
        return 7

    async def use(found: int) -> None:
        used.append(found)

    async def start_and_fail() -> None:
        async with abreast(2, ROOM, SENDER) as checks:
            await checks.start(check, use, 1)
            raise LookupError("the body")

    with pytest.raises(LookupError, match="the body"):
        trio.run(start_and_fail)
    assert used == [7]


@pytest.mark.parametrize("by_use", [False, True])
def test_an_error_of_a_check_ends_everything(by_use: bool) -> None:
    async def check() -> int:
        if not by_use:
            raise LookupError("a check")
        return 0

    async def use(found: int) -> None:
        raise LookupError("a check")

    async def later(found: object) -> None:
        pytest.fail("nothing that comes later is used")

    async def run() -> None:
        async with abreast(3, ROOM, SENDER) as checks:
            await checks.start(check, use, 1)
            await checks.start(partial(_pass, 20), later, 1)
            await checks.start(trio.sleep_forever, later, 1)
            await trio.sleep_forever()

    with pytest.raises(LookupError, match="a check"):
        trio.run(run)


def test_all_peers_together_have_room_for_so_much() -> None:
    room, sizes = RoundRobin(10), (1, 3, 4, 7, 10, 99)
    running: list[int] = []
    used: list[tuple[str, int]] = []

    async def check(size: int) -> int:
        running.append(size)
        assert sum(running) <= 10 or len(running) == 1
        await _pass(3)
        return size

    async def peer(name: str) -> None:
        async def use(size: int) -> None:
            await _pass(2)
            used.append((name, size))
            running.remove(size)

        async with abreast(3, room, ("gossip", name)) as checks:
            for at in range(30):
                size = sizes[at % len(sizes)]
                await checks.start(partial(check, size), use, size)
            await checks.alone(partial(check, 5), use, 5)

    async def main() -> None:
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                for name in "abcd":
                    nursery.start_soon(peer, name)

    trio.run(main)
    wanted = [sizes[at % len(sizes)] for at in range(30)] + [5]
    for name in "abcd":
        assert [size for who, size in used if who == name] == wanted
    assert room.wanted == 0


@pytest.mark.parametrize("alone", [False, True])
def test_who_goes_while_there_is_no_room_leaves_the_place_too(alone: bool) -> None:
    async def main() -> None:
        await ROOM.enter(("sync", "other"), 1_000)
        async with abreast(1, ROOM, SENDER) as checks:
            with trio.CancelScope() as scope:
                async with trio.open_nursery() as nursery:
                    begin = checks.alone if alone else checks.start
                    nursery.start_soon(begin, partial(_pass, 1), _ignore, 10)
                    await trio.testing.wait_all_tasks_blocked()
                    assert ROOM.wanted == 1_010
                    scope.cancel()
            ROOM.leave(1_000)
            with trio.fail_after(60):
                await checks.start(partial(_pass, 1), _ignore, 10)

    trio.run(main)


def test_who_is_cancelled_from_outside_is_cancelled() -> None:
    async def work(checks: Abreast, scope: trio.CancelScope) -> None:
        await checks.start(trio.sleep_forever, _ignore, 1)
        scope.cancel()
        await checks.all_ended()

    async def main() -> None:
        with trio.CancelScope() as scope:
            async with abreast(3, ROOM, SENDER) as checks:
                await work(checks, scope)
        assert scope.cancelled_caught

    trio.run(main)

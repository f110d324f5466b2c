"""Checks abreast: so many at a time, used in order, ended by the first error."""

from __future__ import annotations

import random
from functools import partial

import pytest
import trio

from vrmnode.network.limits.abreast import Abreast, abreast


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
        async with abreast(3) as checks:
            for number in range(50):
                await checks.start(partial(check, number), use)
            await checks.all_ended()
            assert (len(used), running) == (50, 0)
            await checks.start(partial(check, 50), use)
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
        async with abreast(2) as checks:
            await checks.start(check, use)
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
        async with abreast(3) as checks:
            await checks.start(check, use)
            await checks.start(partial(_pass, 20), later)
            await checks.start(trio.sleep_forever, later)
            await trio.sleep_forever()

    with pytest.raises(LookupError, match="a check"):
        trio.run(run)


def test_who_is_cancelled_from_outside_is_cancelled() -> None:
    async def work(checks: Abreast, scope: trio.CancelScope) -> None:
        await checks.start(trio.sleep_forever, _ignore)
        scope.cancel()
        await checks.all_ended()

    async def main() -> None:
        with trio.CancelScope() as scope:
            async with abreast(3) as checks:
                await work(checks, scope)
        assert scope.cancelled_caught

    trio.run(main)

"""Room by round robin: in turn, never too much, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.round_robin import Asker, RoundRobin


async def _served(most: int, asked: Sequence[tuple[Asker, int]]) -> list[Asker]:
    """Who is served, in their order, when all ask at once while there is no room."""
    room, order = RoundRobin(most), []
    await room.enter(("first", "first"), most)

    async def ask(asker: Asker, size: int) -> None:
        await room.enter(asker, size)
        order.append(asker)
        await trio.testing.wait_all_tasks_blocked()
        room.leave(size)

    with trio.fail_after(60):
        async with trio.open_nursery() as nursery:
            for asker, size in asked:
                nursery.start_soon(ask, asker, size)
                await trio.testing.wait_all_tasks_blocked()
            assert not order
            assert room.wanted == most + sum(size for _, size in asked)
            room.leave(most)
    assert room.wanted == 0
    return order


def test_who_asks_for_much_is_served_as_often_as_another() -> None:
    asked = [(("gossip", "a"), 1)] * 4 + [(("gossip", "b"), 1)] * 2 + [(("gossip", "c"), 1)]
    assert [who for _, who in trio.run(_served, 1, asked)] == list("abcabaa")


def test_of_many_peers_that_come_one_way_none_is_between_two_of_another() -> None:
    asked = [(("gossip", each), 1) for each in "abcd"] + [(("sync", "e"), 1)] * 3
    assert [who for _, who in trio.run(_served, 1, asked)] == list("aebeced")


def test_a_large_one_is_not_passed_by_small_ones() -> None:
    asked = [(("gossip", "large"), 3), (("gossip", "a"), 1), (("gossip", "b"), 1)]

    async def main() -> None:
        room = RoundRobin(3)
        await room.enter(("gossip", "first"), 1)
        order: list[object] = []

        async def ask(asker: Asker, size: int) -> None:
            await room.enter(asker, size)
            order.append(asker[1])

        async with trio.open_nursery() as nursery:
            for asker, size in asked:
                nursery.start_soon(ask, asker, size)
                await trio.testing.wait_all_tasks_blocked()
            assert order == []
            room.leave(1)
            await trio.testing.wait_all_tasks_blocked()
            assert order == ["large"]
            room.leave(3)
        assert sorted(map(str, order)) == ["a", "b", "large"]

    trio.run(main)


def test_more_than_there_is_has_room_alone() -> None:
    async def main() -> None:
        room = RoundRobin(3)
        await room.enter(("gossip", "a"), 1)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(room.enter, ("gossip", "b"), 99)
            await trio.testing.wait_all_tasks_blocked()
            assert room._used == 1
            room.leave(1)
            await trio.testing.wait_all_tasks_blocked()
            assert room._used == 99

    trio.run(main)


@pytest.mark.parametrize("granted", [False, True])
def test_who_goes_while_waiting_takes_nothing_along(granted: bool) -> None:
    async def main() -> None:
        room = RoundRobin(2)
        await room.enter(("gossip", "a"), 2)
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                gone = trio.CancelScope()

                async def go() -> None:
                    with gone:
                        await room.enter(("gossip", "b"), 2)
                        pytest.fail("it has gone")

                nursery.start_soon(go)
                await trio.testing.wait_all_tasks_blocked()
                nursery.start_soon(room.enter, ("gossip", "c"), 1)
                await trio.testing.wait_all_tasks_blocked()
                gone.cancel()
                if granted:
                    # Given to it before it hears that it has gone.
                    room.leave(2)
                    assert room._used == 2
                await trio.testing.wait_all_tasks_blocked()
                if not granted:
                    room.leave(2)
        assert room.wanted == room._used == 1
        room.leave(1)
        await room.enter(("gossip", "d"), 2)

    trio.run(main)


def test_a_large_one_that_goes_lets_those_behind_it_in() -> None:
    async def main() -> None:
        room = RoundRobin(3)
        await room.enter(("gossip", "a"), 2)
        with trio.fail_after(60):
            async with trio.open_nursery() as small, trio.open_nursery() as large:
                large.start_soon(room.enter, ("gossip", "large"), 3)
                await trio.testing.wait_all_tasks_blocked()
                small.start_soon(room.enter, ("gossip", "small"), 1)
                await trio.testing.wait_all_tasks_blocked()
                large.cancel_scope.cancel()
        assert room._used == 3

    trio.run(main)


_ASKED = st.lists(
    st.tuples(st.tuples(st.sampled_from("xyz"), st.sampled_from("abc")), st.integers(1, 5)),
    max_size=30,
)


@given(most=st.integers(1, 6), asked=_ASKED)
def test_everybody_is_served_in_turn_and_never_too_much(
    most: int, asked: list[tuple[tuple[str, str], int]]
) -> None:
    room = RoundRobin(most)
    running: list[int] = []
    order: list[tuple[str, str]] = []

    async def ask(asker: tuple[str, str], size: int) -> None:
        await room.enter(asker, size)
        running.append(size)
        assert sum(running) <= most or len(running) == 1
        order.append(asker)
        await trio.lowlevel.checkpoint()
        running.remove(size)
        room.leave(size)

    async def main() -> None:
        await room.enter(("", ""), most)
        async with trio.open_nursery() as nursery:
            for asker, size in asked:
                nursery.start_soon(ask, asker, size)
            await trio.testing.wait_all_tasks_blocked()
            room.leave(most)

    trio.run(main)
    assert sorted(order) == sorted(asker for asker, _ in asked)
    assert room.wanted == 0
    # All had asked before the first was served: nobody is served twice while another of its way
    # waits for its first time. Those who were served together are in any order.
    if most == 1:
        for at, asker in enumerate(order):
            waiting = {other for other in order[at + 1 :] if other[0] == asker[0]}
            assert not (asker in order[:at] and waiting - set(order[:at]))

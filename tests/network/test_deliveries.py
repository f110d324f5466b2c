"""What waits for the node: so many messages, so many bytes, in order, and of every peer."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from vrmnode.network import Delivery
from vrmnode.network.deliveries import Deliveries


def _made(number: int, size: int = 10, peer: str = "peer") -> Delivery:
    return Delivery("topic", number.to_bytes(2, "big") + bytes(size - 2), peer)


async def _put_all(deliveries: Deliveries, *some: Delivery) -> None:
    for each in some:
        await deliveries.put(each)


def test_what_is_put_is_taken_in_order_to_the_end() -> None:
    async def main() -> None:
        deliveries = Deliveries(10, 1_000)
        some = [_made(number) for number in range(5)]
        await _put_all(deliveries, *some)
        assert len(deliveries) == 5
        assert await deliveries.receive() == some[0]
        assert deliveries.receive_nowait() == some[1]
        deliveries.end()
        assert [each async for each in deliveries] == some[2:]
        with pytest.raises(trio.EndOfChannel):
            deliveries.receive_nowait()

    trio.run(main)


def test_nothing_there_is_told_at_once() -> None:
    with pytest.raises(trio.WouldBlock):
        Deliveries(1, 1).receive_nowait()


@pytest.mark.parametrize(("most", "most_bytes"), [(3, 1_000), (1_000, 39)])
def test_more_waits_until_some_are_taken(most: int, most_bytes: int) -> None:
    async def main() -> None:
        deliveries = Deliveries(most, most_bytes)
        some = [_made(number) for number in range(20)]
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_put_all, deliveries, *some)
                for each in some:
                    await trio.testing.wait_all_tasks_blocked()
                    assert len(deliveries) <= 3
                    assert deliveries.receive_nowait() == each

    trio.run(main)


def test_one_larger_than_all_the_room_comes_alone() -> None:
    async def main() -> None:
        deliveries = Deliveries(10, 100)
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_put_all, deliveries, _made(0), _made(1, 500), _made(2))
                await trio.testing.wait_all_tasks_blocked()
                assert len(deliveries) == 1
                found = [(await deliveries.receive()).data for _ in range(3)]
        assert [len(each) for each in found] == [10, 500, 10]

    trio.run(main)


def test_who_has_many_waits_as_long_as_who_has_one() -> None:
    async def main() -> None:
        deliveries = Deliveries(10, 10)
        many = [_made(number, peer="many") for number in range(10)]
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                for each in many:
                    nursery.start_soon(deliveries.put, each)
                await trio.testing.wait_all_tasks_blocked()
                nursery.start_soon(deliveries.put, _made(99, peer="one"))
                await trio.testing.wait_all_tasks_blocked()
                peers = [(await deliveries.receive()).peer for _ in range(11)]
        assert peers.index("one") <= 2

    trio.run(main)


@pytest.mark.parametrize(("most", "most_bytes"), [(1, 1_000), (1_000, 10)])
def test_who_goes_while_waiting_takes_no_room_along(most: int, most_bytes: int) -> None:
    async def main() -> None:
        deliveries = Deliveries(most, most_bytes)
        await deliveries.put(_made(1))
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(deliveries.put, _made(2))
                await trio.testing.wait_all_tasks_blocked()
                nursery.cancel_scope.cancel()
            assert await deliveries.receive() == _made(1)
            await deliveries.put(_made(3))
            assert await deliveries.receive() == _made(3)
        assert deliveries._room.wanted == 0

    trio.run(main)

"""The outgoing queue alone."""

from __future__ import annotations

import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.network.gossip.outbound_queue import BATCH_BYTES, OutboundQueue

OPERATIONS = st.lists(
    st.one_of(st.tuples(st.booleans(), st.binary(min_size=1, max_size=40)), st.none()),
    max_size=60,
)


@given(OPERATIONS)
def test_bounds_and_order_hold(operations: list[tuple[bool, bytes] | None]) -> None:
    async def main() -> None:
        queue = OutboundQueue(max_frames=10, max_bytes=200)
        model: tuple[list[bytes], list[bytes]] = ([], [])
        for operation in operations:
            waiting = [*model[0], *model[1]]
            assert len(queue) == len(waiting) <= 10
            assert queue.size_bytes == sum(map(len, waiting)) <= 200
            if operation is None:
                if waiting:
                    assert await queue.pop_batch() == b"".join(waiting)
                    model = ([], [])
                continue
            control, frame = operation
            room = len(waiting) < 10 and sum(map(len, waiting)) + len(frame) <= 200
            assert queue.push(frame, control=control) is room
            if room:
                model[0 if control else 1].append(frame)

    trio.run(main)


def test_control_goes_first() -> None:
    async def main() -> None:
        queue = OutboundQueue(10, 1_000)
        queue.push(b"message")
        queue.push(b"control", control=True)
        assert await queue.pop_batch() == b"controlmessage"

    trio.run(main)


def test_batches_are_of_whole_frames_and_bounded() -> None:
    async def main() -> None:
        queue = OutboundQueue(10, 1 << 30)
        for letter in (b"a", b"b", b"c"):
            queue.push(letter * (BATCH_BYTES // 2))
        queue.push(b"d" * BATCH_BYTES * 3)
        sizes = []
        while queue:
            sizes.append(len(await queue.pop_batch() or b""))
        assert sizes == [BATCH_BYTES, BATCH_BYTES // 2, BATCH_BYTES * 3]

    trio.run(main)


def test_all_who_wait_for_room_get_it_in_the_end() -> None:
    async def main() -> None:
        queue = OutboundQueue(2, 1_000)
        done: list[bool] = []

        async def push(n: int) -> None:
            done.append(await queue.push_when_room(bytes([n])))

        async with trio.open_nursery() as nursery:
            for n in range(7):
                nursery.start_soon(push, n)
            await trio.testing.wait_all_tasks_blocked()
            assert done == [True, True]
            taken = b""
            while len(taken) < 7:
                taken += await queue.pop_batch() or b""
                await trio.testing.wait_all_tasks_blocked()
        assert sorted(taken) == list(range(7))
        assert done == [True] * 7

    trio.run(main)


def test_closing_wakes_everybody() -> None:
    async def main() -> None:
        full, empty = OutboundQueue(1, 1_000), OutboundQueue(1, 1_000)
        full.push(b"x")
        results: list[object] = []

        async def collect(wait: object) -> None:
            results.append(await wait)  # type: ignore[misc]

        async with trio.open_nursery() as nursery:
            nursery.start_soon(collect, full.push_when_room(b"y"))
            nursery.start_soon(collect, full.drained())
            nursery.start_soon(collect, empty.pop_batch())
            await trio.testing.wait_all_tasks_blocked()
            full.close()
            empty.close()
        assert sorted(map(str, results)) == ["False", "None", "None"]
        assert not full.push(b"z")
        assert full.size_bytes == len(full) == 0

    trio.run(main)


def test_frame_that_never_fits_does_not_wait() -> None:
    async def main() -> None:
        assert not await OutboundQueue(10, 5).push_when_room(b"too long")

    trio.run(main)


def test_drained_waits_until_the_taker_asks_again() -> None:
    async def main() -> None:
        queue = OutboundQueue(10, 1_000)
        queue.push(b"x")
        drained = trio.Event()

        async def wait() -> None:
            await queue.drained()
            drained.set()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await queue.pop_batch()
            await trio.testing.wait_all_tasks_blocked()
            assert not drained.is_set()
            nursery.start_soon(queue.pop_batch)
            await drained.wait()
            queue.close()

    trio.run(main)

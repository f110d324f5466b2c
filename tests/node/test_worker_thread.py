"""A thread of its own: calls in order, answers to whom they belong, an end that waits."""

from __future__ import annotations

import threading
from functools import partial

import pytest
import trio

from vrmnode.node.worker_thread import WorkerThread


def test_calls_run_in_order_in_one_other_thread() -> None:
    ran: list[tuple[int, int]] = []

    def call(number: int) -> int:
        ran.append((number, threading.get_ident()))
        return number

    async def main() -> None:
        found: list[int] = []

        async def ask(number: int) -> None:
            found.append(await worker.run(partial(call, number)))

        with WorkerThread[int]("test") as worker:
            for number in range(5):
                assert await worker.run(partial(call, number)) == number
            async with trio.open_nursery() as nursery:
                for number in range(5, 50):
                    nursery.start_soon(ask, number)
        assert sorted(found) == list(range(5, 50))
        assert [number for number, _ in ran[5:]] == found

    trio.run(main)
    assert len({thread for _, thread in ran}) == 1
    assert threading.get_ident() not in {thread for _, thread in ran}


def test_what_a_call_raises_is_raised_and_the_next_one_runs() -> None:
    def fail() -> int:
        raise LookupError("none")

    async def main() -> None:
        with WorkerThread[int]("test") as worker:
            with pytest.raises(LookupError, match="none"):
                await worker.run(fail)
            assert await worker.run(lambda: 3) == 3

    trio.run(main)


def test_a_cancelled_call_is_awaited() -> None:
    ended = threading.Event()

    def call(scope: trio.CancelScope, token: trio.lowlevel.TrioToken) -> int:
        trio.from_thread.run_sync(scope.cancel, trio_token=token)
        ended.set()
        return 1

    async def main() -> None:
        token = trio.lowlevel.current_trio_token()
        with WorkerThread[int]("test") as worker:
            with trio.CancelScope() as scope:
                await worker.run(partial(call, scope, token))
                assert ended.is_set()
                await trio.lowlevel.checkpoint()
            assert scope.cancelled_caught
            assert await worker.run(lambda: 2) == 2

    trio.run(main)


def test_the_thread_ends_with_the_context() -> None:
    async def main() -> None:
        with WorkerThread[int]("ends with its context") as worker:
            await worker.run(lambda: 0)

    trio.run(main)
    assert "ends with its context" not in {thread.name for thread in threading.enumerate()}

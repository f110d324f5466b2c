"""The loop: turns in order, one commit for those that wait, errors to whom they belong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import pytest
import trio
import trio.testing

from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.machine import Machine
from vrmnode.errors import NodeError, ServiceError, StorageError
from vrmnode.node.loop import REST_AFTER, Loop
from vrmnode.storage import settings

Body = Callable[[Loop], Awaitable[None]]


def _with_loop(machine: Machine, body: Body) -> None:
    async def run() -> None:
        loop = Loop(machine)
        with trio.fail_after(120):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(loop.run)
                await body(loop)
                nursery.cancel_scope.cancel()

    trio.run(run)


def _put(name: str, ctx: Context) -> object:
    settings.put(ctx.tx, name, 1)
    return name


def _raise(error: Exception, name: str, ctx: Context) -> object:
    settings.put(ctx.tx, name, 1)
    raise error


async def _together(loop: Loop, *actions: Callable[[Context], object]) -> list[object]:
    """Submit turns at once; the value or the error of each."""
    found: list[object] = [None] * len(actions)

    async def one(at: int, action: Callable[[Context], object]) -> None:
        try:
            found[at] = await loop.submit(action)
        except NodeError as error:
            found[at] = error.code

    async with trio.open_nursery() as nursery:
        for at, action in enumerate(actions):
            nursery.start_soon(one, at, action)
    return found


def test_turns_that_wait_together_share_a_commit(machine: Machine) -> None:
    groups: list[int] = []
    plain = machine.turns

    def counted(actions: object) -> object:
        groups.append(len(actions))  # type: ignore[arg-type]
        return plain(actions)  # type: ignore[arg-type]

    machine.turns = counted  # type: ignore[method-assign, assignment]

    async def body(loop: Loop) -> None:
        found = await _together(loop, *(partial(_put, f"n{number}") for number in range(20)))
        assert found == [f"n{number}" for number in range(20)]

    _with_loop(machine, body)
    assert sum(groups) == 20
    assert len(groups) < 20


def test_a_value_is_told_after_the_commit(machine: Machine) -> None:
    reader = machine.database.reader()

    async def body(loop: Loop) -> None:
        for number in range(5):
            await loop.submit(partial(_put, f"n{number}"))
            assert settings.get(reader, f"n{number}") == 1

    _with_loop(machine, body)


def test_a_bug_is_an_internal_error_and_the_others_survive(machine: Machine) -> None:
    async def body(loop: Loop) -> None:
        bug = partial(_raise, ZeroDivisionError("a bug"), "b")
        found = await _together(loop, partial(_put, "a"), bug, partial(_put, "c"))
        assert found == ["a", "internal.error", "c"]
        with pytest.raises(ServiceError) as caught:
            await loop.submit(bug)
        assert caught.value.status == 500
        assert isinstance(caught.value.__cause__, ZeroDivisionError)

    _with_loop(machine, body)
    assert settings.get(machine.database.reader(), "b") is None


def test_a_refusal_is_raised_as_it_is(machine: Machine) -> None:
    async def body(loop: Loop) -> None:
        with pytest.raises(ServiceError) as caught:
            await loop.submit(partial(_raise, conflict("deal.taken", "words"), "b"))
        assert (caught.value.code, caught.value.status) == ("deal.taken", 409)

    _with_loop(machine, body)


def test_a_storage_error_undoes_the_group_and_the_loop_goes_on(machine: Machine) -> None:
    full = partial(_raise, StorageError("storage.disk_full", "words"), "b")

    async def body(loop: Loop) -> None:
        with pytest.raises(StorageError) as caught:
            await loop.submit(full)
        assert caught.value.code == "storage.disk_full"
        assert await loop.submit(partial(_put, "c")) == "c"

    _with_loop(machine, body)
    reader = machine.database.reader()
    assert (settings.get(reader, "b"), settings.get(reader, "c")) == (None, 1)


def test_a_pause_that_the_store_refuses_ends_nothing(machine: Machine) -> None:
    tried = 0

    def rest() -> None:
        nonlocal tried
        tried += 1
        raise StorageError("storage.io", "words")

    machine.rest = rest  # type: ignore[method-assign]

    async def body(loop: Loop) -> None:
        for number in range(3 * REST_AFTER):
            assert await loop.submit(partial(_put, f"n{number}")) == f"n{number}"

    _with_loop(machine, body)
    assert tried > 1


def test_whoever_waits_hears_of_a_commit(machine: Machine) -> None:
    async def body(loop: Loop) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(loop.changed, 5)
            await trio.testing.wait_all_tasks_blocked()
            began = trio.current_time()
            await loop.submit(partial(_put, "a"))
        assert trio.current_time() - began < 4

    _with_loop(machine, body)


def test_quiet_turns_wake_nobody_but_a_turn_beside_them_does(machine: Machine) -> None:
    async def body(loop: Loop) -> None:
        woken = trio.Event()

        async def wait() -> None:
            await loop.changed(60)
            woken.set()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await trio.testing.wait_all_tasks_blocked()
            (outcome,) = await loop.submit_all([partial(_put, "a")], quiet=True)
            assert outcome.value == "a"
            await trio.testing.wait_all_tasks_blocked()
            assert not woken.is_set()
            await loop.submit(partial(_put, "b"))
            await woken.wait()

    _with_loop(machine, body)


def test_without_a_commit_waiting_ends_by_its_time(machine: Machine) -> None:
    async def body(loop: Loop) -> None:
        began = trio.current_time()
        await loop.changed(0.01)
        assert trio.current_time() - began >= 0.01

    _with_loop(machine, body)

"""Signatures checked beside the loop: the same answers by process and threads, whatever dies."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
import trio
import trio.testing

from tests.signatures.samples import signed
from vrmnode.signatures import checker as checkers
from vrmnode.signatures.checker import AHEAD, BUSY, INLINE, MANY, THREADS, SignatureChecker
from vrmnode.signatures.requests import Signed

PATIENCE_S = 180

SOME = [signed(number, right=number % 5 != 0) for number in range(3 * MANY)]
WHO = ("gossip", "peer")
RIGHT = [number % 5 != 0 for number in range(3 * MANY)]


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkers, "_processors", lambda: 2)


def _run(body: Callable[[SignatureChecker], Awaitable[None]]) -> None:
    async def main() -> None:
        checker = SignatureChecker()
        with trio.fail_after(PATIENCE_S):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(checker.run)
                await body(checker)
                nursery.cancel_scope.cancel()

    trio.run(main)


async def _until_started(checker: SignatureChecker) -> int:
    assert await checker.check(SOME, WHO) == RIGHT
    while checker.pid is None:  # noqa: ASYNC110 - it gives no event for that
        await trio.sleep(0.01)
    return checker.pid


async def _stopped(checker: SignatureChecker, monkeypatch: pytest.MonkeyPatch) -> int:
    """The process, which is given up for nothing and stands still."""
    pid = await _until_started(checker)
    monkeypatch.setattr(checkers, "ANSWER_S", float("inf"))
    os.kill(pid, signal.SIGSTOP)
    return pid


async def _until_ended(checker: SignatureChecker) -> None:
    while checker.pid is not None:  # noqa: ASYNC110
        await trio.sleep(0.01)


@pytest.mark.parametrize("count", [0, 1, INLINE, INLINE + 1, MANY, 3 * MANY])
def test_without_its_process_all_are_checked(count: int) -> None:
    assert trio.run(SignatureChecker().check, SOME[:count], WHO) == RIGHT[:count]


def test_few_start_no_process() -> None:
    async def body(checker: SignatureChecker) -> None:
        for _ in range(20):
            assert await checker.check(SOME[: MANY - 1], WHO) == RIGHT[: MANY - 1]
        await trio.testing.wait_all_tasks_blocked()
        assert checker.pid is None

    _run(body)


def test_many_start_it_and_it_answers_everybody() -> None:
    async def body(checker: SignatureChecker) -> None:
        pid = await _until_started(checker)
        assert pid != os.getpid()

        async def ask(first: int, last: int) -> None:
            assert await checker.check(SOME[first:last], WHO) == RIGHT[first:last]

        async with trio.open_nursery() as nursery:
            for first in range(len(SOME)):
                nursery.start_soon(ask, first, first + 1 + first % 17)
        assert checker.pid == pid

    _run(body)


def test_whoever_is_cancelled_disturbs_nobody() -> None:
    async def body(checker: SignatureChecker) -> None:
        await _until_started(checker)
        for _ in range(10):
            with trio.CancelScope() as scope:
                scope.cancel()
                await checker.check(SOME, WHO)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(checker.check, SOME, WHO)
                await trio.lowlevel.checkpoint()
                nursery.cancel_scope.cancel()
            assert await checker.check(SOME[1:40], WHO) == RIGHT[1:40]

    _run(body)


def test_when_it_dies_threads_go_on_and_another_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checkers, "RESTART_S", 0.0)

    async def body(checker: SignatureChecker) -> None:
        pid = await _until_started(checker)

        async def ask() -> None:
            assert await checker.check(SOME, WHO) == RIGHT

        os.kill(pid, signal.SIGKILL)
        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(ask)
        while checker.pid in (None, pid):
            await ask()

    _run(body)


def test_one_that_stands_still_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(checker: SignatureChecker) -> None:
        pid = await _until_started(checker)
        monkeypatch.setattr(checkers, "ANSWER_S", 1.0)
        os.kill(pid, signal.SIGSTOP)
        assert await checker.check(SOME, WHO) == RIGHT
        await _until_ended(checker)
        assert await checker.check(SOME, WHO) == RIGHT

    _run(body)


@pytest.mark.parametrize("message_bytes", [8, 1 << 16])
def test_one_that_stands_still_holds_up_nobody_when_those_who_asked_have_gone(
    monkeypatch: pytest.MonkeyPatch, message_bytes: int
) -> None:
    # The long ones are more than the socket pair takes: the first is half asked.
    some = [Signed(bytes(32), bytes(message_bytes), bytes(64))] * MANY

    async def body(checker: SignatureChecker) -> None:
        pid = await _until_started(checker)
        monkeypatch.setattr(checkers, "ANSWER_S", 1.0)
        os.kill(pid, signal.SIGSTOP)
        async with trio.open_nursery() as nursery:
            for _ in range(50):
                nursery.start_soon(checker.check, some, WHO)
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
        assert await checker.check(SOME, WHO) == RIGHT
        await _until_ended(checker)

    _run(body)


def test_few_are_not_behind_the_many_that_the_process_has_not_taken_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def body(checker: SignatureChecker) -> None:
        await _stopped(checker, monkeypatch)
        async with trio.open_nursery() as nursery:
            for _ in range(1 + BUSY // len(SOME)):
                nursery.start_soon(checker.check, SOME, WHO)
            await trio.testing.wait_all_tasks_blocked()
            assert await checker.check(SOME[: MANY - 1], WHO) == RIGHT[: MANY - 1]
            nursery.cancel_scope.cancel()

    _run(body)


def test_who_floods_the_process_keeps_nobody_waiting_but_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    peers, abreast, few = 50, 3, AHEAD // MANY
    answered: list[tuple[str, int]] = []

    async def body(checker: SignatureChecker) -> None:
        async def ask(way: str, peer: int) -> None:
            assert await checker.check(SOME[:MANY], (way, peer)) == RIGHT[:MANY]
            answered.append((way, peer))

        pid = await _stopped(checker, monkeypatch)
        async with trio.open_nursery() as nursery:
            for peer in range(peers):
                for _ in range(abreast):
                    nursery.start_soon(ask, "gossip", peer)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(ask, "gossip", peers)
            nursery.start_soon(ask, "sync", peers)
            await trio.testing.wait_all_tasks_blocked()
            os.kill(pid, signal.SIGCONT)

    _run(body)
    # Behind what the process had, and what else was its turn; answers that came together are in
    # any order.
    assert answered.index(("sync", peers)) < few + 2 + few
    assert answered.index(("gossip", peers)) < few + 1 + peers + 1 + few
    assert len(answered) == peers * abreast + 2


def test_the_process_is_given_enough_and_not_more_whoever_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def body(checker: SignatureChecker) -> None:
        pid = await _stopped(checker, monkeypatch)
        process = checker._process
        assert process is not None
        for peer in range(3):
            async with trio.open_nursery() as nursery:
                for _ in range(20):
                    nursery.start_soon(checker.check, SOME, ("gossip", peer))
                await trio.testing.wait_all_tasks_blocked()
                assert sum(each.count for each in process._asked) == AHEAD
                nursery.cancel_scope.cancel()
        assert process.wanted == AHEAD
        os.kill(pid, signal.SIGCONT)
        assert await checker.check(SOME, WHO) == RIGHT
        assert process.wanted == 0

    _run(body)


def test_threads_serve_in_turn_too(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    go_on = threading.Event()

    def slow(rows: Sequence[Signed]) -> list[bool]:
        started.append("one" if rows[0] is SOME[0] else "other")
        go_on.wait(PATIENCE_S)
        return [True] * len(rows)

    async def main() -> None:
        checker = SignatureChecker()
        with trio.fail_after(PATIENCE_S):
            async with trio.open_nursery() as nursery:
                for _ in range(10):
                    nursery.start_soon(checker.check, SOME, ("gossip", "one"))
                await trio.testing.wait_all_tasks_blocked()
                nursery.start_soon(checker.check, SOME[1:], ("gossip", "other"))
                await trio.testing.wait_all_tasks_blocked()
                assert len(started) <= THREADS
                go_on.set()

    monkeypatch.setattr(checkers, "_check", slow)
    trio.run(main)
    # Behind what the threads had and one more, and whatever they took up at the same time.
    assert started.index("other") <= 2 * THREADS
    assert len(started) == 11


def test_whoever_waits_is_answered_when_the_process_is_kept_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        checker = SignatureChecker()
        found: list[list[bool]] = []

        async def ask() -> None:
            found.append(await checker.check(SOME, WHO))

        with trio.fail_after(PATIENCE_S):
            async with trio.open_nursery() as outer, trio.open_nursery() as kept:
                kept.start_soon(checker.run)
                os.kill(await _until_started(checker), signal.SIGSTOP)
                monkeypatch.setattr(checkers, "ANSWER_S", float("inf"))
                outer.start_soon(ask)
                await trio.testing.wait_all_tasks_blocked()
                kept.cancel_scope.cancel()
        assert found == [RIGHT]

    trio.run(main)


def test_what_lies_in_the_folder_it_was_started_in_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("contextlib.py", "vrmnode.py"):
        (tmp_path / name).write_text("open('was run', 'w').close()")
    monkeypatch.chdir(tmp_path)

    async def body(checker: SignatureChecker) -> None:
        await _until_started(checker)
        assert await checker.check(SOME, WHO) == RIGHT

    _run(body)
    assert not (tmp_path / "was run").exists()


def test_where_there_is_none_to_be_had_threads_do_all(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Sequence[str]] = []

    async def none(command: Sequence[str], **_: object) -> None:
        tried.append(command)
        raise PermissionError("no processes here")

    monkeypatch.setattr(trio.lowlevel, "open_process", none)

    async def body(checker: SignatureChecker) -> None:
        for _ in range(3):
            assert await checker.check(SOME, WHO) == RIGHT
        while not tried:  # noqa: ASYNC110
            await trio.sleep(0.01)
        assert checker.pid is None

    _run(body)


@pytest.mark.parametrize("embedded", [False, True])
def test_on_one_processor_or_without_a_program_there_is_none(
    monkeypatch: pytest.MonkeyPatch, embedded: bool
) -> None:
    monkeypatch.setattr(checkers, "_processors", lambda: 2 if embedded else 1)
    monkeypatch.setattr(sys, "executable", None if embedded else sys.executable)

    async def body(checker: SignatureChecker) -> None:
        assert await checker.check(SOME, WHO) == RIGHT
        await trio.testing.wait_all_tasks_blocked()
        assert checker.pid is None

    _run(body)

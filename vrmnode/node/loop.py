"""The one loop: every change of the node's state goes through it, in order.

Envelopes, commands and timers all become turns of the engine. Turns that wait together share one
commit; whoever submitted a turn hears of it after the commit is on disk. Turns submitted together
stay together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog
import trio

from vrmnode.engine.context import Context
from vrmnode.engine.machine import Machine, Outcome
from vrmnode.errors import NodeError, ServiceError, StorageError
from vrmnode.node.worker_thread import WorkerThread

MAX_WAITING = 256
MAX_GROUP = 64
REST_AFTER = 8
"""Commits after which a pause is used."""

log = structlog.get_logger("vrmnode.loop")


@dataclass(slots=True)
class Job:
    """Turns on their way through the loop."""

    actions: Sequence[Callable[[Context], object]]
    quiet: bool
    done: trio.Event = field(default_factory=trio.Event)
    outcomes: Sequence[Outcome] = ()


class Loop:
    """Takes turns from a bounded queue and runs them in groups in a worker thread."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._send, self._receive = trio.open_memory_channel[Job](MAX_WAITING)
        self._ticks = trio.Event()
        self._since_rest = REST_AFTER

    async def run(self) -> None:
        """Run turns until cancelled."""
        with WorkerThread[Sequence[Outcome]]("turns") as worker:
            await self._run(worker)

    async def _run(self, worker: WorkerThread[Sequence[Outcome]]) -> None:
        async for first in self._receive:
            jobs, turns = [first], len(first.actions)
            while turns < MAX_GROUP:
                try:
                    jobs.append(self._receive.receive_nowait())
                except trio.WouldBlock:
                    break
                turns += len(jobs[-1].actions)
            await self._run_group(worker, jobs)

    async def _run_group(self, worker: WorkerThread[Sequence[Outcome]], jobs: list[Job]) -> None:
        actions = [action for job in jobs for action in job.actions]
        outcomes: Sequence[Outcome]
        try:
            outcomes = await worker.run(partial(self._machine.turns, actions))
        except StorageError as error:
            log.error("storage", code=error.code, problem=error.message, turns=len(actions))
            outcomes = [Outcome(error=error)] * len(actions)
        at = 0
        for job in jobs:
            job.outcomes = outcomes[at : at + len(job.actions)]
            at += len(job.actions)
            for outcome in job.outcomes:
                _report(outcome)
            job.done.set()
        if not all(job.quiet for job in jobs):
            self.tick()
        self._since_rest += 1
        if self._since_rest >= REST_AFTER and not self._receive.statistics().current_buffer_used:
            self._since_rest = 0
            try:
                await worker.run(self._rest)
            except StorageError as error:
                # No turn is lost by that; the next pause tries again.
                log.warning("storage", code=error.code, problem=error.message, turns=0)

    def _rest(self) -> Sequence[Outcome]:
        self._machine.rest()
        return ()

    async def submit(self, action: Callable[[Context], object]) -> object:
        """Run a turn and wait until it is committed.

        Raises:
            ServiceError: as the turn does; `internal.error` for a bug, whose traceback is logged.
            StorageError: the commit failed; nothing of the turn is kept.
        """
        (outcome,) = await self.submit_all([action])
        error = outcome.error
        if error is None:
            return outcome.value
        if isinstance(error, NodeError):
            raise error
        raise ServiceError(
            "internal.error", "the node met a bug; its log has the traceback", 500
        ) from error

    async def submit_all(
        self, actions: Sequence[Callable[[Context], object]], *, quiet: bool = False
    ) -> Sequence[Outcome]:
        """Run turns that share a commit, and wait for it; what each came to, in their order.

        `quiet`: they make no events and put nothing into the outbox, so nobody need look.
        """
        job = Job(actions, quiet)
        await self._send.send(job)
        await job.done.wait()
        return job.outcomes

    def tick(self) -> None:
        """Wake whoever waits for something to have changed."""
        ticks, self._ticks = self._ticks, trio.Event()
        ticks.set()

    async def changed(self, timeout_s: float) -> None:
        """Return when something was committed, or after `timeout_s` seconds."""
        ticks = self._ticks
        with trio.move_on_after(timeout_s):
            await ticks.wait()


def _report(outcome: Outcome) -> None:
    for note in outcome.notes:
        log.info("note", note=note)
    if outcome.error is not None and not isinstance(outcome.error, NodeError):
        log.error("turn failed", exc_info=outcome.error)

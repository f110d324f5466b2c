"""Which of many signatures are right, without holding up the event loop.

A signature takes 56 µs without Python's lock and 2 µs with it, but a thread that wants the lock
back waits for a busy loop, and the loop for it: 10,000 took two threads 0.9 s of CPU. A process of
its own takes 0.57 s, and the loop goes on. It is started once many signatures come together, since
most nodes never have many. Until it is there, where there is none to be had, or when it has died,
threads do the same.

Either is given little at a time, so that whoever else asks is served in turn (`round_robin`).
Beside fifty peers that flood the node, who asks seldom waits for one request of each of them; for
one of them all, if what it sent came another way.
"""

from __future__ import annotations

import contextlib
import math
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence

import structlog
import trio

from vrmnode.round_robin import Asker, RoundRobin
from vrmnode.signatures import requests
from vrmnode.signatures.requests import Signed
from vrmprotocol import ed25519

INLINE = 3
"""Signatures that take less time than to hand them over."""
MANY = 32
"""Signatures that came together for which the process is started."""
AHEAD = 384
"""Signatures that the process has at a time, 22 ms of work: it is never idle while the loop is busy
for less, and nobody's turn comes later by more."""
BUSY = 1_000
"""Signatures that are waited for, 60 ms of work, from which few go to the threads."""
THREADS = 2
ANSWER_S = 10.0
"""Seconds without an answer after which the process counts as dead."""
RESTART_S = 60.0
"""Seconds after its end until it is started again."""
_READ_BYTES = 65_536

_COMMAND = (sys.executable, "-P", "-m", "vrmnode.signatures.worker")
"""Without -P Python would look for modules in the folder that the node was started in first."""

_PROBE = Signed(bytes(32), b"", bytes(64))
_OURSELVES: Asker = (None, None)

log = structlog.get_logger("vrmnode.signatures")


class SignatureChecker:
    """Checks signatures; `run` keeps the process for that, and without it threads do all."""

    def __init__(self) -> None:
        self._threads = RoundRobin(THREADS)
        self._wanted = trio.Event()
        self._process: _Process | None = None

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return None if self._process is None else self._process.pid

    async def check(self, some: Sequence[Signed], asker: Asker) -> list[bool]:
        """Whether each is right; all messages have the same length. Askers are served in turn."""
        rows = list(some)
        if len(rows) <= INLINE:
            return _check(rows)
        if len(rows) >= MANY:
            self._wanted.set()
        process = self._process
        # Few needn't wait for the many that others have sent.
        if process is not None and (len(rows) >= MANY or process.wanted < BUSY):
            try:
                return await process.check(rows, asker)
            except _GoneError:
                pass
        async with self._threads.place(asker):
            return await trio.to_thread.run_sync(_check, rows)

    async def run(self) -> None:
        """Keep the process going once it is wanted, until cancelled."""
        # On one processor it would only be in the loop's way; embedded, Python has no program.
        if _processors() < 2 or not sys.executable:
            return
        while True:
            await self._wanted.wait()
            try:
                await self._keep_one()
            except OSError as error:
                log.warning("no process for signatures", problem=str(error))
            await trio.sleep(RESTART_S)

    async def _keep_one(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            started = await trio.lowlevel.open_process(
                [*_COMMAND, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
            theirs.close()
            ours.setblocking(False)
            stream = trio.SocketStream(trio.socket.from_stdlib_socket(ours))
            process = _Process(started.pid, stream)
            try:
                await process.serve(self._use)
            finally:
                self._process = None
                started.kill()
                with trio.CancelScope(shield=True):
                    await started.wait()
        log.info("process for signatures ended", pid=process.pid)

    def _use(self, process: _Process) -> None:
        self._process = process


class _GoneError(Exception):
    """The process gives no answer any more."""


class _Request:
    """A request on its way; `found` is None until it is answered, and if it never is."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked = False
        self.ended = trio.Event()
        self.found: list[bool] | None = None


class _Process:
    """The other end of the socket pair."""

    def __init__(self, pid: int, stream: trio.SocketStream) -> None:
        self.pid = pid
        self._stream = stream
        self._room = RoundRobin(AHEAD)
        self._writing = trio.Lock()
        self._asked: deque[_Request] = deque()
        self._scope = trio.CancelScope()
        self._gone = False

    @property
    def wanted(self) -> int:
        """Signatures that it was asked for, or will be, and hasn't answered."""
        return self._room.wanted

    async def check(self, rows: list[Signed], asker: Asker) -> list[bool]:
        """Whether each is right.

        Raises:
            _GoneError: it ended before it answered.
        """
        request = _Request(len(rows))
        raw = requests.write(rows)
        await self._room.enter(asker, request.count)
        try:
            async with self._writing:
                if self._gone:
                    raise _GoneError
                self._note_asked(request)
                await self._send(raw)
        finally:
            # The room of what it was asked for is free when it has answered, whoever waits for it.
            if not request.asked:
                self._room.leave(request.count)
        await request.ended.wait()
        if request.found is None:
            raise _GoneError
        return request.found

    def _note_asked(self, request: _Request) -> None:
        request.asked = True
        self._asked.append(request)
        if len(self._asked) == 1:
            self._scope.deadline = trio.current_time() + ANSWER_S

    def _end(self, request: _Request, found: list[bool] | None) -> None:
        request.found = found
        request.ended.set()
        self._room.leave(request.count)
        self._scope.deadline = trio.current_time() + ANSWER_S if self._asked else math.inf

    async def _send(self, raw: bytes) -> None:
        # Half a request would make nonsense of all that follow. One that stands still is given up,
        # which ends the waiting here, too.
        with trio.CancelScope(shield=True):
            try:
                await self._stream.send_all(raw)
            except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
                raise _GoneError from error

    async def serve(self, ready: Callable[[_Process], None]) -> None:
        """Take its answers until it has gone; `ready` is told once it gives any."""
        try:
            async with trio.open_nursery() as nursery:
                self._scope = nursery.cancel_scope
                nursery.start_soon(self._read, nursery.cancel_scope)
                with contextlib.suppress(_GoneError):
                    await self.check([_PROBE], _OURSELVES)
                    ready(self)
        finally:
            self._gone = True
            while self._asked:
                self._end(self._asked.popleft(), None)
            # Whoever is writing to it hears of that, too.
            await trio.aclose_forcefully(self._stream)

    async def _read(self, scope: trio.CancelScope) -> None:
        came = bytearray()
        while True:
            try:
                data = await self._stream.receive_some(_READ_BYTES)
            except trio.BrokenResourceError:
                data = b""
            if not data:
                scope.cancel()
                return
            came += data
            while self._asked and len(came) >= self._asked[0].count:
                request = self._asked.popleft()
                found = [each == 1 for each in came[: request.count]]
                del came[: request.count]
                self._end(request, found)


def _check(rows: Sequence[Signed]) -> list[bool]:
    return [ed25519.verify(*each) for each in rows]


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1

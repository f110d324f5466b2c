"""Programs of ours, forked from a process that has imported a node already.

A node takes a second of a processor to import what it is made of, and tests start some hundred. A
forked one is a process like any other: it has its own session, environment and files, and it can be
killed. What has to be a new program - under another clock, in a network namespace - stays one; the
demo, the README's commands and `tests/cli` start `vrm` as its users do.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from multiprocessing.connection import wait as wait_for_any
from pathlib import Path

from examples.programs import Program, environment, run_program, start_program

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["vrmnode.cli.root", "vrmnode.node"])

# multiprocessing reads how a process ended once, and isn't made for threads that ask together.
_LOCK = threading.Lock()

_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
_LONGER = os.O_WRONLY | os.O_CREAT | os.O_APPEND


def start_forked(command: Sequence[str], out: Path, log: Path) -> Program:
    """What `start_program` does, with a fork where the command is a module of Python."""
    if not _can_fork(command):
        return start_program(command, out, log)
    out.write_bytes(b"")  # what another program said there is gone once this one is started
    return _Forked(command[2:], (os.devnull, out, log))


def run_forked(
    command: Sequence[str], stdin: str, timeout_s: float
) -> subprocess.CompletedProcess[str]:
    """What `run_program` does, with a fork where the command is a module of Python."""
    if not _can_fork(command):
        return run_program(command, stdin, timeout_s)
    with tempfile.TemporaryDirectory() as folder:
        asked, said, told = (Path(folder) / name for name in ("in", "out", "err"))
        asked.write_text(stdin, encoding="utf-8")
        said.touch()
        told.touch()
        forked = _Forked(command[2:], (asked, said, told))
        try:
            status = forked.wait(timeout_s)
        finally:
            forked.kill()
        words = [each.read_text(encoding="utf-8") for each in (said, told)]
    return subprocess.CompletedProcess(command, status, *words)


def _can_fork(command: Sequence[str]) -> bool:
    return tuple(command[:2]) == (sys.executable, "-m") and "LD_PRELOAD" not in os.environ


class _Forked:
    """A forked program; several threads may ask for its end."""

    def __init__(self, words: Sequence[str], files: Sequence[Path | str]) -> None:
        self._words = words
        self._process = _FORKS.Process(
            target=_become, args=(words, environment(), files), daemon=True
        )
        with _LOCK:
            self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        with _LOCK:
            return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        wait_for_any([self._process.sentinel], timeout)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired(list(self._words), timeout or 0)
        return status

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _become(
    words: Sequence[str], surroundings: dict[str, str], files: Sequence[Path | str]
) -> None:
    """Be the module `words[0]`, run with the others, in the process that was forked for it."""
    os.setsid()
    for number, (name, flags) in enumerate(zip(files, (os.O_RDONLY, _NEW, _LONGER), strict=True)):
        opened = os.open(name, flags, 0o666)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(surroundings)
    module, *sys.argv[1:] = words
    runpy.run_module(module, run_name="__main__", alter_sys=True)

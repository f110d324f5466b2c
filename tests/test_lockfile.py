"""One daemon per folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from vrmnode.errors import LockError
from vrmnode.lockfile import NodeLock, running_pid

HOLDER = """
import sys, time
from pathlib import Path
from vrmnode.lockfile import NodeLock
NodeLock.acquire(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "node.lock"


def test_it_is_held_until_released(path: Path) -> None:
    assert running_pid(path) is None
    with NodeLock.acquire(path) as lock:
        assert running_pid(path) == os.getpid()
    lock.release()
    assert running_pid(path) is None
    NodeLock.acquire(path).release()


def test_a_second_daemon_is_told_who_runs(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockError) as caught:
            NodeLock.acquire(path)
        assert caught.value.code == "node.already_running"
        assert caught.value.pid == holder.pid
        assert str(holder.pid) in caught.value.message
        assert str(path.parent) in caught.value.message
        holder.send_signal(signal.SIGKILL)
    assert running_pid(path) is None
    NodeLock.acquire(path).release()


def test_a_file_left_behind_locks_nothing(path: Path) -> None:
    path.write_text("99999999\n")
    with NodeLock.acquire(path):
        assert running_pid(path) == os.getpid()


def test_garbage_in_the_file_has_no_pid(path: Path) -> None:
    with NodeLock.acquire(path):
        path.write_text("x" * 100)
        with pytest.raises(LockError) as caught:
            NodeLock.acquire(path)
    assert (caught.value.code, caught.value.pid) == ("node.already_running", None)


def test_asking_who_runs_keeps_nobody_from_starting(path: Path) -> None:
    NodeLock.acquire(path).release()
    finished = threading.Event()

    def ask() -> None:
        while not finished.is_set():
            running_pid(path)
            time.sleep(0.001)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        for _ in range(50):
            NodeLock.acquire(path).release()
    finally:
        finished.set()
        thread.join()


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(LockError) as caught:
        NodeLock.acquire(tmp_path / "none" / "node.lock")
    assert caught.value.code == "node.lock"

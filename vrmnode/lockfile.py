"""node.lock: one daemon per data folder.

A lock of the kernel (flock) on the file, with the process id written into it for people. The
kernel drops the lock with the process, however it ends, so a file left behind locks nothing. The
file is never removed: that would let two daemons lock two files of one name.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

from vrmnode.errors import LockError

TRIES, PAUSE_S = 8, 0.02


class NodeLock:
    """The lock of a data folder, held until `release` or the end of the process."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, path: Path) -> NodeLock:
        """Take the lock. Raises LockError `node.already_running`, `node.lock` (can't be made)."""
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise LockError("node.lock", f"{path} can't be written: {error}") from error
        try:
            _lock(descriptor)
        except OSError as error:
            pid = _read_pid(descriptor)
            os.close(descriptor)
            who = "a process" if pid is None else f"process {pid}"
            raise LockError(
                "node.already_running",
                f"{who} already runs a node in {path.parent}: stop it, or choose another "
                "folder with --data",
                pid,
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(path, descriptor)

    def release(self) -> None:
        """Give the lock back; doing so twice is allowed."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> NodeLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _lock(descriptor: int) -> None:
    # `running_pid` holds the lock for a moment: only one that stays is another daemon's.
    for _ in range(TRIES - 1):
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(PAUSE_S)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def running_pid(path: Path) -> int | None:
    """Return the process that holds the lock; None where nobody does (or it left no id)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _read_pid(descriptor)
    finally:
        os.close(descriptor)
    return None


def _read_pid(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).strip()
    return int(text) if text.isdigit() else None

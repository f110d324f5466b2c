"""Clocks of processes under the tests' control: a library that each of them preloads."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def build_shim(folder: Path) -> Path:
    """The library that shifts a process's clock when it is preloaded; skips without a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler for the clock's shim")
    library = folder / "clock_shim.so"
    source = Path(__file__).with_name("clock_shim.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


@contextmanager
def fixed_offset(shim: Path, offset_s: int) -> Iterator[None]:
    """Processes that start in this block have a clock that is off by so many seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LD_PRELOAD", str(shim))
        patch.setenv("SHIM_OFFSET_S", str(offset_s))
        yield


class VirtualTime:
    """One clock for all processes that start in its block; it runs, and it can be put forward."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self._offset_s = 0
        self._write()

    def now(self) -> int:
        """Unix seconds as the processes read them."""
        return int(time.time()) + self._offset_s

    def advance_to(self, at: int) -> None:
        """Put the clock forward to a time; it never goes back."""
        self._offset_s += max(0, at - self.now())
        self._write()

    def _write(self) -> None:
        # In place and at once: the processes have the file mapped.
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        os.pwrite(descriptor, struct.pack("=q", self._offset_s), 0)
        os.close(descriptor)

    @contextmanager
    def running(self, shim: Path) -> Iterator[None]:
        """Processes that start in this block read this clock."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LD_PRELOAD", str(shim))
            patch.setenv("SHIM_OFFSET_FILE", str(self._file))
            yield

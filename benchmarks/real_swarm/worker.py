"""Talking with a process by lines of JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


class Worker:
    """A process that reads lines of JSON and answers with others."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def say(self, value: object) -> None:
        """Send a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(value) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        """The next line; waits for it."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"process {self.process.pid}: expected a line, it ended instead")
        return json.loads(line)


@contextmanager
def worker(module: str, before: Sequence[str] = ()) -> Iterator[Worker]:
    """A module that runs as a process, by way of the command `before`; killed at the end."""
    process = subprocess.Popen(
        [*before, sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Worker(process)
    finally:
        process.kill()
        process.communicate()

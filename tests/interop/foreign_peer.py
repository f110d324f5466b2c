"""Peers of other libp2p implementations, each a process of its own; packages come from its lock.

`js/` is a js-libp2p peer, `go/` a go-libp2p one. Both take the same commands and tell the same
events.
"""

from __future__ import annotations

import fcntl
import json
import os
import queue
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

Kind = Literal["js", "go"]

HERE = Path(__file__).parent
PATIENCE_S = 180.0
SET_UP_S = 900.0
NPM = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
GO_ENVIRONMENT = {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly -trimpath"}


def why_not(kind: Kind) -> str | None:
    """Why such a peer can't run here, or None if it can."""
    missing = [name for name in _PROGRAMS[kind] if shutil.which(name) is None]
    if missing:
        return f"there is no {missing[0]} here"
    if kind == "go" and _version("go", "version") < _wanted_go():
        return "the Go here is older than the module needs"
    return None


_PROGRAMS: dict[Kind, tuple[str, ...]] = {"js": ("node", "npm"), "go": ("go",)}


def _version(*command: str) -> tuple[int, ...]:
    words = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", words)
    return tuple(int(part or 0) for part in found.groups()) if found else ()


def _wanted_go() -> tuple[int, ...]:
    line = next(
        line for line in (HERE / "go" / "go.mod").read_text().splitlines() if line.startswith("go ")
    )
    return tuple(int(part) for part in line[3:].split("."))


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Keep test processes that run side by side from setting up in one another's way."""
    with (folder / ".gitignore").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _js() -> list[str]:
    """The command of the js peer, whose packages are installed unless they are there."""
    folder = HERE / "js"
    stamp, lock = folder / "node_modules" / ".package-lock.json", folder / "package-lock.json"
    with _one_at_a_time(folder):
        if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
            subprocess.run(NPM, cwd=folder, check=True, timeout=SET_UP_S)
    return ["node", str(folder / "peer.mjs")]


def _go() -> list[str]:
    """The command of the go peer, built unless the toolchain has it in its cache."""
    folder = HERE / "go"
    program = folder / "build" / "peer"
    with _one_at_a_time(folder):
        subprocess.run(
            ["go", "build", "-o", str(program), "."],
            cwd=folder,
            check=True,
            timeout=SET_UP_S,
            env={**os.environ, **GO_ENVIRONMENT},
        )
    return [str(program)]


class ForeignPeer:
    """The running peer: commands in, events out."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._events: queue.Queue[dict[str, Any]] = queue.Queue()
        self.seen: list[dict[str, Any]] = []
        threading.Thread(target=self._read, daemon=True).start()
        up = self.expect("up")
        self.id: str = up["id"]
        self.addresses: list[str] = [each for each in up["addresses"] if "/ws/" not in each]
        self.by_web_socket: list[str] = [each for each in up["addresses"] if "/ws/" in each]

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._events.put(json.loads(line))

    def tell(self, command: str, **fields: object) -> None:
        """Give a command."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": command, **fields}) + "\n")
        self._process.stdin.flush()

    def expect(self, event: str, **fields: object) -> dict[str, Any]:
        """The next event of that kind with those fields; others before it are passed over.

        Raises:
            AssertionError: it didn't come in time; with what came.
        """
        while True:
            try:
                found = self._events.get(timeout=PATIENCE_S)
            except queue.Empty:
                raise AssertionError(f"expected {event} {fields}, came {self.seen}") from None
            self.seen.append(found)
            if found["event"] == event and fields.items() <= found.items():
                return found

    def ask(self, command: str, event: str, **fields: object) -> dict[str, Any]:
        """The event that answers a command."""
        self.tell(command, **fields)
        return self.expect(event)


@contextmanager
def running(kind: Kind) -> Iterator[ForeignPeer]:
    """A peer that listens on loopback, until the block ends."""
    command = _js() if kind == "js" else _go()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield ForeignPeer(process)
        finally:
            process.kill()

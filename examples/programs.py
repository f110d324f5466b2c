"""`vrm` as a program: how the examples run a command of it, and start a node.

`run_program` and `start_program` are looked up here at each use, so that tests can put others in
their place.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

VRM = (sys.executable, "-m", "vrmnode.cli")
COMMAND_TIMEOUT_S = 180.0


class NodeError(Exception):
    """A node or a command did something else than was expected; the message says what."""


class CommandFailed(NodeError):
    """`vrm` ended with another exit code than 0; `code` is the stable one of its error."""

    def __init__(self, command: str, exit_code: int, stderr: str) -> None:
        super().__init__(f"{command}: exit code {exit_code}: {stderr.strip()}")
        self.exit_code = exit_code
        self.stderr = stderr
        self.code = _error_code(stderr)


def run_vrm(*args: object, stdin: str = "", timeout_s: float = COMMAND_TIMEOUT_S) -> Any:
    """The value that `vrm ARGS --json` prints; None when it prints nothing.

    A command that prints several lines of JSON gives the list of them.

    Raises:
        CommandFailed: any exit code but 0.
    """
    words = [str(arg) for arg in args]
    done = run_program([*VRM, *words, "--json"], stdin, timeout_s)
    if done.returncode != 0:
        raise CommandFailed(f"vrm {' '.join(words)}", done.returncode, done.stderr)
    return _parsed(done.stdout)


def run_program(
    command: Sequence[str], stdin: str, timeout_s: float
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; what it said.

    Raises:
        subprocess.TimeoutExpired: it didn't end in time; it is killed then.
    """
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        env=environment(),
        check=False,
    )


class Program(Protocol):
    """A running program, as `subprocess.Popen` has it."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int) -> None: ...

    def kill(self) -> None: ...


def start_program(command: Sequence[str], out: Path, log: Path) -> Program:
    """Start a program whose words go to `out`, a file made anew, and whose log goes on in `log`."""
    with log.open("ab") as log_file, out.open("wb") as out_file:
        # A session of its own: Ctrl-C reaches the one that started it, which then ends it.
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out_file,
            stderr=log_file,
            env=environment(),
            start_new_session=True,
        )


def environment() -> dict[str, str]:
    """This process's environment without what would steer `vrm` elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VRM_")}
    return {**kept, "LC_ALL": "C.UTF-8"}


def _parsed(text: str) -> Any:
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def _error_code(stderr: str) -> str:
    """The code in the JSON error on stderr, which progress may precede; "" if there is none."""
    for line in reversed(stderr.splitlines()):
        if line.startswith("{"):
            try:
                return str(json.loads(line)["error"]["code"])
            except (json.JSONDecodeError, KeyError, TypeError):
                return ""
    return ""

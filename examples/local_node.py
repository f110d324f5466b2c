"""Real nodes on this machine: each a process of its own, in a folder of its own.

    with LocalNodes(Path("/tmp/market")) as nodes:
        relay = nodes.add("relay")
        shop = nodes.add("shop", peers=relay.addresses)
        shop.vrm("status")

A node is driven as its owner would drive it, by `vrm` commands with `--json`. Whatever happens, the
`with` block ends every process that it started, by its id.
"""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from examples import programs
from examples.programs import COMMAND_TIMEOUT_S, VRM, NodeError, Program, run_vrm

T = TypeVar("T")

LOOPBACK = "/ip4/127.0.0.1/tcp/0"
POLL_S = 0.05
START_TIMEOUT_S = 180.0
STOP_TIMEOUT_S = 180.0


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event of a node's log, and when it was seen here (`time.monotonic`)."""

    at_s: float
    event: dict[str, Any]

    @property
    def type(self) -> str:
        """What happened, such as `deal.agreed`."""
        return str(self.event["type"])

    @property
    def data(self) -> dict[str, Any]:
        """What the event says beyond its type."""
        found = self.event["data"]
        return found if isinstance(found, dict) else {}


class LocalNode:
    """A node in `folder`; nothing exists before `init`, nothing runs before `start`.

    `program` is what runs as the node: `vrm`, unless its owner has put another in its place.
    """

    def __init__(self, folder: Path, *, peers: Sequence[str] = ()) -> None:
        self.folder = folder
        self.name = folder.name
        self.peers = list(peers)
        self.program: Sequence[str] = VRM
        self.addresses: list[str] = []
        self.log = folder.with_name(f"{folder.name}.log")
        self._process: Program | None = None

    @property
    def pid(self) -> int | None:
        """The id of the running process; None while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def init(self, *options: str) -> dict[str, Any]:
        """Make the node's folder and keys, without passphrase; it will listen on loopback."""
        value = self.vrm("init", "--no-passphrase", "--listen", LOOPBACK, *options)
        return dict(value)

    def start(self, *options: str, timeout_s: float = START_TIMEOUT_S) -> dict[str, Any]:
        """Start the node; what its ready line says. Its log goes on in `log`.

        Raises:
            NodeError: it ended, or wasn't ready in time; with the end of its log.
        """
        self.launch(*options)
        return self.wait_until_ready(timeout_s)

    def launch(self, *options: str) -> None:
        """Start the process and return at once, so that several can start together."""
        if self.pid is not None:
            raise NodeError(f"{self.name} runs already, as process {self.pid}")
        peers = [word for address in self.peers for word in ("--peer", address)]
        command = [*self.program, "run", "--data", str(self.folder), "--no-passphrase", "--json"]
        self._process = programs.start_program(
            [*command, *peers, *options], self._ready_file, self.log
        )

    def wait_until_ready(self, timeout_s: float = START_TIMEOUT_S) -> dict[str, Any]:
        """What the ready line says, as soon as it is there.

        Raises:
            NodeError: the node ended, or wasn't ready in time.
        """
        ready = self.wait_for(self._ready_line, timeout_s, "ready")
        self.addresses = [str(address) for address in ready["addresses"]]
        return ready

    @property
    def _ready_file(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.ready")

    def _ready_line(self) -> dict[str, Any] | None:
        line, newline, _ = self._ready_file.read_text(encoding="utf-8").partition("\n")
        return json.loads(line) if newline else None

    def vrm(self, *args: object, stdin: str = "", timeout_s: float = COMMAND_TIMEOUT_S) -> Any:
        """The value of a `vrm` command on this node, as `run_vrm` gives it."""
        return run_vrm(*args, "--data", self.folder, stdin=stdin, timeout_s=timeout_s)

    def events(self, after: int = 0) -> list[dict[str, Any]]:
        """The node's events with a number above `after`, oldest first."""
        found = self.vrm("events", "--after", after, "--limit", 1000)
        return found if isinstance(found, list) else [found] if found else []

    def wait_for(self, condition: Callable[[], T | None], timeout_s: float, what: str = "it") -> T:
        """What `condition` gives as soon as that is true; asked again and again.

        Raises:
            NodeError: the time is over, or the node's process ended.
        """
        until = time.monotonic() + timeout_s
        while True:
            if found := condition():
                return found
            status = None if self._process is None else self._process.poll()
            if status is not None:
                raise NodeError(self._words(f"ended with status {status}"))
            if time.monotonic() > until:
                raise NodeError(self._words(f"expected {what} within {timeout_s:g} s"))
            time.sleep(POLL_S)

    def _words(self, words: str) -> str:
        return f"{self.name}: {words}; the end of its log:\n{self.log_tail()}"

    def log_tail(self, lines: int = 15) -> str:
        """The last lines of the log."""
        if not self.log.exists():
            return "(no log)"
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> int | None:
        """End the node with SIGTERM; its exit status, or None if it didn't run.

        Raises:
            NodeError: it didn't end in time; it is killed then.
        """
        self.send(signal.SIGTERM)
        return self.wait_until_ended(timeout_s)

    def kill(self) -> int | None:
        """End the node with SIGKILL, as a crash or a power cut would."""
        self.send(signal.SIGKILL)
        return self.wait_until_ended(STOP_TIMEOUT_S)

    def send(self, signum: signal.Signals) -> None:
        """Send a signal to the node's process, if there is one."""
        if self._process is not None:
            self._process.send_signal(signum)

    def wait_until_ended(self, timeout_s: float) -> int | None:
        """The exit status of the process, or None if there was none.

        Raises:
            NodeError: it didn't end in time; it is killed then.
        """
        process = self._process
        if process is None:
            return None
        try:
            status = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise NodeError(self._words(f"expected its end within {timeout_s:g} s")) from None
        finally:
            # Also when Ctrl-C comes while we wait: no process may outlive its owner.
            process.kill()
            process.wait()
            self._process = None
        return status


class EventFeed:
    """A node's events as they happen, from `vrm events --follow` in a process of its own."""

    def __init__(self, node: LocalNode, on_event: Callable[[SeenEvent], None]) -> None:
        self.node = node
        self._on_event = on_event
        self._seen: list[SeenEvent] = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            [*VRM, "events", "--follow", "--after", "0", "--json", "--data", str(node.folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=programs.environment(),
            start_new_session=True,
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            seen = SeenEvent(time.monotonic(), json.loads(line))
            self._on_event(seen)
            with self._changed:
                self._seen.append(seen)
                self._changed.notify_all()

    def count(self) -> int:
        """How many events were seen; what comes after is `wait_for(..., start=count)`."""
        with self._changed:
            return len(self._seen)

    def wait_for(
        self, wanted: Callable[[SeenEvent], bool], timeout_s: float, what: str, *, start: int = 0
    ) -> SeenEvent:
        """The first event that is `wanted`, of those from the `start`-th on.

        Raises:
            NodeError: there was none in time.
        """

        def first() -> SeenEvent | None:
            return next((seen for seen in self._seen[start:] if wanted(seen)), None)

        with self._changed:
            self._changed.wait_for(lambda: first() is not None, timeout_s)
            found = first()
        if found is None:
            tail = self.node.log_tail()
            raise NodeError(
                f"{self.node.name}: expected {what} within {timeout_s:g} s;"
                f" the end of its log:\n{tail}"
            )
        return found

    def close(self) -> None:
        """End the process that follows."""
        self._process.terminate()
        self._process.wait()
        self._thread.join(STOP_TIMEOUT_S)
        assert self._process.stdout is not None
        self._process.stdout.close()


class LocalNodes:
    """The nodes in `folder`; leaving the `with` block ends them all, whatever happened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._nodes: list[LocalNode] = []
        self._feeds: list[EventFeed] = []

    def __enter__(self) -> LocalNodes:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop_all()

    def __iter__(self) -> Iterator[LocalNode]:
        return iter(self._nodes)

    def make(self, name: str, *, peers: Sequence[str] = ()) -> LocalNode:
        """A node of which nothing exists yet, not even its folder."""
        node = LocalNode(self.folder / name, peers=peers)
        self._nodes.append(node)
        return node

    def prepare(self, name: str, *, peers: Sequence[str] = ()) -> LocalNode:
        """A node with its folder and keys, not yet started."""
        node = self.make(name, peers=peers)
        node.init()
        return node

    def add(self, name: str, *, peers: Sequence[str] = ()) -> LocalNode:
        """A node that runs."""
        node = self.prepare(name, peers=peers)
        node.start()
        return node

    def follow(
        self, node: LocalNode, on_event: Callable[[SeenEvent], None] = lambda _: None
    ) -> EventFeed:
        """The events of a running node; `on_event` is called in a thread, with each."""
        feed = EventFeed(node, on_event)
        self._feeds.append(feed)
        return feed

    def stop_all(self) -> dict[str, int]:
        """End every process; the exit status of each node that ran.

        Raises:
            NodeError: one didn't end in time; it was killed, and all others are ended.
        """
        statuses: dict[str, int] = {}
        # The last callback runs first, and each runs whatever happens in another, also Ctrl-C.
        with ExitStack() as every:
            for node in self._nodes:
                every.callback(self._await_end, node, statuses)
            for node in self._nodes:
                every.callback(node.send, signal.SIGTERM)
            for feed in self._feeds:
                every.callback(feed.close)
        self._feeds.clear()
        return statuses

    def _await_end(self, node: LocalNode, statuses: dict[str, int]) -> None:
        status = node.wait_until_ended(STOP_TIMEOUT_S)
        if status is not None:
            statuses[node.name] = status

"""Network namespaces with cables between them, and nodes inside.

A namespace lives as long as the process that holds it, and that one ends with its stdin; so nothing
is left of it, and of the cables and bridges in it, however the tests end. The machine's own network
is never touched. What is needed is root, Linux, and a kernel that lets one make namespaces, veth
and bridges; `missing()` says what isn't there.

A cable that is cut says nothing to anybody: no packet comes, none is refused.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from types import TracebackType

from examples.local_node import LocalNode
from examples.programs import VRM

TOOLS = ("ip", "unshare", "nsenter")
PREFIX_BITS = 24


class LabError(Exception):
    """A namespace or what is in it couldn't be made; the message has the system's words."""


class Space:
    """A network namespace, with its loopback up."""

    def __init__(self) -> None:
        self._holder = subprocess.Popen(
            ["unshare", "--net", "cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            # What comes back comes from within, so the namespace is there.
            self._hold()
            self.ip("link", "set", "lo", "up")
        except BaseException:
            self.close()
            raise

    def _hold(self) -> None:
        assert self._holder.stdin is not None and self._holder.stdout is not None
        # An end before that is found by the next line.
        with suppress(BrokenPipeError):
            self._holder.stdin.write(b"\n")
            self._holder.stdin.flush()
        if not self._holder.stdout.read(1):
            assert self._holder.stderr is not None
            raise LabError(self._holder.stderr.read().decode().strip())

    @property
    def pid(self) -> int:
        """The process whose namespace it is."""
        return self._holder.pid

    @property
    def enter(self) -> tuple[str, ...]:
        """The words that let a command run inside."""
        return ("nsenter", f"--net=/proc/{self.pid}/ns/net", "--")

    def ip(self, *words: object) -> None:
        """Run `ip` inside.

        Raises:
            LabError: it failed.
        """
        self.run(["ip", *map(str, words)])

    def run(self, words: Sequence[str]) -> None:
        """Run a command inside.

        Raises:
            LabError: it failed.
        """
        command = [*self.enter, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise LabError(f"{' '.join(command)}: {done.stderr.strip()}")

    def house(self, node: LocalNode) -> None:
        """Make a node that will run in here, and listen as `vrm init` has it."""
        node.program = (*self.enter, *VRM)
        node.vrm("init", "--no-passphrase")

    def close(self) -> None:
        """End the process that holds it."""
        self._holder.kill()
        self._holder.communicate()


class Lab:
    """All namespaces of a test: machines, and one that has the switches and cables between them."""

    def __init__(self) -> None:
        self._spaces = ExitStack()
        self._switches = self.space()
        self._cables = 0

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._spaces.close()

    def space(self) -> Space:
        """A machine without cables."""
        made = Space()
        self._spaces.callback(made.close)
        return made

    def switch(self, name: str, address: str | None = None) -> None:
        """A bridge; with an address it routes to the other bridges that have one."""
        self._switches.ip("link", "add", "name", name, "type", "bridge")
        self._switches.ip("link", "set", name, "up")
        if address is not None:
            self._switches.ip("address", "add", f"{address}/{PREFIX_BITS}", "dev", name)
            self._switches.run(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"])

    def join(self, one: str, other: str) -> str:
        """A cable between two switches, to be cut with `cut`; its name."""
        name, end = self._named("trunk")
        self._switches.ip("link", "add", "name", name, "type", "veth", "peer", "name", end)
        for port, switch in ((name, one), (end, other)):
            self._switches.ip("link", "set", port, "master", switch, "up")
        return name

    def plug(self, space: Space, switch: str, address: str, router: str | None = None) -> str:
        """A cable from a machine, which gets the address, to a switch; its name at both ends.

        Without a router everything else is taken to be on this cable, too.
        """
        name, end = self._named("port")
        # fmt: off
        self._switches.ip(
            "link", "add", "name", name, "type", "veth", "peer", "name", end, "netns", space.pid,
        )
        # fmt: on
        self._switches.ip("link", "set", name, "master", switch, "up")
        space.ip("link", "set", end, "name", name, "up")
        space.ip("address", "add", f"{address}/{PREFIX_BITS}", "dev", name)
        through = ("dev", name) if router is None else ("via", router)
        space.ip("route", "replace", "default", *through)
        return name

    def unplug(self, space: Space, name: str) -> None:
        """Take a cable from a machine, and the address with it."""
        space.ip("link", "delete", name)

    def cut(self, cable: str) -> None:
        """Let nothing pass on a cable from now on."""
        self._switches.ip("link", "set", cable, "down")

    def mend(self, cable: str) -> None:
        """Let everything pass again."""
        self._switches.ip("link", "set", cable, "up")

    def _named(self, kind: str) -> tuple[str, str]:
        self._cables += 1
        return f"{kind}{self._cables}", f"{kind}{self._cables}b"


@functools.cache
def missing() -> str | None:
    """What this machine lacks for a lab, in words; None if it has all."""
    if sys.platform != "linux":
        return f"network namespaces need Linux, this is {sys.platform}"
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    if absent:
        return f"network namespaces need the commands {', '.join(absent)}"
    if os.geteuid() != 0:
        return "network namespaces need root"
    try:
        with Lab() as lab:
            lab.switch("left", "10.77.0.254")
            lab.switch("right")
            lab.cut(lab.join("left", "right"))
            lab.plug(lab.space(), "left", "10.77.0.1")
    except LabError as error:
        return f"this machine lets nobody make network namespaces: {error}"
    return None

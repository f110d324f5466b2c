"""A cable that loses packets, and brings the others late and in another order.

This kernel may have no `netem`, so a process stands between two TUN devices, each of which is moved
to the namespace of a machine. What is lost is IP packets, so TCP's own repairs are at work.

As a process (`python -m tests.namespaces.lossy_cable`): in a line of JSON with the names of two
devices that it makes where it runs, and a seed; out a line when they are there. Each further line
in says from now on which share of the packets is lost and how late the others come, and is
answered by how many were passed on and how many were lost until then. Ends with its stdin.
"""

from __future__ import annotations

import fcntl
import heapq
import json
import os
import random
import selectors
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.real_swarm.worker import Worker, worker
from tests.namespaces.lab import Lab, Space

TUN = Path("/dev/net/tun")
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_PACKET_BYTES = 2_048


class LossyCable:
    """The cable between two machines: ``10.78.0.1`` and ``10.78.0.2``."""

    def __init__(self, process: Worker) -> None:
        self._process = process

    def set(self, *, lost: float, late_s: float) -> tuple[int, int]:
        """Lose this share of the packets, bring the others after once to twice `late_s`.

        How many packets were passed on, and how many lost, until now.
        """
        self._process.say([lost, late_s])
        passed, gone = self._process.hear()
        return passed, gone


@contextmanager
def lossy_cable(lab: Lab, one: Space, other: Space, seed: int) -> Iterator[LossyCable]:
    """Join two machines by a cable that loses nothing yet, while the context lasts."""
    between = lab.space()
    with worker("tests.namespaces.lossy_cable", between.enter) as process:
        names = ("lossy1", "lossy2")
        process.say([*names, seed])
        process.hear()
        for name, machine, address in zip(
            names, (one, other), ("10.78.0.1", "10.78.0.2"), strict=True
        ):
            between.ip("link", "set", name, "netns", machine.pid)
            machine.ip("address", "add", f"{address}/24", "dev", name)
            machine.ip("link", "set", name, "up")
            machine.ip("route", "add", "default", "dev", name)
        yield LossyCable(process)


class _Line:
    """Two devices, and the packets on their way between them."""

    def __init__(self, names: list[str], seed: int) -> None:
        self.files = [_device(name) for name in names]
        self.lost, self.late_s = 0.0, 0.0
        self.passed = self.gone = 0
        self._rng = random.Random(seed)
        self._due: list[tuple[float, int, int, bytes]] = []

    def take(self, end: int) -> None:
        """Take the packets that a device has."""
        while True:
            try:
                packet = os.read(self.files[end], _PACKET_BYTES)
            except BlockingIOError:
                return
            if self._rng.random() < self.lost:
                self.gone += 1
                continue
            self.passed += 1
            due = time.monotonic() + self.late_s * (1 + self._rng.random())
            heapq.heappush(self._due, (due, self.passed, 1 - end, packet))

    def bring(self) -> float | None:
        """Bring what is due to the other device; the seconds until something is."""
        while self._due:
            wait_s = self._due[0][0] - time.monotonic()
            if wait_s > 0:
                return wait_s
            _, _, end, packet = heapq.heappop(self._due)
            try:
                os.write(self.files[end], packet)
            except OSError:  # the device is down: a packet more that is lost
                self.gone += 1
        return None


def _device(name: str) -> int:
    file = os.open(TUN, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(file, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return file


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Be the cable."""
    first, second, seed = json.loads(sys.stdin.readline())
    line = _Line([first, second], seed)
    _say("ready")
    with selectors.DefaultSelector() as ready:
        ready.register(sys.stdin, selectors.EVENT_READ)
        for end, file in enumerate(line.files):
            ready.register(file, selectors.EVENT_READ, end)
        while True:
            for key, _ in ready.select(line.bring()):
                if key.data is not None:
                    line.take(key.data)
                    continue
                said = sys.stdin.readline()
                if not said:
                    return
                line.lost, line.late_s = json.loads(said)
                _say([line.passed, line.gone])


if __name__ == "__main__":
    main()

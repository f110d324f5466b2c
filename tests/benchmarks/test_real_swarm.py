"""The wires of a real swarm: what goes in comes out, in order, and never too early."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from benchmarks.real_swarm.worker import Worker, worker

DELAY_S = 0.2


@pytest.fixture
def wires() -> Iterator[Worker]:
    with worker("benchmarks.real_swarm.wires") as process:
        yield process


def _wire(wires: Worker, listener: socket.socket) -> tuple[socket.socket, socket.socket]:
    """Both ends of a connection over a wire."""
    wires.say(
        {
            "seed": 1,
            "jitter": 0.2,
            "listen": "127.0.0.1",
            "wires": [[*listener.getsockname(), DELAY_S]],
        }
    )
    (port,) = wires.hear()
    dialling = socket.create_connection(("127.0.0.1", port), timeout=60)
    dialled, _ = listener.accept()
    dialled.settimeout(60)
    return dialling, dialled


def _all(sock: socket.socket) -> bytes:
    with sock.makefile("rb") as file:
        return file.read()


@pytest.mark.processes
def test_bytes_come_late_and_whole_and_the_end_after_them(wires: Worker) -> None:
    data = bytes(range(256)) * 2_000
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        dialling, dialled = _wire(wires, listener)
        with dialling, dialled:
            for source, sink in ((dialling, dialled), (dialled, dialling)):
                began = time.monotonic()
                source.sendall(data)
                source.shutdown(socket.SHUT_WR)
                assert _all(sink) == data
                assert time.monotonic() - began >= DELAY_S
    wires.say("late")
    late = wires.hear()
    assert late
    assert min(late) >= 0


@pytest.mark.processes
def test_an_end_that_is_gone_takes_the_other_with_it(wires: Worker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        dialling, dialled = _wire(wires, listener)
        with dialled:
            dialling.close()
            assert _all(dialled) == b""

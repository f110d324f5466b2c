"""The process that checks signatures, over a socket pair in a thread."""

from __future__ import annotations

import socket
import threading

from tests.signatures.samples import signed
from vrmnode.signatures import requests, worker


def _ask(raw: bytes, answers: int) -> bytes:
    """What the worker answers before we close our end."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=worker.serve, args=(theirs,))
    thread.start()
    with ours:
        ours.sendall(raw)
        ours.shutdown(socket.SHUT_WR)
        found = b""
        while data := ours.recv(4_096):
            found += data
    thread.join()
    assert len(found) == answers
    return found


def test_each_signature_is_answered_in_order() -> None:
    some = [signed(number, right=number % 3 != 0) for number in range(10)]
    raw = requests.write(some[:4]) + requests.write(some[4:])
    assert list(_ask(raw, 10)) == [int(number % 3 != 0) for number in range(10)]


def test_half_a_request_ends_it() -> None:
    raw = requests.write([signed(1)])
    for cut in (1, requests.HEADER.size, len(raw) - 1):
        _ask(raw[:cut], 0)

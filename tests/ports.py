"""Ports for what has to be found again where it was, after an end.

A port that the system has given away by itself, for port 0 or to a connection, may be given to
somebody else as soon as it is free, on a busy machine within seconds.
"""

from __future__ import annotations

import errno
import random
import socket
from pathlib import Path

LOWEST = 10_000
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def lasting_port(host: str = "127.0.0.1") -> int:
    """A port that is free now, and that the system gives to nobody who doesn't name it."""
    first_given = int(_RANGE.read_text().split()[0]) if _RANGE.exists() else 32_768
    while True:
        port = random.randrange(LOWEST, max(first_given, 2 * LOWEST))
        with socket.socket() as tried:
            try:
                tried.bind((host, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
            else:
                return port

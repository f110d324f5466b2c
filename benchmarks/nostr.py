"""Nostr relays as peers: nostr-relay on LMDB and on SQLite, and nostr-sdk's LocalRelay.

They and their client have an environment of their own, from `peers/requirements.lock`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENT = HERE / ".peers" / "nostr"
LOCK = HERE / "peers" / "requirements.lock"


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of each event one at a time, and until delivered; the rate of a burst."""

    one_s: list[float]
    late_s: list[float]
    per_s: float


def set_up() -> None:
    """Make the environment of the peers, unless it is there."""
    done = ENVIRONMENT / "done"
    if done.exists() and done.stat().st_mtime > LOCK.stat().st_mtime:
        return
    print("setting up the peers", file=sys.stderr)
    venv.create(ENVIRONMENT, with_pip=True, clear=True)
    pip = [str(ENVIRONMENT / "bin" / "pip"), "install", "--quiet", "--no-deps", "-r", str(LOCK)]
    subprocess.run(pip, check=True)
    done.touch()


def measure(kind: str, *, one: int, burst: int, delivered: int) -> Figures:
    """Start a relay on an empty folder, publish to it, end it."""
    python = str(ENVIRONMENT / "bin" / "python")
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        server = [python, str(HERE / "peers" / "nostr_server.py"), kind, str(port), folder]
        relay = subprocess.Popen(
            server,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,
        )
        try:
            client = [python, str(HERE / "peers" / "nostr_client.py"), f"ws://127.0.0.1:{port}"]
            client += [str(one), str(burst), str(delivered)]
            found = subprocess.run(
                client, check=True, stdout=subprocess.PIPE, text=True, timeout=600
            )
        finally:
            # With its workers, which would go on without it.
            os.killpg(relay.pid, signal.SIGKILL)
            relay.wait()
    return Figures(**json.loads(found.stdout))

"""`vrm` as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys


def run_vrm(*args: object, prefix: tuple[str, ...] = (), **env: str):
    """The finished process of `vrm ARGS`."""
    path = os.pathsep.join(part for part in sys.path if part)
    keep = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *prefix, "-m", "vrmnode.cli", *map(str, args)],
        env={**keep, "PYTHONPATH": path, **env},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

"""Where a node's folder is, and the socket of its daemon. Only the standard library."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

MAX_SOCKET_PATH_BYTES = 100


def default_data_dir() -> Path:
    """`VRM_DATA`, else `vrm` in the user's XDG data folder."""
    chosen = os.environ.get("VRM_DATA")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_DATA_HOME")
    return Path(base) / "vrm" if base else Path.home() / ".local" / "share" / "vrm"


def socket_path(data_dir: Path) -> Path:
    """The daemon's socket: `api.sock`, or what `api.path` names when that would be too long."""
    try:
        named = (data_dir / "api.path").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        named = ""
    return Path(named) if named else data_dir / "api.sock"


def run_command(data_dir: Path) -> str:
    """What starts the node of this folder."""
    if data_dir == default_data_dir():
        return "vrm run"
    return f"vrm run --data {shlex.quote(str(data_dir))}"

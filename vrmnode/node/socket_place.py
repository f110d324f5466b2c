"""Where the API's socket goes: beside the data, or elsewhere when that path is too long."""

from __future__ import annotations

import tempfile
from pathlib import Path

from vrmnode.cli.paths import MAX_SOCKET_PATH_BYTES


def place_socket(data_dir: Path) -> Path:
    """The path for the socket; `api.path` in the data folder names it when it is elsewhere.

    The kernel takes at most 107 bytes. A longer one goes into a fresh private folder (0700) of
    the machine's temporary folder.
    """
    note = data_dir / "api.path"
    beside = data_dir / "api.sock"
    if len(bytes(beside.absolute())) <= MAX_SOCKET_PATH_BYTES:
        note.unlink(missing_ok=True)
        return beside
    elsewhere = Path(tempfile.mkdtemp(prefix="vrm-")) / "api.sock"
    note.write_text(f"{elsewhere}\n", "utf-8")
    return elsewhere

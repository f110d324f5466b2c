"""Files that a command reads: no more of them than it can use, and one way to say what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

from vrmnode.cli.failures import CommandError, usage


def read_limited(path: Path, max_bytes: int) -> bytes:
    """The bytes of a file, or of stdin for `-`.

    Raises:
        CommandError: `file.read`; `file.too_large`: more than `max_bytes`.
    """
    try:
        if str(path) == "-":
            raw = sys.stdin.buffer.read(max_bytes + 1)
        else:
            with path.open("rb") as file:
                raw = file.read(max_bytes + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    if len(raw) > max_bytes:
        raise usage("file.too_large", f"{path}: expected at most {max_bytes} bytes, came more")
    return raw


def unreadable(path: Path, error: OSError) -> CommandError:
    """What to say of a file that can't be read."""
    return usage("file.read", f"{path}: expected a readable file, came: {error.strerror}")

"""Files for the owner's eyes: mode 0600 from their first byte on, replaced whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

MODE = 0o600
FOLDER_MODE = 0o700


def write_atomically(path: Path, raw: bytes, *, replace: bool) -> None:
    """Write a file so that after a crash there is the old one or the new one.

    Raises FileExistsError where there is one and `replace` is False; OSError as it comes.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_new(beside, raw)
        if replace:
            beside.replace(path)
        else:
            path.hardlink_to(beside)  # unlike a rename it refuses an existing name
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def _write_new(path: Path, raw: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def sync_file(path: Path) -> None:
    """Return once the file's bytes would survive a power cut."""
    _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """Return once renames in the folder would survive a power cut."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def wider_than_private(descriptor: int) -> str | None:
    """Return an open file's mode as octal text if group or others have any right; else None."""
    mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
    return f"{mode:04o}" if mode & 0o077 else None

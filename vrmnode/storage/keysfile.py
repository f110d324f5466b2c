"""The file of erasable keys beside a backup: without it, what can be erased doesn't open.

    "VRMKEYS\\0" ‖ (owner ‖ sealed key) … ‖ SHA-256 of all before

The keys are sealed under the vault key, which is in the backup; so each file alone opens nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vrmnode import privatefile
from vrmnode.errors import BackupError
from vrmnode.storage.erasable_keys import Row
from vrmnode.storage.vault import KEY_BYTES, OVERHEAD_BYTES

SUFFIX = ".keys"
MAGIC = b"VRMKEYS\x00"

_OWNER_BYTES = 32
_ROW_BYTES = _OWNER_BYTES + KEY_BYTES + OVERHEAD_BYTES
_DIGEST_BYTES = 32


def beside(backup: Path) -> Path:
    """Where the keys of a backup lie."""
    return backup.with_name(backup.name + SUFFIX)


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write a file of mode 0600, in place of one of that name. Raises OSError."""
    content = MAGIC + b"".join(owner + box for owner, box in rows)
    privatefile.write_atomically(path, content + hashlib.sha256(content).digest(), replace=True)


def read(path: Path) -> list[Row]:
    """The keys in a file.

    Raises OSError; BackupError `backup.keys_corrupt`.
    """
    raw = path.read_bytes()
    content, digest = raw[:-_DIGEST_BYTES], raw[-_DIGEST_BYTES:]
    body = content.removeprefix(MAGIC)
    whole = content.startswith(MAGIC) and hashlib.sha256(content).digest() == digest
    if not whole or len(body) % _ROW_BYTES:
        raise BackupError("backup.keys_corrupt", f"{path} is damaged or no file of keys")
    found = (body[at : at + _ROW_BYTES] for at in range(0, len(body), _ROW_BYTES))
    return [(row[:_OWNER_BYTES], row[_OWNER_BYTES:]) for row in found]


@dataclass(frozen=True, slots=True)
class Place:
    """A file of keys: how many it holds, and how many of them the node has erased since.

    None: the file isn't reached at the moment.
    """

    path: Path
    keys: int | None
    erased: int | None


def look(path: Path, kept: set[Row]) -> Place:
    """What a file holds, beside the keys that the node still has."""
    try:
        rows = read(path)
    except (OSError, BackupError):
        return Place(path, None, None)
    return Place(path, len(rows), len(set(rows) - kept))


def take_out(path: Path, kept: set[Row]) -> bool:
    """Take all keys but these out of a file; False where it isn't reached.

    The old bytes are overwritten once the new file has its name, as far as the file system writes
    in place.
    """
    try:
        rows = read(path)
        left = [row for row in rows if row in kept]
        if len(left) == len(rows):
            return True
        with path.open("r+b") as old:
            write(path, left)
            old.write(bytes(_ROW_BYTES * len(rows) + len(MAGIC) + _DIGEST_BYTES))
            old.flush()
            os.fsync(old.fileno())
    except (OSError, BackupError):
        return False
    return True

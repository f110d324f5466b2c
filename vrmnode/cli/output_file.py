"""Results that a command writes to a file of the user's: a new one, unless told to replace."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from vrmnode import privatefile
from vrmnode.cli.failures import FAILED, CommandError, usage


def write_output(path: Path, raw: bytes, *, force: bool, for_all: bool = False) -> bool:
    """Write the bytes to the file, or to stdout for `-`; whether it was a file.

    A new file is the user's alone, as what a node tells is, unless it is meant `for_all`.
    """
    if str(path) == "-":
        sys.stdout.buffer.write(raw)
        return False
    try:
        opener = None if for_all else _private
        with open(path, "wb" if force else "xb", opener=opener) as file:  # Path.open takes none
            file.write(raw)
    except FileExistsError:
        raise file_exists(path) from None
    except OSError as error:
        raise unwritable(path, error) from None
    return True


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, privatefile.MODE)


def unwritable(path: Path, error: OSError) -> CommandError:
    """What to say of a place that can't be written."""
    detail = f"{path}: expected a place that can be written, came: {error.strerror}"
    return CommandError(FAILED, "file.write", detail)


def file_exists(path: Path) -> CommandError:
    """The error for a file that is there already."""
    advice = "choose another name with -o, or replace it with --force"
    return usage("file.exists", f"{path}: expected a new file, one is there", advice)

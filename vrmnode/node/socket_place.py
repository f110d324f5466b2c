"""Where the API's socket goes: beside the data, or elsewhere when that path is too long."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vrmnode.cli.paths import MAX_SOCKET_PATH_BYTES

_PREFIX = "vrm-"


@contextmanager
def socket_place(data_dir: Path) -> Iterator[Path]:
    """The path for the socket; `api.path` in the data folder names it when it is elsewhere.

    The kernel takes at most 107 bytes. A longer one goes into a fresh private folder (0700) of
    the machine's temporary folder, which is removed at the end; what a crash left behind is
    removed at the next start. The caller holds the data folder's lock.
    """
    note = data_dir / "api.path"
    _remove_noted(note)
    beside = data_dir / "api.sock"
    if len(bytes(beside.absolute())) <= MAX_SOCKET_PATH_BYTES:
        yield beside
        return
    elsewhere = Path(tempfile.mkdtemp(prefix=_PREFIX)) / "api.sock"
    note.write_text(f"{elsewhere}\n", "utf-8")
    try:
        yield elsewhere
    finally:
        _remove_noted(note)


def _remove_noted(note: Path) -> None:
    """Remove the note and the folder that it names, if that looks like one of ours."""
    try:
        folder = Path(note.read_text("utf-8").strip()).parent
    except FileNotFoundError:
        return
    if folder.name.startswith(_PREFIX) and folder.parent == Path(tempfile.gettempdir()):
        shutil.rmtree(folder, ignore_errors=True)
    note.unlink()

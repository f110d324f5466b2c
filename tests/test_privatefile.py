"""Private files, written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from vrmnode import privatefile


@pytest.fixture(autouse=True)
def _generous_umask() -> None:
    # The mode must not depend on it.
    os.umask(0o022)


def test_a_new_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "a"
    privatefile.write_atomically(path, b"one", replace=False)
    assert path.read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_replacing_keeps_nothing_of_the_old_mode_or_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a longer text")
    path.chmod(0o666)
    privatefile.write_atomically(path, b"new", replace=True)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_existing_file_is_not_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(FileExistsError):
        privatefile.write_atomically(path, b"new", replace=False)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        privatefile.write_atomically(path, b"new", replace=True)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]

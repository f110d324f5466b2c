"""A damaged or foreign file: refused with what to do, never changed."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from vrmnode.errors import StorageError
from vrmnode.storage import seen
from vrmnode.storage.database import Database


@pytest.fixture
def filled(path: Path) -> Path:
    with Database.open(path) as database, database.transaction() as tx:
        for number in range(5000):
            seen.add(tx, number.to_bytes(32, "big"), number)
    return path


def _garbage(raw: bytes) -> bytes:
    return random.Random(1).randbytes(len(raw))


def _broken_header(raw: bytes) -> bytes:
    return b"X" * 100 + raw[100:]


def _truncated(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def _pages_overwritten(raw: bytes) -> bytes:
    middle = len(raw) // 2 // 4096 * 4096
    return raw[:middle] + bytes(8192) + raw[middle + 8192 :]


def _text(raw: bytes) -> bytes:
    return b"this is no database\n" * 500


@pytest.mark.parametrize(
    "damage", [_garbage, _broken_header, _truncated, _pages_overwritten, _text]
)
def test_damage_is_named_with_what_to_do(filled: Path, damage: Callable[[bytes], bytes]) -> None:
    damaged = damage(filled.read_bytes())
    filled.write_bytes(damaged)
    with pytest.raises(StorageError) as caught:
        Database.open(filled)
    assert caught.value.code == "storage.corrupt"
    assert str(filled) in caught.value.message
    assert "vrm id restore" in caught.value.message
    assert filled.read_bytes() == damaged


def test_somebody_elses_database_is_refused_untouched(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url)")
        other.commit()
    with pytest.raises(StorageError) as caught:
        Database.open(path)
    assert caught.value.code == "storage.corrupt"
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_schema").fetchall() == [("bookmarks",)]


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StorageError) as caught:
        Database.open(path)
    assert caught.value.code == "storage.io"


def test_the_lock_is_given_back_when_opening_fails(filled: Path) -> None:
    sound = filled.read_bytes()
    filled.write_bytes(_text(sound))
    with pytest.raises(StorageError):
        Database.open(filled)
    filled.write_bytes(sound)
    Database.open(filled).close()

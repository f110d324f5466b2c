"""The WAL laid out ahead: longer, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vrmnode.storage import settings
from vrmnode.storage.database import WAL_LIMIT_BYTES, Database
from vrmnode.storage.wal import AHEAD_BYTES


def _wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _put(database: Database, number: int) -> None:
    with database.transaction() as tx:
        settings.put(tx, f"n{number}", number)


def _numbers(database: Database) -> int:
    reader = database.reader()
    assert reader.value("PRAGMA integrity_check") == "ok"
    return int(reader.value("SELECT count(*) FROM settings WHERE name LIKE 'n%'"))


def test_commits_after_it_make_the_file_no_longer(database: Database, path: Path) -> None:
    _put(database, 0)
    before = _wal(path).stat().st_size
    database.rest()
    laid_out = _wal(path).stat().st_size
    assert before + AHEAD_BYTES // 2 < laid_out <= before + AHEAD_BYTES
    for number in range(1, 20):
        _put(database, number)
    assert _wal(path).stat().st_size == laid_out
    database.rest()  # more than half is left
    assert _wal(path).stat().st_size == laid_out
    assert _numbers(database) == 20


def test_it_goes_on_ahead_of_the_commits_and_ends_at_the_limit(
    database: Database, path: Path
) -> None:
    with database.transaction() as tx:
        tx.execute("PRAGMA wal_autocheckpoint=0")
    number = 0
    while (size := _wal(path).stat().st_size) < WAL_LIMIT_BYTES - AHEAD_BYTES:
        number += 1
        with database.transaction() as tx:
            settings.put(tx, f"n{number}", "x" * 700_000)
        database.rest()
        assert _wal(path).stat().st_size <= max(size + 2 * AHEAD_BYTES, WAL_LIMIT_BYTES)
    for _ in range(3):
        number += 1
        with database.transaction() as tx:
            settings.put(tx, f"n{number}", "x" * 700_000)
        before = _wal(path).stat().st_size
        database.rest()
    assert _wal(path).stat().st_size == before
    assert _numbers(database) == number


def test_what_was_truncated_is_laid_out_again(database: Database, path: Path) -> None:
    _put(database, 0)
    database.rest()
    database.checkpoint()
    assert _wal(path).stat().st_size == 0
    database.rest()
    assert _wal(path).stat().st_size == 32 + AHEAD_BYTES
    # Before anything else is written: a reader that comes now, and one that is there already.
    assert _numbers(database) == 1
    _put(database, 1)
    assert _numbers(database) == 2


def test_a_file_of_zeros_alone_is_an_empty_one(path: Path) -> None:
    with Database.open(path) as database:
        _put(database, 0)
    assert not _wal(path).exists()
    _wal(path).write_bytes(bytes(AHEAD_BYTES))
    with Database.open(path, create=False) as database:
        assert _numbers(database) == 1
        _put(database, 1)
        assert _numbers(database) == 2


@pytest.mark.parametrize("part", [0, 1000])
def test_without_room_it_stays_as_it_was(
    database: Database, path: Path, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = os.pwrite

    def full(file: int, data: bytes, offset: int) -> int:
        if len(data) < AHEAD_BYTES // 2 or not part:
            raise OSError(28, "No space left on device")
        return plain(file, data[: len(data) - part], offset)

    _put(database, 0)
    before = _wal(path).read_bytes()
    monkeypatch.setattr(os, "pwrite", full)
    database.rest()
    assert _wal(path).read_bytes() == before
    monkeypatch.undo()
    database.rest()  # once is enough
    assert _wal(path).read_bytes() == before
    _put(database, 1)
    assert _numbers(database) == 2


def test_a_database_without_a_wal_is_left_alone(path: Path) -> None:
    with Database.open(path) as database:
        database.checkpoint()
        _wal(path).unlink(missing_ok=True)
        database.rest()
        assert not _wal(path).exists()


WRITER = """
import sys
from pathlib import Path
from vrmnode.storage import settings
from vrmnode.storage.database import Database

database = Database.open(Path(sys.argv[1]))
number = settings.get(database.reader(), "number", 0)
while True:
    number += 1
    with database.transaction() as tx:
        settings.put(tx, "number", number)
        settings.put(tx, f"n{number % 50}", "x" * 20_000)
    print(number, flush=True)
    database.rest()
"""


def test_kill_9_while_it_is_laid_out(path: Path) -> None:
    for transactions in (1, 20, 60):
        command = [sys.executable, "-c", WRITER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(transactions):
                line = process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            rest = [part for part in process.stdout.read().split("\n")[:-1] if part]
        printed = int(rest[-1] if rest else line)
        with Database.open(path) as database:
            assert settings.get(database.reader(), "number", 0) in (printed, printed + 1)
            assert database.reader().value("PRAGMA integrity_check") == "ok"

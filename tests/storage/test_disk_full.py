"""No room left: a clear error, nothing half written, and on it goes once there is room."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from vrmnode.errors import StorageError
from vrmnode.storage import settings
from vrmnode.storage.database import Database

BIG = "x" * 100_000


def _limit(database: Database, pages: int) -> None:
    with database.transaction() as tx:
        tx.execute(f"PRAGMA max_page_count={pages}")


def _fill(database: Database) -> None:
    with database.transaction() as tx:
        for number in range(1000):
            settings.put(tx, f"filler {number}", BIG)


def test_the_transaction_is_undone_and_later_ones_work(database: Database, path: Path) -> None:
    with database.transaction() as tx:
        settings.put(tx, "before", 1)
    _limit(database, 200)
    with pytest.raises(StorageError) as caught:
        _fill(database)
    assert caught.value.code == "storage.disk_full"
    assert str(path) in caught.value.message
    with database.transaction() as tx:
        settings.put(tx, "small", 2)
        assert tx.value("SELECT count(*) FROM settings") == 2
    _limit(database, 1_000_000)
    with database.transaction() as tx:
        settings.put(tx, "after", BIG)
        assert tx.value("PRAGMA integrity_check") == "ok"
    assert settings.get(database.reader(), "before") == 1


def test_a_full_disk_undoes_the_outer_block_too(database: Database) -> None:
    # SQLite itself rolls back the whole transaction: whoever swallows the error of an inner block
    # must not find half of the outer one committed.
    def swallow() -> None:
        with database.transaction() as tx:
            settings.put(tx, "outer", 1)
            with contextlib.suppress(StorageError):
                _fill(database)

    _limit(database, 200)
    with pytest.raises(StorageError) as caught:
        swallow()
    assert caught.value.code == "storage.rolled_back"
    with database.transaction() as tx:
        assert tx.value("SELECT count(*) FROM settings") == 0
        settings.put(tx, "again", 1)


def test_no_write_slips_through_after_that(database: Database) -> None:
    def go_on() -> None:
        with database.transaction() as tx:
            with contextlib.suppress(StorageError):
                _fill(database)
            settings.put(tx, "more", 1)

    _limit(database, 200)
    with pytest.raises(StorageError) as caught:
        go_on()
    assert caught.value.code == "storage.no_transaction"
    assert settings.get(database.reader(), "more") is None


# A limit on the size of files stands for a full disk: the kernel refuses the write itself.
LIMITED = """
import resource, signal, sys
from pathlib import Path
from vrmnode.errors import StorageError
from vrmnode.storage import settings
from vrmnode.storage.database import Database

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
database = Database.open(Path(sys.argv[1]))
with database.transaction() as tx:
    settings.put(tx, "before", 1)
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, hard))
try:
    for number in range(100):
        with database.transaction() as tx:
            settings.put(tx, f"filler {number}", "x" * 100_000)
except StorageError as error:
    print(error.code)
try:
    with database.transaction() as tx:
        settings.put(tx, "more", "x" * 100_000)
except StorageError as error:
    print(error.code)
reader = database.reader()
kept = reader.value("SELECT count(*) FROM settings WHERE name LIKE 'filler%'")
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
with database.transaction() as tx:
    settings.put(tx, "after", 2)
print(settings.get(reader, "before"), settings.get(reader, "after"), kept == number)
database.close()
with Database.open(Path(sys.argv[1])) as database, database.transaction() as tx:
    print(tx.value("PRAGMA integrity_check"), settings.get(tx, "after"))
"""


def test_a_write_refused_by_the_kernel(path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, path], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split("\n")[:-1] == [
        "storage.disk_full",
        "storage.disk_full",
        "1 2 True",
        "ok 2",
    ]

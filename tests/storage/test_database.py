"""Opening, transactions and readers of the database."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from tests.storage.samples import key
from vrmnode.errors import StorageError
from vrmnode.storage import settings
from vrmnode.storage.database import Database


def test_what_was_committed_is_there_after_reopening(path: Path) -> None:
    with Database.open(path) as database, database.transaction() as tx:
        settings.put(tx, "name", {"a": [1, None, "é"]})
    with Database.open(path, create=False) as database:
        assert settings.get(database.reader(), "name") == {"a": [1, None, "é"]}


def test_pragmas_of_the_writer(database: Database) -> None:
    with database.transaction() as tx:
        found = {
            name: tx.value(f"PRAGMA {name}")
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_all_files_are_private(database: Database, path: Path) -> None:
    with database.transaction() as tx:
        settings.put(tx, "a", 1)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert {"node.db", "node.db-wal", "node.db-shm"} <= set(modes)


def test_an_error_undoes_the_whole_transaction(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as tx:
            settings.put(tx, "a", 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.transaction() as tx:
        assert settings.get(tx, "a") is None


def test_an_inner_error_undoes_the_inner_block_alone(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as tx:
            settings.put(tx, "inner", 1)
            with database.transaction():
                settings.put(tx, "innermost", 1)
            raise RuntimeError

    with database.transaction() as tx:
        settings.put(tx, "outer", 1)
        with pytest.raises(RuntimeError):
            fail()
        with database.transaction():
            settings.put(tx, "second", 1)
    kept = [settings.get(database.reader(), name) for name in ("outer", "inner", "second")]
    assert kept == [1, None, 1]
    assert settings.get(database.reader(), "innermost") is None


def test_a_write_outside_a_transaction_is_refused(database: Database) -> None:
    with database.transaction() as tx:
        pass
    with pytest.raises(StorageError) as caught:
        settings.put(tx, "a", 1)
    assert caught.value.code == "storage.no_transaction"


def test_statements_run_to_their_end(database: Database) -> None:
    # apsw alone would stop the script at the first row of the SELECT.
    with database.transaction() as tx:
        tx.run("SELECT 1; INSERT INTO settings VALUES ('a', '1'); SELECT 2")
    assert settings.get(database.reader(), "a") == 1


def test_a_reader_sees_the_committed_state_and_cannot_write(database: Database) -> None:
    reader = database.reader()
    with database.transaction() as tx:
        settings.put(tx, "a", 1)
        assert settings.get(reader, "a") is None
    assert settings.get(reader, "a") == 1
    with pytest.raises(StorageError) as caught, reader.snapshot():
        settings.put(reader, "a", 2)
    assert caught.value.code == "storage.permissions"


def test_a_snapshot_stays_while_the_writer_goes_on(database: Database) -> None:
    reader = database.reader()
    with reader.snapshot(), reader.snapshot():
        assert settings.get(reader, "a") is None
        with database.transaction() as tx:
            settings.put(tx, "a", 1)
        assert settings.get(reader, "a") is None
    assert settings.get(reader, "a") == 1


def test_several_threads_in_turn(database: Database) -> None:
    def write(number: int) -> None:
        with database.transaction() as tx:
            settings.put(tx, f"n{number}", number)

    for number in range(10):
        thread = threading.Thread(target=write, args=(number,))
        thread.start()
        thread.join()
    reader = database.reader()
    assert [settings.get(reader, f"n{number}") for number in range(10)] == list(range(10))


def test_readers_in_threads_while_one_writes(database: Database) -> None:
    wrong: list[tuple[int, int]] = []
    finished = threading.Event()

    def read() -> None:
        reader = database.reader()
        while not finished.is_set():
            with reader.snapshot():
                pair = settings.get(reader, "a", 0), settings.get(reader, "b", 0)
            if pair[0] != pair[1]:
                wrong.append(pair)
        reader.close()

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(200):
        with database.transaction() as tx:
            settings.put(tx, "a", number)
            settings.put(tx, "b", number)
    finished.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_second_writer_is_refused(database: Database, path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        Database.open(path)
    assert caught.value.code == "storage.locked"
    script = (
        "import sys; from pathlib import Path\n"
        "from vrmnode.errors import StorageError\n"
        "from vrmnode.storage.database import Database\n"
        "try: Database.open(Path(sys.argv[1]))\n"
        "except StorageError as error: sys.exit(error.code)\n"
    )
    other = subprocess.run(
        [sys.executable, "-c", script, path], capture_output=True, text=True, check=False
    )
    assert (other.returncode, other.stderr) == (1, "storage.locked\n")


def test_it_can_be_opened_again_after_closing(path: Path) -> None:
    database = Database.open(path)
    database.reader()
    database.close()
    database.close()
    Database.open(path).close()
    assert not path.with_name("node.db-wal").exists()


@pytest.mark.parametrize("create", [True, False])
def test_no_file_or_no_folder(tmp_path: Path, create: bool) -> None:
    path = tmp_path / "none" / "node.db" if create else tmp_path / "node.db"
    with pytest.raises(StorageError) as caught:
        Database.open(path, create=create)
    assert caught.value.code == "storage.missing"
    assert str(path) in caught.value.message


def test_an_online_copy(database: Database, path: Path) -> None:
    with database.transaction() as tx:
        settings.put(tx, "a", key(1).hex())
    copy = path.with_name("copy.db")
    with database.transaction() as tx:
        settings.put(tx, "uncommitted", 1)
        database.backup(copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with Database.open(copy, create=False) as opened:
        reader = opened.reader()
        assert settings.get(reader, "a") == key(1).hex()
        assert settings.get(reader, "uncommitted") is None
    with pytest.raises(StorageError) as caught:
        database.backup(copy)
    assert caught.value.code == "storage.conflict"


def test_an_online_copy_from_another_thread_while_writing(database: Database, path: Path) -> None:
    copy = path.with_name("copy.db")
    thread = threading.Thread(target=database.backup, args=(copy,))
    with database.transaction() as tx:
        settings.put(tx, "a", 0)
    thread.start()
    for number in range(100):
        with database.transaction() as tx:
            settings.put(tx, "a", number)
            settings.put(tx, "b", number)
    thread.join()
    with Database.open(copy) as opened:
        reader = opened.reader()
        assert settings.get(reader, "a") == settings.get(reader, "b", 0)


def test_another_program_that_holds_the_write_lock(database: Database, path: Path) -> None:
    with database.transaction() as tx:
        tx.execute("PRAGMA busy_timeout=20")
    with closing(apsw.Connection(str(path))) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError) as caught, database.transaction():
            pass
        assert caught.value.code == "storage.locked"
        other.execute("ROLLBACK")
    with database.transaction() as tx:
        settings.put(tx, "a", 1)


def test_closed_readers_are_not_kept(database: Database) -> None:
    for _ in range(5000):
        database.reader().close()
    left = database.reader()
    assert settings.get(left, "a") is None

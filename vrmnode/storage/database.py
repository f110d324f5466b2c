"""The database file: opening, transactions, readers, online copy, closing.

One writer, many readers (WAL). `synchronous=FULL`: what a transaction has committed survives a
power cut. A transaction holds a state and everything that follows from it; nested ones are
savepoints, so several events can share one commit. Exactly one process may write: a lock file
beside the database says who, because SQLite's own locks would only be held per transaction.

Leaves tables to the repository modules and their definition to `migrations`.
"""

from __future__ import annotations

import fcntl
import os
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import apsw

from vrmnode.errors import StorageError
from vrmnode.storage import migrations
from vrmnode.storage.connection import Connection, corrupt, translate
from vrmnode.storage.wal import WalFile

Tx = Connection

CHECKPOINT_PAGES = 16_384  # 64 MiB of 4 KiB pages: doubles the rate of ingestion
WAL_LIMIT_BYTES = 64 * 1024 * 1024
BUSY_TIMEOUT_MS = 5_000
STATEMENTS = 1_000
"""Prepared statements that a connection keeps: more than the node has; none is compiled twice."""

__all__ = ["Connection", "Database", "Tx"]


class Database:
    """The node's database; one writing connection, used by one thread at a time."""

    def __init__(self, writer: Connection, lock: int) -> None:
        self._writer = writer
        self._lock: int | None = lock
        self._readers: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._depth = 0
        self._wal = WalFile(writer, WAL_LIMIT_BYTES)
        self.path = writer.path

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        create: bool = True,
        scripts: Sequence[str] = migrations.SCRIPTS,
    ) -> Database:
        """Open the database, check it and bring its schema up to date.

        Without `create` there must be one; an emptied file isn't taken for a new node.
        Raises StorageError: `storage.missing` (and `create` is False, or no such folder),
        `storage.locked` (another process writes it), `storage.corrupt`,
        `storage.newer_version`, `storage.permissions`, `storage.disk_full`, `storage.io`.
        """
        path = Path(path)
        _require_file(path, create=create)
        lock = _take_writer_lock(path)
        try:
            writer = _connect(path, apsw.SQLITE_OPEN_READWRITE)
            try:
                with _errors_as_damage(path):
                    _set_up_writer(writer)
                    _check(writer, create=create)
                migrations.migrate(writer, scripts)
            except BaseException:
                writer.close()
                raise
        except BaseException:
            os.close(lock)
            raise
        return cls(writer, lock)

    @staticmethod
    def was_made(path: Path) -> bool:
        """Whether a database was ever opened at `path`, even if its file is gone now."""
        return _writer_lock_path(path).exists()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @staticmethod
    @contextmanager
    def writer_lock(path: Path) -> Iterator[None]:
        """Keep every writer off a database file meanwhile. Raises `storage.locked`."""
        lock = _take_writer_lock(path)
        try:
            yield
        finally:
            os.close(lock)

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """Commit everything done in the block, or nothing if it raises.

        Inside another transaction it is a savepoint: an exception undoes this block alone.
        Raises `storage.rolled_back` where SQLite gave up the whole transaction in an inner block
        whose error was swallowed: nothing of the outer block is kept either.
        """
        depth = self._depth
        tx = self._writer
        if depth:
            self._require_alive()
        tx.execute(f"SAVEPOINT s{depth}" if depth else "BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield tx
            self._require_alive()
            tx.execute(f"RELEASE s{depth}" if depth else "COMMIT")
        except BaseException:
            # SQLite may have rolled back everything by itself: full disk, I/O error.
            if tx.in_transaction:
                tx.execute(f"ROLLBACK TO s{depth}; RELEASE s{depth}" if depth else "ROLLBACK")
            raise
        finally:
            self._depth = depth

    def _require_alive(self) -> None:
        if not self._writer.in_transaction:
            raise StorageError(
                "storage.rolled_back",
                f"the whole transaction on {self.path} was rolled back by an earlier error",
            )

    def reader(self) -> Connection:
        """Return a new read-only connection; it sees what has been committed.

        The caller may close it; `close()` closes those that are left.
        """
        reader = _connect(self.path, apsw.SQLITE_OPEN_READONLY)
        reader.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}; PRAGMA trusted_schema=OFF")
        self._readers.add(reader)
        return reader

    def rest(self) -> None:
        """Do in a pause what makes the next commits faster; between transactions."""
        self._wal.lay_out()

    def checkpoint(self) -> None:
        """Move the WAL into the file and truncate it, as far as readers allow.

        After secrets were erased this is what removes their (encrypted) remains from the WAL.
        """
        self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def backup(self, target: Path) -> None:
        """Copy the last committed state into a new file, mode 0600, while the node goes on.

        From any thread: it reads through a connection of its own. Raises StorageError
        `storage.conflict` where `target` exists, else as `open`.
        """
        source = _connect(self.path, apsw.SQLITE_OPEN_READONLY)
        try:
            _create_file(target)
            copy = _connect(target, apsw.SQLITE_OPEN_READWRITE)
            try:
                _copy(source, copy)
                copy.execute("PRAGMA journal_mode=DELETE")  # one complete file, without a WAL
            finally:
                copy.close()
        finally:
            source.close()

    def close(self) -> None:
        """Close all connections and truncate the WAL; closing twice is allowed."""
        if self._lock is None:
            return
        for reader in list(self._readers):
            reader.close()
        try:
            self.checkpoint()
        except StorageError:
            # The WAL stays beside the file and is read at the next start: nothing is lost.
            pass
        finally:
            self._writer.close()
            os.close(self._lock)
            self._lock = None


def _require_file(path: Path, *, create: bool) -> None:
    if path.exists():
        return
    if not create:
        raise StorageError("storage.missing", f"expected a database at {path}, came no file")
    _create_file(path)


def _create_file(path: Path) -> None:
    """Create an empty file of mode 0600; SQLite gives -wal and -shm the same mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise StorageError("storage.conflict", f"{path} exists already") from error
    except OSError as error:
        raise StorageError("storage.missing", f"{path} can't be created: {error}") from error


def _writer_lock_path(path: Path) -> Path:
    # Not the database itself: closing any descriptor of it would drop SQLite's own locks. This
    # file stays for ever.
    return path.with_name(path.name + "-writer")


def _take_writer_lock(path: Path) -> int:
    name = _writer_lock_path(path)
    try:
        lock = os.open(name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError("storage.permissions", f"{name} can't be written: {error}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise StorageError(
            "storage.locked",
            f"{path} is written by another process: stop that node first",
        ) from error
    return lock


def _connect(path: Path, flags: int) -> Connection:
    try:
        raw = apsw.Connection(str(path), flags=flags, statementcachesize=STATEMENTS)
    except apsw.Error as error:
        raise translate(error, path) from error
    raw.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    raw.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
    raw.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 0)
    return Connection(raw, path)


def _set_up_writer(writer: Connection) -> None:
    writer.execute(
        f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS};"
        "PRAGMA journal_mode=WAL;"
        "PRAGMA synchronous=FULL;"
        "PRAGMA foreign_keys=ON;"
        "PRAGMA trusted_schema=OFF;"
        "PRAGMA secure_delete=ON;"
        f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES};"
        f"PRAGMA journal_size_limit={WAL_LIMIT_BYTES}"
    )


@contextmanager
def _errors_as_damage(path: Path) -> Iterator[None]:
    """Name what SQLite says of a damaged header or schema: there it isn't a wrong statement."""
    try:
        yield
    except apsw.Error as error:
        raise corrupt(path, str(error)) from error


def _check(writer: Connection, *, create: bool) -> None:
    """Raise `storage.corrupt` unless the file is sound, and not empty where one is expected."""
    if not create and writer.value("PRAGMA user_version") == 0:
        raise corrupt(writer.path, "it is empty")
    found = writer.value("PRAGMA quick_check(1)")
    if found != "ok":
        raise corrupt(writer.path, str(found).replace("\n", " "))


def _copy(source: Connection, copy: Connection) -> None:
    try:
        with copy.raw.backup("main", source.raw, "main") as running:
            while not running.done:
                running.step(-1)
    except apsw.Error as error:
        raise copy.translate(error) from error

"""One SQLite connection whose statements are complete when the call returns.

apsw executes lazily: a statement runs as far as its rows are fetched, and a script stops at its
first row. Every method here fetches everything. apsw's errors become `StorageError` with a code
and advice in this one place; a wrong SQL statement is a bug and stays apsw's own exception.

Leaves transactions to `database`. A connection is used by one thread at a time, not necessarily
always the same.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from vrmnode.errors import StorageError

Value = None | int | float | str | bytes
Params = Sequence[Value] | dict[str, Value]

# EFBIG: a limit on the size of files, as a quota sets it.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Connection:
    """A connection to one database file.

    All methods raise StorageError: `storage.disk_full`, `storage.io`, `storage.locked`,
    `storage.corrupt`, `storage.permissions`, `storage.conflict` (a constraint of the schema).
    """

    def __init__(self, raw: apsw.Connection, path: Path) -> None:
        self._raw = raw
        self.path = path

    def run(self, sql: str, params: Params = ()) -> None:
        """Write. Outside a transaction: StorageError `storage.no_transaction`."""
        self.require_transaction()
        self.execute(sql, params)

    def run_many(self, sql: str, rows: Iterable[Params]) -> None:
        """Write the same statement for each of the rows, within a transaction."""
        self.require_transaction()
        try:
            self._raw.executemany(sql, rows).fetchall()
        except apsw.Error as error:
            raise self.translate(error) from error

    def execute(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """Execute a statement or a script, in or out of a transaction; return all rows."""
        try:
            return self._raw.execute(sql, params).fetchall()
        except apsw.Error as error:
            raise self.translate(error) from error
        except UnicodeDecodeError as error:
            raise corrupt(self.path, "a text isn't UTF-8") from error

    def rows(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self.execute(sql, params)

    def row(self, sql: str, params: Params = ()) -> tuple[Any, ...] | None:
        """Return the first row of a query, or None."""
        found = self.execute(sql, params)
        return found[0] if found else None

    def value(self, sql: str, params: Params = ()) -> Any:
        """Return the first column of the first row, or None where there is no row."""
        found = self.execute(sql, params)
        return found[0][0] if found else None

    def changes(self) -> int:
        """Return how many rows the last INSERT, UPDATE or DELETE touched (triggers apart)."""
        return self._raw.changes()

    def last_row_id(self) -> int:
        """Return the row id of the last INSERT."""
        return self._raw.last_insert_rowid()

    @property
    def in_transaction(self) -> bool:
        return self._raw.in_transaction

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Let several reads see one state of the database, whatever is written meanwhile."""
        nested = self.in_transaction
        if not nested:
            self.execute("BEGIN")
        try:
            yield self
        finally:
            if not nested:
                self.execute("COMMIT")

    def close(self) -> None:
        """Close; closing twice is allowed."""
        self._raw.close()

    @property
    def raw(self) -> apsw.Connection:
        """The apsw connection, for `database` alone."""
        return self._raw

    def require_transaction(self) -> None:
        """Raise StorageError `storage.no_transaction` outside one."""
        # Without this a write after SQLite's own rollback (full disk) would commit on its own.
        if not self._raw.in_transaction:
            raise StorageError(
                "storage.no_transaction",
                "expected a write inside a transaction, came one outside "
                "(or the transaction was rolled back by an earlier error)",
            )

    def translate(self, error: apsw.Error) -> Exception:
        """Return the StorageError that says what `error` means; a bug's error unchanged."""
        return translate(error, self.path, _system_errno(self._raw))


def translate(error: apsw.Error, path: Path, system_errno: int = 0) -> Exception:
    """Return the StorageError for an error of apsw; the same error where it is a bug."""
    if isinstance(error, apsw.FullError) or (
        isinstance(error, apsw.IOError) and system_errno in NO_ROOM
    ):
        return StorageError(
            "storage.disk_full",
            f"no room left to write {path}: nothing of this step was kept; "
            "free some disk space, the node goes on by itself",
        )
    if isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
        return corrupt(path, str(error))
    if isinstance(error, (apsw.BusyError, apsw.LockedError)):
        return StorageError("storage.locked", f"{path} is in use by another process")
    if isinstance(error, (apsw.ReadOnlyError, apsw.PermissionsError, apsw.AuthError)):
        return StorageError("storage.permissions", f"{path} can't be written: {error}")
    if isinstance(error, (apsw.IOError, apsw.CantOpenError)):
        return StorageError("storage.io", f"{path} can't be read or written: {error}")
    if isinstance(error, apsw.ConstraintError):
        return StorageError("storage.conflict", f"refused by the schema of {path.name}: {error}")
    return error


def corrupt(path: Path, what: str) -> StorageError:
    """Return the error for a damaged database file, with what its owner can do."""
    return StorageError(
        "storage.corrupt",
        f"{path} is damaged or no node database ({what}). Stop the node, keep a copy of this "
        "file, then restore your last backup: vrm data restore BACKUP --force",
    )


def _system_errno(raw: apsw.Connection) -> int:
    try:
        return raw.system_errno
    except apsw.Error:  # closed
        return 0

"""What apsw's errors become."""

from __future__ import annotations

import errno
from pathlib import Path

import apsw
import pytest

from vrmnode.errors import NodeError, StorageError
from vrmnode.storage.connection import translate
from vrmnode.storage.database import Tx


@pytest.mark.parametrize(
    ("error", "system_errno", "code"),
    [
        (apsw.FullError("database or disk is full"), 0, "storage.disk_full"),
        (apsw.IOError("disk I/O error"), errno.ENOSPC, "storage.disk_full"),
        (apsw.IOError("disk I/O error"), errno.EDQUOT, "storage.disk_full"),
        (apsw.IOError("disk I/O error"), errno.EIO, "storage.io"),
        (apsw.CantOpenError("unable to open"), 0, "storage.io"),
        (apsw.CorruptError("malformed"), 0, "storage.corrupt"),
        (apsw.NotADBError("not a database"), 0, "storage.corrupt"),
        (apsw.BusyError("database is locked"), 0, "storage.locked"),
        (apsw.ReadOnlyError("readonly"), 0, "storage.permissions"),
        (apsw.ConstraintError("UNIQUE"), 0, "storage.conflict"),
    ],
)
def test_code_of(error: apsw.Error, system_errno: int, code: str) -> None:
    found = translate(error, Path("node.db"), system_errno)
    assert isinstance(found, StorageError)
    assert found.code == code
    assert "node.db" in found.message


def test_a_wrong_statement_stays_a_bug(tx: Tx) -> None:
    with pytest.raises(apsw.SQLError):
        tx.run("SELECT nothing FROM nowhere")


def test_an_unfit_value_is_a_conflict(tx: Tx) -> None:
    with pytest.raises(StorageError) as caught:
        tx.run("INSERT INTO timers VALUES ('k', x'00', 'soon')")
    assert caught.value.code == "storage.conflict"
    assert isinstance(caught.value, NodeError)


def test_rows_row_and_value(tx: Tx) -> None:
    assert tx.rows("SELECT 1, 2 UNION SELECT 3, 4") == [(1, 2), (3, 4)]
    assert tx.row("SELECT 1 WHERE 0") is None
    assert tx.value("SELECT 1 WHERE 0") is None
    assert tx.value("SELECT :a + 1", {"a": 1}) == 2

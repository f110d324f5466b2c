"""The schema's history: script n brings a database of version n-1 to version n.

`PRAGMA user_version` holds the version. Scripts are never changed once released, only added;
each runs in one transaction, so a crash leaves the old version. A newer database than this
program knows is refused untouched.

The first script is in `schema`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import apsw

from vrmnode.errors import StorageError
from vrmnode.storage.connection import Connection, corrupt
from vrmnode.storage.schema import VERSION_1

APPLICATION_ID = 0x56524D31  # "VRM1", in the header of the file

_SCHEMA_SQL = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'"

SCRIPTS: tuple[str, ...] = (VERSION_1,)


def migrate(writer: Connection, scripts: Sequence[str] = SCRIPTS) -> int:
    """Bring the schema to the version of the last script; return how many scripts ran.

    Raises StorageError `storage.newer_version`, `storage.corrupt` (somebody else's database).
    """
    version = int(writer.value("PRAGMA user_version"))
    _require_ours(writer, version)
    if version > len(scripts):
        raise StorageError(
            "storage.newer_version",
            f"{writer.path} has schema version {version}, this program knows up to "
            f"{len(scripts)}: update vrmnode, or restore a backup of the older version",
        )
    if version:
        _require_schema(writer, scripts[:version])
    for number, script in enumerate(scripts[version:], start=version + 1):
        _run_script(writer, number, script)
    return len(scripts) - version


def _require_schema(writer: Connection, scripts: Sequence[str]) -> None:
    """Raise `storage.corrupt` unless the schema is word for word what the scripts make.

    A damaged byte in it passes SQLite's own checks and comes up later as a missing column.
    """
    fresh = Connection(apsw.Connection(":memory:"), Path(":memory:"))
    try:
        for script in scripts:
            fresh.execute(script)
        expected = set(fresh.rows(_SCHEMA_SQL))
    finally:
        fresh.close()
    odd = {str(name) for _, name, _ in expected ^ set(writer.rows(_SCHEMA_SQL))}
    if odd:
        raise corrupt(writer.path, f"its schema differs in {', '.join(sorted(odd)[:5])!r}")


def _require_ours(writer: Connection, version: int) -> None:
    application = int(writer.value("PRAGMA application_id"))
    tables = int(writer.value("SELECT count(*) FROM sqlite_schema"))
    expected = APPLICATION_ID if version else 0
    if application != expected or version < 0 or (version == 0 and tables):
        raise corrupt(writer.path, f"application id {application:#x}, schema version {version}")


def _run_script(writer: Connection, number: int, script: str) -> None:
    writer.execute("BEGIN IMMEDIATE")
    try:
        writer.execute(script)
        writer.execute(f"PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={number}")
        writer.execute("COMMIT")
    except BaseException:
        if writer.in_transaction:
            writer.execute("ROLLBACK")
        raise

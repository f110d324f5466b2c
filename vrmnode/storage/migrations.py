"""The schema's history: script n brings a database of version n-1 to version n.

`PRAGMA user_version` holds the version. Scripts are never changed once released, only added;
each runs in one transaction, so a crash leaves the old version. A newer database than this
program knows is refused untouched.

The first script is in `schema`.
"""

from __future__ import annotations

from collections.abc import Sequence

from vrmnode.errors import StorageError
from vrmnode.storage.connection import Connection, corrupt
from vrmnode.storage.schema import VERSION_1

APPLICATION_ID = 0x56524D31  # "VRM1", in the header of the file

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
    for number, script in enumerate(scripts[version:], start=version + 1):
        _run_script(writer, number, script)
    return len(scripts) - version


def _require_ours(writer: Connection, version: int) -> None:
    application = int(writer.value("PRAGMA application_id"))
    tables = int(writer.value("SELECT count(*) FROM sqlite_schema"))
    expected = APPLICATION_ID if version else 0
    if application != expected or (version == 0 and tables):
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

"""Databases for a world: in files, of which others can read too, or in memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from vrmnode.storage import migrations
from vrmnode.storage.connection import Connection
from vrmnode.storage.database import STATEMENTS, Database


def open_databases(folder: Path, names: list[str]) -> dict[str, Database]:
    """One empty database per node."""
    return {name: Database.open(folder / f"{name}.db") for name in names}


@contextmanager
def databases_on_disk(names: list[str]) -> Iterator[dict[str, Database]]:
    """One empty database per node, in files, of which others can read too."""
    shm = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shm if shm.is_dir() else None) as made:
        opened = open_databases(Path(made), names)
        yield opened
        for database in opened.values():
            database.close()


@contextmanager
def databases_in_memory(names: list[str]) -> Iterator[dict[str, Database]]:
    """One empty database per node, for its node alone, without files: that is quicker."""
    opened = {name: _in_memory(name) for name in names}
    yield opened
    for database in opened.values():
        database.close()


def _in_memory(name: str) -> Database:
    raw = apsw.Connection(":memory:", statementcachesize=STATEMENTS)
    writer = Connection(raw, Path(name))
    writer.execute("PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF")
    migrations.migrate(writer, migrations.SCRIPTS)
    return Database(writer, os.open(os.devnull, os.O_RDONLY))

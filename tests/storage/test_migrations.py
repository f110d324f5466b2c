"""From nothing to the current schema, and from each version to the next with its data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage import samples
from vrmnode.errors import StorageError
from vrmnode.storage import deals, intents, messages, migrations, settings
from vrmnode.storage.database import Database, Tx

FUTURE = (
    *migrations.SCRIPTS,
    "CREATE TABLE contacts (root BLOB PRIMARY KEY, note TEXT NOT NULL) STRICT;"
    "ALTER TABLE deals ADD COLUMN colour TEXT NOT NULL DEFAULT 'green';"
    "INSERT INTO contacts SELECT DISTINCT vendor_root, vendor_name FROM deals;",
)


def _version(tx: Tx) -> int:
    return int(tx.value("PRAGMA user_version"))


def _everything(tx: Tx) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables, by table."""
    names = tx.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    return {name: sorted(tx.rows(f'SELECT * FROM "{name}"'), key=repr) for (name,) in names}


def test_a_new_database_has_the_current_version(database: Database) -> None:
    with database.transaction() as tx:
        assert _version(tx) == len(migrations.SCRIPTS)
        assert tx.value("PRAGMA application_id") == migrations.APPLICATION_ID


def test_opening_again_migrates_nothing(database: Database) -> None:
    with database.transaction() as tx:
        before = _everything(tx)
    assert migrations.migrate(tx) == 0
    with database.transaction() as tx:
        assert _everything(tx) == before


def test_a_migration_keeps_the_data(path: Path) -> None:
    with Database.open(path) as database, database.transaction() as tx:
        deals.insert(tx, samples.deal(vendor_name="Baker"))
        messages.put(tx, samples.message())
        intents.insert(tx, samples.own_intent())
        settings.put(tx, "policy", {"a": 1})
        before = _everything(tx)
    with Database.open(path, scripts=FUTURE) as database, database.transaction() as tx:
        after = _everything(tx)
        assert _version(tx) == len(FUTURE)
        assert deals.get(tx, samples.key(1)) == samples.deal(vendor_name="Baker")
        assert after["contacts"] == [(samples.key(201), "Baker")]
    assert [row[:-1] for row in after["deals"]] == before["deals"]
    del after["contacts"], after["deals"], before["deals"]
    assert after == before


def test_a_failing_migration_leaves_the_old_version(path: Path) -> None:
    with Database.open(path) as database, database.transaction() as tx:
        settings.put(tx, "a", 1)
        before = _everything(tx)
    broken = (*FUTURE, "CREATE TABLE later (x) STRICT; INSERT INTO nowhere VALUES (1)")
    with pytest.raises(Exception, match=r"later|nowhere|datatype"):
        Database.open(path, scripts=broken)
    # The sound script before it stays done: each is a step of its own.
    with Database.open(path, scripts=FUTURE) as database, database.transaction() as tx:
        assert _version(tx) == len(FUTURE)
        assert {name: _everything(tx)[name] for name in ("settings",)} == {
            "settings": before["settings"]
        }


def test_a_newer_database_is_refused_untouched(path: Path) -> None:
    Database.open(path, scripts=FUTURE).close()
    raw = path.read_bytes()
    with pytest.raises(StorageError) as caught:
        Database.open(path)
    assert caught.value.code == "storage.newer_version"
    assert str(len(FUTURE)) in caught.value.message
    assert path.read_bytes() == raw

"""Erasable keys: what they seal opens nowhere once they are erased, backups included."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.errors import BackupError, StorageError
from vrmnode.passphrasebox import CHEAPEST
from vrmnode.storage import backup, erasable_keys, keysfile, secrets
from vrmnode.storage.database import Database
from vrmnode.storage.vault import KEY_BYTES, OVERHEAD_BYTES, Vault

VAULT = Vault(b"v" * 32)
DEAL, OTHER = b"d" * 32, b"o" * 32
PLAIN = b"Annegret Mustermann-Zylka"
MESSAGE = "message aa"


def keep(folder: Path, deal: bytes, name: str = MESSAGE) -> None:
    with Database.open(folder / "node.db") as database, database.transaction() as tx:
        secrets.put(tx, VAULT, "deal", deal, name, PLAIN)


def kept(folder: Path, deal: bytes, name: str = MESSAGE) -> bytes | None:
    with Database.open(folder / "node.db") as database, database.transaction() as tx:
        return secrets.get(tx, VAULT, "deal", deal, name)


def erase(folder: Path, deal: bytes, name: str | None = None) -> None:
    with Database.open(folder / "node.db") as database, database.transaction() as tx:
        secrets.erase(tx, "deal", deal, name)


def owners(folder: Path) -> list[bytes]:
    with Database.open(folder / "node.db") as database, database.transaction() as tx:
        return [owner for owner, _ in erasable_keys.rows(tx)]


def write(folder: Path, target: Path, *, force: bool = False) -> backup.BackupReport:
    with Database.open(folder / "node.db") as database:
        report = backup.write_backup(
            database, b"keystore", target, "", created=1, force=force, cost=CHEAPEST
        )
        with database.transaction() as tx:
            erasable_keys.note_place(tx, report.keys_path)
    return report


def restore(source: Path, folder: Path) -> backup.BackupReport:
    folder.mkdir()
    return backup.restore_backup(source, "", folder, check_keystore=lambda raw: None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder of a shop that holds something of two customers."""
    made = tmp_path / "shop"
    made.mkdir()
    for deal in (DEAL, OTHER):
        keep(made, deal)
        keep(made, deal, "reply")
    return made


def test_it_opens_while_its_key_is_there(folder: Path) -> None:
    assert owners(folder) == [DEAL, OTHER]
    assert kept(folder, DEAL) == kept(folder, DEAL, "reply") == PLAIN
    erase(folder, DEAL, MESSAGE)
    assert (kept(folder, DEAL), kept(folder, DEAL, "reply")) == (None, PLAIN)
    erase(folder, DEAL, "reply")
    assert owners(folder) == [OTHER]
    erase(folder, OTHER)
    assert owners(folder) == []


def test_what_opens_commitments_needs_no_erasable_key(folder: Path) -> None:
    keep(folder, b"c" * 32, "openings")
    assert owners(folder) == [DEAL, OTHER]
    assert kept(folder, b"c" * 32, "openings") == PLAIN


def test_a_key_is_bound_to_its_deal(folder: Path) -> None:
    with Database.open(folder / "node.db") as database, database.transaction() as tx:
        ((_, box), _) = erasable_keys.rows(tx)
        erasable_keys.put(tx, [(OTHER, box)])
    with pytest.raises(StorageError) as caught:
        kept(folder, OTHER)
    assert caught.value.code == "storage.secret"


# SPEC 09: The vendor's node MUST NOT put an erasable key into a backup that holds what it opens.
def test_a_backup_alone_opens_nothing_of_it(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "node.backup"
    report = write(folder, file)
    assert (report.keys, report.keys_path) == (2, tmp_path / "node.backup.keys")
    report.keys_path.unlink()
    assert restore(file, tmp_path / "again").keys == 0
    assert owners(tmp_path / "again") == []
    assert kept(tmp_path / "again", DEAL) is None
    raw = (tmp_path / "again" / "node.db").read_bytes()
    with Database.open(folder / "node.db") as database, database.transaction() as tx:
        assert not [owner for owner, box in erasable_keys.rows(tx) if box in raw]


def test_with_its_keys_it_is_whole(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "node.backup"
    write(folder, file)
    assert restore(file, tmp_path / "again").keys == 2
    assert kept(tmp_path / "again", DEAL) == PLAIN
    with Database.open(tmp_path / "again" / "node.db") as database, database.transaction() as tx:
        assert keysfile.beside(file) in erasable_keys.places(tx)


def test_what_was_deleted_after_a_backup_opens_in_it_no_more(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "node.backup"
    report = write(folder, file)
    before = report.keys_path.read_bytes()
    erase(folder, DEAL)
    with Database.open(folder / "node.db") as database, database.transaction() as tx:
        left = set(erasable_keys.rows(tx))
    assert keysfile.take_out(report.keys_path, left)
    assert [owner for owner, _ in keysfile.read(report.keys_path)] == [OTHER]
    assert DEAL in before and DEAL not in report.keys_path.read_bytes()
    assert restore(file, tmp_path / "again").keys == 1
    assert (kept(tmp_path / "again", DEAL), kept(tmp_path / "again", OTHER)) == (None, PLAIN)


def test_a_key_made_anew_for_the_same_deal_brings_nothing_back(
    folder: Path, tmp_path: Path
) -> None:
    report = write(folder, tmp_path / "node.backup")
    erase(folder, DEAL)
    keep(folder, DEAL)
    with Database.open(folder / "node.db") as database, database.transaction() as tx:
        left = set(erasable_keys.rows(tx))
    assert keysfile.take_out(report.keys_path, left)
    assert [owner for owner, _ in keysfile.read(report.keys_path)] == [OTHER]


def test_a_file_that_is_not_reached_is_left_for_later(folder: Path, tmp_path: Path) -> None:
    assert not keysfile.take_out(tmp_path / "none.keys", set())
    broken = tmp_path / "broken.keys"
    broken.write_bytes(b"VRMKEYS\x00" + bytes(40))
    assert not keysfile.take_out(broken, set())
    assert broken.read_bytes() == b"VRMKEYS\x00" + bytes(40)


def test_a_restore_with_damaged_keys_changes_nothing(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "node.backup"
    report = write(folder, file)
    raw = report.keys_path.read_bytes()
    for broken in (raw[:-1], raw[:40] + bytes([raw[40] ^ 1]) + raw[41:], b"", b"x" * 80):
        report.keys_path.write_bytes(broken)
        again = tmp_path / f"again-{len(broken)}-{broken[:1].hex()}-{hash(broken)}"
        with pytest.raises(BackupError) as caught:
            restore(file, again)
        assert caught.value.code == "backup.keys_corrupt"
        assert list(again.iterdir()) == []


def test_only_the_newest_places_are_remembered(folder: Path) -> None:
    with Database.open(folder / "node.db") as database, database.transaction() as tx:
        for number in range(erasable_keys.MAX_PLACES + 3):
            erasable_keys.note_place(tx, Path(f"/b/{number}.keys"))
        erasable_keys.note_place(tx, Path("/b/5.keys"))
        found = erasable_keys.places(tx)
    assert len(found) == len(set(found)) == erasable_keys.MAX_PLACES
    assert found[-1] == Path("/b/5.keys")
    assert Path("/b/0.keys") not in found


ROW = st.tuples(
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=KEY_BYTES + OVERHEAD_BYTES, max_size=KEY_BYTES + OVERHEAD_BYTES),
)


@given(st.lists(ROW, max_size=5))
def test_any_rows_come_back(tmp_path_factory: pytest.TempPathFactory, rows) -> None:
    path = tmp_path_factory.mktemp("keys") / "a.keys"
    keysfile.write(path, rows)
    assert keysfile.read(path) == rows
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_a_file_still_holds_is_said(folder: Path, tmp_path: Path) -> None:
    path = write(folder, tmp_path / "node.backup").keys_path
    erase(folder, DEAL)
    with Database.open(folder / "node.db") as database, database.transaction() as tx:
        left = set(erasable_keys.rows(tx))
    assert keysfile.look(path, left) == keysfile.Place(path, keys=2, erased=1)
    keysfile.take_out(path, left)
    assert keysfile.look(path, left) == keysfile.Place(path, keys=1, erased=0)
    path.unlink()
    assert keysfile.look(path, left) == keysfile.Place(path, keys=None, erased=None)

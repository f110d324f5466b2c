"""Backups: what comes back is what was, and nothing is replaced before it is verified."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.storage import samples
from vrmnode.errors import BackupError, KeystoreError
from vrmnode.passphrasebox import CHEAPEST
from vrmnode.storage import backup, backupfile, deals, intents, messages, seen, settings
from vrmnode.storage.backup import BackupReport
from vrmnode.storage.database import Database
from vrmnode.storage.migrations import SCRIPTS

PASSPHRASE = "of the backup"
KEYSTORE = b'{"the keystore": "opaque here"}\n'
SECRET_WORD = "a word in a setting"


def _accept(raw: bytes) -> None:
    assert raw == KEYSTORE


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The data folder of a node with two deals."""
    folder = tmp_path / "source"
    folder.mkdir()
    with Database.open(folder / "node.db") as database, database.transaction() as tx:
        for number in (1, 2):
            deals.insert(tx, samples.deal(number, document=b"agreement %d" % number))
        messages.put(tx, samples.message(1))
        intents.insert(tx, samples.own_intent(1))
        settings.put(tx, "word", SECRET_WORD)
        for number in range(20_000):
            seen.add(tx, samples.key(number), number)
    return folder


@pytest.fixture
def file(source: Path, tmp_path: Path) -> Path:
    target = tmp_path / "node.backup"
    _write(source, target)
    return target


def _write(source: Path, target: Path, *, force: bool = False) -> BackupReport:
    with Database.open(source / "node.db") as database:
        return backup.write_backup(
            database, KEYSTORE, target, PASSPHRASE, created=5000, force=force, cost=CHEAPEST
        )


def _restore(
    file: Path,
    folder: Path,
    *,
    force: bool = False,
    passphrase: str = PASSPHRASE,
    check: Callable[[bytes], None] = _accept,
) -> BackupReport:
    return backup.restore_backup(file, passphrase, folder, check_keystore=check, force=force)


def _code(call: Callable[[], object]) -> str:
    with pytest.raises(BackupError) as caught:
        call()
    assert PASSPHRASE not in caught.value.message
    return caught.value.code


def _listing(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_restored_node_is_identical(source: Path, file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "restored"
    folder.mkdir()
    report = _restore(file, folder)
    assert (report.deals, report.messages, report.intents, report.created) == (2, 1, 1, 5000)
    assert report.size_bytes == file.stat().st_size > 1024 * 1024
    assert (folder / "keystore.json").read_bytes() == KEYSTORE
    assert {stat.S_IMODE(found.stat().st_mode) for found in folder.iterdir()} == {0o600}
    with Database.open(source / "node.db") as old, Database.open(folder / "node.db") as new:
        with new.transaction() as tx:
            assert settings.get(tx, backup.RESTORED) == 5000
            settings.erase(tx, backup.RESTORED)
        for table in ("deals", "messages", "intents", "seen", "settings"):
            sql = f"SELECT * FROM {table} ORDER BY 1"
            assert old.reader().rows(sql) == new.reader().rows(sql)


def test_the_file_is_sealed_and_private(source: Path, file: Path) -> None:
    raw = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for plain in (KEYSTORE, SECRET_WORD.encode(), b"agreement 1", b"SQLite format 3"):
        assert plain not in raw
    assert SECRET_WORD.encode() in (source / "node.db").read_bytes()


def test_no_plain_copy_is_left(source: Path, file: Path, tmp_path: Path) -> None:
    names = {"source", "node.backup", "node.backup.keys"}
    assert {found.name for found in tmp_path.iterdir()} == names
    assert {found.name for found in source.iterdir()} == {"node.db", "node.db-writer"}
    backup.inspect_backup(file, PASSPHRASE)
    assert {found.name for found in tmp_path.iterdir()} == names


def test_it_is_taken_while_the_node_writes(source: Path, tmp_path: Path) -> None:
    with Database.open(source / "node.db") as database:
        with database.transaction() as tx:
            settings.put(tx, "uncommitted", 1)
            report = backup.write_backup(
                database, KEYSTORE, tmp_path / "b", PASSPHRASE, created=1, cost=CHEAPEST
            )
        assert report.deals == 2
        with database.transaction() as tx:
            settings.put(tx, "later", 1)
    assert backup.inspect_backup(tmp_path / "b", PASSPHRASE) == report


def test_an_existing_file_needs_force(source: Path, file: Path) -> None:
    before = file.read_bytes()
    assert _code(lambda: _write(source, file)) == "backup.exists"
    assert file.read_bytes() == before
    _write(source, file, force=True)
    assert file.read_bytes() != before
    assert backup.inspect_backup(file, PASSPHRASE).deals == 2


def test_no_folder_for_it(source: Path, tmp_path: Path) -> None:
    assert _code(lambda: _write(source, tmp_path / "none" / "b")) == "backup.unwritable"


def test_an_existing_node_needs_force_and_is_kept(source: Path, file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    with Database.open(folder / "node.db") as database, database.transaction() as tx:
        settings.put(tx, "mine", 1)
    (folder / "keystore.json").write_bytes(b"mine")
    before = _listing(folder)
    assert _code(lambda: _restore(file, folder)) == "backup.exists"
    assert _listing(folder) == before
    _restore(file, folder, force=True)
    assert (folder / "keystore.json").read_bytes() == KEYSTORE
    old = [found for found in folder.iterdir() if ".replaced-" in found.name]
    kept = {found.name.split(".replaced-")[0]: found.read_bytes() for found in old}
    assert kept == {name: before[name] for name in ("node.db", "keystore.json")}


@pytest.mark.parametrize("moves", range(4))
def test_a_restore_that_is_cut_off_loses_nothing(
    file: Path, tmp_path: Path, moves: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    with Database.open(folder / "node.db") as database, database.transaction() as tx:
        settings.put(tx, "mine", 1)
    (folder / "keystore.json").write_bytes(b"mine")
    before = set(_listing(folder).values())
    done = 0

    def counting(move: Callable[..., Path]) -> Callable[..., Path]:
        def run(self: Path, target: Path) -> Path:
            nonlocal done
            # The keystore's own atomic write is one more, in the private folder.
            if self.name.startswith(".keystore"):
                return move(self, target)
            if done == moves:
                raise OSError(28, "No space left on device")
            done += 1
            return move(self, target)

        return run

    monkeypatch.setattr(Path, "rename", counting(Path.rename))
    monkeypatch.setattr(Path, "replace", counting(Path.replace))
    assert _code(lambda: _restore(file, folder, force=True)) == "backup.unwritable"
    monkeypatch.undo()
    assert before <= set(_listing(folder).values())
    _restore(file, folder, force=True)
    assert (folder / "keystore.json").read_bytes() == KEYSTORE
    with Database.open(folder / "node.db") as database:
        assert len(deals.list_deals(database.reader())) == 2


def test_a_damaged_database_can_be_replaced(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    (folder / "node.db").write_bytes(b"garbage" * 1000)
    _restore(file, folder, force=True)
    with Database.open(folder / "node.db") as database:
        assert len(deals.list_deals(database.reader())) == 2


def test_not_while_the_node_runs(source: Path, file: Path) -> None:
    with Database.open(source / "node.db") as database:
        before = (source / "node.db").read_bytes()
        assert _code(lambda: _restore(file, source, force=True)) == "backup.running"
        assert (source / "node.db").read_bytes() == before
        assert len(deals.list_deals(database.reader())) == 2


@pytest.mark.parametrize("passphrase", ["", "other", PASSPHRASE + " "])
def test_a_wrong_passphrase(file: Path, passphrase: str) -> None:
    found = _code(lambda: backup.inspect_backup(file, passphrase))
    assert found == "backup.wrong_passphrase"


def test_missing(tmp_path: Path) -> None:
    assert _code(lambda: backup.inspect_backup(tmp_path / "none", "p")) == "backup.missing"


def test_a_keystore_that_is_none_replaces_nothing(source: Path, file: Path) -> None:
    def refuse(raw: bytes) -> None:
        raise KeystoreError("keystore.corrupt", "no keystore")

    before = _listing(source)
    with pytest.raises(KeystoreError):
        _restore(file, source, force=True, check=refuse)
    assert _listing(source) == before


def _chunk_at(raw: bytes, number: int) -> tuple[int, int]:
    """Return start and end of a chunk with its length."""
    start = len(backupfile.MAGIC)
    start += 4 + int.from_bytes(raw[start : start + 4], "big")
    for _ in range(number):
        start += 4 + int.from_bytes(raw[start : start + 4], "big")
    return start, start + 4 + int.from_bytes(raw[start : start + 4], "big")


def _flipped(position: int) -> Callable[[bytes], bytes]:
    def damage(raw: bytes) -> bytes:
        altered = bytearray(raw)
        altered[position] ^= 1
        return bytes(altered)

    return damage


def _swapped(raw: bytes) -> bytes:
    (a, b), (_, c) = _chunk_at(raw, 0), _chunk_at(raw, 1)
    return raw[:a] + raw[b:c] + raw[a:b] + raw[c:]


def _last_chunk_lost(raw: bytes) -> bytes:
    return raw[: _chunk_at(raw, 1)[0]]


def _repeated(raw: bytes) -> bytes:
    start, end = _chunk_at(raw, 0)
    return raw[:end] + raw[start:end] + raw[end:]


DAMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "magic": (_flipped(0), "corrupt"),
    "header length": (_flipped(len(backupfile.MAGIC)), "corrupt"),
    "header": (lambda raw: _flipped(_chunk_at(raw, 0)[0] - 1)(raw), "wrong_passphrase"),
    "first chunk": (_flipped(2000), "corrupt"),
    "last byte": (_flipped(-1), "corrupt"),
    "chunks swapped": (_swapped, "corrupt"),
    "chunk lost": (_last_chunk_lost, "corrupt"),
    "chunk repeated": (_repeated, "corrupt"),
    "cut short": (lambda raw: raw[:-100], "corrupt"),
    "cut in the header": (lambda raw: raw[:50], "corrupt"),
    "longer": (lambda raw: raw + b"x", "corrupt"),
    "empty": (lambda raw: b"", "corrupt"),
    "something else": (lambda raw: b"PK\x03\x04" * 100, "corrupt"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_backup_replaces_nothing(source: Path, file: Path, name: str) -> None:
    damage, code = DAMAGES[name]
    file.write_bytes(damage(file.read_bytes()))
    before = _listing(source)
    assert _code(lambda: _restore(file, source, force=True)) == f"backup.{code}"
    assert _listing(source) == before


def test_a_sealed_file_without_a_sound_database(tmp_path: Path) -> None:
    plain, sealed = tmp_path / "plain", tmp_path / "sealed"
    for raw in (b"", b"garbage" * 1000):
        plain.write_bytes(raw)
        backupfile.write(sealed, plain, KEYSTORE, PASSPHRASE, created=1, cost=CHEAPEST)
        assert _code(lambda: backup.inspect_backup(sealed, PASSPHRASE)) == "backup.corrupt"
        sealed.unlink()


def test_a_newer_database(tmp_path: Path) -> None:
    newer = (*SCRIPTS, "CREATE TABLE later (x INTEGER) STRICT")
    Database.open(tmp_path / "node.db", scripts=newer).close()
    sealed = tmp_path / "sealed"
    backupfile.write(sealed, tmp_path / "node.db", KEYSTORE, PASSPHRASE, created=1, cost=CHEAPEST)
    found = _code(lambda: backup.inspect_backup(sealed, PASSPHRASE))
    assert found == "backup.newer_version"

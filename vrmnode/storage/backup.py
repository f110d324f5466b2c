"""The backup file: keystore and database under a passphrase, verified before anything is replaced.

    "VRMBACKUP\\0" ‖ u32be(header length) ‖ header ‖ u32be(chunk length) ‖ chunk …

The header is the canonical map of a `passphrasebox` with its ciphertext, in which are the key of
the chunks, the keystore's bytes, and the size and digest of the database. The database follows in
chunks of 1 MiB, each sealed under the key and bound to its number and to being the last or not,
so none can be cut off, moved or repeated. It is an online copy: the node goes on meanwhile.

Storage doesn't know the keystore: its bytes are kept as they are, under their own passphrase.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from vrmnode import privatefile
from vrmnode.errors import BackupError, StorageError
from vrmnode.passphrasebox import STANDARD, KdfCost
from vrmnode.storage import backupfile, erasable_keys, keysfile, settings
from vrmnode.storage.database import Database

KEYSTORE_NAME = "keystore.json"
DATABASE_NAME = "node.db"
RESTORED = "node.restored"
"""The setting by which a database says that it is a restored one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What a backup holds; `created` in Unix seconds, `size_bytes` of the backup file.

    `keys` are the erasable keys in the file beside it, `keys_path`.
    """

    created: int
    deals: int
    messages: int
    intents: int
    size_bytes: int
    keys: int
    keys_path: Path


def write_backup(
    database: Database,
    keystore_raw: bytes,
    target: Path,
    passphrase: str,
    *,
    created: int,
    force: bool = False,
    cost: KdfCost = STANDARD,
) -> BackupReport:
    """Write a backup of the running node, read it back, then give it its name.

    The erasable keys of that moment go into a file beside it (`keysfile`). The caller notes where
    (`erasable_keys.note_place`), so that erased ones are taken out of it.

    From any thread. Raises BackupError `backup.exists` (without `force`), `backup.unwritable`;
    StorageError as `Database.backup`.
    """
    _require_free(target, force=force)
    # Plain copies stay beside the database; only the sealed file gets to where it shall lie.
    with _private_folder(database.path.parent) as work, _private_folder(target.parent) as near:
        copy, sealed = work / DATABASE_NAME, near / target.name
        database.backup(copy)
        rows = _take_keys(copy)
        try:
            backupfile.write(sealed, copy, keystore_raw, passphrase, created=created, cost=cost)
        except OSError as error:
            raise _unwritable(target, error) from error
        copy.unlink()
        report = _unpack(sealed, passphrase, work)[0]
        _require_free(target, force=force)
        try:
            keysfile.write(keysfile.beside(target), rows)
        except OSError as error:
            raise _unwritable(keysfile.beside(target), error) from error
        _move(sealed, target)
    return replace(report, keys=len(rows), keys_path=keysfile.beside(target.absolute()))


# SPEC 09: The vendor's node MUST NOT put an erasable key into a backup that holds what it opens.
def _take_keys(copy: Path) -> list[erasable_keys.Row]:
    """The erasable keys of a copy, which doesn't have them any more."""
    with Database.open(copy, create=False) as database:
        with database.transaction() as tx:
            rows = erasable_keys.rows(tx)
            for owner, _ in rows:
                erasable_keys.erase(tx, owner)
        # What was deleted leaves no bytes behind: `secure_delete` is on.
        database.checkpoint()
    for suffix in ("-wal", "-shm", "-writer"):
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)
    return rows


def inspect_backup(source: Path, passphrase: str) -> BackupReport:
    """Verify a backup completely and report what it holds; nothing else is touched.

    Raises BackupError `backup.missing`, `backup.wrong_passphrase`, `backup.corrupt`,
    `backup.newer_version`, `backup.unwritable` (no room to unpack it).
    """
    with _private_folder(Path(tempfile.gettempdir())) as work:
        return _unpack(source, passphrase, work)[0]


def restore_backup(
    source: Path,
    passphrase: str,
    folder: Path,
    *,
    check_keystore: Callable[[bytes], None],
    force: bool = False,
) -> BackupReport:
    """Put a backup's keystore and database into a data folder (which must exist).

    `check_keystore` raises where the bytes are no keystore. What was in the folder is replaced
    only with `force`, and then kept beside the new files under names ending in ".replaced-…".
    Raises as `inspect_backup`; BackupError `backup.exists`, `backup.running`.
    """
    with _private_folder(folder) as work:
        report, keystore_raw = _unpack(source, passphrase, work)
        check_keystore(keystore_raw)
        beside = keysfile.beside(source)
        rows = keysfile.read(beside) if beside.exists() else []
        with Database.open(work / DATABASE_NAME, create=False) as database:
            mark_restored(database, report.created)
            with database.transaction() as tx:
                erasable_keys.put(tx, rows)
                if rows:
                    erasable_keys.note_place(tx, beside.absolute())
        with _exclusive(folder / DATABASE_NAME):
            try:
                privatefile.write_atomically(work / KEYSTORE_NAME, keystore_raw, replace=False)
                _swap(work, folder, force=force)
            except OSError as error:
                raise _unwritable(folder, error) from error
    return replace(report, keys=len(rows))


def _swap(work: Path, folder: Path, *, force: bool) -> None:
    """Set the old files aside and move the new ones in; a crash between leaves all of both."""
    names = (KEYSTORE_NAME, DATABASE_NAME, DATABASE_NAME + "-wal", DATABASE_NAME + "-shm")
    present = [folder / name for name in names if (folder / name).exists()]
    if present and not force:
        raise BackupError(
            "backup.exists",
            f"{folder} already has {present[0].name}; --force replaces it "
            "and keeps the old files beside",
        )
    suffix = f".replaced-{secrets.token_hex(4)}"
    for old in present:
        old.rename(old.with_name(old.name + suffix))
    # The keystore comes last: a node can't start before both are there.
    for name in (DATABASE_NAME, KEYSTORE_NAME):
        _move(work / name, folder / name)


def _unpack(source: Path, passphrase: str, work: Path) -> tuple[BackupReport, bytes]:
    """Return the report and the keystore's bytes; the database is verified, in `work`."""
    path = work / DATABASE_NAME
    try:
        content = backupfile.read(source, path, passphrase)
        size_bytes = source.stat().st_size
    except FileNotFoundError as error:
        raise BackupError(
            "backup.missing", f"expected a backup at {source}, came no file"
        ) from error
    except OSError as error:
        raise BackupError("backup.unwritable", f"{source} can't be unpacked: {error}") from error
    try:
        with Database.open(path, create=False) as database:
            report = _count(database, source, content.created, size_bytes)
    except StorageError as error:
        code = "newer_version" if error.code == "storage.newer_version" else "corrupt"
        raise BackupError(f"backup.{code}", f"{source}: {error.message}") from error
    path.with_name(DATABASE_NAME + "-writer").unlink(missing_ok=True)
    return report, content.keystore_raw


def mark_restored(database: Database, created: int) -> None:
    """Tell the node that will start with this database that it may have gone on since `created`."""
    with database.transaction() as tx:
        settings.put(tx, RESTORED, created)


def _count(database: Database, source: Path, created: int, size_bytes: int) -> BackupReport:
    with database.transaction() as tx:
        found = [
            int(tx.value(f"SELECT count(*) FROM {table}"))
            for table in ("deals", "messages", "intents")
        ]
    return BackupReport(
        created=created,
        deals=found[0],
        messages=found[1],
        intents=found[2],
        size_bytes=size_bytes,
        keys=0,
        keys_path=keysfile.beside(source.absolute()),
    )


@contextmanager
def _private_folder(parent: Path) -> Iterator[Path]:
    """Give a folder of mode 0700 that goes away with all it still holds."""
    try:
        held = tempfile.TemporaryDirectory(prefix=".vrm-backup-", dir=parent)
    except OSError as error:
        raise _unwritable(parent, error) from error
    with held as name:
        yield Path(name)


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """Hold the database's writer lock, whatever state the database is in."""
    try:
        with Database.writer_lock(path):
            yield
    except StorageError as error:
        if error.code != "storage.locked":
            raise
        raise BackupError(
            "backup.running", f"a node is running in {path.parent}: stop it first"
        ) from error


def _require_free(target: Path, *, force: bool) -> None:
    if target.exists() and not force:
        raise BackupError("backup.exists", f"{target} exists already; --force replaces it")


def _move(source: Path, target: Path) -> None:
    try:
        privatefile.sync_file(source)
        source.replace(target)
        privatefile.sync_folder(target.parent)
    except OSError as error:
        raise _unwritable(target, error) from error


def _unwritable(path: Path, error: OSError) -> BackupError:
    return BackupError("backup.unwritable", f"{path} can't be written: {error}")

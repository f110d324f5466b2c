"""The parts of the node that three commands need, imported when one of them runs.

`vrm` must answer in about 0.1 s, so nothing here may be imported at its start, and the import
contracts keep it so. `vrm run` becomes the node; `vrm data backup` and `restore` read and write
its files. Each goes through one of these functions.
"""

from __future__ import annotations

import gc
import importlib
from pathlib import Path
from typing import Any


def run_node(
    data_dir: Path,
    passphrase: str,
    *,
    listen: list[str] | None,
    peers: list[str] | None,
    log_level: str,
    postbox: bool,
) -> int:
    """Be the node until it ends; its exit code."""
    node = _imported_for_good("vrmnode.node")
    code: int = node.run_node(
        data_dir,
        passphrase,
        listen=listen,
        peers=peers,
        log_level=log_level,
        postbox=postbox,
    )
    return code


def _imported_for_good(name: str) -> Any:
    # Nothing that an import makes is garbage, and looking through it all for some takes a fifth of
    # a start. Nor is it looked through again while the node runs.
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.freeze()
        gc.enable()


def write_backup(
    data_dir: Path,
    keystore_raw: bytes,
    target: Path,
    passphrase: str,
    *,
    created: int,
    force: bool,
) -> Any:
    """Back up a node that doesn't run; a `vrmnode.storage.backup.BackupReport`."""
    storage = importlib.import_module("vrmnode.storage.database")
    backup = importlib.import_module("vrmnode.storage.backup")
    erasable_keys = importlib.import_module("vrmnode.storage.erasable_keys")
    with storage.Database.open(data_dir / "node.db") as database:
        report = backup.write_backup(
            database, keystore_raw, target, passphrase, created=created, force=force
        )
        with database.transaction() as tx:
            erasable_keys.note_place(tx, report.keys_path)
    return report


def restore_backup(source: Path, passphrase: str, folder: Path, **options: Any) -> Any:
    """Put a backup into a folder; a `vrmnode.storage.backup.BackupReport`."""
    backup = importlib.import_module("vrmnode.storage.backup")
    return backup.restore_backup(source, passphrase, folder, **options)

"""What is sealed in a node's database, and what of it its keys open: read beside the node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import apsw

from vrmnode import keystore
from vrmnode.errors import StorageError
from vrmnode.storage.vault import Vault

Box = tuple[bytes, str, bytes]
"""Owner, name, and what is sealed."""


def rows(folder: Path, sql: str, *params: object) -> list[tuple[Any, ...]]:
    """What the database in a node's folder says."""
    database = apsw.Connection(str(folder / "node.db"), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        database.set_busy_timeout(30_000)
        return list(database.execute(sql, params))
    finally:
        database.close()


def boxes_of(folder: Path, deal: str) -> list[Box]:
    """The sealed secrets of a deal."""
    sql = "SELECT owner_id, name, box FROM secrets WHERE owner_kind = 'deal' AND owner_id = ?"
    found = rows(folder, sql, bytes.fromhex(deal))
    return [(bytes(owner), str(name), bytes(box)) for owner, name, box in found]


def files_with(files: dict[str, bytes], boxes: list[Box]) -> list[str]:
    """The files, by name, in which one of these boxes stands."""
    return [name for name, raw in files.items() if any(box in raw for _, _, box in boxes)]


def opened(folder: Path, boxes: list[Box]) -> dict[tuple[bytes, str], bytes]:
    """Each of the boxes that the keys in the folder open now."""
    vault = Vault(keystore.unlock(folder / "keystore.json", "").vault_key)
    sealers = [vault]
    for owner, box in rows(folder, "SELECT owner_id, box FROM erasable_keys"):
        sealers.append(Vault(vault.unseal(bytes(box), "erasable", bytes(owner), "key")))
    found = {}
    for owner, name, box in boxes:
        for sealer in sealers:
            try:
                found[owner, name] = sealer.unseal(box, "deal", owner, name)
            except StorageError:
                continue
    return found

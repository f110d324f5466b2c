"""Named settings of the node that commands change: policies, profile, shards; JSON values."""

from __future__ import annotations

from typing import Any

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import from_json, to_json


def get(tx: Connection, name: str, default: Any = None) -> Any:
    """Return a setting's JSON value, or the default."""
    text = tx.value("SELECT value FROM settings WHERE name = ?", (name,))
    return default if text is None else from_json(tx, text)


def put(tx: Connection, name: str, value: object) -> None:
    """Keep a JSON value under a name, in place of the old one."""
    tx.run(
        "INSERT INTO settings (name, value) VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET value = excluded.value",
        (name, to_json(value)),
    )


def erase(tx: Connection, name: str) -> bool:
    """Forget a setting; False where there was none."""
    tx.run("DELETE FROM settings WHERE name = ?", (name,))
    return tx.changes() == 1

"""Where backups lie, as far as this node has to know: the files of keys beside them.

Writing a backup is a matter of the store; what a node does after a restore is in `restored`.
"""

from __future__ import annotations

from pathlib import Path

from vrmnode.engine.context import Context
from vrmnode.storage import erasable_keys, keysfile
from vrmnode.storage.database import Connection

Json = dict[str, object]


def backed_up(ctx: Context, keys: Path) -> None:
    """Remember the file of keys beside a backup: what is erased is taken out of it later."""
    erasable_keys.note_place(ctx.tx, keys)


def key_places(tx: Connection) -> list[Json]:
    """The files of keys beside backups, the newest last; null where one isn't reached."""
    kept = set(erasable_keys.rows(tx))
    found = (keysfile.look(path, kept) for path in erasable_keys.places(tx))
    return [{"path": str(one.path), "keys": one.keys, "erased": one.erased} for one in found]

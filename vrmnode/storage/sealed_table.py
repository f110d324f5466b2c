"""A table of which a row shows only what it is found by; all else is in one box.

For what says much about the node's owner. The box is a secret of the row's id
(`vrmnode.storage.secrets`), and gone from the files when the row is.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection
from typing import Any, Generic, TypeVar

from vrmnode.storage import secrets
from vrmnode.storage.connection import Connection, Params, corrupt
from vrmnode.storage.secrets import Vault
from vrmnode.storage.table import to_json

T = TypeVar("T")

_BOX = "fields"


class SealedTable(Generic[T]):
    """The table `name` whose rows are instances of `row_class`.

    Its first field is the id, bytes. `clear` are the columns beside it; `in_bytes` are fields in
    the box that hold bytes, the others hold what JSON has, lists as tuples.
    """

    def __init__(
        self,
        name: str,
        row_class: type[T],
        *,
        owner_kind: str,
        clear: Collection[str] = (),
        in_bytes: Collection[str] = (),
    ) -> None:
        self.name, self._row_class, self._owner_kind = name, row_class, owner_kind
        names = [field.name for field in dataclasses.fields(row_class)]  # type: ignore[arg-type]
        self._id, self._in_bytes = names[0], in_bytes
        self._columns = (self._id, *clear)
        self._boxed = [each for each in names if each not in self._columns]
        self._select = f"SELECT {', '.join(self._columns)} FROM {name} "

    def insert(self, tx: Connection, vault: Vault, item: T) -> None:
        """Keep a new row; StorageError `storage.conflict` where its id is taken."""
        marks = ", ".join("?" * len(self._columns))
        columns = ", ".join(self._columns)
        values = [getattr(item, column) for column in self._columns]
        tx.run(f"INSERT INTO {self.name} ({columns}) VALUES ({marks})", values)
        self.replace(tx, vault, item)

    def replace(self, tx: Connection, vault: Vault, item: T) -> None:
        """Keep what is in the box in place of what it was; the columns stay."""
        told = {name: getattr(item, name) for name in self._boxed}
        told |= {name: told[name].hex() for name in self._in_bytes if told[name] is not None}
        plain = to_json({name: value for name, value in told.items() if value is not None})
        secrets.put(tx, vault, self._owner_kind, getattr(item, self._id), _BOX, plain.encode())

    def first(self, tx: Connection, vault: Vault, rest: str, params: Params = ()) -> T | None:
        """Return the first row of the query that ends in `rest` ("WHERE …"), or None."""
        row = tx.row(self._select + rest + " LIMIT 1", params)
        return None if row is None else self._open(tx, vault, row)

    def select(self, tx: Connection, vault: Vault, rest: str = "", params: Params = ()) -> list[T]:
        """Return the rows of the query that ends in `rest` ("WHERE …")."""
        return [self._open(tx, vault, row) for row in tx.rows(self._select + rest, params)]

    def count(self, tx: Connection) -> int:
        """Return how many rows there are."""
        return int(tx.value(f"SELECT count(*) FROM {self.name}"))

    def remove(self, tx: Connection, identifier: bytes) -> bool:
        """Erase a row and its box; False where there is none."""
        secrets.erase(tx, self._owner_kind, identifier)
        tx.run(f"DELETE FROM {self.name} WHERE {self._id} = ?", (identifier,))
        return tx.changes() == 1

    def _open(self, tx: Connection, vault: Vault, row: tuple[Any, ...]) -> T:
        clear = dict(zip(self._columns, row, strict=True))
        plain = secrets.get(tx, vault, self._owner_kind, clear[self._id], _BOX)
        if plain is None:
            raise corrupt(tx.path, f"table {self.name}: a row without its box")
        told: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in json.loads(plain).items()
        }
        told |= {name: bytes.fromhex(told[name]) for name in self._in_bytes if name in told}
        return self._row_class(**clear, **told)

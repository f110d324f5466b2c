"""A row class and its table: the SQL and the conversions that follow from the fields.

The fields of a frozen dataclass (of a struct, where many are made) are the columns, in order.
Booleans are kept as 0 and 1, JSON columns as canonical text (sorted keys, no spaces). Each
repository module declares its table and adds the questions that are asked of it.
"""

from __future__ import annotations

import dataclasses
import json
import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from vrmnode.storage.connection import Connection, Params, Value, corrupt

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]

T = TypeVar("T")
R = TypeVar("R")


def to_json(value: object) -> str:
    """Return the canonical text of a JSON value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(tx: Connection, text: str) -> Any:
    """Return the JSON value of a stored text; `storage.corrupt` where it is none."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise corrupt(tx.path, f"a stored text is no JSON: {error}") from error


class Table(Generic[T]):
    """The table `name` whose rows are instances of `row_class`."""

    def __init__(
        self,
        name: str,
        row_class: type[T],
        *,
        booleans: Collection[str] = (),
        json_columns: Collection[str] = (),
    ) -> None:
        self.name = name
        self._row_class = row_class
        self.columns = _columns(row_class)
        listed = ", ".join(self.columns)
        marks = ", ".join("?" * len(self.columns))
        self._read: dict[str, Callable[[Any], Any]] = dict.fromkeys(booleans, bool)
        self._read |= dict.fromkeys(json_columns, json.loads)
        self._json_at = [at for at, name in enumerate(self.columns) if name in json_columns]
        self._fields = operator.attrgetter(*self.columns)
        self.select_sql = f"SELECT {listed} FROM {name} "
        self.insert_sql = f"INTO {name} ({listed}) VALUES ({marks})"

    def load(self, row: tuple[Any, ...]) -> T:
        """Return the instance that a row of `select_sql` describes."""
        fields = dict(zip(self.columns, row, strict=True))
        for column, convert in self._read.items():
            if fields[column] is not None:
                fields[column] = convert(fields[column])
        return self._row_class(**fields)

    def values(self, item: T) -> list[Value]:
        """Return the column values of an instance, in the order of `columns`."""
        values = list(self._fields(item))
        for at in self._json_at:
            if values[at] is not None:
                values[at] = to_json(values[at])
        return values

    def first(self, tx: Connection, rest: str, params: Params = ()) -> T | None:
        """Return the first row of the query that ends in `rest` ("WHERE …"), or None."""
        row = tx.row(self.select_sql + rest + " LIMIT 1", params)
        return None if row is None else self._loaded(tx, row)

    def select(self, tx: Connection, rest: str = "", params: Params = ()) -> list[T]:
        """Return the rows of the query that ends in `rest` ("WHERE … ORDER BY …")."""
        return self.load_all(tx, tx.rows(self.select_sql + rest, params))

    def load_all(self, tx: Connection, rows: Iterable[tuple[Any, ...]]) -> list[T]:
        """Return the instances of rows that a query in the form of `select_sql` gave."""
        return [self._loaded(tx, row) for row in rows]

    def _loaded(self, tx: Connection, row: tuple[Any, ...]) -> T:
        try:
            return self.load(row)
        except ValueError as error:
            raise corrupt(tx.path, f"table {self.name}: {error}") from error

    def insert(self, tx: Connection, item: T) -> None:
        """Insert; StorageError `storage.conflict` where the key exists."""
        tx.run("INSERT " + self.insert_sql, self.values(item))

    def insert_new(self, tx: Connection, item: T, key: str) -> bool:
        """Insert unless a row has the same `key` (a column); return whether it was new."""
        tx.run(f"INSERT {self.insert_sql} ON CONFLICT ({key}) DO NOTHING", self.values(item))
        return tx.changes() == 1


def _columns(row_class: type[Any]) -> tuple[str, ...]:
    if issubclass(row_class, msgspec.Struct):
        return row_class.__struct_fields__
    return tuple(field.name for field in dataclasses.fields(row_class))


def marks(values: Collection[object]) -> str:
    """Return "?, ?, ?" for an IN list of as many values."""
    return ", ".join("?" * len(values))


def runs(rows: Sequence[R]) -> Iterator[Sequence[R]]:
    """Cut rows into runs of few different lengths, so that their statements are compiled once.

    One statement for many rows is one call of SQLite: other threads run meanwhile, where a
    statement a row would have to wait for Python's lock each time.
    """
    at = 0
    for length in (64, 16, 4, 1):
        while len(rows) - at >= length:
            yield rows[at : at + length]
            at += length


def hex_bounds(hex_prefix: str, size_bytes: int = 32) -> tuple[bytes, bytes] | None:
    """Return the least and greatest id that starts with a hex prefix; None where none can."""
    digits = hex_prefix.lower()
    if not digits or len(digits) > 2 * size_bytes or not set(digits) <= set("0123456789abcdef"):
        return None
    width = 2 * size_bytes
    return bytes.fromhex(digits.ljust(width, "0")), bytes.fromhex(digits.ljust(width, "f"))


def touched(tx: Connection, sql: str, rows: Iterable[Params]) -> int:
    """Run a statement for each of the rows; return how many database rows changed."""
    changed = 0
    for row in rows:
        tx.run(sql, row)
        changed += tx.changes()
    return changed

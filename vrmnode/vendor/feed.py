"""Products from a catalogue file as shops export it: any delimiter, header or none, any price.

Streams: memory doesn't grow with the file but for 8 bytes' digest a row, which finds a repeated
sku. A row that can't be used is reported with its number, column, what was expected and what
came; the others are imported.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from vrmnode.values.constraints import Scalar, property_name
from vrmnode.values.fields import FieldError, shown
from vrmnode.values.gtins import GTIN_EXPECTED, read_gtin
from vrmnode.values.money import MoneyError, decimal_mark, parse_money
from vrmnode.vendor import columns
from vrmnode.vendor.columns import PROPERTY, parse_mapping, suggest_mapping
from vrmnode.vendor.product import (
    CONDITIONS,
    MAX_PROPERTIES,
    MAX_STOCK,
    Product,
    with_category,
)
from vrmnode.vendor.records import DELIMITERS, Record, Records, guess_delimiter
from vrmnode.vendor.text_lines import FALLBACK, Lines

MAX_ROWS = 2_000_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")
_TAG = re.compile(r"<[^<>]{0,500}>")
_IN_STOCK = frozenset(("instock", "available", "yes", "true", "ja", "lieferbar", "opvoorraad"))
_NO_STOCK = frozenset(("outofstock", "soldout", "no", "false", "nein", "nee", "ausverkauft",
                       "uitverkocht", "preorder", "backorder", "discontinued"))  # fmt: skip
_CONDITIONS = {
    **dict.fromkeys(("new", "neu", "nieuw", "neuf", "nuevo", "newcondition"), CONDITIONS[0]),
    **dict.fromkeys(
        ("used", "gebraucht", "gebruikt", "tweedehands", "usedcondition"), CONDITIONS[1]
    ),
    **dict.fromkeys(("refurbished", "refurbishedcondition"), CONDITIONS[2]),
    **dict.fromkeys(("damaged", "damagedcondition"), CONDITIONS[3]),
}


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """How to read a file; None means: find out. `decimal` is the prices' decimal mark."""

    mapping: Mapping[str, str | int] | None = None
    header: bool | None = None
    delimiter: str | None = None
    encoding: str | None = None
    currency: str = "EUR"
    decimal: str | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that was left out, and why; `row` counts from 1, a header included."""

    row: int
    column: str
    expected: str
    came: str
    code: str = "catalogue.row"

    @property
    def words(self) -> str:
        return f"row {self.row}, {self.column}: expected {self.expected}, came {self.came}"


@dataclass(slots=True)
class FeedReport:
    """How the file was read and what became of its rows; final when the feed has ended."""

    encoding: str = ""
    delimiter: str = ""
    header: bool = False
    mapping: dict[str, str | int] = field(default_factory=dict)
    rows: int = 0
    products: int = 0
    errors: int = 0
    warnings: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}


class _CellError(Exception):
    def __init__(self, field_name: str, expected: str, came: object) -> None:
        super().__init__(field_name)
        self.field_name = field_name
        self.expected = expected
        self.came = came


def read_products(stream: BinaryIO, options: FeedOptions | None = None) -> "Feed":
    """An iterator of `Product` and `RowError`, in the file's order.

    Raises: FieldError `catalogue.encoding`, `catalogue.mapping`, `catalogue.empty`; while
    iterating `catalogue.too_many_rows`.
    """
    return Feed(stream, options or FeedOptions())


class Feed:
    def __init__(self, stream: BinaryIO, options: FeedOptions) -> None:
        self._options = options
        self._decimal = options.decimal
        self._seen: set[int] = set()
        self._lines = Lines(stream, options.encoding)
        sample = self._lines.sample()
        delimiter = options.delimiter or guess_delimiter(sample, self._is_header)
        if delimiter not in DELIMITERS:
            raise FieldError(
                "catalogue.mapping", "delimiter", "one of , ; | or a tab", shown(delimiter)
            )
        self.report = FeedReport(encoding=self._lines.encoding, delimiter=delimiter)
        self._records = Records(iter(self._lines), delimiter)
        self._iterator = iter(self._records)
        self._pending: list[Record] = []
        self._settle_columns()

    def __iter__(self) -> Iterator[Product | RowError]:
        for record in self._all_records():
            self.report.rows += 1
            if self.report.rows > MAX_ROWS:
                raise FieldError(
                    "catalogue.too_many_rows", "file", f"at most {MAX_ROWS} rows", "more"
                )
            found = self._read(record)
            if isinstance(found, Product):
                self.report.products += 1
            else:
                self.report.errors += 1
            yield found
        if self._lines.fallbacks:
            self.report.encoding = f"{self._lines.encoding}, {FALLBACK}"
            self.report.warnings.append(
                f"{self._lines.fallbacks} lines were not UTF-8 and were read as Windows-1252"
            )

    def _all_records(self) -> Iterator[Record]:
        while self._pending:
            yield self._pending.pop(0)
        yield from self._iterator

    def _is_header(self, cells: list[str]) -> bool:
        """Whether a first row names the columns that are looked for."""
        names = [name for name in (self._options.mapping or {}).values() if isinstance(name, str)]
        if not names:
            return columns.looks_like_header(cells)
        there = {property_name(cell) for cell in cells}
        return all(property_name(name) in there for name in names)

    def _settle_columns(self) -> None:
        """Reads the first row and decides what the columns mean."""
        first = next(self._iterator, None)
        if first is None:
            raise FieldError("catalogue.empty", "file", "rows of products", "an empty file")
        if first.fault:
            raise FieldError("catalogue.encoding", "row 1", "cells of text", first.fault)
        given = self._options.mapping
        if given is not None:
            columns.check_mapping(given)
        by_name = any(isinstance(column, str) for column in (given or {}).values())
        header = self._options.header
        if header is None:
            header = by_name or columns.looks_like_header(first.cells)
        if given is None and not header:
            raise FieldError(
                "catalogue.mapping",
                "file",
                "a header row with names such as name and price, or a mapping: "
                + columns.MAPPING_EXPECTED,
                "a first row of " + shown(", ".join(first.cells)),
            )
        self.report.header = header
        self.report.mapping = dict(given if given is not None else suggest_mapping(first.cells))
        names = first.cells if header else None
        self._width = len(first.cells)
        self._columns = columns.resolve(self.report.mapping, names, self._width)
        self._names = {
            name: names[at].strip()[:40] if names and names[at].strip() else f"column {at + 1}"
            for name, at in self._columns.items()
        }
        if header:
            self.report.rows += 1
        else:
            self._pending.append(first)

    def _read(self, record: Record) -> Product | RowError:
        if record.fault is not None:
            return RowError(record.row, "row", "a row of text", record.fault, "catalogue.text")
        cells = record.cells
        while len(cells) > self._width and not cells[-1].strip():
            cells.pop()
        if len(cells) != self._width:
            # A stray quote may have joined this row with good ones: they are read again.
            if record.lines > 1:
                self._records.reject()
            came = f"{len(cells)} columns"
            return RowError(record.row, "row", f"{self._width} columns", came, "catalogue.columns")
        try:
            product = self._product(cells)
            self._check_new(product.sku)
        except _CellError as error:
            column = self._names.get(error.field_name, error.field_name)
            label = column if column == error.field_name else f"{column} ({error.field_name})"
            return RowError(record.row, label, error.expected, shown(error.came))
        return product

    def _check_new(self, sku: str) -> None:
        digest = hashlib.blake2b(sku.encode(), digest_size=8).digest()
        number = int.from_bytes(digest, "big")
        if number in self._seen:
            raise _CellError("sku", "a sku that no earlier row has", sku)
        self._seen.add(number)

    def _product(self, cells: list[str]) -> Product:
        row = {name: _clean(cells[at]) for name, at in self._columns.items()}
        for name, value in self._options.defaults.items():
            row[name] = row.get(name) or value
        gtin14 = _gtin(row.get("gtin", ""))
        mpn = row.get("mpn", "")[:64] or None
        price, currency = self._price(row)
        path = _text("category_path", row, 500)
        return Product(
            sku=_sku(row, gtin14, mpn),
            name=_name(row),
            price=price,
            currency=currency,
            gtin14=gtin14,
            mpn=mpn,
            brand=row.get("brand", "")[:64] or None,
            description=_TAG.sub(" ", row.get("description", ""))[:1000].strip(),
            category=with_category(_category(row), path),
            category_path=path,
            condition=_condition(row),
            stock=_stock(row),
            url=row["url"] if 0 < len(row.get("url", "")) <= 256 else None,
            properties=_properties(row),
        )

    def _price(self, row: Mapping[str, str]) -> tuple[int, str]:
        text = row.get("price", "")
        if not text:
            raise _CellError("price", 'a price such as "9.99"', None)
        currency = row.get("currency", "").upper() or self._options.currency
        if not re.fullmatch("[A-Z]{3}", currency):
            raise _CellError("currency", "an ISO 4217 code such as EUR", currency)
        mark = decimal_mark(text)
        if self._decimal is None:
            self._decimal = mark
        # A mark that is certain in this cell outweighs what earlier rows used.
        try:
            money = parse_money(text, currency=currency, decimal=mark or self._decimal)
        except MoneyError as error:
            raise _CellError("price", error.expected, text) from None
        return money.amount, money.currency


def _clean(cell: str) -> str:
    """Trimmed, white space and control characters made single spaces, no spreadsheet quoting."""
    text = cell.strip()
    if not text.isprintable() or "  " in text:
        text = _CONTROL.sub(" ", text).strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text[1:] if text.startswith("'") and text[1:].isdigit() else text


def _text(name: str, row: Mapping[str, str], limit: int) -> str:
    text = row.get(name, "")
    if len(text) > limit:
        raise _CellError(name, f"at most {limit} characters", f"{len(text)} characters")
    return text


def _name(row: Mapping[str, str]) -> str:
    if not (name := _text("name", row, 200)):
        raise _CellError("name", "a text of 1 to 200 characters", None)
    return name


def _sku(row: Mapping[str, str], gtin14: str | None, mpn: str | None) -> str:
    sku = _text("sku", row, 64) or gtin14 or mpn
    if not sku:
        raise _CellError("sku", "a sku, or a gtin or mpn in its place", None)
    return sku


def _gtin(text: str) -> str | None:
    if not text:
        return None
    if (gtin14 := read_gtin(text)) is None:
        raise _CellError("gtin", GTIN_EXPECTED, text)
    return gtin14


def _category(row: Mapping[str, str]) -> int | None:
    text = row.get("category", "")
    if not text or ">" in text:
        return with_category(None, text)
    if not re.fullmatch("[0-9]{1,9}", text):
        raise _CellError("category", "an id of the Google product taxonomy", text)
    return int(text)


def _condition(row: Mapping[str, str]) -> str:
    text = row.get("condition", "")
    if not text:
        return CONDITIONS[0]
    found = _CONDITIONS.get(property_name(text))
    if found is None:
        raise _CellError("condition", "new, used, refurbished or damaged", text)
    return found


def _stock(row: Mapping[str, str]) -> int | None:
    text = row.get("stock", "")
    if not text or property_name(text) in _IN_STOCK:
        return None
    if property_name(text) in _NO_STOCK:
        return 0
    whole = re.fullmatch(r"([0-9]{1,10})(?:[.,]0{1,4})?", text)
    if whole is None or int(whole[1]) > MAX_STOCK:
        raise _CellError("stock", "a whole number of zero or more", text)
    return int(whole[1])


def _properties(row: Mapping[str, str]) -> dict[str, Scalar]:
    named = {name[len(PROPERTY) :]: text[:256] for name, text in row.items() if
             name.startswith(PROPERTY) and text}  # fmt: skip
    return dict(list(named.items())[:MAX_PROPERTIES])


__all__ = [
    "Feed",
    "FeedOptions",
    "FeedReport",
    "RowError",
    "parse_mapping",
    "read_products",
    "suggest_mapping",
]

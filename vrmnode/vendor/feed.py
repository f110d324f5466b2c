"""Products from a catalogue file as shops export it: any delimiter, header or none, any price.

Streams: memory doesn't grow with the file but for 8 bytes' digest a row, which finds a repeated
sku. A row that can't be used is reported with its number, column, what was expected and what
came; the others are imported.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from vrmnode.values.constraints import property_name
from vrmnode.values.fields import FieldError, shown
from vrmnode.values.money import decimal_mark
from vrmnode.vendor import columns
from vrmnode.vendor.cells import CellError, clean, price_of, product_of
from vrmnode.vendor.columns import parse_mapping, suggest_mapping
from vrmnode.vendor.product import Product
from vrmnode.vendor.records import DELIMITERS, Record, Records, guess_delimiter
from vrmnode.vendor.text_lines import FALLBACK, Lines
from vrmnode.vendor.variants import Variants

MAX_ROWS = 2_000_000
MAX_IMAGES = 8
ADDRESSES = (
    "addresses of images were left out, nothing is ever fetched: name files beside the catalogue"
)
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """How to read a file; None means: find out. `decimal` is the prices' decimal mark.

    `image` gives the hash in hex of an image that a row names, or raises CellError; without it
    images are left out.
    """

    mapping: Mapping[str, str | int] | None = None
    header: bool | None = None
    delimiter: str | None = None
    encoding: str | None = None
    currency: str = "EUR"
    language: str | None = None
    image: Callable[[str], str] | None = None
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
    left_out: list[str] = field(default_factory=list)
    rows: int = 0
    products: int = 0
    errors: int = 0
    warnings: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}


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
            if found is None:
                continue
            if isinstance(found, Product):
                self.report.products += 1
            else:
                self.report.errors += 1
            yield found
        if self._variants is not None and self._variants.asleep:
            self.report.warnings.append(
                f"{self._variants.asleep} rows of drafts and archived products were left out"
            )
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
        names = first.cells if header else None
        self._width = len(first.cells)
        self.report.mapping = dict(given or {})
        if names is not None:
            self.report.mapping = columns.complete_mapping(given or {}, names)
        self._columns = columns.resolve(self.report.mapping, names, self._width)
        self._variants = Variants.of(names or ())
        used = {*self._columns.values(), *(self._variants.used if self._variants else ())}
        self.report.left_out = columns.left_out(names or (), used)
        self._names = {
            name: names[at].strip()[:40] if names and names[at].strip() else f"column {at + 1}"
            for name, at in self._columns.items()
        }
        if header:
            self.report.rows += 1
        else:
            self._pending.append(first)

    def _read(self, record: Record) -> Product | RowError | None:
        """None for a row that sells nothing by itself."""
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
        if self._variants is not None:
            whole = self._variants.whole(cells)
            if whole is None:
                return None
            cells = whole
        try:
            product = self._product(cells)
            self._check_new(product.sku)
        except CellError as error:
            column = self._names.get(error.field_name, error.field_name)
            label = column if column == error.field_name else f"{column} ({error.field_name})"
            return RowError(record.row, label, error.expected, shown(error.came))
        return product

    def _check_new(self, sku: str) -> None:
        digest = hashlib.blake2b(sku.encode(), digest_size=8).digest()
        number = int.from_bytes(digest, "big")
        if number in self._seen:
            raise CellError("sku", "a sku that no earlier row has", sku)
        self._seen.add(number)

    def _product(self, cells: list[str]) -> Product:
        row = {name: clean(cells[at]) for name, at in self._columns.items()}
        for name, value in self._options.defaults.items():
            row[name] = row.get(name) or value
        if self._decimal is None:
            self._decimal = decimal_mark(row.get("price", ""))
        price = price_of(row, self._options.currency, self._decimal)
        images = self._images(row)
        return product_of(row, price, self._decimal, self._options.language, images)

    def _images(self, row: Mapping[str, str]) -> tuple[str, ...]:
        find = self._options.image
        names = [name.strip() for name in row.get("image", "").split("|") if name.strip()]
        files = [name for name in names if not _ADDRESS.match(name)]
        if len(files) < len(names) and ADDRESSES not in self.report.warnings:
            self.report.warnings.append(ADDRESSES)
        if find is None:
            return ()
        if len(files) > MAX_IMAGES:
            raise CellError("image", f"at most {MAX_IMAGES} images", f"{len(files)} images")
        return tuple(dict.fromkeys(find(name) for name in files))


__all__ = [
    "Feed",
    "FeedOptions",
    "FeedReport",
    "RowError",
    "parse_mapping",
    "read_products",
    "suggest_mapping",
]

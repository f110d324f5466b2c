"""`vrm vendor catalogue import`: reads the file here, sends its products to the node in chunks."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from vrmnode.cli.failures import FAILED, MAPPING_ADVICE, CommandError, from_coded
from vrmnode.cli.input_file import unreadable
from vrmnode.cli.output_file import unwritable
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import counted
from vrmprotocol.errors import LocalError

if TYPE_CHECKING:
    from vrmnode.vendor.feed import Feed, RowError

ROWS_SHOWN = 20
COLUMNS_SHOWN = 8
CHUNK_PRODUCTS = 500
PROGRESS_PRODUCTS = 10_000
# The API takes 1 MiB; what surrounds the products is small.
CHUNK_BYTES = 900_000

Json = dict[str, object]


@click.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--mapping",
    help='Which column is what, by name or number: "gtin=isbn,name=title,price=8".',
)
@click.option(
    "--currency",
    callback=lambda context, option, value: value.upper() if value else None,
    help="Of prices that name none.  [default: that of your policy]",
)
@click.option("--language", help="Of the products' texts.  [default: those of your profile]")
@click.option("--delimiter", help="The character between columns.  [default: found out]")
@click.option("--encoding", help="The file's encoding.  [default: found out]")
@click.option(
    "--header/--no-header", default=None, help="The first row has names.  [default: found out]"
)
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all refused rows to this CSV file.",
)
@shared_options
def import_file(file: Path, mapping: str | None, errors: Path | None, **options: Any) -> None:
    """Import products from a CSV file.

    Rows with mistakes are named and left out, all others imported; products with a known sku are
    replaced. Exit code 0 if any product was imported, 1 if none.

    What --mapping doesn't name is found by the header, as far as its names are known; a file
    without a header needs the number of each column. Fields: sku, name, price, gtin, mpn, brand,
    description, category, category_path, currency, condition, business_function, price_unit,
    deposit, lead_days, stock, url, image, and property.NAME for whatever else customers may ask.

    \b
    Examples:
      vrm vendor catalogue import books.csv --mapping "gtin=isbn,name=title" --currency EUR
      vrm vendor catalogue import plain.csv --mapping "gtin=3,name=4,price=8,stock=9"
      vrm vendor catalogue import lamps.csv --mapping "property.watts=power in W"
      vrm vendor catalogue import feed.csv --errors refused.csv
    """
    here = session()
    from vrmnode.cli.catalogue_images import CatalogueImages
    from vrmnode.images.store import ImageStore

    # Before a long file is read, not after.
    policy = here.client.get("vendor", "policy")
    currency = str(policy.get("currency", "EUR")) if isinstance(policy, dict) else "EUR"
    options["currency"] = options["currency"] or currency
    with ExitStack() as stack:
        stream = _opened(file, stack)
        refused = _Refused(here, stack, errors)
        folder = Path.cwd() if str(file) == "-" else file.parent
        images = CatalogueImages(folder, ImageStore(here.data_dir))
        feed = _feed(stream, mapping, {**options, "image": images})
        sent = _send_all(here, feed, refused)
    _report(here, file, sent, refused, feed, currency)


def _opened(file: Path, stack: ExitStack) -> BinaryIO:
    if str(file) == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(file.open("rb"))
    except OSError as error:
        raise unreadable(file, error) from None


def _feed(stream: BinaryIO, mapping: str | None, options: dict[str, Any]) -> Feed:
    from vrmnode.values.fields import Fields
    from vrmnode.vendor.feed import FeedOptions, parse_mapping, read_products

    try:
        Fields(options, "catalogue").language("language")
        parsed = parse_mapping(mapping) if mapping else None
        return read_products(stream, FeedOptions(mapping=parsed, **options))
    except LocalError as error:
        raise from_coded(error) from error


@dataclass
class _Sent:
    """What the node says of the products it got."""

    products: int = 0
    counts: Counter[str] = field(default_factory=lambda: Counter(added=0, updated=0, unchanged=0))
    other_currencies: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)


def _send_all(here: Session, feed: Feed, refused: _Refused) -> _Sent:
    sent = _Sent()
    for chunk in _chunks(feed, refused):
        answer = here.client.post("catalogue", "rows", body={"products": chunk})
        sent.counts.update({name: _number(answer.get(name)) for name in sent.counts})
        others = answer.get("other_currencies")
        if isinstance(others, dict):
            sent.other_currencies.update({code: _number(n) for code, n in others.items()})
        warnings = answer.get("warnings")
        sent.warnings = [str(words) for words in warnings] if isinstance(warnings, list) else []
        sent.products += len(chunk)
        if sent.products % PROGRESS_PRODUCTS < len(chunk):
            here.progress(f"{sent.products} products sent …")
    return sent


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _chunks(feed: Feed, refused: _Refused) -> Iterator[list[Json]]:
    from vrmnode.vendor.product import Product, product_to_dict

    chunk: list[Json] = []
    size_bytes = 0
    try:
        for item in feed:
            if not isinstance(item, Product):
                refused.add(item)
                continue
            product = product_to_dict(item)
            cost = len(json.dumps(product)) + 2
            if chunk and (len(chunk) == CHUNK_PRODUCTS or size_bytes + cost > CHUNK_BYTES):
                yield chunk
                chunk, size_bytes = [], 0
            chunk.append(product)
            size_bytes += cost
    except LocalError as error:
        raise from_coded(error) from error
    if chunk:
        yield chunk


class _Refused:
    """Counts refused rows, shows the first on stderr, and writes all to a file if wanted."""

    def __init__(self, here: Session, stack: ExitStack, path: Path | None) -> None:
        self.count = 0
        self.first: list[Json] = []
        self._here = here
        self._writer: Any = None
        if path is not None:
            try:
                file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            except OSError as error:
                raise unwritable(path, error) from None
            self._writer = csv.writer(file)
            self._writer.writerow(("row", "column", "code", "expected", "came"))

    def add(self, error: RowError) -> None:
        names = ("row", "column", "code", "expected", "came")
        row: Json = {name: getattr(error, name) for name in names}
        self.count += 1
        if len(self.first) < ROWS_SHOWN:
            self.first.append(row)
            self._here.progress(error.words)
        if self._writer is not None:
            self._writer.writerow(list(row.values()))


def _report(
    here: Session, file: Path, sent: _Sent, refused: _Refused, feed: Feed, currency: str
) -> None:
    rest = refused.count - len(refused.first)
    if rest > 0:
        here.progress(f"… and {rest} more refused rows; --errors FILE writes them all")
    report = feed.report
    value: Json = {
        "file": str(file),
        "imported": sent.products,
        "refused": refused.count,
        **sent.counts,
        "other_currencies": dict(sent.other_currencies),
        "encoding": report.encoding,
        "delimiter": report.delimiter,
        "header": report.header,
        "mapping": report.mapping,
        "left_out": report.left_out,
        "warnings": [*report.warnings, *sent.warnings],
        "errors": refused.first,
    }
    for warning in (*_left_out(report.left_out), *report.warnings, *sent.warnings):
        here.progress(f"note: {warning}")
    for code, number in sorted(sent.other_currencies.items()):
        here.progress(
            f"note: {number} of them priced in {code} won't be offered: your policy sells in"
            f" {currency}; to change that: vrm vendor policy set currency={code}"
        )
    details = "".join(f", {number} {name}" for name, number in sent.counts.items())
    here.result(value, f"{sent.products} products imported, {refused.count} rows refused{details}")
    if sent.products == 0:
        raise CommandError(
            FAILED,
            "catalogue.nothing_imported",
            f"{file}: expected at least one product, came none",
            MAPPING_ADVICE,
        )


def _left_out(names: list[str]) -> list[str]:
    """What isn't taken in of a row, for which customers may ask all the same."""
    if not names:
        return []
    shown = ", ".join(names[:COLUMNS_SHOWN])
    rest = len(names) - COLUMNS_SHOWN
    more = f" and {rest} more" if rest > 0 else ""
    return [
        f"{counted(len(names), 'column')} left out: {shown}{more}; take in what customers may ask"
        ' for with: --mapping "property.NAME=COLUMN"'
    ]

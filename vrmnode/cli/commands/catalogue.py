"""`vrm vendor catalogue`: product files into the node, errors by row, the rest imported."""

from __future__ import annotations

import click

from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, entries, money

_HERE = "vrmnode.cli.commands.catalogue"


@click.group(
    cls=LazyGroup,
    commands_at={
        "import": (
            "vrmnode.cli.commands.catalogue_import",
            "import_file",
            "Import products from a CSV file.",
        ),
        "list": (_HERE, "list_products", "List the products in the catalogue."),
    },
)
@shared_options
def catalogue() -> None:
    """Import and list the products you sell.

    \b
    Example:
      vrm vendor catalogue import books.csv --mapping "gtin=3,name=4,price=8" --currency EUR
    """


@click.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--after", help="Start after this sku; the next page.")
@shared_options
def list_products(limit: int, after: str | None) -> None:
    """List the products in the catalogue.

    \b
    Example:
      vrm vendor catalogue list --limit 20
    """
    here = session()
    value = here.client.get("catalogue", limit=limit, after=after)
    here.result(value, lambda: _table(entries(value, "products"), limit))


def _table(products: list[dict[str, object]], limit: int) -> str:
    if not products:
        return "no products; import some with: vrm vendor catalogue import FILE"
    header = ("sku", "gtin", "price", "stock", "name")
    lines = columns(header, [_row(each) for each in products])
    if len(products) == limit:
        lines += f"\nmore with: --after {products[-1].get('sku')}"
    return lines


def _row(each: dict[str, object]) -> tuple[object, ...]:
    return (
        each.get("sku"),
        each.get("gtin"),
        money(each.get("price"), each.get("currency")),
        each.get("stock"),
        each.get("name"),
    )

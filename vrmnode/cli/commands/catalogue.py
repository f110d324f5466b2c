"""`vrm vendor catalogue`: product files into the node, errors by row, the rest imported."""

from __future__ import annotations

import click

from vrmnode.cli.failures import usage
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, counted, entries, money, nested
from vrmnode.cli.user_files import split_pairs

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
        "set": (_HERE, "set_product", "Change one product: its stock, its price, …"),
        "remove": (_HERE, "remove_products", "Take products out of the catalogue."),
    },
)
@shared_options
def catalogue() -> None:
    """Import, list and change the products you sell.

    \b
    Example:
      vrm vendor catalogue import books.csv --mapping "gtin=3,name=4,price=8" --currency EUR
    """


@click.command("list")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=100,
    show_default=True,
    help="How many at most.",
)
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
    header = ("sku", "function", "gtin", "price", "stock", "name")
    lines = columns(header, [_row(each) for each in products])
    if len(products) == limit:
        lines += f"\nmore with: --after {products[-1].get('sku')}"
    return lines


def _row(each: dict[str, object]) -> tuple[object, ...]:
    return (
        each.get("sku"),
        each.get("business_function"),
        each.get("gtin"),
        _price(each),
        each.get("stock"),
        each.get("name"),
    )


def _price(each: dict[str, object]) -> str:
    price = money(each.get("price"), each.get("currency"))
    return price if each.get("price_unit") is None else f"{price} a {each['price_unit']}"


@click.command("set")
@click.argument("sku", metavar="SKU")
@click.argument("pairs", nargs=-1, required=True, metavar="NAME=VALUE...")
@shared_options
def set_product(sku: str, pairs: tuple[str, ...]) -> None:
    """Change one product: its stock, its price, …

    `stock` is what stands on the shelf, with what is set aside for open offers; an empty one isn't
    counted. Open offers stay as they are, and what they have reserved is sold as offered; intents
    that stand are looked at again.

    \b
    Examples:
      vrm vendor catalogue set B-1 stock=12 price=24.90
      vrm vendor catalogue set B-1 properties.format=hardcover description=
    """
    changes: dict[str, object] = {}
    for names, text in split_pairs(pairs):
        if len(names) == 1:
            changes[names[0]] = text or None
        elif names[0] == "properties" and len(names) == 2:
            properties = changes.setdefault("properties", {})
            if isinstance(properties, dict):
                properties[names[1]] = text or None
        else:
            raise usage("option.pair", f"expected a field of a product, came {'.'.join(names)!r}")
    here = session()
    value = here.client.post("catalogue", "change", body={"sku": sku, "changes": changes})
    here.result(value, lambda: _product_words(value))


def _product_words(value: dict[str, object]) -> str:
    shown = {name: item for name, item in value.items() if name not in ("price", "available")}
    if "deposit" in shown:
        shown["deposit"] = money(value.get("deposit"), value.get("currency"))
    lines = [nested({"sku": shown.pop("sku", None), "price": _price(value), **shown})]
    if value.get("available") != value.get("stock"):
        lines.append(f"not set aside for open offers: {value.get('available')}")
    return "\n".join(lines)


@click.command("remove")
@click.argument("skus", nargs=-1, required=True, metavar="SKU...")
@shared_options
def remove_products(skus: tuple[str, ...]) -> None:
    """Take products out of the catalogue.

    All that are named, or none when one isn't there. What open offers have reserved is sold as
    offered; offers subject to stock are declined when somebody accepts.

    \b
    Example:
      vrm vendor catalogue remove B-1 B-2
    """
    here = session()
    value = here.client.post("catalogue", "remove", body={"skus": list(skus)})
    left = value.get("count")
    here.result(value, lambda: f"removed {counted(len(skus), 'product')}; {left} left")

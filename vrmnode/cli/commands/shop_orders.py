"""`vrm vendor orders`: what a shop has to do next."""

from __future__ import annotations

import click

from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, entries, moment, money, short


@click.command("orders")
@click.option("--all", "everything", is_flag=True, help="Also those in which nothing is left.")
@shared_options
def list_orders(everything: bool) -> None:
    """List your shop's open orders and what to do next.

    Those that wait for you come first, marked with *. One of them whole, with its address:
    vrm order show DEAL

    \b
    Example:
      vrm vendor orders
    """
    here = session()
    value = here.client.get("vendor", "orders", all="true" if everything else None)
    here.result(value, lambda: _table(entries(value, "orders")))


def _table(rows: list[dict[str, object]]) -> str:
    if not rows:
        return "no open orders"
    header = ("", "order", "status", "payment", "total", "what", "reference", "next", "until")
    return columns(header, [_row(row) for row in rows])


def _row(row: dict[str, object]) -> tuple[object, ...]:
    return (
        "*" if row.get("to_do") else "",
        short(row.get("deal")),
        row.get("status"),
        row.get("payment"),
        money(row.get("total"), row.get("currency")),
        f"{row.get('quantity')} × {row.get('item_name')}",
        row.get("reference"),
        row.get("next"),
        moment(row.get("until")),
    )

"""`vrm offer compare`: the offers for one intent side by side."""

from __future__ import annotations

import click

from vrmnode.cli.commands.intent import chosen_intent
from vrmnode.cli.locales import sentence
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, entries, short

COLUMNS_AT_ONCE = 3
"""So many offers stand beside one another; more follow below."""
SPOKEN = frozenset(
    {
        *("total", "unit price", "delivery charge", "tax included"),
        *("there by", "valid until", "stock"),
    }
)
"""Rows with amounts and days of the node, not with words of vendors."""


@click.command()
@click.argument("intent_id", metavar="[INTENT]", required=False)
@click.option("--latest", is_flag=True, help="The intent that you published last.")
@shared_options
def compare(intent_id: str | None, latest: bool) -> None:
    """Compare the offers for an intent side by side.

    The best stands first; `*` marks what isn't the same in all offers. INTENT is an id or the
    first 6 characters of it, or more.

    \b
    Example:
      vrm offer compare 3fa2c4d5e6f7
    """
    here = session()
    chosen = chosen_intent(here, intent_id, latest=latest)
    value = here.client.get("intents", chosen, "comparison")
    here.result(value, lambda: _words(value))


def _words(value: object) -> str:
    offers, rows = entries(value, "offers"), entries(value, "rows")
    if not offers:
        return "no offers; see what is known with: vrm intent why --latest"
    tables = [_table(offers, rows, start) for start in range(0, len(offers), COLUMNS_AT_ONCE)]
    return "\n\n".join([*tables, *(_remarks(each) for each in offers)])


def _table(offers: list[dict[str, object]], rows: list[dict[str, object]], start: int) -> str:
    shown = slice(start, start + COLUMNS_AT_ONCE)
    header = ["", *(f"{each.get('position')}. {_who(each)}" for each in offers[shown])]
    body: list[list[object]] = [["offer", *(short(each.get("offer")) for each in offers[shown])]]
    for row in rows:
        values = row.get("values")
        cells = values[shown] if isinstance(values, list) else []
        if row.get("name") in SPOKEN:
            cells = [sentence("-" if cell is None else cell) for cell in cells]
        body.append([f"{row.get('name')}{' *' if row.get('differ') else ''}", *cells])
    return columns(header, body)


def _remarks(each: dict[str, object]) -> str:
    reasons, lines = each.get("reasons"), [f"{each.get('position')}. {_who(each)}"]
    lines += [f"   + {sentence(one)}" for one in reasons] if isinstance(reasons, list) else []
    lines += [f"   ! {sentence(problem.get('words'))}" for problem in entries(each, "problems")]
    return "\n".join(lines)


def _who(each: dict[str, object]) -> str:
    return str(each.get("vendor_name") or short(each.get("vendor")))

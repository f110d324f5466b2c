"""`vrm contact status`: which vendor has which of your contact data, and why others don't."""

from __future__ import annotations

import click

from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, day, entries, moment, short

_HAS = {"sent": "sent, not acknowledged"}


@click.command()
@shared_options
def status() -> None:
    """List which vendor has your new contact data, and which has old ones.

    Of each deal: what its vendor has of each field, as far as it has acknowledged it. Of what was
    sent and never acknowledged nobody knows whether it came. "on its way" is sent again for months.
    What isn't told by itself you can tell by hand:
    vrm deal disclose DEAL FIELD

    \b
    Example:
      vrm contact status
    """
    here = session()
    value = here.client.get("contact", "status")
    here.result(value, lambda: _table(entries(value, "deals")))


def _table(deals: list[dict[str, object]]) -> str:
    rows = [row for each in deals for row in _rows(each)]
    if not rows:
        return "you have agreed with no vendor, or told and set nothing"
    header = ("vendor", "deal", "has", "of", "since", "what becomes of it")
    return columns(header, rows, whole_last=True)


def _rows(each: dict[str, object]) -> list[tuple[object, ...]]:
    """One line for the fields of a deal that fare alike."""
    fields = each.get("fields")
    alike: dict[tuple[object, ...], list[str]] = {}
    for name, one in (fields if isinstance(fields, dict) else {}).items():
        since = moment(one.get("told_at")) if one.get("told_at") else "-"
        has = _HAS.get(str(one.get("has")), one.get("has"))
        alike.setdefault((has, since, _words(one)), []).append(name)
    vendor = each.get("vendor_name") or short(each.get("vendor"))
    deal = short(each.get("deal"))
    return [
        (vendor, deal, has, ", ".join(names), since, words)
        for (has, since, words), names in alike.items()
    ]


def _words(one: dict[str, object]) -> str:
    words = []
    if one.get("on_its_way"):
        sent = one.get("has") == "sent"
        words.append("on its way" if sent else "the new one is on its way")
    if one.get("why"):
        words.append(f"not told: {one.get('words')}")
    if one.get("effective_from"):
        words.append(f"holds from {day(one['effective_from'])}")
    return "; ".join(words) or "-"

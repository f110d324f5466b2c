"""`vrm offer counter`: name a lower total for what an offer drafts."""

from __future__ import annotations

import click

from vrmnode.cli.owner import language_option, said
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import money


@click.command()
@click.argument("offer_id", metavar="OFFER")
@click.option("--total", required=True, help='To the door, such as "40.00 EUR".')
@click.option("--note", help="A sentence for the vendor, up to 200 characters.")
@language_option
@shared_options
def counter(offer_id: str, total: str, note: str | None, language: str | None) -> None:
    """Name a lower total.

    It binds nobody, and the offer stays open. The vendor may answer with another offer, refuse, or
    be silent; 4 counters in a deal are the most. Your limits stay in your node.

    \b
    Example:
      vrm offer counter 9f8e7d6c5b4a --total "40.00 EUR"
    """
    here = session()
    body = {"total": total, **said(note, language, "note")}
    value = here.client.post("offers", offer_id, "counter", body=body)
    here.result(value, lambda: _words(value))


def _words(value: dict[str, object]) -> str:
    asked = money(value.get("total"), value.get("currency"))
    return f"countered with {asked}; a lower offer shows in: vrm offer list"

"""`vrm vendor intents`: what was asked of everybody or of this shop, and what it answered."""

from __future__ import annotations

import click

from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, entries, moment, money, short

ANSWERS = ("offered", "refused", "ignored", "human", "none")


@click.command("intents")
@click.option("--answer", type=click.Choice(ANSWERS), help="Only those with this answer.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=100,
    show_default=True,
    help="How many at most.",
)
@shared_options
def list_intents(answer: str | None, limit: int) -> None:
    """List the intents that came, the newest first, and what you answered.

    All that still run, also those for which you have nothing: ignored is met with silence, human
    waits in the inbox, none isn't answered yet. What you would answer to one now, and why, says:
    vrm vendor policy test INTENT

    \b
    Examples:
      vrm vendor intents
      vrm vendor intents --answer refused
    """
    here = session()
    value = here.client.get("vendor", "intents", answer=answer, limit=limit)
    here.result(value, lambda: _table(entries(value, "intents")))


def _table(rows: list[dict[str, object]]) -> str:
    if not rows:
        return "no intents of that kind that still run"
    header = ("intent", "came", "wanted", "where", "limit", "answer", "why")
    return columns(header, [_row(row) for row in rows], whole_last=True)


def _row(row: dict[str, object]) -> tuple[object, ...]:
    answer = row.get("answer") or "none"
    ended = "" if row.get("status") == "active" else f", {row.get('status')}"
    return (
        short(row.get("intent")),
        moment(row.get("received")),
        row.get("wanted"),
        row.get("country"),
        money(row.get("max_price"), row.get("currency")),
        f"{answer}{ended}{', to you alone' if row.get('named') else ''}",
        row.get("words"),
    )

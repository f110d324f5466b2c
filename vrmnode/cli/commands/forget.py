"""`vrm vendor forget`: what a customer disclosed is erased when it isn't needed any more."""

from __future__ import annotations

import click

from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import counted, short

REASONS = ("afterwards", "on_request", "cancelled", "unspecified")


@click.command()
@click.argument("deal_id", metavar="DEAL")
@click.option("--anyway", is_flag=True, help="Also while the order is open.")
@click.option(
    "--reason",
    type=click.Choice(REASONS),
    default="unspecified",
    show_default=True,
    help="Why: the statement says it.",
)
@shared_options
def forget(deal_id: str, anyway: bool, reason: str) -> None:
    """Erase what the customer of a deal has disclosed.

    The customer gets a signed statement of it; keep yours with:
    vrm deal export DEAL --format deletion

    The key that opens the deal's mail goes too, so that no copy of it opens again; what the
    customer may still send in this deal can't be read then. Agreement, payments and receipts stay.
    Backups hold it only under keys that are erased with it (docs/cli/node.md#backups-and-deletion).

    \b
    Example:
      vrm vendor forget 0a1b2c3d4e5f --reason on_request
    """
    here = session()
    body = {"anyway": anyway, "reason": reason}
    value = here.client.post("deals", deal_id, "forget", body=body)
    here.result(value, lambda: _words(value))


def _words(value: dict[str, object]) -> str:
    erased = value.get("erased")
    count = erased if isinstance(erased, int) else 0
    if not count:
        return f"deal {short(value.get('deal'))} had nothing to erase; its mail can't be opened now"
    said = "the customer is told" if value.get("deletion") else "no statement was made"
    return (
        f"erased {counted(count, 'disclosure')} of deal {short(value.get('deal'))}, and the key of"
        f" its mail; {said}; the keys beside your backups go too"
    )

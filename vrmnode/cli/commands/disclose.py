"""Telling vendors who you are: `vrm deal disclose`, `vrm contact policy`, `… disclosures`."""

from __future__ import annotations

from pathlib import Path

import click

from vrmnode.cli.session import session, shared_options
from vrmnode.cli.settings import (
    pairs_argument,
    replace,
    settings_file,
    settings_group,
    show_command,
)
from vrmnode.cli.show import columns, entries, listed, moment, short
from vrmprotocol.contact import NAMES

_HERE = "vrmnode.cli.commands.disclose"
POLICY = ("contact", "policy")
_WORDS = "to which vendors your node tells what by itself"


@click.command()
@click.argument("deal_id", metavar="DEAL")
@click.argument(
    "fields", nargs=-1, metavar="[FIELD]...", type=click.Choice([*NAMES, "relationship"])
)
@click.option("--dry-run", is_flag=True, help="Only say what would go to whom.")
@shared_options
def disclose(deal_id: str, fields: tuple[str, ...], dry_run: bool) -> None:
    """Tell the vendor of an agreed deal some of your contact data.

    Without FIELD: what is due, as "vrm deal show" says under "wanted". What a vendor was told it
    can't be made to forget. Say a field again after you changed it: the vendor sees that the new
    value was given after the agreement. "relationship" lets this vendor recognise you in other
    deals in which you say it too.

    \b
    Examples:
      vrm deal disclose 0a1b2c3d4e5f
      vrm deal disclose 0a1b2c3d4e5f name street_address
      vrm deal disclose 0a1b2c3d4e5f telephone --dry-run
    """
    here = session()
    body: dict[str, object] = {"dry_run": dry_run}
    if fields:
        body["fields"] = list(fields)
    value = here.client.post("deals", deal_id, "disclose", body=body)
    here.result(value, lambda: _words(value, dry_run=dry_run))


def _words(value: dict[str, object], *, dry_run: bool) -> str:
    begin = "Dry run: nothing was sent.\nwould be told to" if dry_run else "told to"
    vendor = value.get("vendor_name") or short(value.get("vendor"))
    return f"{begin} {vendor}: {listed(value.get('fields'))}"


policy = settings_group(_HERE, POLICY, _WORDS)
show_policy = show_command(POLICY, _WORDS)


@click.command("set")
@pairs_argument
@settings_file
@shared_options
def set_policy(pairs: tuple[str, ...], file: Path | None) -> None:
    """Set to which vendors your node tells what by itself.

    place (postal code, locality, region, country) is told when a delivery is agreed, delivery (name
    and street) when the vendor begins with the order, relationship (that you are the same customer
    as before) at once. Each is nobody, trusted, proved, any, or group:NAME; proved are vendors
    that you trust or whose domain you have checked. Of what isn't told you are asked. email and
    telephone are never told by themselves.

    \b
    Examples:
      vrm contact policy set delivery=trusted
      vrm contact policy set place=any relationship=group:books
    """
    replace(POLICY, file, pairs)


@click.command("disclosures")
@click.option("--deal", metavar="DEAL", help="Only in this deal.")
@shared_options
def list_disclosures(deal: str | None) -> None:
    """List what you have told to which vendor, and when.

    \b
    Example:
      vrm contact disclosures --deal 0a1b2c3d4e5f
    """
    here = session()
    value = here.client.get("contact", "disclosures", deal=deal)
    here.result(value, lambda: _table(entries(value, "disclosures")))


def _table(rows: list[dict[str, object]]) -> str:
    if not rows:
        return "nothing was told to anybody"
    header = ("when", "vendor", "what", "deal", "rule", "arrived")
    return columns(header, [_row(row) for row in rows])


def _row(row: dict[str, object]) -> tuple[object, ...]:
    return (
        moment(row.get("disclosed_at")),
        row.get("vendor_name") or short(row.get("vendor")),
        listed(row.get("fields")),
        short(row.get("deal")),
        row.get("rule"),
        _arrived(row),
    )


def _arrived(row: dict[str, object]) -> str:
    declined = row.get("declined")
    if isinstance(declined, dict):
        return f"not kept: {declined.get('note') or declined.get('words')}"
    return "yes" if row.get("acknowledged") else "not yet"

"""`vrm ledger`: who holds what of whom, by when it has to go, and what is said to be deleted."""

from __future__ import annotations

from collections.abc import Callable

import click

from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, counted, entries, moment, short
from vrmprotocol import contact

STATES = ("held", "due", "deleted")
FIELDS = (*contact.NAMES, "relationship")

Row = dict[str, object]


@click.command()
@click.option(
    "--role",
    type=click.Choice(["customer", "vendor"]),
    default="customer",
    show_default=True,
    help="What vendors hold of you, or what your shop holds of its customers.",
)
@click.option(
    "--vendor",
    metavar="VENDOR",
    help="Only this vendor: its key, the key's beginning, or part of its name.",
)
@click.option("--field", type=click.Choice(FIELDS), help="Only this field.")
@click.option("--state", type=click.Choice(STATES), help="Only what is in this state.")
@shared_options
def ledger(role: str, vendor: str | None, field: str | None, state: str | None) -> None:
    """Show who holds what of you, under which agreement, until when.

    The basis is why it may be held: the contract; your consent, where the terms allow more than the
    order needs; or a law that the vendor named when you asked to delete. What rests on which is in
    --json.

    What a vendor says to have deleted has its signed statement; write it to a file with:
    vrm deal export DEAL --format deletion

    \b
    Examples:
      vrm ledger
      vrm ledger --vendor kettles --state due
      vrm ledger --role vendor --state held
    """
    here = session()
    value = here.client.get("ledger", role=role, vendor=vendor, field=field, state=state)
    chosen = any((vendor, field, state))
    here.result(value, lambda: _table(entries(value, "ledger"), role, chosen=chosen))


def _table(rows: list[Row], role: str, *, chosen: bool) -> str:
    if not rows and chosen:
        return f"nothing of that kind; all of it: vrm ledger --role {role}"
    if not rows:
        return "nothing was disclosed" + (" to you" if role == "vendor" else " to anybody")
    other: Callable[[Row], object] = _vendor if role == "customer" else _customer
    header = (
        "vendor" if role == "customer" else "customer",
        "field",
        "since",
        "deal",
        "terms",
        "for",
        "basis",
        "delete by",
        "state",
    )
    return columns(
        header,
        [
            (
                other(row),
                row.get("field"),
                moment(row.get("disclosed_at")),
                short(row.get("deal")),
                row.get("terms"),
                row.get("purpose") or "-",
                _basis(row),
                _delete_by(row),
                _state(row),
            )
            for row in rows
        ],
    )


def _vendor(row: Row) -> object:
    return row.get("vendor_name") or short(row.get("vendor"))


def _customer(row: Row) -> object:
    return str(row.get("customer"))[-12:]


def _basis(row: Row) -> str:
    """The legal bases, each once; what rests on them is in the JSON."""
    found = {str(each.get("basis")): each.get("until") for each in entries(row, "legal_basis")}
    said = (
        f"law until {str(moment(until)).split(' ')[0]}" if basis == "legal_obligation" else basis
        for basis, until in found.items()
    )
    return ", ".join(said)


def _delete_by(row: Row) -> str:
    until, days = row.get("delete_by"), row.get("keep_days")
    if until is not None:
        return str(moment(until))
    return "no limit" if not isinstance(days, int) else f"{counted(days, 'day')} after the order"


def _state(row: Row) -> str:
    gone = row.get("deleted")
    if not isinstance(gone, dict):
        return str(row.get("state"))
    return f"deleted {moment(gone.get('deleted_at'))} ({gone.get('reason')})"

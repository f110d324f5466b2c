"""`vrm vendor key`: the operational keys of your shop, changed and revoked."""

from __future__ import annotations

import click

from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, day, entries

_HERE = "vrmnode.cli.commands.vendor_keys"
REASONS = ("compromised", "lost", "superseded", "ceased")


@click.group(
    cls=LazyGroup,
    commands_at={
        "list": (_HERE, "list_keys", "List the keys that sign for your shop, the newest first."),
        "rotate": (_HERE, "rotate", "Use another key from now on."),
        "revoke": (_HERE, "revoke", "Say before everybody that a key is void."),
    },
)
@shared_options
def key() -> None:
    """See, change and revoke the keys that sign for your shop.

    \b
    Example:
      vrm vendor key list
    """


@click.command("list")
@shared_options
def list_keys() -> None:
    """List the keys that sign for your shop, the newest first.

    \b
    Example:
      vrm vendor key list
    """
    here = session()
    value = here.client.get("vendor", "keys")
    here.result(value, lambda: _table(value))


@click.command()
@shared_options
def rotate() -> None:
    """Use another key from now on.

    Your profile goes out with it. What earlier keys have signed stays good, and running deals go
    on.

    \b
    Example:
      vrm vendor key rotate
    """
    here = session()
    value = here.client.post("vendor", "keys", "rotate", body={})
    here.result(value, lambda: _table(value))


@click.command()
@click.argument("serial", type=click.IntRange(0, 2**32 - 1))
@click.option(
    "--reason", type=click.Choice(REASONS), default="compromised", show_default=True, help="Why."
)
@shared_options
def revoke(serial: int, reason: str) -> None:
    """Say before everybody that a key is void.

    Nodes that hear it refuse what the key says from then on. Its open offers can't be accepted any
    more; deals agreed under it stay agreed. The key in use is replaced by another. This can't be
    taken back.

    \b
    Example:
      vrm vendor key revoke 0 --reason compromised
    """
    here = session()
    value = here.client.post("vendor", "keys", str(serial), "revoke", body={"reason": reason})
    here.result(value, lambda: _table(value))


def _table(value: object) -> str:
    header = ("serial", "status", "from", "to", "reason", "key")
    return columns(header, [_row(each) for each in entries(value, "keys")], whole_last=True)


def _row(each: dict[str, object]) -> tuple[object, ...]:
    dates = day(each.get("not_before")), day(each.get("not_after"))
    return (each.get("serial"), each.get("status"), *dates, each.get("reason"), each.get("key"))

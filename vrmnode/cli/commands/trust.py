"""`vrm trust`: whom you trust, with notes and groups."""

from __future__ import annotations

import click

from vrmnode.cli.commands.directory import domain_words
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, day, entries, short_did

_HERE = "vrmnode.cli.commands.trust"


@click.group(
    cls=LazyGroup,
    commands_at={
        "add": (_HERE, "add", "Trust a vendor."),
        "list": (_HERE, "list_trusted", "List the vendors you trust."),
        "remove": (_HERE, "remove", "Trust a vendor no longer."),
    },
)
@shared_options
def trust() -> None:
    """Say which vendors you trust.

    \b
    Example:
      vrm trust add z6MkgDAMxx8R --group books
    """


@click.command("add")
@click.argument("vendor", metavar="VENDOR")
@click.option("--note", help="A note for yourself; an empty one removes it.")
@click.option("--group", multiple=True, metavar="NAME", help="A group of yours.  [repeatable]")
@shared_options
def add(vendor: str, note: str | None, group: tuple[str, ...]) -> None:
    """Trust a vendor.

    Under an automatic policy your node may then accept its offers, open ones too. VENDOR is a
    did:key, or its beginning if your node knows the vendor. Of one that you trust already it
    changes the note and adds groups. Nobody is told.

    \b
    Examples:
      vrm trust add z6MkgDAMxx8R --note "bought from them in 2024" --group books
      vrm policy set mode=automatic vendors=group:books max_total="45.00 EUR"
    """
    here = session()
    body: dict[str, object] = {"vendor": vendor}
    if note is not None:
        body["note"] = note
    if group:
        body["groups"] = list(group)
    value = here.client.post("trust", body=body)
    here.result(value, lambda: f"trusted: {_named(value)}")


@click.command("list")
@click.option("--group", metavar="NAME", help="Only those in this group.")
@shared_options
def list_trusted(group: str | None) -> None:
    """List the vendors you trust.

    \b
    Example:
      vrm trust list --group books
    """
    here = session()
    value = here.client.get("trust", group=group)
    here.result(value, lambda: _table(entries(value, "vendors")))


def _table(vendors: list[dict[str, object]]) -> str:
    if not vendors:
        return "no vendors; trust one with: vrm trust add VENDOR"
    return columns(
        ("vendor", "since", "groups", "name", "domain", "note"), [_row(each) for each in vendors]
    )


def _row(each: dict[str, object]) -> tuple[object, ...]:
    return (
        short_did(each.get("vendor")),
        day(each.get("added")),
        _groups(each) or None,
        each.get("name"),
        domain_words(each) or None,
        each.get("note"),
    )


@click.command("remove")
@click.argument("vendor", metavar="VENDOR")
@click.option("--group", metavar="NAME", help="Only take it out of this group.")
@shared_options
def remove(vendor: str, group: str | None) -> None:
    """Trust a vendor no longer.

    What you agreed with it stays.

    \b
    Example:
      vrm trust remove z6MkgDAMxx8R
    """
    here = session()
    body: dict[str, object] = {} if group is None else {"group": group}
    value = here.client.post("trust", vendor, "remove", body=body)
    words = "no longer trusted" if group is None else f"no longer in {group}"
    here.result(value, lambda: f"{words}: {_named(value)}")


def _named(each: dict[str, object]) -> str:
    parts = [
        each.get("name"),
        short_did(each.get("vendor")),
        _groups(each) and f"({_groups(each)})",
    ]
    return "  ".join(str(part) for part in parts if part)


def _groups(each: dict[str, object]) -> str:
    groups = each.get("groups")
    return ", ".join(str(name) for name in groups) if isinstance(groups, list) else ""

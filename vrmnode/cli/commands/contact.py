"""`vrm contact`: your name, address and means of contact, kept sealed on your node."""

from __future__ import annotations

from pathlib import Path

import click

from vrmnode.cli.failures import usage
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import nested
from vrmnode.cli.user_files import read_object
from vrmprotocol.contact import NAMES

_HERE = "vrmnode.cli.commands.contact"


@click.group(
    cls=LazyGroup,
    commands_at={
        "show": (_HERE, "show_contact", "Show your contact data."),
        "set": (_HERE, "set_contact", "Set fields of your contact data."),
        "remove": (_HERE, "remove", "Remove fields of your contact data."),
        "policy": (
            "vrmnode.cli.commands.disclose",
            "policy",
            "Show or set to which vendors your node tells what by itself.",
        ),
        "disclosures": (
            "vrmnode.cli.commands.disclose",
            "list_disclosures",
            "List what you have told to which vendor, and when.",
        ),
    },
)
@shared_options
def contact() -> None:
    """Your contact data, kept sealed on your node.

    Vendors get none of it before you agree with them, and then only what a deal needs.

    \b
    Example:
      vrm contact set name="Anna Muster" street_address="Musterstraße 1" postal_code=10115
      vrm contact set locality=Berlin country=DE
    """


@click.command("show")
@shared_options
def show_contact() -> None:
    """Show your contact data.

    \b
    Example:
      vrm contact show
    """
    here = session()
    value = here.client.get("contact")
    here.result(value, lambda: _words(value))


def _words(value: object) -> str:
    found = value if isinstance(value, dict) else {}
    kept = {name: text for name, text in found.items() if text is not None}
    return nested(kept) if kept else "nothing is set; begin with: vrm contact set NAME=VALUE …"


@click.command("set")
@click.argument("pairs", nargs=-1, metavar="[NAME=VALUE]...")
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A .toml or .json file with fields; - reads JSON from stdin.",
)
@shared_options
def set_contact(pairs: tuple[str, ...], file: Path | None) -> None:
    """Set fields of your contact data.

    The names: name, street_address, postal_code, locality, region, country, email, telephone.
    Others keep their values. A file keeps them out of the history of your shell.

    \b
    Examples:
      vrm contact set name="Anna Muster" postal_code=10115 locality=Berlin country=DE
      vrm contact set --file contact.toml
    """
    if file is None and not pairs:
        raise usage("option.missing", "expected NAME=VALUE or --file, came neither")
    given = _split(pairs)  # a slip of the fingers is told before any file is read
    fields: dict[str, object] = {} if file is None else read_object(file)
    here = session()
    value = here.client.post("contact", body={**fields, **given})
    here.result(value, lambda: _words(value))


def _split(pairs: tuple[str, ...]) -> dict[str, str]:
    """The values by name, as texts; what was typed stands in no error."""
    found = dict[str, str]()
    for number, pair in enumerate(pairs, 1):
        name, equals, text = pair.partition("=")
        if not equals or name not in NAMES:
            names = ", ".join(NAMES)
            raise usage(
                "option.pair",
                f"argument {number}: expected NAME=VALUE with a name of {names}, came another text",
            )
        found[name] = text
    return found


@click.command("remove")
@click.argument("fields", nargs=-1, metavar="[FIELD]...", type=click.Choice(NAMES))
@click.option("--all", "everything", is_flag=True, help="All fields.")
@shared_options
def remove(fields: tuple[str, ...], everything: bool) -> None:
    """Remove fields of your contact data.

    What a vendor was told before stays with that vendor.

    \b
    Examples:
      vrm contact remove telephone email
      vrm contact remove --all
    """
    if everything == bool(fields):
        came = "both" if fields else "neither"
        raise usage("option.which", f"expected FIELDs or --all, came {came}")
    here = session()
    body: dict[str, object] = {"fields": list(fields)} if fields else {}
    value = here.client.post("contact", "remove", body=body)
    here.result(value, lambda: _left(value))


def _left(value: dict[str, object]) -> str:
    if any(text is not None for text in value.values()):
        return f"removed; left:\n{_words(value)}"
    return "removed; nothing is left"

"""`vrm contact`: your name, address and means of contact, kept sealed on your node."""

from __future__ import annotations

from pathlib import Path

import click

from vrmnode.cli.failures import usage
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.moments import moment_option
from vrmnode.cli.safe_text import one_line
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import entries, listed, moment, nested, short
from vrmnode.cli.user_files import read_object
from vrmprotocol.contact import NAMES

_HERE = "vrmnode.cli.commands.contact"


@click.group(
    cls=LazyGroup,
    commands_at={
        "show": (_HERE, "show_contact", "Show your contact data."),
        "set": (
            _HERE,
            "set_contact",
            "Set fields of your contact data, and tell the vendors that had the old ones.",
        ),
        "status": (
            "vrmnode.cli.commands.contact_status",
            "status",
            "List which vendor has your new contact data, and which has old ones.",
        ),
        "tell": (_HERE, "tell", "Tell the vendors that may have them what they lack."),
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
    found = dict(value) if isinstance(value, dict) else {}
    planned = found.pop("planned", None) or {}
    kept: dict[str, object] = {name: text for name, text in found.items() if text is not None}
    for since in sorted({each["effective_from"] for each in planned.values()}):
        kept[f"from {moment(since)}"] = {
            name: each["value"] for name, each in planned.items() if each["effective_from"] == since
        }
    return nested(kept) if kept else "nothing is set; begin with: vrm contact set NAME=VALUE …"


@click.command("set")
@click.argument("pairs", nargs=-1, metavar="[NAME=VALUE]...")
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A .toml or .json file with fields; - reads JSON from stdin.",
)
@click.option(
    "--from", "since", help="From when on it holds: a day, a moment, or a span such as 14d."
)
@click.option("--no-tell", is_flag=True, help="Tell no vendor that it has changed.")
@click.option("--dry-run", is_flag=True, help="Only say which vendors would be told.")
@shared_options
def set_contact(
    pairs: tuple[str, ...], file: Path | None, since: str | None, no_tell: bool, dry_run: bool
) -> None:
    """Set fields of your contact data, and tell the vendors that had the old ones.

    The names: name, street_address, postal_code, locality, region, country, email, telephone.
    Others keep their values. A file keeps them out of the history of your shell.

    A vendor is told what has changed if it was told the like before, its terms let it use it, and
    its order isn't over; "vrm contact status" lists who has what.

    With --from the old values hold until then, for vendors that ask for them meanwhile, too; who
    was told the old ones is told at once what they will be. A field set anew has no such plan any
    more. A day that is past counts as now.

    \b
    Examples:
      vrm contact set name="Anna Muster" postal_code=10115 locality=Berlin country=DE
      vrm contact set --file contact.toml
      vrm contact set street_address="Neue Straße 2" postal_code=10117 --from 2027-03-01
    """
    if file is None and not pairs:
        raise usage("option.missing", "expected NAME=VALUE or --file, came neither")
    given = _split(pairs)  # a slip of the fingers is told before any file is read
    fields: dict[str, object] = {} if file is None else read_object(file)
    at = moment_option(since, "--from")
    options: dict[str, object] = {} if at is None else {"effective_from": at}
    options |= {"tell": False} if no_tell else {}
    options |= {"dry_run": True} if dry_run else {}
    here = session()
    value = here.client.post("contact", body={**fields, **given, **options})
    here.result(value, lambda: _set_words(value, dry_run=dry_run))


def _set_words(value: dict[str, object], *, dry_run: bool) -> str:
    told = entries(value.pop("told", []), "told")
    not_told = not_told_lines(entries(value.pop("not_told", []), "not_told"))
    lines = ["Dry run: nothing was changed and nobody was told."] if dry_run else [_words(value)]
    lines += _told(told, "would be told to") if dry_run else told_lines(told)
    return "\n".join([*lines, *not_told])


def not_told_lines(withheld: list[dict[str, object]]) -> list[str]:
    """One line for each vendor that keeps what was told before, and why, and what can be done."""
    return [
        f"not told to {one_line(each.get('vendor_name') or short(each.get('vendor')))}:"
        f" {listed(each.get('fields'))}; {one_line(each.get('words'))}; by hand:"
        f" vrm deal disclose {short(each.get('deal'))} {listed(each.get('fields'), ' ')}"
        for each in withheld
    ]


def told_lines(told: list[dict[str, object]]) -> list[str]:
    """One line for each vendor that is told something, and where it stands who has it."""
    return [*_told(told, "told to"), "see who has it: vrm contact status"] if told else []


def _told(told: list[dict[str, object]], begin: str) -> list[str]:
    return [
        f"{begin} {one_line(each.get('vendor_name') or short(each.get('vendor')))}: "
        + listed(each.get("fields"))
        for each in told
    ]


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


@click.command()
@click.argument("fields", nargs=-1, metavar="[FIELD]...", type=click.Choice(NAMES))
@shared_options
def tell(fields: tuple[str, ...]) -> None:
    """Tell the vendors that may have them what they lack.

    Whatever you set with --no-tell, or while a relationship was paused.

    \b
    Examples:
      vrm contact tell
      vrm contact tell street_address postal_code
    """
    here = session()
    body: dict[str, object] = {"fields": list(fields)} if fields else {}
    value = here.client.post("contact", "tell", body=body)
    told, withheld = entries(value.get("told"), "told"), entries(value.get("not_told"), "not_told")
    lines = told_lines(told) or ["nobody lacks anything that it may have"]
    here.result(value, lambda: "\n".join([*lines, *not_told_lines(withheld)]))


@click.command("remove")
@click.argument("fields", nargs=-1, metavar="[FIELD]...", type=click.Choice(NAMES))
@click.option("--all", "everything", is_flag=True, help="All fields.")
@click.option("--tell", is_flag=True, help="Tell the vendors that had them: they erase them.")
@shared_options
def remove(fields: tuple[str, ...], everything: bool, tell: bool) -> None:
    """Remove fields of your contact data.

    What a vendor was told before stays with that vendor, unless you --tell it.

    \b
    Examples:
      vrm contact remove telephone email
      vrm contact remove telephone --tell
      vrm contact remove --all
    """
    if everything == bool(fields):
        came = "both" if fields else "neither"
        raise usage("option.which", f"expected FIELDs or --all, came {came}")
    here = session()
    body: dict[str, object] = {"fields": list(fields)} if fields else {}
    body |= {"tell": True} if tell else {}
    value = here.client.post("contact", "remove", body=body)
    here.result(value, lambda: _left(value))


def _left(value: dict[str, object]) -> str:
    told = told_lines(entries(value.pop("told", []), "told"))
    left = any(text is not None for text in value.values())
    words = f"removed; left:\n{_words(value)}" if left else "removed; nothing is left"
    return "\n".join([words, *told])

"""`vrm policy`: the customer's default for accepting offers."""

from __future__ import annotations

from pathlib import Path

import click

from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.settings import pairs_argument, replace, settings_file, show

_HERE = "vrmnode.cli.commands.policy"


@click.group(
    cls=LazyGroup,
    commands_at={
        "show": (_HERE, "show_policy", "Show how offers are accepted."),
        "set": (_HERE, "set_policy", "Set how offers are accepted."),
    },
)
@shared_options
def policy() -> None:
    """Show or set how offers are accepted.

    \b
    Example:
      vrm policy show
    """


@click.command("show")
@shared_options
def show_policy() -> None:
    """Show how offers are accepted.

    \b
    Example:
      vrm policy show --json
    """
    show(("policy",))


@click.command("set")
@pairs_argument
@settings_file
@click.option("--trust", multiple=True, metavar="DID", help="Add a vendor to those you trust.")
@click.option("--distrust", multiple=True, metavar="DID", help="Take a vendor off the list.")
@shared_options
def set_policy(
    pairs: tuple[str, ...], file: Path | None, trust: tuple[str, ...], distrust: tuple[str, ...]
) -> None:
    """Set how offers are accepted.

    NAME=VALUE changes one name and keeps the others; an empty value removes it. --file replaces
    all. Intents published later start from this policy.

    \b
    Examples:
      vrm policy set mode=automatic vendors=trusted max_total="45.00 EUR" wait_offers=2
      vrm policy set --trust did:key:z6MkVendor
      vrm policy set --file policy.toml
    """
    if trust or distrust:
        current = session().client.get("policy") if file is None else {}
        known = current.get("trusted", []) if isinstance(current, dict) else []
        listed = dict.fromkeys([*(known if isinstance(known, list) else []), *trust])
        trusted: list[object] = [did for did in listed if did not in distrust]
        replace(("policy",), file, pairs, extra={"trusted": trusted})
        return
    replace(("policy",), file, pairs)

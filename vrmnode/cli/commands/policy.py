"""`vrm policy`: the customer's default for accepting offers."""

from __future__ import annotations

from pathlib import Path

import click

from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import shared_options
from vrmnode.cli.settings import pairs_argument, replace, settings_file, show

_HERE = "vrmnode.cli.commands.policy"


@click.group(
    cls=LazyGroup,
    commands_at={
        "show": (_HERE, "show_policy", "Show how offers are accepted."),
        "set": (_HERE, "set_policy", "Set how offers are accepted."),
        "test": (
            "vrmnode.cli.commands.policy_test",
            "policy",
            "Say what your policy would do now; do nothing.",
        ),
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
@shared_options
def set_policy(pairs: tuple[str, ...], file: Path | None) -> None:
    """Set how offers are accepted.

    NAME=VALUE changes one name and keeps the others; an empty value removes it. --file replaces
    all. Intents that say nothing else follow this policy. Whom you trust is said with: vrm trust

    \b
    Examples:
      vrm policy set mode=automatic vendors=trusted max_total="45.00 EUR" wait_offers=2
      vrm policy set --file policy.toml
    """
    replace(("policy",), file, pairs, read_only=("trusted",))

"""`vrm policy`: the customer's default for accepting offers."""

from __future__ import annotations

from pathlib import Path

import click

from vrmnode.cli.session import shared_options
from vrmnode.cli.settings import (
    pairs_argument,
    replace,
    settings_file,
    settings_group,
    show_command,
)

_HERE = "vrmnode.cli.commands.policy"
_WORDS = "how offers are accepted"
POLICY = ("policy",)


policy = settings_group(
    _HERE,
    POLICY,
    _WORDS,
    test=(
        "vrmnode.cli.commands.policy_test",
        "policy",
        "Say what your policy would do now; do nothing.",
    ),
)
show_policy = show_command(POLICY, _WORDS)


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
    replace(POLICY, file, pairs, read_only=("trusted",))

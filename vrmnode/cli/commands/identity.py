"""`vrm id`: the node's public names."""

from __future__ import annotations

import click

from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import nested

_HERE = "vrmnode.cli.commands.identity"


@click.group(
    cls=LazyGroup,
    commands_at={
        "show": (_HERE, "show_identity", "Show the node's public keys."),
    },
)
@shared_options
def identity() -> None:
    """Show the node's identity.

    \b
    Example:
      vrm id show
    """


@click.command("show")
@shared_options
def show_identity() -> None:
    """Show the node's public keys.

    \b
    Example:
      vrm id show --json
    """
    here = session()
    value = here.client.get("identity")
    here.result(value, lambda: nested(value))

"""`vrm id`: the node's public names, and the backup of what makes it itself."""

from __future__ import annotations

import click

from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import nested

_HERE = "vrmnode.cli.commands.identity"
_BACKUP = "vrmnode.cli.commands.backup"


@click.group(
    cls=LazyGroup,
    commands_at={
        "show": (_HERE, "show_identity", "Show the node's public keys."),
        "backup": (_BACKUP, "backup", "Write keys and database to an encrypted file."),
        "restore": (_BACKUP, "restore", "Make a node from a backup file."),
    },
)
@shared_options
def identity() -> None:
    """Show, back up and restore the node's identity.

    \b
    Example:
      vrm id backup node.vrmbackup
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

"""`vrm data`: everything that the node holds, as a backup, on another machine, or to read."""

from __future__ import annotations

import click

from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import shared_options

_BACKUP = "vrmnode.cli.commands.backup"


@click.group(
    cls=LazyGroup,
    commands_at={
        "backup": (_BACKUP, "backup", "Write keys and database to an encrypted file."),
        "restore": (_BACKUP, "restore", "Make a node from a backup file."),
        "keys": (
            "vrmnode.cli.commands.data_keys",
            "list_key_files",
            "List the files of keys beside your backups.",
        ),
        "passphrase": (
            "vrmnode.cli.commands.data_passphrase",
            "passphrase",
            "Change the passphrase of the node's keys.",
        ),
        "export": (
            "vrmnode.cli.commands.data_export",
            "export",
            "Write all that is yours into a folder, in open formats.",
        ),
    },
)
@shared_options
def data() -> None:
    """Back up, move and export what the node holds.

    \b
    Example:
      vrm data backup node.vrmbackup
    """

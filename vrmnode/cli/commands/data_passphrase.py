"""`vrm data passphrase`: the same keys under another passphrase."""

from __future__ import annotations

from pathlib import Path

import click

from vrmnode.cli.failures import from_coded
from vrmnode.cli.passphrase import passphrase_options, read_new_passphrase, read_passphrase
from vrmnode.cli.session import session, shared_options
from vrmnode.errors import NodeError


@click.command("passphrase")
@passphrase_options
@click.option(
    "--new-passphrase-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Its first line is the new passphrase.",
)
@click.option(
    "--no-new-passphrase",
    is_flag=True,
    help="From now on only the file's permissions protect the keys.",
)
@shared_options
def passphrase(
    passphrase_file: Path | None,
    no_passphrase: bool,
    new_passphrase_file: Path | None,
    no_new_passphrase: bool,
) -> None:
    """Change the passphrase of the node's keys.

    The keys stay the same. A running node goes on; it asks for the new passphrase at its next
    start. Backups keep theirs, and the keys in them the one they had.

    \b
    Examples:
      vrm data passphrase
      vrm data passphrase --no-passphrase --new-passphrase-file secret
    """
    here = session()
    old = read_passphrase(passphrase_file, none=no_passphrase)
    new = read_new_passphrase(new_passphrase_file, none=no_new_passphrase)
    from vrmnode import keystore

    path = here.data_dir / "keystore.json"
    try:
        keystore.change_passphrase(path, old, new)
    except NodeError as error:
        raise from_coded(error) from error
    protected = "a passphrase" if new else "the file's permissions alone"
    here.result(
        {"keystore": str(path), "passphrase": bool(new)},
        f"changed: the keys in {path} are protected by {protected}\n"
        "copies and backups made before open with the passphrase they had: make a new backup,"
        " and destroy the old ones if others may know it",
    )

"""`vrm data keys`: where keys lie beside backups, and whether what was deleted is out of them."""

from __future__ import annotations

import click

from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, entries


@click.command()
@shared_options
def list_key_files() -> None:
    """List the files of keys beside your backups.

    The node takes the keys of what was deleted out of each that it reaches, at once or within ten
    minutes after it is reached again.

    \b
    Example:
      vrm data keys
    """
    here = session()
    value = here.client.get("backup", "keys")
    here.result(value, lambda: _table(entries(value, "keys")))


def _table(rows: list[dict[str, object]]) -> str:
    if not rows:
        return "no backup was made yet, or none with keys beside it"
    header = ("file", "keys", "of what was deleted")
    return columns(header, [(row.get("path"), *_counts(row)) for row in rows])


def _counts(row: dict[str, object]) -> tuple[object, object]:
    if row.get("keys") is None:
        return "-", "unknown: the file isn't reached"
    return row.get("keys"), row.get("erased") or "none"

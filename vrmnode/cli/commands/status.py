"""`vrm status`."""

from __future__ import annotations

import click

from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import nested

# In this order, where the node reports them; whatever else it reports follows.
_FIRST = ("version", "peer_id", "addresses", "peers", "uptime_s")


@click.command()
@shared_options
def status() -> None:
    """Show how the running node is.

    Exit code 6 when no node runs in the folder.

    \b
    Example:
      vrm status --json
    """
    here = session()
    value = here.client.get("status")
    here.result(value, lambda: _words(value))


def _words(value: object) -> str:
    if not isinstance(value, dict):
        return nested(value)
    ordered = {name: value[name] for name in _FIRST if name in value}
    ordered.update({name: item for name, item in value.items() if name not in ordered})
    lines = nested(ordered)
    if value.get("peers") == 0:
        lines += "\nNo peers: messages wait here until there are some. See: vrm net connect --help"
    return lines

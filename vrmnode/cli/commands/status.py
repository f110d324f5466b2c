"""`vrm status`."""

from __future__ import annotations

import click

from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import nested

# What people see, in this order; --json has all that the node reports.
_SHOWN = (
    "version",
    "vendor",
    "peer_id",
    "addresses",
    "peers",
    "uptime_s",
    "intents",
    "deals",
    "market_intents",
    "products",
    "outbox",
    "refused",
    "warnings",
)


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
    lines = nested({name: value[name] for name in _SHOWN if value.get(name) not in (None, [], {})})
    if value.get("peers") == 0:
        lines += "\nNo peers: messages wait here until there are some. See: vrm net connect --help"
    return lines

"""`vrm status`."""

from __future__ import annotations

import time

import click

from vrmnode.cli.failures import DAEMON_DOWN, CommandError
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import nested
from vrmnode.cli.waiting import seconds

POLL_S = 0.1

# What people see, in this order; --json has all that the node reports.
_SHOWN = (
    "version",
    "vendor",
    "peer_id",
    "addresses",
    "peers",
    "postbox",
    "hook",
    "uptime_s",
    "intents",
    "deals",
    "orders",
    "market_intents",
    "sealed_intents",
    "products",
    "inbox",
    "rights",
    "paused",
    "outbox",
    "refused",
    "warnings",
)
_MARKET = frozenset(_SHOWN[_SHOWN.index("intents") : _SHOWN.index("outbox") + 1])


@click.command()
@click.option("--wait", metavar="SPAN", help="Wait so long for a node that is starting: 30s.")
@shared_options
def status(wait: str | None) -> None:
    """Show how the running node is.

    Exit code 6 when no node runs in the folder.

    \b
    Examples:
      vrm status --json
      vrm status --wait 30s
    """
    here = session()
    value = _answer(here, seconds(wait, "--wait") or 0)
    here.result(value, lambda: _words(value))


def _answer(here: Session, wait_s: float) -> object:
    until = time.monotonic() + wait_s
    while True:
        try:
            return here.client.get("status")
        except CommandError as error:
            if error.exit_code != DAEMON_DOWN or time.monotonic() > until:
                raise
        time.sleep(POLL_S)


def _words(value: object) -> str:
    if not isinstance(value, dict):
        return nested(value)
    # A postbox takes no part in the market, so there is nothing to say of it.
    names = [name for name in _SHOWN if not (value.get("postbox") and name in _MARKET)]
    lines = nested({name: value[name] for name in names if value.get(name) not in (None, [], {})})
    if value.get("peers") == 0:
        lines += "\nNo peers: messages wait here until there are some. Join with: vrm join LINK"
    return lines

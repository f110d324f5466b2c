"""`vrm net`: the node's peers."""

from __future__ import annotations

import click

from vrmnode.cli.failures import NOT_FOUND, CommandError
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import entries, moment, nested

_COMMANDS = "vrmnode.cli.commands"
_HERE = f"{_COMMANDS}.net"


@click.group(
    cls=LazyGroup,
    commands_at={
        "peers": (_HERE, "peers", "List the connected peers."),
        "address": (_HERE, "address", "Print where others can connect to this node."),
        "invite": (f"{_COMMANDS}.invite", "invite", "Print a link with which others join."),
        "connect": (_HERE, "connect", "Connect to a peer by its address."),
        "submit": (f"{_COMMANDS}.submit", "submit", "Hand the messages of a file to one peer."),
    },
)
@shared_options
def net() -> None:
    """See and connect peers, and invite others.

    \b
    Example:
      vrm net peers
    """


@click.command()
@shared_options
def peers() -> None:
    """List the connected peers.

    \b
    Example:
      vrm net peers --json
    """
    here = session()
    value = here.client.get("peers")
    rows = entries(value, "peers")
    if not rows:
        here.result(value, "no peers; join with: vrm join LINK")
        return
    here.result(value, lambda: "\n".join(_peer_words(row) for row in rows))


def _peer_words(row: dict[str, object]) -> str:
    listed = row.get("addresses")
    addresses = listed if isinstance(listed, list) else []
    since = f"{row.get('direction', '')} since {moment(row.get('connected_at'))}"
    return "\n".join(map(str, [f"{row.get('peer_id')}  {since}", *(f"  {a}" for a in addresses)]))


@click.command()
@shared_options
def address() -> None:
    """Print where others can connect to this node.

    One address a line, as vrm net connect and --peer take it. Nothing listens: exit code 3.

    \b
    Example:
      vrm run --data ./shop --peer "$(vrm net address --data ./relay)"
    """
    here = session()
    value = here.client.get("status")
    listed = value.get("addresses") if isinstance(value, dict) else None
    if not isinstance(listed, list) or not listed:
        detail = "expected an address, and this node listens nowhere"
        raise CommandError(NOT_FOUND, "network.no_address", detail, "see listen in config.toml")
    here.result(listed, "\n".join(map(str, listed)))


@click.command()
@click.argument("address")
@shared_options
def connect(address: str) -> None:
    """Connect to a peer by its address.

    The address is a multiaddress with the peer's id; vrm status shows those of a node.

    \b
    Example:
      vrm net connect /ip4/192.0.2.7/tcp/4101/p2p/12D3KooWPeerId
    """
    here = session()
    value = here.client.post("peers", body={"address": address})
    here.result(value, lambda: nested(value) if value else f"connected to {address}")

"""`vrm join`: from an invitation to a node with peers."""

from __future__ import annotations

from collections.abc import Sequence

import click

from vrmnode.cli.failures import DAEMON_DOWN, NO_PEERS, CommandError, from_coded
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import counted, entries
from vrmnode.errors import ConfigError, KeystoreError
from vrmprotocol.errors import RemoteError


@click.command()
@click.argument("invitation", metavar="LINK")
@shared_options
def join(invitation: str) -> None:
    """Join the network by an invitation link.

    Its addresses go into config.toml, so that they hold from every start on; a running node dials
    them at once. Exit code 7: it runs, and none of them answers now; it goes on trying.

    \b
    Example:
      vrm join vrm:join:g6duZXR3b3JrAaVwZWVyc5HZUC9p…
    """
    here = session()
    _require_node(here)
    addresses = _of_link(invitation)
    added = _keep(here, addresses)
    answer = _tell_daemon(here, addresses)
    value = {"peers": addresses, "added": added, "running": answer is not None, **(answer or {})}
    if answer is None:
        here.result(value, _kept_words(addresses, added) + "\nstart the node with: vrm run")
        return
    if not answer.get("connected"):
        raise _unreachable(addresses, answer)
    here.result(value, lambda: _kept_words(addresses, added) + "\n" + _connected_words(answer))


def _require_node(here: Session) -> None:
    keystore = here.data_dir / "keystore.json"
    if not keystore.exists():
        detail = f"expected a node in {here.data_dir}, came none"
        raise from_coded(KeystoreError("keystore.missing", detail))


def _of_link(link: str) -> list[str]:
    from vrmprotocol import invitation

    try:
        return [each.text for each in invitation.read(link)]
    except RemoteError as error:
        raise from_coded(error) from error


def _keep(here: Session, addresses: Sequence[str]) -> list[str]:
    from vrmnode import configfile

    try:
        return configfile.add_peers(here.data_dir / "config.toml", addresses)
    except ConfigError as error:
        raise from_coded(error) from error


def _tell_daemon(here: Session, addresses: Sequence[str]) -> dict[str, object] | None:
    """What a running node says to the addresses; None when none runs."""
    try:
        return here.client.post("peers", "join", body={"peers": list(addresses)})
    except CommandError as error:
        if error.exit_code != DAEMON_DOWN:
            raise
        return None


def _kept_words(addresses: Sequence[str], added: Sequence[str]) -> str:
    if not added:
        return f"{counted(len(addresses), 'peer address')} there already"
    return f"{counted(len(added), 'peer address')} added to config.toml"


def _connected_words(answer: dict[str, object]) -> str:
    connected = {row["peer_id"] for row in entries(answer, "dialled") if row.get("connected")}
    return "\n".join(f"connected to {peer}" for peer in sorted(map(str, connected)))


def _unreachable(addresses: Sequence[str], answer: dict[str, object]) -> CommandError:
    problems = [str(row.get("problem")) for row in entries(answer, "dialled")]
    detail = f"expected one of {counted(len(addresses), 'peer address')} to answer, came: "
    return CommandError(
        NO_PEERS,
        "network.no_peers",
        detail + "; ".join(dict.fromkeys(problems)),
        "they are kept, and the node goes on trying; see vrm net peers",
    )

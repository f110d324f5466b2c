"""`vrm join`: from an invitation to a node with peers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import click

from vrmnode.cli.failures import DAEMON_DOWN, NO_PEERS, NOT_FOUND, CommandError, from_coded, usage
from vrmnode.cli.paths import run_command
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import counted, entries
from vrmnode.errors import ConfigError, KeystoreError, WellKnownError
from vrmprotocol.errors import RemoteError


@click.command()
@click.argument("invitation", metavar="LINK|DOMAIN")
@shared_options
def join(invitation: str) -> None:
    """Join the network by a link or a domain.

    A domain's web server is asked for /.well-known/vrm.json. The addresses go into config.toml,
    so that they hold from every start on; a running node dials them at once. Exit code 7: it
    runs, and none of them answers now; it goes on trying.

    \b
    Examples:
      vrm join vrm:join:g6duZXR3b3JrAaVwZWVyc5HZUC9p…
      vrm join shop.example
    """
    here = session()
    _require_node(here)
    found = _of_link(invitation) if ":join:" in invitation else _of_domain(invitation)
    added = _keep(here, found.addresses)
    answer = _tell_daemon(here, found.addresses)
    value = {
        "peers": found.addresses,
        "added": added,
        **found.told,
        "running": answer is not None,
        **(answer or {}),
    }
    words = [*found.words, _kept_words(found.addresses, added)]
    if answer is None:
        here.result(
            value, "\n".join([*words, f"start the node with: {run_command(here.data_dir)}"])
        )
        return
    if not answer.get("connected"):
        raise _unreachable(found.addresses, answer)
    here.result(value, lambda: "\n".join([*words, _connected_words(answer)]))


@dataclass(frozen=True, slots=True)
class _Invited:
    """The addresses of an invitation, and what else it says, as JSON and in words."""

    addresses: list[str]
    told: dict[str, object]
    words: list[str]


def _require_node(here: Session) -> None:
    keystore = here.data_dir / "keystore.json"
    if not keystore.exists():
        detail = f"expected a node in {here.data_dir}, came none"
        raise from_coded(KeystoreError("keystore.missing", detail))


def _of_link(link: str) -> _Invited:
    from vrmprotocol import invitation

    try:
        return _Invited([each.text for each in invitation.read(link)], {}, [])
    except RemoteError as error:
        raise from_coded(error) from error


def _of_domain(domain: str) -> _Invited:
    from vrmnode import wellknown

    if domain.startswith("/"):
        detail = "expected a link or a domain, came an address"
        raise usage("wellknown.domain", detail, "connect to an address with: vrm net connect")
    try:
        found = wellknown.fetch(domain)
    except WellKnownError as error:
        raise from_coded(error) from error
    if not found.peers:
        detail = f"expected addresses of nodes at {domain}, came none of a known form"
        raise CommandError(NOT_FOUND, "wellknown.no_peer", detail)
    told: dict[str, object] = {"domain": domain, "vendor": found.vendor, "name": found.name}
    says = f"{domain} says it is {found.name or 'a vendor'}: {found.vendor}"
    words = [says] if found.vendor is not None else []
    return _Invited([each.text for each in found.peers], told, words)


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

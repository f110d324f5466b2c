"""`vrm net invite`: a link, and a QR code of it, with which others join."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vrmnode.cli import qr
from vrmnode.cli.own_addresses import own_addresses, peers_addresses, reach_words
from vrmnode.cli.session import session, shared_options


@click.command()
@click.option(
    "--address",
    multiple=True,
    metavar="ADDRESS",
    help="Where others reach this node, instead of what it knows itself.  [repeatable]",
)
@click.option("--with-peers", is_flag=True, help="Name its peers, too, for when it is off.")
@click.option("--qr", "as_code", is_flag=True, help="Show the QR code also outside a terminal.")
@click.option(
    "--qr-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the QR code to an .svg or .png file.",
)
@shared_options
def invite(address: tuple[str, ...], with_peers: bool, as_code: bool, qr_file: Path | None) -> None:
    """Print a link with which others join.

    The link on stdout, its QR code on stderr. It names addresses and nothing else; it is no
    secret, gives no rights, and works as long as one of the addresses does.

    \b
    Examples:
      vrm net invite
      vrm net invite --address /dns4/shop.example/tcp/4101 --qr-file invitation.svg
      vrm join --data ./ada "$(vrm net invite --data ./shop)"
    """
    from vrmprotocol import invitation

    if qr_file is not None:
        qr.check_file(qr_file)
    here = session()
    found = own_addresses(here, address)
    note = reach_words(found)
    if with_peers:
        loopback = all(each.is_loopback for each in found)
        found += peers_addresses(here.client, loopback=loopback)
    peers = list(dict.fromkeys(each.text for each in found))[: invitation.MAX_PEERS]
    link = invitation.write(peers)
    if qr_file is not None:
        qr.write(link, qr_file)
    if as_code or sys.stderr.isatty():
        here.progress(qr.lines(link))
    if note is not None:
        here.progress(f"note: {note}")
    here.result({"link": link, "peers": peers}, link)

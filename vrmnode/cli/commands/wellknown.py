"""`vrm vendor wellknown`: the file with which a shop's web site invites to its node."""

from __future__ import annotations

from pathlib import Path

import click

from vrmnode.cli.output_file import write_output
from vrmnode.cli.own_addresses import own_addresses, reach_words
from vrmnode.cli.session import session, shared_options


@click.command()
@click.option(
    "--address",
    multiple=True,
    metavar="ADDRESS",
    help="Where others reach this node, instead of what it knows itself.  [repeatable]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it to a file instead of stdout.",
)
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@shared_options
def wellknown(address: tuple[str, ...], output: Path | None, force: bool) -> None:
    """Write the file that your web site serves.

    Serve it at https://YOUR-DOMAIN/.well-known/vrm.json: then others join by your domain, and
    can see that domain and key belong together. It holds your key, name and addresses.

    \b
    Examples:
      vrm vendor wellknown --address /dns4/shop.example/tcp/4101
      vrm vendor wellknown -o /srv/www/.well-known/vrm.json --force
    """
    from vrmprotocol import wellknown as contents

    here = session()
    found = own_addresses(here, address)
    status, profile = here.client.get("status"), here.client.get("vendor", "profile")
    vendor = status.get("vendor") if isinstance(status, dict) else None
    name = profile.get("name") if isinstance(profile, dict) else None
    peers = [each.text for each in found][: contents.MAX_PEERS]
    raw = contents.write(_text(vendor), _text(name), peers)
    note = reach_words(found)
    if note is not None:
        here.progress(f"note: {note}")
    if output is None:
        click.echo(raw.decode(), nl=False)
        return
    if not write_output(output, raw, force=force, for_all=True):
        return
    value = {"file": str(output), "size_bytes": len(raw), "peers": peers}
    here.result(value, f"wrote {output}; serve it at https://YOUR-DOMAIN{contents.PATH}")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None

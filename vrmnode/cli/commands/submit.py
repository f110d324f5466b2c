"""`vrm net submit`: hand the messages of a file to one peer, which acknowledges each."""

from __future__ import annotations

import base64
from pathlib import Path

import click

from vrmnode.cli.failures import FAILED, CommandError
from vrmnode.cli.message_input import in_requests, read_message_file
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import counted, entries


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--to", "address", required=True, help="Address of the peer, with its /p2p/ identity."
)
@shared_options
def submit(file: Path, address: str) -> None:
    """Hand the messages of a file to one peer.

    The peer says of each whether it is on its disk now, and spreads it. It learns that they came
    from this node; so give it only what it may know is yours. A file of - is stdin. Exit code 1 if
    one was refused or could not be kept.

    \b
    Example:
      vrm net submit offers.vrmm --to /ip4/192.0.2.7/tcp/4101/p2p/12D3KooWPeerId
    """
    raw = read_message_file(file)
    here = session()
    kept, known = 0, 0
    refused: dict[str, int] = {}
    for part in in_requests(raw):
        encoded = base64.b64encode(part).decode()
        value = here.client.post("messages", "submit", body={"file": encoded, "to": address})
        kept += _number(value.get("kept"))
        known += _number(value.get("known"))
        for row in entries(value, "refused"):
            code = str(row.get("code"))
            refused[code] = refused.get(code, 0) + _number(row.get("messages"))
    rows = [{"code": code, "messages": count} for code, count in sorted(refused.items())]
    report: dict[str, object] = {"kept": kept, "known": known, "refused": rows}
    here.result(report, lambda: _words(kept, known, refused))
    if refused:
        total = counted(sum(refused.values()), "message")
        raise CommandError(FAILED, "submit.refused", f"the peer did not keep {total}")


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _words(kept: int, known: int, refused: dict[str, int]) -> str:
    whole = counted(kept + known + sum(refused.values()), "message")
    lines = [
        f"{whole}: {kept} kept by the peer, {known} known to it, {sum(refused.values())} not kept"
    ]
    lines += [f"  {count} not kept [{code}]" for code, count in sorted(refused.items())]
    return "\n".join(lines)

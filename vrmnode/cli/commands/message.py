"""`vrm message`: messages as files, where there is no network between two parties."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

import click

from vrmnode.cli.failures import FAILED, CommandError, usage
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.message_input import in_requests, read_message_file
from vrmnode.cli.output_file import file_exists, write_output
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import counted, entries, short

_HERE = "vrmnode.cli.commands.message"


@click.group(
    cls=LazyGroup,
    commands_at={
        "export": (_HERE, "export", "Write messages that wait to be sent into a file."),
        "import": (_HERE, "import_file", "Take in a file of messages."),
    },
)
@shared_options
def message() -> None:
    """Carry messages by hand, as files.

    \b
    Example:
      vrm message export --intent 3fa2c4d5e6f7 -o wish.vrmm
    """


@click.command()
@click.option("--intent", help="Only this intent and what answers its offers.")
@click.option("--deal", help="Only the messages of this deal.")
@click.option("--together", is_flag=True, help="Also when it shows that several intents are yours.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="File to write; - for stdout.",
)
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@shared_options
def export(intent: str | None, deal: str | None, together: bool, output: Path, force: bool) -> None:
    """Write messages that wait to be sent into a file.

    Give it to the other side by hand; it reads it with: vrm message import FILE. What waits goes
    out by the network too, should there be one.

    \b
    Examples:
      vrm message export --intent 3fa2c4d5e6f7 -o wish.vrmm
      vrm message export --deal 0a1b2c3d4e5f -o order.vrmm
    """
    if intent is not None and deal is not None:
        raise usage("option.which", "expected --intent or --deal, came both")
    if not force and str(output) != "-" and output.exists():
        raise file_exists(output)
    body: dict[str, object] = {"together": together}
    body |= {"intent": intent} if intent else {}
    body |= {"deal": deal} if deal else {}
    here = session()
    value = here.client.post("messages", "export", body=body)
    raw = _file_bytes(value)
    if not write_output(output, raw, force=force):
        return
    report = {"file": str(output), "size_bytes": len(raw)}
    report |= {name: value.get(name) for name in ("market", "mail", "left")}
    here.result(report, lambda: _export_words(report))


def _file_bytes(value: dict[str, object]) -> bytes:
    try:
        return base64.b64decode(str(value["file"]), validate=True)
    except (KeyError, binascii.Error):
        raise CommandError(FAILED, "daemon.answer", "expected a message file, came none") from None


def _export_words(report: dict[str, object]) -> str:
    parts = f"{report['market']} public, {report['mail']} sealed"
    lines = [
        f"wrote {report['file']} ({report['size_bytes']} bytes: {parts})",
        f"the other side reads it with: vrm message import {report['file']}",
    ]
    if report.get("left"):
        lines.append(f"{report['left']} more wait: export again for a further file")
    return "\n".join(lines)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@shared_options
def import_file(file: Path) -> None:
    """Take in a file of messages.

    Each is checked as if a peer had sent it; a wrong one is left out and the others count. What
    the node answers waits for the network, or for: vrm message export

    \b
    Example:
      vrm message import wish.vrmm
    """
    raw = read_message_file(file)
    here = session()
    client = here.client
    value: dict[str, object] = {}
    for part in in_requests(raw):
        encoded = base64.b64encode(part).decode()
        answer = client.post("messages", "import", body={"file": encoded})
        value = _sum(value, answer)
    here.result(value, lambda: _import_words(value))


def _sum(value: dict[str, object], more: dict[str, object]) -> dict[str, object]:
    total: dict[str, object] = {}
    for name in ("envelopes", "taken", "known", "refused"):
        total[name] = _number(value.get(name)) + _number(more.get(name))
    total["messages"] = entries(value, "messages") + entries(more, "messages")
    return total


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _import_words(value: dict[str, object]) -> str:
    whole = counted(_number(value.get("envelopes")), "message")
    lines = [f"{whole}: {value['taken']} taken in, {value['known']} known, "
             f"{value['refused']} refused"]  # fmt: skip
    lines += [_line(row) for row in entries(value, "messages")]
    return "\n".join(lines)


def _line(row: dict[str, object]) -> str:
    if row.get("verdict") != "taken":
        return f"  {row.get('verdict')}: {row.get('words')} [{row.get('code')}]"
    words = f"  {row.get('kind')} {short(row.get('id'))}"
    if "for_you" in row:
        words += ", for you" if row["for_you"] else ", for somebody else"
    return f"{words}: {row['words']}" if row.get("words") else words

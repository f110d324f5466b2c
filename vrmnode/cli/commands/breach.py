"""`vrm breach`: what vendors wrote beyond their agreements, and the records that show it."""

from __future__ import annotations

from pathlib import Path

import click

from vrmnode.cli.commands.deal import file_bytes
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.output_file import write_output
from vrmnode.cli.safe_text import one_line
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, entries, hanging, moment, short, short_did

_HERE = "vrmnode.cli.commands.breach"


@click.group(
    cls=LazyGroup,
    commands_at={
        "list": (_HERE, "list_breaches", "List breaches and suspicions."),
        "show": (_HERE, "show_breach", "Show one: what was written, and what forbade it."),
        "export": (_HERE, "export", "Write the record of a breach, which anybody can verify."),
    },
)
@shared_options
def breach() -> None:
    """Show what vendors wrote beyond their agreements.

    Your node refuses such a note, and keeps it. With the agreement it proves what was done, to
    anybody: vrm deal verify FILE. A suspicion proves nothing: somebody wrote to what only one
    vendor was told.

    \b
    Example:
      vrm breach list
    """


@click.command("list")
@click.option("--deal", metavar="DEAL", help="Only those of this deal.")
@shared_options
def list_breaches(deal: str | None) -> None:
    """List breaches and suspicions.

    The newest first.

    \b
    Example:
      vrm breach list
    """
    here = session()
    value = here.client.get("breaches", deal=deal)
    here.result(value, lambda: _table(entries(value, "breaches")))


def _table(rows: list[dict[str, object]]) -> str:
    if not rows:
        return "none: no vendor wrote beyond its agreement"
    header = ("breach", "vendor", "about", "evidence", "what", "recorded")
    return columns(header, [_row(row) for row in rows])


def _row(row: dict[str, object]) -> tuple[object, ...]:
    return (
        short(row.get("breach")),
        row.get("vendor_name") or short_did(row.get("vendor")),
        row.get("purpose") or "-",
        row.get("evidence"),
        row.get("words"),
        moment(row.get("recorded_at")),
    )


@click.command("show")
@click.argument("breach_id", metavar="BREACH")
@shared_options
def show_breach(breach_id: str) -> None:
    """Show one: what was written, and what forbade it.

    \b
    Example:
      vrm breach show 0a1b2c3d4e5f
    """
    here = session()
    value = here.client.get("breaches", breach_id)
    here.result(value, lambda: _words(value))


def _words(found: object) -> str:
    value = found if isinstance(found, dict) else {}
    who = one_line(value.get("vendor_name") or short_did(value.get("vendor")))
    lines = [
        f"{who}, deal {short(value.get('deal'))}, {moment(value.get('recorded_at'))}",
        f"{value.get('evidence')}: {value.get('words')}",
    ]
    if value.get("evidence") == "suspected":
        return "\n".join([*lines, f"written by {value.get('author')}; nothing of it was kept"])
    text = hanging(value.get("text") or "its text is gone")
    lines.append(f"about {value.get('purpose')}: {text}")
    if value.get("record"):
        lines.append(f"show it to others: vrm breach export {short(value.get('breach'))}")
    return "\n".join(lines)


@click.command()
@click.argument("breach_id", metavar="BREACH")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="File to write; - for stdout."
)
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@shared_options
def export(breach_id: str, output: Path | None, force: bool) -> None:
    """Write the record of a breach, which anybody can verify.

    It shows the agreement and the text of the note, and nothing that you disclosed. Anybody
    verifies it without a node: vrm deal verify FILE

    \b
    Example:
      vrm breach export 0a1b2c3d4e5f -o breach.vrm
    """
    here = session()
    raw = file_bytes(here.client.get("breaches", breach_id, "record"))
    path = output or Path(f"breach-{short(breach_id)}.vrm")
    if not write_output(path, raw, force=force):
        return
    report = {"file": str(path), "size_bytes": len(raw)}
    here.result(report, f"wrote {path} ({len(raw)} bytes); verify it with: vrm deal verify {path}")

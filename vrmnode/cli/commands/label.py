"""`vrm vendor label`: the address of an order, as text and as a page to print."""

from __future__ import annotations

from pathlib import Path

import click

from vrmnode.cli.failures import usage
from vrmnode.cli.output_file import file_exists, unwritable
from vrmnode.cli.safe_text import one_line
from vrmnode.cli.session import session, shared_options
from vrmnode.privatefile import write_atomically


@click.command()
@click.argument("deal_id", metavar="DEAL")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file that ends in .html, to print; only you may read it.",
)
@click.option(
    "--paper",
    type=click.Choice(["a6", "a5"]),
    default="a6",
    show_default=True,
    help="The paper of the page, in landscape.",
)
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@shared_options
def label(deal_id: str, output: Path | None, paper: str, force: bool) -> None:
    """Show the delivery label of an order.

    The address has the form that is usual in its country; what is still missing is said. The page
    shows the reference as a QR code, and loads nothing from anywhere. It holds the address in the
    clear: delete it when it is printed.

    \b
    Examples:
      vrm vendor label 0a1b2c3d4e5f
      vrm vendor label 0a1b2c3d4e5f -o label.html --paper a5
    """
    if output is not None and output.suffix != ".html":
        raise usage("file.type", f"{output}: expected a name that ends in .html")
    here = session()
    value = here.client.get("deals", deal_id, "label")
    found = value if isinstance(value, dict) else {}
    if output is None:
        here.result(value, lambda: label_words(found))
        return
    size_bytes = _write(output, _page(found, paper), force=force)
    words = f"wrote {output} ({size_bytes} bytes); {found.get('words')}"
    here.result({"file": str(output), "size_bytes": size_bytes}, words)


def label_words(found: dict[str, object]) -> str:
    """A label for people, its address on lines of its own."""
    lines = found.get("lines")
    address = [str(line) for line in lines] if isinstance(lines, list) else []
    goods = f"{found.get('quantity')} × {one_line(found.get('item_name'))}"
    later = found.get("given_later")
    notes = [str(found.get("words"))]
    if isinstance(later, list) and later:
        notes.append(f"given after the agreement: {', '.join(str(name) for name in later)}")
    parts = [f"{found.get('reference')}  {goods}", *(f"  {line}" for line in address), *notes]
    return "\n".join(parts)


def _page(found: dict[str, object], paper: str) -> str:
    import segno

    from vrmnode.cli.label_page import page

    code = segno.make(str(found.get("reference")), micro=False)
    return page(found, code.svg_inline(omitsize=True, border=1), paper)


def _write(path: Path, text: str, *, force: bool) -> int:
    raw = text.encode()
    try:
        write_atomically(path, raw, replace=force)
    except FileExistsError:
        raise file_exists(path) from None
    except OSError as error:
        raise unwritable(path, error) from None
    return len(raw)

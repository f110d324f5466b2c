"""QR codes: as lines of text for a terminal, and as a file."""

from __future__ import annotations

from pathlib import Path

from vrmnode.cli.failures import FAILED, CommandError, usage

QUIET_MODULES = 4
# Two rows of modules a line; what is light is drawn, for most terminals are dark.
_HALVES = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
_KINDS = (".svg", ".png")


def lines(text: str) -> str:
    """A QR code of `text` in half-block characters."""
    import segno

    rows = [list(row) for row in segno.make(text, micro=False).matrix_iter(border=QUIET_MODULES)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    return "\n".join(
        "".join(_HALVES[bool(upper), bool(lower)] for upper, lower in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    )


def check_file(path: Path) -> None:
    """Refuse a file whose name says another format."""
    if path.suffix not in _KINDS:
        raise usage("file.type", f"{path}: expected a name that ends in .svg or .png")


def write(text: str, path: Path) -> None:
    """Write a QR code of `text` as a picture."""
    import segno

    try:
        segno.make(text, micro=False).save(str(path), scale=8, border=QUIET_MODULES)
    except OSError as error:
        detail = f"{path}: expected to write it, came: {error.strerror}"
        raise CommandError(FAILED, "file.write", detail) from None

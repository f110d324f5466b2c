"""Settings that the node keeps as one object: shown, changed by name, replaced by a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from vrmnode.cli.failures import usage
from vrmnode.cli.session import session
from vrmnode.cli.show import nested
from vrmnode.cli.user_files import changed, split_pairs

pairs_argument: Callable[[Any], Any] = click.argument("pairs", nargs=-1, metavar="[NAME=VALUE]...")
settings_file: Callable[[Any], Any] = click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A .toml or .json file with all of it; - reads JSON from stdin.",
)


def show(place: tuple[str, ...]) -> None:
    """Print the settings at this path of the API."""
    here = session()
    value = here.client.get(*place)
    command = f"vrm {' '.join(place)} set"
    here.result(
        value,
        lambda: (
            nested(value)
            if value
            else f"nothing is set; begin with: {command} --file FILE, or {command} NAME=VALUE"
        ),
    )


def replace(
    place: tuple[str, ...],
    file: Path | None,
    pairs: tuple[str, ...],
    read_only: tuple[str, ...] = (),
) -> None:
    """Store the settings at this path: of the file, else the present ones, then changed.

    What is `read_only` is shown there and isn't sent back, unless the owner names it.
    """
    if file is None and not pairs:
        raise usage("option.missing", "expected NAME=VALUE or --file, came neither")
    split_pairs(pairs)  # a slip of the fingers is told before anything is asked of the node
    here = session()
    present = here.client.get(*place) if file is None else {}
    # What was never set is shown as null, and is not sent back either.
    items = present.items() if isinstance(present, dict) else ()
    base = {name: value for name, value in items if value is not None and name not in read_only}
    stored = here.client.put(*place, body=changed(base, file, pairs))
    here.result(stored, lambda: nested(stored) if stored else "stored")

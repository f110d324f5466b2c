"""Settings that the node keeps as one object: shown, changed by name, replaced by a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from vrmnode.cli.failures import usage
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import nested
from vrmnode.cli.user_files import changed, split_pairs

pairs_argument: Callable[[Any], Any] = click.argument("pairs", nargs=-1, metavar="[NAME=VALUE]...")
settings_file: Callable[[Any], Any] = click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A .toml or .json file with all of it; - reads JSON from stdin.",
)


def settings_group(
    here: str, place: tuple[str, ...], words: str, **more: tuple[str, str, str]
) -> LazyGroup:
    """The group of `show`, `set` and `more` for the settings at this path of the API.

    `here` is the module with the commands show_NAME and set_NAME, NAME being the last of `place`;
    `words` say what is set.
    """
    name = place[-1]
    commands = {
        "show": (here, f"show_{name}", f"Show {words}."),
        "set": (here, f"set_{name}", f"Set {words}."),
        **more,
    }
    text = f"Show or set {words}.\n\n\b\nExample:\n  vrm {' '.join(place)} show"
    group = click.group(name, cls=LazyGroup, commands_at=commands, help=text)
    return group(shared_options(lambda: None))


def show_command(place: tuple[str, ...], words: str) -> click.Command:
    """The command that shows the settings at this path of the API."""
    text = f"Show {words}.\n\n\b\nExample:\n  vrm {' '.join(place)} show --json"
    return click.command("show", help=text)(shared_options(lambda: _show(place)))


def _show(place: tuple[str, ...]) -> None:
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

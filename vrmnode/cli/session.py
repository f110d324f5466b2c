"""What every command has: the node's folder, its client, and how to print.

`--data`, `--locale` and `--json` are understood before and after the command's name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from vrmnode.cli.client import Client
from vrmnode.cli.paths import default_data_dir, socket_path
from vrmnode.cli.safe_text import json_text, many_lines

F = TypeVar("F", bound=Callable[..., Any])


class Session:
    """The options all commands share, and their two ways to speak."""

    def __init__(self, data_dir: Path, *, as_json: bool) -> None:
        self.data_dir = data_dir
        self.as_json = as_json

    @property
    def client(self) -> Client:
        """A client of the daemon of this folder."""
        return Client(socket_path(self.data_dir))

    def result(self, value: object, words: Callable[[], str] | str) -> None:
        """The command's result on stdout: `value` as JSON, or its `words`."""
        if self.as_json:
            click.echo(json_text(value, indent=2))
        else:
            click.echo(many_lines(words if isinstance(words, str) else words()))

    def line(self, value: object, words: str) -> None:
        """One of many results, at once: a line of JSON, or a line of words."""
        click.echo(json_text(value) if self.as_json else many_lines(words))
        sys.stdout.flush()

    def progress(self, words: str) -> None:
        """What goes on, on stderr; it is no part of the result."""
        click.echo(many_lines(words), err=True)


def shared_options(function: F) -> F:
    """Add `--data`, `--locale` and `--json` to a command."""
    data = click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        expose_value=False,
        callback=_remember("vrm.data"),
        help="The node's folder.  [env: VRM_DATA]",
    )
    as_json = click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_remember("vrm.json"),
        help="Print results as JSON.",
    )
    locale = click.option(
        "--locale",
        metavar="NAME",
        expose_value=False,
        callback=_remember("vrm.locale"),
        help="How amounts and days look, such as de_DE.  [env: VRM_LOCALE]",
    )
    return data(locale(as_json(function)))


def _remember(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(context: click.Context, _: click.Parameter, value: Any) -> None:
        if value:
            context.find_root().meta[key] = value

    return callback


def session() -> Session:
    """The session of the command that runs now."""
    meta = click.get_current_context().find_root().meta
    data_dir = meta.get("vrm.data") or default_data_dir()
    return Session(data_dir, as_json=bool(meta.get("vrm.json")))

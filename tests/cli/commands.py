"""All commands of `vrm`, found by walking its tree."""

from __future__ import annotations

from collections.abc import Iterator

import click

from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.root import vrm


def every_command() -> Iterator[tuple[tuple[str, ...], click.Command, str | None]]:
    """Path, command and the short help that its group's table gives it."""
    yield (), vrm, None
    yield from _below((), vrm)


def _below(
    path: tuple[str, ...], group: click.Command
) -> Iterator[tuple[tuple[str, ...], click.Command, str | None]]:
    assert isinstance(group, LazyGroup)
    context = click.Context(group)
    for name, (_, _, words) in group.commands_at.items():
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command, words
        if isinstance(command, click.Group):
            yield from _below((*path, name), command)


PATHS = [path for path, _, _ in every_command()]
LEAVES = [path for path, command, _ in every_command() if not isinstance(command, click.Group)]

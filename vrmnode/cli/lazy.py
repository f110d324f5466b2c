"""Groups of commands whose modules are imported when one of them is called.

The short help stands in the table, so that `vrm --help` imports no command at all. The command's
own help begins with the same words, which a test checks.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

# name: (module, attribute, short help)
CommandTable = Mapping[str, tuple[str, str, str]]


class LazyGroup(click.Group):
    """A group that knows its commands by a table and imports none before it is called."""

    def __init__(self, *args: object, commands_at: CommandTable, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands_at:
            return None
        module, attribute, _ = self.commands_at[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, words) for name, (_, _, words) in self.commands_at.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in self.commands_at:
            known = ", ".join(self.commands_at)
            ctx.fail(f"expected one of: {known}; came {name[:40]!r}.{self._near(name)}")
        return super().resolve_command(ctx, args)

    def _near(self, name: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(name[:40], self.commands_at, n=1)
        return f" Did you mean {near[0]!r}?" if near else ""

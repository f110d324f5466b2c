"""`vrm completion`: scripts that complete commands and options in a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from vrmnode.cli.session import session, shared_options


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@shared_options
def completion(shell: str) -> None:
    """Print a completion script for a shell.

    \b
    Example:
      vrm completion bash > ~/.local/share/bash-completion/completions/vrm
    """
    root = click.get_current_context().find_root().command
    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(root, {}, "vrm", "_VRM_COMPLETE")
    # bash's own source() starts bash to ask for its version.
    text = script.source_template % script.source_vars()
    session().result({"shell": shell, "script": text}, text)

"""What the owner set once about words: the language of what is written, and the locale.

An option wins over the environment, that over `[owner]` in `config.toml`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from vrmnode.cli.failures import from_coded
from vrmnode.cli.session import session

language_option = click.option(
    "--language", help="Language of the text, such as de.  [env: VRM_LANGUAGE]"
)


def own_language(option: str | None = None) -> str | None:
    """The language in which the owner writes, if that was said anywhere."""
    return option or setting(session().data_dir, "language", "VRM_LANGUAGE")


def said(text: str | None, option: str | None, field: str = "text") -> dict[str, object]:
    """The fields of a request for a text of the owner's, and for its language; none without it."""
    if text is None:
        return {}
    language = own_language(option)
    return {field: text, **({"language": language} if language else {})}


def setting(data_dir: Path, name: str, variable: str) -> str | None:
    """A setting of `[owner]`. The file is only read where it has the name: commands are quick."""
    named = os.environ.get(variable)
    if named:
        return named
    path = data_dir / "config.toml"
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None  # `vrm run` says what is wrong with it
    if re.search(rf"^\s*{name}\s*=", text, re.MULTILINE) is None:
        return None
    from vrmnode import config
    from vrmnode.errors import ConfigError

    try:
        owner = config.load(path, os.environ).owner
    except ConfigError as error:
        raise from_coded(error) from error
    value: str | None = getattr(owner, name)
    return value

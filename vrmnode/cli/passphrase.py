"""The passphrase of the keystore: options of the commands that open it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from vrmnode.cli.failures import LOCKED, CommandError, from_coded, usage
from vrmnode.errors import KeystoreError


def passphrase_options(function: Any) -> Any:
    """Add `--passphrase-file` and `--no-passphrase`."""
    file = click.option(
        "--passphrase-file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Its first line is the passphrase.  [env: VRM_PASSPHRASE_FILE]",
    )
    none = click.option(
        "--no-passphrase", is_flag=True, help="Only the file's permissions protect the keys."
    )
    return file(none(function))


def read_passphrase(file: Path | None, *, none: bool, confirm: bool = False) -> str:
    """The passphrase from the options, the environment, or as typed at the terminal."""
    if none and file is not None:
        detail = "expected --no-passphrase or --passphrase-file, came both"
        raise usage("option.passphrase", detail)
    return _read(file, os.environ, none=none, confirm=confirm)


def read_new_passphrase(file: Path | None, *, none: bool) -> str:
    """Another passphrase than the node has now: from the options, or as typed, twice."""
    if none and file is not None:
        detail = "expected --no-new-passphrase or --new-passphrase-file, came both"
        raise usage("option.passphrase", detail)
    if not none and file is None and _prompt() is None:
        detail = "expected --new-passphrase-file or --no-new-passphrase, came neither"
        raise usage("option.passphrase", detail)
    # Not from the environment: the file named there is that of the passphrase up to now.
    return _read(file, {}, none=none, confirm=True, words="New passphrase")


def _read(
    file: Path | None,
    env: Mapping[str, str],
    *,
    none: bool,
    confirm: bool,
    words: str = "Passphrase",
) -> str:
    from vrmnode import keystore

    try:
        return keystore.read_passphrase(
            file=file, env=env, prompt=_prompt(), none=none, confirm=confirm, words=words
        )
    except KeystoreError as error:
        failure = from_coded(error)
        raise CommandError(LOCKED, failure.code, failure.detail, failure.advice) from error


def _prompt() -> Callable[[str], str] | None:
    if not sys.stdin.isatty():
        return None

    def ask(words: str) -> str:
        answer: str = click.prompt(
            words, hide_input=True, err=True, default="", show_default=False, prompt_suffix=""
        )
        return answer

    return ask

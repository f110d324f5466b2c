"""`vrm version`."""

from __future__ import annotations

import platform

import click

from vrmnode.cli.session import session, shared_options
from vrmnode.version import VERSION


@click.command()
@shared_options
def version() -> None:
    """Show the version.

    \b
    Example:
      vrm version
    """
    value = {"version": VERSION, "protocol": 1, "python": platform.python_version()}
    session().result(value, f"vrm {VERSION} (protocol 1, Python {value['python']})")

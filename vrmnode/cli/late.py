"""The parts of the node that three commands need, imported when one of them runs.

`vrm` must answer in about 0.1 s, so nothing here may be imported at its start, and the import
contracts keep it so. `vrm run` becomes the node; `vrm id backup` and `restore` read and write
its files. Each goes through one of these functions.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType


def run_node(
    data_dir: Path,
    passphrase: str,
    *,
    listen: list[str] | None,
    peers: list[str] | None,
    log_level: str,
) -> int:
    """Be the node until it ends; its exit code."""
    node = importlib.import_module("vrmnode.node")
    code: int = node.run_node(
        data_dir, passphrase.encode(), listen=listen, peers=peers, log_level=log_level
    )
    return code


def backup_module() -> ModuleType:
    """`vrmnode.storage.backup`."""
    return importlib.import_module("vrmnode.storage.backup")

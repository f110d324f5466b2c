"""`shim`: the library by which processes of a test have another clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes.virtual_time import build_shim


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that shifts the clock of the process that preloads it."""
    return build_shim(tmp_path_factory.mktemp("shim"))

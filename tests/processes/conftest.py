"""Forked nodes for all of these tests; `shim`, by which processes of a test have another clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from examples import programs
from tests.processes.forked import run_forked, start_forked
from tests.processes.virtual_time import build_shim


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that shifts the clock of the process that preloads it."""
    return build_shim(tmp_path_factory.mktemp("shim"))


@pytest.fixture(scope="session", autouse=True)
def forks() -> Iterator[None]:
    """Let these tests fork their nodes and commands, which is quicker than to start them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(programs, "start_program", start_forked)
        patch.setattr(programs, "run_program", run_forked)
        yield

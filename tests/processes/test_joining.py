"""From empty folders to the first agreement, as `examples/join.py` shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples import join

pytestmark = [pytest.mark.processes, pytest.mark.slow]


def test_by_link(tmp_path: Path) -> None:
    told: list[str] = []
    deals = join.by_link(tmp_path, told.append)
    assert len(set(deals)) == 2
    assert told[-1].startswith("2 agreements by link: 16 commands, ")


def test_by_domain(tmp_path: Path) -> None:
    told: list[str] = []
    assert len(join.by_domain(tmp_path, told.append)) == 1
    assert told[-1].startswith("1 agreement by domain: 11 commands, ")

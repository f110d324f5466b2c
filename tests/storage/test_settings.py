"""Named JSON values."""

from __future__ import annotations

import pytest

from vrmnode.storage import settings
from vrmnode.storage.database import Tx


@pytest.mark.parametrize("value", [None, False, 0, "é", [1, [2]], {"b": 1, "a": {"c": None}}])
def test_a_value_comes_back(tx: Tx, value: object) -> None:
    settings.put(tx, "name", "old")
    settings.put(tx, "name", value)
    assert settings.get(tx, "name", "default") == value


def test_default_and_erasure(tx: Tx) -> None:
    assert settings.get(tx, "name") is None
    assert settings.get(tx, "name", 3) == 3
    settings.put(tx, "name", 1)
    assert settings.erase(tx, "name")
    assert not settings.erase(tx, "name")
    assert settings.get(tx, "name") is None

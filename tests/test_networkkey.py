"""The key of the installation: made once, private, never taken along."""

from __future__ import annotations

from pathlib import Path

import pytest

from vrmnode import networkkey
from vrmnode.errors import KeystoreError


def test_it_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "network.key"
    made = networkkey.load_or_make(path)
    assert len(made) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert networkkey.load_or_make(path) == made
    assert networkkey.load_or_make(tmp_path / "other.key") != made


@pytest.mark.parametrize("raw", [b"", b"ab", b"\xff" * 64, b"0" * 66])
def test_something_else_is_named(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "network.key"
    path.write_bytes(raw)
    with pytest.raises(KeystoreError, match="expected 64 hex digits") as caught:
        networkkey.load_or_make(path)
    assert caught.value.code == "keystore.network_key"

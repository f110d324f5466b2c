"""Peers added to config.toml: nothing else changes, and a wrong file isn't touched."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from vrmnode import config, configfile
from vrmnode.errors import ConfigError

A, B, C = (f"/ip4/192.0.2.{n}/tcp/4101/p2p/x" for n in (1, 2, 3))

TEXT = f"""\
# Mine.
[log]
level = "debug"   # for now

[node]
peers = [
    "{A}",  # the shop around the corner
]
name = "at home"
"""


def peers(path: Path) -> list[str]:
    return list(config.load(path, {}).node.peers)


def test_comments_and_order_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(TEXT)
    assert configfile.add_peers(path, [B, A, C, B]) == [B, C]
    assert peers(path) == [A, B, C]
    assert config.load(path, {}).log.level == "debug"
    kept = [line for line in path.read_text().splitlines() if line in TEXT.splitlines()]
    assert kept == TEXT.splitlines()


def test_what_is_there_already_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(TEXT)
    before = path.stat().st_mtime_ns
    assert configfile.add_peers(path, [A]) == []
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "text",
    [None, "", "[node]\n", "[node]\npeers = []\n", "node.peers = []\n", "node = {peers = []}\n",
     '[node]\n[log]\nlevel = "info"\n'],
)  # fmt: skip
def test_every_form_of_a_file(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "config.toml"
    if text is not None:
        path.write_text(text)
    assert configfile.add_peers(path, [A, B]) == [A, B]
    assert configfile.add_peers(path, [C]) == [C]
    assert peers(path) == [A, B, C]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, path = tmp_path / "real.toml", tmp_path / "config.toml"
    real.write_text(TEXT)
    path.symlink_to(real)
    configfile.add_peers(path, [B])
    assert path.is_symlink()
    assert peers(real) == [A, B]


@pytest.mark.parametrize(
    ("text", "code"), [("[node\n", "config.syntax"), ("[nod]\n", "config.invalid")]
)
def test_a_wrong_file_is_left_alone(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        configfile.add_peers(path, [A])
    assert caught.value.code == code
    assert path.read_text() == text


def test_too_many(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    configfile.add_peers(path, [f"/ip4/192.0.2.1/tcp/{n}/p2p/x" for n in range(1, 65)])
    with pytest.raises(ConfigError) as caught:
        configfile.add_peers(path, [A])
    assert caught.value.code == "config.invalid" and "came 65" in caught.value.message


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        configfile.add_peers(tmp_path / "none" / "config.toml", [A])
    assert caught.value.code == "config.unwritable"

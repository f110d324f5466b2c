"""config.toml and the environment: complete defaults, and mistakes named exactly."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from vrmnode import config, settingspec
from vrmnode.config import Config
from vrmnode.errors import ConfigError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def _load(path: Path, text: str, **env: str) -> Config:
    path.write_text(text)
    return config.load(path, env)


def _error(path: Path, text: str | bytes, **env: str) -> ConfigError:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        config.load(path, env)
    return caught.value


def test_no_file_an_empty_one_and_the_default_text_are_the_same(path: Path) -> None:
    absent = config.load(path, {})
    assert absent == _load(path, "") == _load(path, config.DEFAULT_TEXT)
    assert absent.node.listen == ("/ip4/0.0.0.0/tcp/4101",)
    assert absent.node.peers == ()
    assert absent.node.min_peers == 6 and absent.node.mdns
    assert absent.node.name is None
    assert (absent.owner.language, absent.owner.locale) == (None, None)
    assert (absent.privacy.jitter_ms, absent.privacy.spread_ms) == (1500, 30_000)
    assert absent.limits.store_mb == 512
    assert absent.node.submit_to == ()
    assert absent.postbox == config.PostboxSection(False, 4_096, 1_024, 256, 1_024)
    assert absent.log.level == "info"


def test_the_default_text_names_every_key_and_variable() -> None:
    document = tomllib.loads(
        config.DEFAULT_TEXT.replace("# name", "name")
        .replace("# lang", "lang")
        .replace("# loc", "loc")
        .replace("# hook", "hook")
    )
    named = {f"{section}.{name}" for section, keys in document.items() for name in keys}
    assert named == {key.path for key in settingspec.KEYS}
    for key in settingspec.KEYS:
        assert key.variable in config.DEFAULT_TEXT
        assert key.default is None or key.fits(key.default)


def test_every_key_from_the_file(path: Path) -> None:
    loaded = _load(
        path,
        '[node]\nlisten = ["/ip4/127.0.0.1/tcp/0"]\npeers = ["/ip4/192.0.2.1/tcp/1/p2p/x"]\n'
        'submit_to = ["/ip4/192.0.2.1/tcp/2/p2p/y"]\n'
        'min_peers = 0\nmdns = false\nname = "at home"\n'
        '[owner]\nlanguage = "de-AT"\nlocale = "de_CH"\n'
        "[privacy]\njitter_ms = 0\nspread_ms = 60000\n[limits]\nstore_mb = 64\n"
        "[postbox]\nserve = true\nmail_mb = 16\nmarket_mb = 17\ndirectory_mb = 18\ntag_kb = 66\n"
        '[log]\nlevel = "debug"\n',
    )
    assert loaded.node.listen == ("/ip4/127.0.0.1/tcp/0",)
    assert loaded.node.peers == ("/ip4/192.0.2.1/tcp/1/p2p/x",)
    assert loaded.node.name == "at home"
    assert loaded.node.min_peers == 0 and not loaded.node.mdns
    assert (loaded.privacy.jitter_ms, loaded.privacy.spread_ms) == (0, 60_000)
    assert loaded.limits.store_mb == 64
    assert loaded.node.submit_to == ("/ip4/192.0.2.1/tcp/2/p2p/y",)
    assert loaded.postbox == config.PostboxSection(True, 16, 17, 18, 66)
    assert loaded.log.level == "debug"


def test_the_environment_wins(path: Path) -> None:
    loaded = _load(
        path,
        "[privacy]\njitter_ms = 5\n",
        VRM_LISTEN="/ip4/127.0.0.1/tcp/1, /ip6/::1/tcp/2",
        VRM_PEERS="",
        VRM_NAME="env",
        VRM_JITTER_MS="7",
        VRM_SPREAD_MS="8",
        VRM_STORE_MB="32",
        VRM_MDNS="False",
        VRM_MIN_PEERS="3",
        VRM_SUBMIT_TO="/a, /b",
        VRM_POSTBOX="true",
        VRM_POSTBOX_MAIL_MB="20",
        VRM_POSTBOX_MARKET_MB="30",
        VRM_POSTBOX_DIRECTORY_MB="40",
        VRM_POSTBOX_TAG_KB="70",
        VRM_LOG_LEVEL="WARNING",
    )
    assert loaded.node.listen == ("/ip4/127.0.0.1/tcp/1", "/ip6/::1/tcp/2")
    assert loaded.node.peers == ()
    assert loaded.node.name == "env"
    assert (loaded.privacy.jitter_ms, loaded.privacy.spread_ms) == (7, 8)
    assert loaded.limits.store_mb == 32
    assert loaded.node.submit_to == ("/a", "/b")
    assert loaded.postbox == config.PostboxSection(True, 20, 30, 40, 70)
    assert (loaded.node.mdns, loaded.node.min_peers) == (False, 3)
    assert loaded.log.level == "warning"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("[node]\nlisten = [\n\n  broken\n", 4, 3),
        ('[node]\nname = "unclosed\n', 2, 17),
        ("[node]\nname = 1\nname = 2\n", 3, 9),
        ("= 3\n", 1, 1),
    ],
)
def test_bad_toml_is_named_by_line_and_column(
    path: Path, text: str, line: int, column: int
) -> None:
    error = _error(path, text)
    assert error.code == "config.syntax"
    assert str(path) in error.message
    assert f"line {line}, column {column}" in error.message


def test_what_is_no_text(path: Path) -> None:
    assert "line 2" in _error(path, b"[node]\nname = '\xff'\n").message
    assert _error(path, b"\x00").code == "config.syntax"
    assert _error(path, "a = " + "[" * 50_000).code == "config.syntax"
    assert _error(path, b"#" * 2_000_000).code == "config.unreadable"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[node]\nlisen = []\n", ["node.lisen", "unknown key", "did you mean 'listen'?"]),
        ("[node]\nstore_mb = 64\n", ["node.store_mb", "it belongs into [limits]"]),
        ("[nodes]\n", ["nodes", "unknown section", "did you mean 'node'?"]),
        ("[zzz]\n", ["zzz", "unknown section"]),
        ("node = 3\n", ["node", "expected a section [node]", "came 3"]),
        ("jitter_ms = 3\n", ["jitter_ms", "unknown section"]),
        ('[privacy]\njitter_ms = "5"\n', ["expected an integer 0..60000", "came '5'"]),
        ("[privacy]\njitter_ms = true\n", ["privacy.jitter_ms", "came True"]),
        ("[privacy]\njitter_ms = -1\n", ["privacy.jitter_ms", "came -1"]),
        ("[limits]\nstore_mb = 1\n", ["limits.store_mb", "16..", "came 1"]),
        ('[log]\nlevel = "loud"\n', ["expected one of debug, info", "came 'loud'"]),
        ('[node]\nlisten = "/ip4/0.0.0.0/tcp/1"\n', ["node.listen", "expected a list"]),
        ('[node]\nlisten = ["0.0.0.0:4101"]\n', ["node.listen", "came ['0.0.0.0:4101']"]),
        ("[node]\npeers = [3]\n", ["node.peers", "expected a list"]),
        ("[node]\nname = ''\n", ["node.name", "1..128 characters"]),
        ("[node]\nname = 'a\\u001bb'\n".replace("'", '"'), ["node.name"]),
    ],
)
def test_a_mistake_is_named(path: Path, text: str, words: list[str]) -> None:
    error = _error(path, text)
    assert error.code == "config.invalid"
    for word in [str(path), *words]:
        assert word in error.message


def test_a_mistake_in_the_environment_names_the_variable(path: Path) -> None:
    error = _error(path, "", VRM_JITTER_MS="soon")
    assert error.code == "config.invalid"
    assert "VRM_JITTER_MS" in error.message
    assert "came 'soon'" in error.message


def test_long_values_are_cut(path: Path) -> None:
    error = _error(path, "[log]\nlevel = '" + "x" * 100_000 + "'\n")
    assert len(error.message) < 500


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir()
    with pytest.raises(ConfigError) as caught:
        config.load(path, {})
    assert caught.value.code == "config.unreadable"


def test_the_data_folder(tmp_path: Path) -> None:
    assert config.data_folder(tmp_path, {"VRM_DATA": "/other"}) == tmp_path
    assert config.data_folder(None, {"VRM_DATA": "/other"}) == Path("/other")
    assert config.data_folder(None, {}).name == "vrm"


def test_the_data_folder_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    config.prepare_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o755)
    config.prepare_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError) as caught:
        config.prepare_folder(tmp_path / "file" / "data")
    assert caught.value.code == "config.unreadable"


@pytest.mark.parametrize(("name", "closed"), [("config.toml", True), ("holiday.jpg", False)])
def test_an_open_folder_is_closed_if_it_is_a_nodes(tmp_path: Path, name: str, closed: bool) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / name).write_text("")
    if closed:
        config.prepare_folder(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        return
    with pytest.raises(ConfigError) as caught:
        config.prepare_folder(folder)
    assert caught.value.code == "config.unreadable"
    assert "chmod 700" in caught.value.message
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4180", ("127.0.0.1", 4180)),
        ("0.0.0.0:4180", ("0.0.0.0", 4180)),
        ("[::1]:0", ("::1", 0)),
        ("", None),
        ("99999", None),
        ("home:4180", None),
        ("127.0.0.1", None),
        ("127.0.0.1:", None),
        ("/ip4/127.0.0.1/tcp/1", None),
        ("٤١٨٠", None),
    ],
)
def test_where_devices_report(text: str, expected: tuple[str, int] | None) -> None:
    assert settingspec.split_hook_address(text) == expected


def test_nothing_listens_for_devices_unless_the_owner_says_so(path: Path) -> None:
    assert config.load(path, {}).node.hook_listen is None
    assert _load(path, '[node]\nhook_listen = "4180"').node.hook_listen == ("127.0.0.1", 4180)
    assert _error(path, '[node]\nhook_listen = "home:1"').code == "config.invalid"
    assert [settingspec.is_loopback(host) for host in ("127.0.0.9", "::1", "0.0.0.0")] == [
        *(True, True, False),
    ]

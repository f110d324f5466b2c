"""Making a node: what is written, with which modes, and what is shown."""

import errno
import itertools
import stat
import tomllib
from pathlib import Path

import pytest

from tests.cli.processes import run_vrm
from vrmnode import keystore
from vrmprotocol import keys


@pytest.fixture
def new(vrm, tmp_path):
    vrm.data_dir = tmp_path / "node"
    return vrm


def unlocked(new, passphrase=""):
    return keystore.unlock(new.data_dir / "keystore.json", passphrase)


def test_files_and_modes(new):
    value = new.json("init", "--no-passphrase", "--listen", "/ip4/127.0.0.1/tcp/0")
    assert stat.S_IMODE(new.data_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE((new.data_dir / "keystore.json").stat().st_mode) == 0o600
    config = tomllib.loads((new.data_dir / "config.toml").read_text())
    assert config["node"]["listen"] == ["/ip4/127.0.0.1/tcp/0"] and config["node"]["peers"] == []
    words = keys.words_from_entropy(unlocked(new).entropy)
    root = keys.vendor_root_key(keys.seed_from_words(words))
    assert value == {
        "data_dir": str(new.data_dir),
        "config": str(new.data_dir / "config.toml"),
        "vendor": keys.to_did(root.public),
    }


def test_says_how_to_start_this_node(new, tmp_path):
    new.data_dir = tmp_path / "my node"
    output = new("init", "--no-passphrase").output
    assert f"start it with: vrm run --data '{tmp_path}/my node' --no-passphrase\n" in output


def test_nothing_secret_is_shown_unless_asked_for(new):
    said = new("init", "--no-passphrase").output.split()
    words = keys.words_from_entropy(unlocked(new).entropy).split()
    # Single words may be of the message itself: "vendor" is in the list of BIP-39.
    for pair in itertools.pairwise(words):
        assert pair not in itertools.pairwise(said)


def test_words_are_shown_and_taken_again(new, tmp_path):
    words = new.json("init", "--no-passphrase", "--show-words")["words"]
    first = unlocked(new)
    assert words == keys.words_from_entropy(first.entropy).split()
    new.data_dir = tmp_path / "again"
    new("init", "--no-passphrase", "--words", stdin=" ".join(words).upper() + "\n")
    assert unlocked(new).entropy == first.entropy
    assert unlocked(new).vault_key != first.vault_key


@pytest.mark.parametrize("words", ["", "abandon " * 24, "abandon " * 23, "x" * 500])
def test_words_that_do_not_check(new, words):
    result = new("init", "--no-passphrase", "--words", stdin=words + "\n", code=2)
    assert "[keys.mnemonic]" in result.stderr
    assert "abandon" not in result.stderr
    assert not new.data_dir.exists()


def test_peers_and_addresses_with_quotes_of_toml(new):
    peer = "/dns4/relay.example/tcp/4101/p2p/12D3KooWabc"
    new("init", "--no-passphrase", "--peer", peer, "--peer", peer)
    config = tomllib.loads((new.data_dir / "config.toml").read_text())
    assert config["node"]["peers"] == [peer, peer]


@pytest.mark.parametrize(
    ("option", "address"),
    [
        ("--listen", "127.0.0.1:4101"),
        ("--listen", "/ip4/127.0.0.1/udp/4101"),
        ("--peer", "/ip4/127.0.0.1/tcp/4101"),
        ("--peer", '/ip4/"]\n/tcp/1/p2p/x'),
    ],
)
def test_address_that_is_none(new, option, address):
    error = new.error("init", "--no-passphrase", option, address, code=2)
    assert error["code"] == "option.address" and option in error["detail"]
    assert not new.data_dir.exists()


def test_second_init_changes_nothing(new):
    new("init", "--no-passphrase")
    before = (new.data_dir / "keystore.json").read_bytes()
    assert new.error("init", "--no-passphrase", code=4)["code"] == "keystore.exists"
    assert (new.data_dir / "keystore.json").read_bytes() == before


def test_config_that_is_there_stays(new):
    new.data_dir.mkdir()
    (new.data_dir / "config.toml").write_text("# mine\n")
    result = new("init", "--no-passphrase")
    assert "left as it is" in result.stderr
    assert (new.data_dir / "config.toml").read_text() == "# mine\n"


def test_passphrase_of_a_file_and_of_the_environment(new, tmp_path, monkeypatch):
    file = tmp_path / "secret"
    file.write_text("correct horse\nsecond line\n")
    new("init", "--passphrase-file", file)
    unlocked(new, "correct horse")
    new.data_dir = tmp_path / "other"
    monkeypatch.setenv("VRM_PASSPHRASE_FILE", str(file))
    new("init")
    unlocked(new, "correct horse")


def test_without_a_passphrase_it_says_how_to_have_none(new, monkeypatch):
    monkeypatch.delenv("VRM_PASSPHRASE_FILE", raising=False)
    assert "--no-passphrase" in new.error("init", code=5)["detail"]


@pytest.mark.parametrize("case", ["no terminal", "empty file", "no file", "both"])
def test_no_passphrase_to_be_had(new, tmp_path, case):
    empty = tmp_path / "empty"
    empty.write_text("\n")
    options = {
        "no terminal": (),
        "empty file": ("--passphrase-file", empty),
        "no file": ("--passphrase-file", tmp_path / "none"),
        "both": ("--passphrase-file", empty, "--no-passphrase"),
    }[case]
    error = new.error("init", *options, code=2 if case == "both" else 5)
    if case == "both":
        assert error["code"] == "option.passphrase"
    assert error["code"].startswith(("keystore.", "option."))
    assert not new.data_dir.exists()


def test_folder_that_cannot_be_made(new, tmp_path):
    (tmp_path / "file").write_text("")
    new.data_dir = tmp_path / "file" / "node"
    result = run_vrm("init", "--no-passphrase", "--data", new.data_dir)
    assert result.returncode in (1, 2) and "Traceback" not in result.stderr


def test_a_full_disk_is_named(new, monkeypatch):
    write = Path.open

    def full(self, *args, **options):
        if self.name == "config.toml":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(self, *args, **options)

    monkeypatch.setattr(Path, "open", full)
    error = new.error("init", "--no-passphrase", code=1)
    assert error["code"] == "init.config"
    assert "config.toml: expected to write it, came: No space left on device" in error["detail"]

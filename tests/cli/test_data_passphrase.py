"""Changing the passphrase of the node's keys."""

import pytest

from vrmnode import keystore


@pytest.fixture
def made(vrm, tmp_path):
    vrm.data_dir = tmp_path / "node"
    vrm("init", "--no-passphrase")
    return vrm


def secret(tmp_path, words):
    file = tmp_path / f"{words}.txt"
    file.write_text(words + "\n")
    return file


def test_from_none_to_one_to_another_to_none(made, tmp_path):
    path = made.data_dir / "keystore.json"
    identity = keystore.unlock(path, "")
    first, second = secret(tmp_path, "first"), secret(tmp_path, "second")
    steps = [
        (("--no-passphrase", "--new-passphrase-file", first), "first"),
        (("--passphrase-file", first, "--new-passphrase-file", second), "second"),
        (("--passphrase-file", second, "--no-new-passphrase"), ""),
    ]
    for args, now in steps:
        value = made.json("data", "passphrase", *args)
        assert value == {"keystore": str(path), "passphrase": bool(now)}
        assert keystore.unlock(path, now) == identity


def test_the_wrong_one_changes_nothing(made, tmp_path):
    before = (made.data_dir / "keystore.json").read_bytes()
    wrong, new = secret(tmp_path, "wrong"), secret(tmp_path, "new")
    args = ("data", "passphrase", "--passphrase-file", wrong, "--new-passphrase-file", new)
    assert made.error(*args, code=5)["code"] == "keystore.wrong_passphrase"
    assert (made.data_dir / "keystore.json").read_bytes() == before


@pytest.mark.parametrize("both", [True, False])
def test_one_way_to_say_the_new_one(made, tmp_path, both):
    args = ("--new-passphrase-file", secret(tmp_path, "new"), "--no-new-passphrase") if both else ()
    error = made.error("data", "passphrase", "--no-passphrase", *args, code=2)
    assert error["code"] == "option.passphrase"


def test_the_new_one_is_not_that_of_the_environment(made, tmp_path, monkeypatch):
    monkeypatch.setenv("VRM_PASSPHRASE_FILE", str(secret(tmp_path, "old")))
    new = secret(tmp_path, "new")
    made("data", "passphrase", "--no-passphrase", "--new-passphrase-file", new)
    made("data", "passphrase", "--passphrase-file", new, "--no-new-passphrase")
    assert (
        made.error("data", "passphrase", "--no-passphrase", code=2)["code"] == "option.passphrase"
    )

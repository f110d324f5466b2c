"""Backing up and restoring: by the running node, and of one that stands still."""

import pytest

from vrmnode.lockfile import NodeLock


@pytest.fixture
def made(vrm, tmp_path):
    vrm.data_dir = tmp_path / "node"
    vrm("init", "--no-passphrase")
    return vrm


def test_running_node_writes_it(daemon, vrm, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    daemon.service.answers["backup.write"] = {"path": "x", "size_bytes": 12, "deals": 0}
    vrm("data", "backup", "node.vrmbackup", "--no-passphrase")
    path = str(tmp_path / "node.vrmbackup")
    assert daemon.calls == [("backup.write", {"path": path, "passphrase": "", "force": False})]


def test_there_and_back(made, tmp_path):
    file, secret = tmp_path / "node.vrmbackup", tmp_path / "secret"
    secret.write_text("correct horse")
    value = made.json("data", "backup", file, "--passphrase-file", secret)
    assert value["size_bytes"] == file.stat().st_size
    keystore = (made.data_dir / "keystore.json").read_bytes()
    made.data_dir = tmp_path / "again"
    assert made.json("data", "restore", file, "--passphrase-file", secret)["deals"] == 0
    assert (made.data_dir / "keystore.json").read_bytes() == keystore


def test_nothing_is_replaced_unless_forced(made, tmp_path):
    file = tmp_path / "node.vrmbackup"
    made("data", "backup", file, "--no-passphrase")
    args = ("data", "backup", file, "--no-passphrase")
    assert made.error(*args, code=4)["code"] == "backup.exists"
    made(*args, "--force")
    assert made.error("data", "restore", file, "--no-passphrase", code=4)["code"] == "backup.exists"
    made("data", "restore", file, "--no-passphrase", "--force")


@pytest.mark.parametrize(
    ("damage", "code", "exit_code"),
    [
        (lambda raw: raw[:-10], "backup.corrupt", 1),
        (
            lambda raw: raw[:100_000] + bytes([raw[100_000] ^ 1]) + raw[100_001:],
            "backup.corrupt",
            1,
        ),
        (lambda raw: b"", "backup.corrupt", 1),
    ],
    ids=["cut short", "altered", "empty"],
)
def test_damaged_backup_restores_nothing(made, tmp_path, damage, code, exit_code):
    file = tmp_path / "node.vrmbackup"
    made("data", "backup", file, "--no-passphrase")
    file.write_bytes(damage(file.read_bytes()))
    made.data_dir = tmp_path / "again"
    error = made.error("data", "restore", file, "--no-passphrase", code=exit_code)
    assert error["code"] == code
    assert list(made.data_dir.iterdir()) == []


def test_wrong_passphrase_and_missing_file(made, tmp_path):
    file, secret = tmp_path / "node.vrmbackup", tmp_path / "secret"
    secret.write_text("wrong")
    made("data", "backup", file, "--no-passphrase")
    made.data_dir = tmp_path / "again"
    args = ("data", "restore", file, "--passphrase-file", secret)
    assert made.error(*args, code=5)["code"] == "backup.wrong_passphrase"
    file.unlink()
    assert made.error(*args, code=3)["code"] == "backup.missing"


def test_backup_of_no_node(vrm, tmp_path):
    args = ("data", "backup", tmp_path / "b", "--no-passphrase")
    assert vrm.error(*args, code=3)["code"] == "keystore.missing"


def test_restore_over_a_running_node(made, tmp_path):
    file = tmp_path / "node.vrmbackup"
    made("data", "backup", file, "--no-passphrase")
    with NodeLock.acquire(made.data_dir / "node.lock"):
        args = ("data", "restore", file, "--no-passphrase", "--force")
        assert made.error(*args, code=4)["code"] == "node.already_running"


def test_the_files_of_keys(daemon, vrm):
    daemon.service.answers["backup.keys"] = [
        {"path": "/b/new.keys", "keys": 3, "erased": 0},
        {"path": "/b/old.keys", "keys": 2, "erased": 1},
        {"path": "/away/x.keys", "keys": None, "erased": None},
    ]
    lines = vrm("data", "keys").stdout.splitlines()
    assert [line.split()[:3] for line in lines[1:3]] == [
        ["/b/new.keys", "3", "none"],
        ["/b/old.keys", "2", "1"],
    ]
    assert lines[3].endswith("unknown: the file isn't reached")
    daemon.service.answers["backup.keys"] = []
    assert "no backup" in vrm("data", "keys").stdout

"""`vrm run`: what it hands to the node, the ready line, and why a start fails."""

import json
import threading
from typing import Any

import pytest

from tests.cli.daemon import Daemon
from vrmnode.cli import late
from vrmnode.errors import ConfigError, KeystoreError, ServiceError, StorageError
from vrmnode.lockfile import NodeLock


class CodedError(Exception):
    """Carries a code without being an error of the node, as those of the network do."""

    code = "network.port_in_use"
    message = "expected to listen on port 4101, it is in use"


IN_GROUPS = ExceptionGroup("tasks", [ExceptionGroup("task", [CodedError()])])


@pytest.fixture
def made(vrm, tmp_path):
    vrm.data_dir = tmp_path / "node"
    vrm("init", "--no-passphrase")
    return vrm


@pytest.fixture
def node(monkeypatch):
    """Stands for the node: remembers how it was started, does what a test says."""

    class Node:
        def __init__(self):
            self.calls = []
            self.act = lambda: 0

        def __call__(self, *args, **options):
            self.calls.append((args, options))
            return self.act()

    node = Node()
    monkeypatch.setattr(late, "run_node", node)
    yield node
    # What asks whether the node is ready ends with it, and isn't there when others' tests run.
    for thread in _asking():
        thread.join(120)
        assert not thread.is_alive()


def _asking():
    return [each for each in threading.enumerate() if each.name == "ready"]


def test_options(made, node):
    made(
        "run", "--no-passphrase", "--listen", "/ip4/127.0.0.1/tcp/1", "--peer", "/x", "--peer",
        "/y", "--log-level", "debug",
    )  # fmt: skip
    assert node.calls == [
        (
            (made.data_dir, ""),
            {
                "listen": ["/ip4/127.0.0.1/tcp/1"],
                "peers": ["/x", "/y"],
                "log_level": "debug",
                "postbox": False,
            },
        )
    ]
    plain = {"listen": None, "peers": None, "log_level": "info", "postbox": False}
    made("run", "--no-passphrase")
    made("run", "--no-passphrase", "--postbox")
    assert [options for _, options in node.calls[1:]] == [plain, {**plain, "postbox": True}]


def test_exit_code_is_that_of_the_node(made, node):
    node.act = lambda: 1
    made("run", "--no-passphrase", code=1)


def test_ready_line(made, node):
    def be_a_node():
        daemon = Daemon(made.data_dir)
        daemon.service.answers["status"] = {"peer_id": "12D3", "addresses": ["/a", "/b"]}
        daemon.start()
        # The line is printed by a thread of its own, which asks until it is answered.
        (asking,) = _asking()
        asking.join(120)
        daemon.stop()
        return 0

    node.act = be_a_node
    assert "ready: 12D3 listening on /a /b\n" in made("run", "--no-passphrase").stdout
    line = json.loads(made("run", "--no-passphrase", "--json").stdout)
    assert line["type"] == "ready" and line["peer_id"] == "12D3"
    assert line["addresses"] == ["/a", "/b"]


FAILURES = {
    "a postbox where somebody deals": (ServiceError("postbox.own_affairs", "words", 409), 4),
    "wrong passphrase": (KeystoreError("keystore.wrong_passphrase", "it doesn't open"), 5),
    "keystore readable by all": (KeystoreError("keystore.permissions", "mode 0644"), 5),
    "corrupt database": (StorageError("storage.corrupt", "node.db is damaged"), 1),
    "newer database": (StorageError("storage.newer_version", "made by a newer one"), 1),
    "full disk": (StorageError("storage.disk_full", "no space left"), 1),
    "bad config": (ConfigError("config.invalid", "config.toml: node.listen"), 2),
    "bad TOML": (ConfigError("config.syntax", "config.toml: at line 1, column 2"), 2),
    "port in use": (CodedError(), 1),
    "port in use, in groups": (IN_GROUPS, 1),
}


@pytest.mark.parametrize("name", FAILURES)
def test_start_that_fails(made, node, name):
    failure, code = FAILURES[name]

    def fail():
        raise failure

    node.act = fail
    error = made.error("run", "--no-passphrase", code=code)
    cause: Any = CodedError() if failure is IN_GROUPS else failure
    assert (error["code"], error["detail"]) == (cause.code, cause.message)


def test_bug_of_the_node_is_not_hidden(made, node):
    def fail():
        raise ZeroDivisionError

    node.act = fail
    with pytest.raises(ZeroDivisionError):
        made("run", "--no-passphrase")


def test_folder_without_a_node(vrm, node):
    error = vrm.error("run", code=3)
    assert error["code"] == "keystore.missing"
    assert error["advice"] == "make a node in this folder with: vrm init"
    assert node.calls == []


def test_second_daemon_on_one_folder(made, node):
    with NodeLock.acquire(made.data_dir / "node.lock"):
        error = made.error("run", code=4)
    assert error["code"] == "node.already_running"
    assert node.calls == []

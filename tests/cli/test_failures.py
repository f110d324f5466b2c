"""Every failure ends with its documented exit code, and says what to do next."""

import os
import socket
import threading

import pytest

from vrmnode.cli import client, failures
from vrmnode.errors import NodeError, ServiceError, StorageError
from vrmprotocol.errors import LocalError


def test_no_daemon(vrm):
    error = vrm.error("status", code=6)
    assert error["code"] == "daemon.down"
    start = f"start it with: vrm run --data {vrm.data_dir}"
    assert error["advice"] == f"make a node with: vrm init --data {vrm.data_dir}; then {start}"
    (vrm.data_dir / "keystore.json").touch()
    assert vrm.error("status", code=6)["advice"] == start
    assert "start it with: vrm run" in vrm("status", code=6).stderr


def test_id_of_another_form(daemon, vrm):
    error = vrm.error("intent", "show", "00zz", code=2)
    expected = "intent: expected an id in hex, or its first 6 characters or more, came '00zz'"
    assert error["detail"] == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("vendor", "demand", "show", "last week"), "week: expected a week such as 2027-W03"),
        (
            ("history", "make", "--verifier", "V", "--nonce", "5f", "-o", "h.vrm"),
            "nonce: expected 64 hex digits, in small letters",
        ),
    ],
)
def test_what_was_expected_is_said_in_words(daemon, vrm, words, expected):
    assert vrm.error(*words, code=2)["detail"].startswith(f"{expected}, came ")


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("vendor.not_found", "vrm vendor search"),
        ("request.vendor", "vrm vendor search"),
        ("question.answered", "vrm vendor questions --all"),
        ("week.not_found", "vrm vendor demand list"),
        ("rights.not_planned", "vrm rights list"),
        ("history.nothing", "--published"),
    ],
)
def test_what_helps_is_said_for_the_case(daemon, vrm, code, advice):
    status = 404 if code.endswith("not_found") else 409
    daemon.service.failures["vendor.counts"] = ServiceError(code, "no such thing", status)
    exit_code = 3 if status == 404 else 4
    assert advice in vrm.error("vendor", "counts", "z6MkgDAMxx8R", code=exit_code)["advice"]


def test_another_passphrase_than_that_of_a_backup():
    error = failures.from_coded(NodeError("backup.wrong_passphrase", "x doesn't open"))
    assert error.exit_code == 5 and "when the backup was made" in error.advice


def test_socket_of_a_dead_daemon(vrm, tmp_path):
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(tmp_path / "api.sock"))
    assert vrm.error("status", code=6)["code"] == "daemon.down"


def test_socket_elsewhere_is_named_in_a_file(daemon, vrm, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "api.path").write_text(f"{tmp_path / 'api.sock'}\n")
    vrm.data_dir = folder
    vrm("status")


def test_path_too_long_for_a_socket(vrm, tmp_path):
    vrm.data_dir = tmp_path / ("x" * 120)
    assert vrm.error("status", code=6)["code"] == "daemon.down"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every socket")
def test_socket_of_somebody_else(daemon, vrm, tmp_path):
    (tmp_path / "api.sock").chmod(0)
    assert vrm.error("status", code=5)["code"] == "daemon.permission"


PROBLEMS = {
    2: ServiceError("request.invalid", "gtin: expected 13 digits, came 12", 400),
    3: ServiceError("deal.not_found", "expected a known deal, came abcdef", 404),
    4: ServiceError("deal.not_agreed", "expected an agreed deal, came declined", 409),
    5: ServiceError("request.denied", "expected the owner, came another", 403),
    7: ServiceError("network.dial_failed", "can't reach /ip4/192.0.2.1", 503),
    1: StorageError("storage.disk_full", "no space left on the disk: free some"),
}


@pytest.mark.parametrize("code", PROBLEMS)
def test_problem(daemon, vrm, code):
    problem = PROBLEMS[code]
    daemon.service.failures["deal.show"] = problem
    error = vrm.error("deal", "show", "abcdef", code=code)
    assert (error["code"], error["detail"]) == (problem.code, problem.message)
    words = vrm("deal", "show", "abcdef", code=code).stderr
    assert words.startswith(f"Error: {problem.message} [{problem.code}]\n")


def test_move_that_the_protocol_forbids(daemon, vrm):
    daemon.service.failures["offer.accept"] = LocalError("negotiation.illegal_move", "no")
    assert vrm.error("offer", "accept", "abcdef", code=4)["code"] == "negotiation.illegal_move"


def test_id_too_short(daemon, vrm):
    error = vrm.error("offer", "show", "ab", code=2)
    assert error["detail"].startswith("offer: expected") and "came 'ab'" in error["detail"]


def test_words_of_a_problem_are_made_safe(daemon, vrm):
    daemon.service.failures["deal.show"] = ServiceError("a.b", "\x1b[2Jcleared\nError: x", 404)
    assert vrm("deal", "show", "abcdef", code=3).stderr.splitlines()[0] == (
        "Error: cleared Error: x [a.b]"
    )


def answer_with(path, raw):
    """A server that gives each of two clients these bytes."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()

    def serve():
        with server:
            for _ in range(2):
                connection, _ = server.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(raw)

    threading.Thread(target=serve, daemon=True).start()


@pytest.mark.parametrize(
    ("raw", "code", "exit_code"),
    [
        (b"", "daemon.down", 6),
        (b"SSH-2.0-OpenSSH\r\n", "daemon.down", 6),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n<a>", "daemon.answer", 1),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\n{}", "daemon.down", 6),
        (b"HTTP/1.1 500 X\r\ncontent-length: 2\r\n\r\n[]", "internal.error", 1),
    ],
    ids=["nothing", "not HTTP", "not JSON", "cut short", "no problem document"],
)
def test_answer_of_something_else(vrm, tmp_path, raw, code, exit_code):
    answer_with(tmp_path / "api.sock", raw)
    assert vrm.error("status", code=exit_code)["code"] == code
    assert "Traceback" not in vrm("status", code=exit_code).stderr


def test_daemon_that_hangs(vrm, tmp_path, monkeypatch):
    monkeypatch.setattr(client, "TIMEOUT_S", 0.2)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "api.sock"))
        server.listen()
        assert vrm.error("status", code=8)["code"] == "daemon.silent"


def test_daemon_that_ends_while_followed(daemon, vrm):
    threading.Timer(0.3, daemon.stop).start()
    assert vrm.error("events", "--follow", code=6)["code"] == "daemon.down"


def test_advice_of_a_code_comes_before_that_of_its_kind(daemon, vrm, tmp_path):
    daemon.service.failures["message.export"] = ServiceError("message.nothing", "nothing", 409)
    error = vrm.error("message", "export", "-o", tmp_path / "x.vrmm", code=4)
    assert error["advice"] == "answers are written a moment after their cause: see vrm deal list"


def test_a_postbox_says_no_and_shows_its_pools_alone(daemon, vrm, tmp_path):
    pool = {"envelopes": 2, "bytes": 9_000, "most_bytes": 16_777_216}
    daemon.service.answers["status"] = {
        "peers": 3,
        "postbox": {"mail": pool},
        "deals": {},
        "inbox": 0,
    }
    words = vrm("status").stdout
    assert "most_bytes: 16777216" in words and "inbox" not in words
    daemon.service.failures["message.export"] = ServiceError("postbox.reads_nothing", "words", 409)
    error = vrm.error("message", "export", "-o", tmp_path / "x.vrmm", code=4)
    assert error["code"] == "postbox.reads_nothing" and not error.get("advice")

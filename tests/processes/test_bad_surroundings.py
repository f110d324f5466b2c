"""What can be wrong around a node: its folder, its disk, its settings, its port, its files.

Each start that fails says what was expected and what came, with a documented exit code, and the
node runs again as soon as the fault is gone, with all that it had.
"""

from __future__ import annotations

import contextlib
import resource
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from examples.local_node import LocalNode, LocalNodes
from examples.programs import CommandFailed, run_vrm
from tests.processes.market import Product, ask, publish, tell
from vrmnode.cli.client import Client
from vrmnode.cli.failures import CommandError
from vrmnode.cli.paths import socket_path

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK = Product(900, "30.00", 4)
SMALL_DISK_BYTES = 6 * 1024 * 1024


@pytest.fixture
def node(tmp_path: Path) -> Iterator[LocalNode]:
    with LocalNodes(tmp_path) as nodes:
        made = nodes.prepare("node")
        made.start()
        publish(made, BOOK)
        yield made


def _intents(node: LocalNode) -> set[str]:
    return {row["intent"] for row in ask(node, "intents")}


def _refused(exit_code: int, code: str, *command: object) -> str:
    """The words of a command that has to fail in that way."""
    with pytest.raises(CommandFailed) as caught:
        run_vrm(*command)
    failure = caught.value
    assert (failure.exit_code, failure.code) == (exit_code, code), failure
    tell(f"{code}, exit {exit_code}: {failure.stderr.strip().splitlines()[-1]}")
    return failure.stderr


def _run(node: LocalNode, *options: object) -> tuple[object, ...]:
    return ("run", "--data", node.folder, "--no-passphrase", *options)


def test_starts_that_fail(node: LocalNode) -> None:
    kept = _intents(node)
    words = _refused(4, "node.already_running", *_run(node))
    assert str(node.pid) in words
    assert _intents(node) == kept, "the first one serves on"

    started = time.monotonic()
    assert node.stop() == 0
    tell(f"SIGTERM ended it in {time.monotonic() - started:.2f} s")

    _wrong_passphrase(node)
    _bad_settings(node)
    _port_in_use(node)
    _corrupt_database(node)
    node.start()
    assert _intents(node) == kept


def _wrong_passphrase(node: LocalNode) -> None:
    """A node of its own, as the other has none."""
    locked = node.folder.parent / "locked"
    right, wrong = (node.folder.parent / name for name in ("right.txt", "wrong.txt"))
    for file in (right, wrong):
        file.write_text(f"passphrase {file.name}\n", encoding="utf-8")
        file.chmod(0o600)
    run_vrm("init", "--data", locked, "--passphrase-file", right)
    words = _refused(
        5, "keystore.wrong_passphrase", "run", "--data", locked, "--passphrase-file", wrong
    )
    assert "passphrase wrong.txt" not in words, "a secret is shown"


def _bad_settings(node: LocalNode) -> None:
    path = node.folder / "config.toml"
    good = path.read_text(encoding="utf-8")
    path.write_text(good + "\n[privacy\n", encoding="utf-8")
    assert "line" in _refused(2, "config.syntax", *_run(node))
    path.write_text(good.replace("jitter_ms = ", "jitter_ms = -"), encoding="utf-8")
    words = _refused(2, "config.invalid", *_run(node))
    assert "jitter_ms" in words and "expected" in words and "-" in words
    path.write_text(good.replace("jitter_ms", "jiter_ms"), encoding="utf-8")
    assert "did you mean" in _refused(2, "config.invalid", *_run(node))
    path.write_text(good, encoding="utf-8")


def _port_in_use(node: LocalNode) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = _refused(
            1, "network.port_in_use", *_run(node, "--listen", f"/ip4/127.0.0.1/tcp/{port}")
        )
        assert str(port) in words


def _corrupt_database(node: LocalNode) -> None:
    path = node.folder / "node.db"
    good = path.read_bytes()
    for places in (range(100), range(4_096, len(good), 512)):
        damaged = bytearray(good)
        for at in places:
            damaged[at] ^= 0xFF
        path.write_bytes(damaged)
        words = _refused(1, "storage.corrupt", *_run(node))
        assert "restore" in words
        assert path.read_bytes() == bytes(damaged), "the damaged file is left as it is"
    path.write_bytes(good)


def test_first_start_that_fails_is_no_run(tmp_path: Path) -> None:
    with LocalNodes(tmp_path) as nodes:
        made = nodes.prepare("node")
        _wrong_passphrase(made)
        made.start()
        assert made.stop() == 0
        (made.folder / "node.db").unlink()
        _refused(1, "storage.missing", *_run(made))


def test_bad_files_of_the_user(node: LocalNode, tmp_path: Path) -> None:
    kept = _intents(node)
    cases = {
        "syntax.toml": ('name = "lamp\n', "file.toml"),
        "syntax.json": ('{"name": "lamp",}', "file.json"),
        "field.toml": ('nam = "lamp"\ncountry = "NL"\n', "request.unknown_field"),
        "value.toml": ('name = "lamp"\ncountry = "Holland"\n', "request.invalid"),
    }
    for name, (text, code) in cases.items():
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        words = _refused(2, code, "intent", "publish", "--file", file, "--data", node.folder)
        assert "expected" in words or "line" in words or "did you mean" in words
    assert _intents(node) == kept


@pytest.mark.parametrize("is_disk", [True, False], ids=["full disk", "limited files"])
def test_no_room(tmp_path: Path, is_disk: bool) -> None:
    with _small_disk(tmp_path / "disk", mount=is_disk) as folder, LocalNodes(folder) as nodes:
        node = nodes.prepare("node")
        node.start()
        kept = {publish(node, BOOK)}
        with _filled(folder) if is_disk else _files_cannot_grow(node):
            words = _refused_for_room(node, kept)
            tell(f"{'full tmpfs' if is_disk else 'RLIMIT_FSIZE'}: {words.strip()}")
            _fill_the_log(node)
            assert _intents(node) >= kept and node.pid is not None
            assert node.vrm("status")["pid"] == node.pid
        kept.add(publish(node, BOOK))
        assert _intents(node) == kept
        node.kill()
        node.start()
        assert _intents(node) == kept


def _fill_the_log(node: LocalNode) -> None:
    """Fail so often that the log, on the same disk, has no room either: the node runs on."""
    client = Client(socket_path(node.folder))
    for _ in range(100):
        with pytest.raises(CommandError) as caught:
            client.put("policy", body={})
        assert caught.value.code == "storage.disk_full"


def _refused_for_room(node: LocalNode, kept: set[str]) -> str:
    """Publish until there is no room; what did succeed is acknowledged and has to stay."""
    for _ in range(20):
        try:
            kept.add(publish(node, BOOK))
        except CommandFailed as caught:
            failure = caught
            break
    else:
        raise AssertionError("expected no room, came room for 20 intents")
    assert (failure.exit_code, failure.code) == (1, "storage.disk_full"), failure
    return failure.stderr


@contextmanager
def _small_disk(folder: Path, *, mount: bool) -> Iterator[Path]:
    """A folder, on a disk of its own with `mount`; skips where this user can't do that."""
    folder.mkdir()
    size = f"size={SMALL_DISK_BYTES}"
    command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    if mount and subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        yield folder
    finally:
        if mount:
            subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def _filled(folder: Path) -> Iterator[None]:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4_096)):
            pass
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def _files_cannot_grow(node: LocalNode) -> Iterator[None]:
    """No file of the node may become longer than its log of writes is now."""
    assert node.pid is not None
    largest = max(file.stat().st_size for file in node.folder.glob("node.db*"))
    before = resource.prlimit(node.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(node.pid, resource.RLIMIT_FSIZE, (largest, before[1]))
    try:
        yield
    finally:
        resource.prlimit(node.pid, resource.RLIMIT_FSIZE, before)

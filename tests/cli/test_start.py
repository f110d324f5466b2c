"""`vrm` starts quickly because it imports little; and as a process it behaves."""

import subprocess
import sys

import pytest

from tests.cli.processes import run_vrm

HEAVY = {
    "trio", "libp2p", "fastapi", "hypercorn", "pydantic", "msgpack", "msgspec", "nacl",
    "cryptography", "rich", "apsw", "structlog", "asyncio", "babel", "importlib.metadata",
}  # fmt: skip


@pytest.mark.parametrize(
    "args", [("--help",), ("status",), ("status", "--json"), ("offer", "list")]
)
def test_imports_nothing_heavy(daemon, args):
    result = run_vrm(*args, prefix=("-X", "importtime"), VRM_DATA=str(daemon.data_dir))
    assert result.returncode == 0, result.stderr
    imported = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert "click" in imported
    assert not HEAVY & imported


def test_answers_and_finds_its_folder_by_the_environment(daemon):
    daemon.service.answers["status"] = {"peers": 2, "version": "9"}
    result = run_vrm("status", VRM_DATA=str(daemon.data_dir))
    assert "version: 9" in result.stdout


def test_default_folder_is_that_of_the_user(tmp_path):
    result = run_vrm("status", XDG_DATA_HOME=str(tmp_path))
    assert result.returncode == 6
    assert str(tmp_path / "vrm" / "api.sock") in result.stderr
    assert "start it with: vrm run\n" in result.stderr


def test_reader_that_stops_reading_is_no_traceback(daemon):
    for number in range(500):
        daemon.happen("test.many", number=number)
    command = [sys.executable, "-m", "vrmnode.cli", "--data", str(daemon.data_dir), "events"]
    with subprocess.Popen(
        command,
        env={"PYTHONPATH": ":".join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()


def test_terminal_without_unicode(daemon):
    daemon.service.answers["identity"] = {"vendor": "Shop ✓ here"}
    result = run_vrm("id", "show", VRM_DATA=str(daemon.data_dir), PYTHONIOENCODING="latin-1")
    assert result.returncode == 0
    assert "vendor: Shop ? here" in result.stdout

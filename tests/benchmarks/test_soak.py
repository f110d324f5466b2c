"""The soak: a short one, and how processor time and memory are read."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import corpus, processes, soak
from examples.local_node import LocalNode, LocalNodes


@pytest.mark.processes
@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here")
def test_a_few_seconds_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(corpus, "FOLDER", tmp_path)
    monkeypatch.setattr(corpus, "_SLICE", 60)
    line = soak.soak(2.0, warm_up=60, rate=30.0, store_mb=16)
    found = dict(word.split("=") for word in line.removeprefix("ratios: ").split())
    assert found["lost"] == "0"
    assert found["fetched"].isdigit()
    assert 0 < float(found["cores"]) < 2 * (os.cpu_count() or 1)
    assert float(found["rss_mib"]) > 20
    assert "receiver" in capsys.readouterr().out


def test_nodes_get_the_room_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalNode, "start", lambda node: None)
    with LocalNodes(tmp_path) as nodes:
        small = soak._started(nodes, "small", 16)
        shipped = soak._started(nodes, "shipped", None)
    assert "\nstore_mb = 16\n" in (small.folder / "config.toml").read_text()
    assert "\nstore_mb = 512\n" in (shipped.folder / "config.toml").read_text()


def test_processor_time_and_memory_are_those_of_the_process_and_what_it_started() -> None:
    pid = os.getpid()
    alone = processes.rss_bytes(pid)
    command = [sys.executable, "-c", "x = b'x' * (64 << 20); print(); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        assert processes.rss_bytes(pid) > alone + (64 << 20)
        child.stdin.close()
    before = processes.cpu_s(pid)
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    assert processes.cpu_s(pid) >= before + 0.15
    held = bytearray(64 << 20)
    held[:: soak.MIB // 256] = b"x" * len(held[:: soak.MIB // 256])
    assert processes.rss_bytes(pid) > len(held)


def test_who_was_not_let_run_is_seen() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert not processes.is_stopped(child.pid)
        child.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, child.pid, os.WSTOPPED)
        assert processes.is_stopped(child.pid)
        child.send_signal(signal.SIGCONT)
        child.stdin.close()
    assert (processes.is_stopped(child.pid), processes.waited_s(child.pid)) == (False, 0.0)
    assert processes.waited_s(os.getpid()) < time.monotonic()


def test_drift_is_that_of_the_last_tenth() -> None:
    watched = soak.Watched(LocalNode(Path("node")), 1, rss_bytes=[100, 100, *range(16), 110, 112])
    assert watched.first_bytes == 100
    assert watched.drift_percent == pytest.approx(11)

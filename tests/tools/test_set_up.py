"""The set-up says what is missing before it begins."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tools import set_up


def test_an_old_python_is_refused_with_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    with pytest.raises(SystemExit, match=r"3\.11 or newer is needed; .* is 3\.10\.4"):
        set_up.check_python()


def test_a_newer_python_than_tried_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 99, 0, "final", 0))
    set_up.check_python()
    assert "this one is newer" in capsys.readouterr().out


def test_without_a_compiler_the_packages_to_install_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    missing = set_up.missing_debian_packages()
    assert missing[:2] == ["build-essential", "libgmp-dev"]


def test_an_ordinary_user_is_told_the_exact_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match=r"sudo apt-get install -y .* libgmp-dev"):
        set_up.install_debian_packages(["libgmp-dev"])


def test_an_environment_older_than_the_lock_is_not_current(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(set_up, "ROOT", tmp_path)
    stamp = tmp_path / ".stamp"
    for age, name in enumerate(("requirements.lock", ".stamp", "pyproject.toml")):
        path = tmp_path / name
        path.touch()
        os.utime(path, (age, age))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    assert not set_up.is_current(stamp)
    assert set_up.only_project_changed(tmp_path, stamp)
    os.utime(stamp, (5, 5))
    assert set_up.is_current(stamp)

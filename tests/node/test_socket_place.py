"""The API's socket has a path that the kernel takes, and no folder is left behind."""

import tempfile
from pathlib import Path

import pytest

from vrmnode.node.socket_place import socket_place


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def deep(tmp_path):
    folder = tmp_path / ("d" * 100)
    folder.mkdir()
    return folder


def test_short_path_is_beside_the_data(temporary):
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        data = Path(short)
        with socket_place(data) as place:
            assert place == data / "api.sock"
            assert not (data / "api.path").exists()


def test_long_path_goes_to_a_private_folder_that_is_removed(temporary, deep):
    with socket_place(deep) as place:
        assert place.parent.parent == temporary
        assert place.parent.stat().st_mode & 0o777 == 0o700
        assert (deep / "api.path").read_text() == f"{place}\n"
    assert not list(temporary.iterdir()) and not list(deep.iterdir())


def test_what_a_crash_left_is_removed_at_the_next_start(temporary, deep):
    (temporary / "vrm-crashed").mkdir()
    (deep / "api.path").write_text(f"{temporary}/vrm-crashed/api.sock\n")
    with socket_place(deep) as place:
        assert list(temporary.iterdir()) == [place.parent]


@pytest.mark.parametrize("named", ["mine/api.sock", "vrm-deep/er/api.sock"])
def test_a_note_that_names_something_else_removes_nothing(temporary, deep, named):
    other = temporary / named
    other.parent.mkdir(parents=True)
    other.write_text("")
    (deep / "api.path").write_text(f"{other}\n")
    with socket_place(deep):
        assert other.exists()

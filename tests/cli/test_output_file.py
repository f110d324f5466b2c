"""Results that a command writes to a file."""

from __future__ import annotations

import os
import stat

import pytest

from vrmnode.cli.failures import CommandError
from vrmnode.cli.output_file import write_output


@pytest.fixture(autouse=True)
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize(("for_all", "mode"), [(False, 0o600), (True, 0o644)])
def test_it_is_the_users_alone_unless_it_is_for_all(tmp_path, for_all, mode):
    path = tmp_path / "result"
    assert write_output(path, b"x", force=False, for_all=for_all)
    assert path.read_bytes() == b"x"
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_file_that_is_there_stays_unless_forced(tmp_path):
    path = tmp_path / "result"
    path.write_bytes(b"longer than the other")
    with pytest.raises(CommandError) as caught:
        write_output(path, b"x", force=False)
    assert caught.value.code == "file.exists"
    write_output(path, b"x", force=True)
    assert path.read_bytes() == b"x"

"""The lab itself: what passes its cables, and that nothing is left of it."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.namespaces import lab as labs
from tests.namespaces.lab import Lab, LabError, Space
from tests.processes.market import until

pytestmark = pytest.mark.processes


def _reaches(space: Space, address: str, within_s: int = 120) -> bool:
    """Whether a connection to a port that nobody listens at is refused, not lost."""
    words = (
        "import socket,sys\n"
        "s = socket.socket()\n"
        "s.settimeout(int(sys.argv[2]))\n"
        "sys.exit(0 if s.connect_ex((sys.argv[1], 9)) == 111 else 1)\n"
    )
    program = [*space.enter, sys.executable, "-c", words, address, str(within_s)]
    done = subprocess.run(program, check=False)
    return done.returncode == 0


def test_a_cable_is_cut_and_mended(lab: Lab) -> None:
    lab.switch("left")
    lab.switch("right")
    trunk = lab.join("left", "right")
    one, other = lab.space(), lab.space()
    lab.plug(one, "left", "10.77.0.1")
    lab.plug(other, "right", "10.77.0.2")
    until(partial(_reaches, one, "10.77.0.2"), "a way to the other machine")
    lab.cut(trunk)
    assert not _reaches(one, "10.77.0.2", within_s=2)
    lab.mend(trunk)
    until(partial(_reaches, one, "10.77.0.2"), "a way to the other machine")


def test_switches_with_addresses_route(lab: Lab) -> None:
    lab.switch("left", "10.77.1.1")
    lab.switch("right", "10.77.2.1")
    one, other = lab.space(), lab.space()
    port = lab.plug(one, "left", "10.77.1.2", router="10.77.1.1")
    lab.plug(other, "right", "10.77.2.2", router="10.77.2.1")
    until(partial(_reaches, one, "10.77.2.2"), "a way to the other machine")
    lab.unplug(one, port)
    assert not _reaches(one, "10.77.2.2", within_s=2)


def test_nothing_is_left_whatever_happens(lab: Lab) -> None:
    with pytest.raises(LabError, match="no-such-switch") as failed:
        _fails_within_a_lab()
    assert not Path(f"/proc/{failed.value.__notes__[0]}").exists()


def _fails_within_a_lab() -> None:
    with Lab() as other:
        pid = other.space().pid
        assert Path(f"/proc/{pid}/ns/net").exists()
        try:
            other.cut("no-such-switch")
        except LabError as error:
            error.add_note(str(pid))
            raise


def test_without_root_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(labs, "TOOLS", ())
    assert labs.missing.__wrapped__() == "network namespaces need root"


def test_without_the_commands_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(labs, "TOOLS", ("no-such-command",))
    assert "no-such-command" in str(labs.missing.__wrapped__())


def test_where_no_space_can_be_made_the_system_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> Space:
        raise LabError("unshare failed: Operation not permitted")

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(labs, "TOOLS", ())
    monkeypatch.setattr(labs, "Space", refused)
    assert "Operation not permitted" in str(labs.missing.__wrapped__())

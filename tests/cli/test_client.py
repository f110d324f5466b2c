"""Whom the commands talk to."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from vrmnode.cli import client
from vrmnode.cli.failures import CommandError


def test_nothing_is_sent_to_another_users_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stale `api.path` names a place that somebody else can take: a command may hold secrets."""
    place = tmp_path / "api.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(place))
        listening.listen()
        monkeypatch.setattr(client, "_peer_uid", lambda sock: os.geteuid() + 1)
        with pytest.raises(CommandError) as refused:
            client.Client(place).get("status")
        assert refused.value.code == "daemon.permission"
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.recv(1) == b""


@pytest.mark.skipif(not hasattr(socket, "SO_PEERCRED"), reason="the system doesn't tell")
def test_the_owner_of_the_other_end_is_known() -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        assert client._peer_uid(one) == os.geteuid()

"""Peers that were reached, across a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from vrmnode.errors import StorageError
from vrmnode.storage import peers
from vrmnode.storage.database import Database
from vrmnode.storage.peers import StoredPeer

A = StoredPeer(address="/ip4/192.0.2.1/tcp/1/p2p/x", seen_at=10, good=2, bad=0)
B = StoredPeer(address="/ip4/192.0.2.2/tcp/1/p2p/y", seen_at=20, good=1, bad=7)


def test_they_are_replaced_as_a_whole_and_last(path: Path) -> None:
    with Database.open(path) as database, database.transaction() as tx:
        assert peers.load(tx) == []
        peers.replace(tx, [A, B])
    with Database.open(path) as database, database.transaction() as tx:
        assert peers.load(tx) == [B, A]
        peers.replace(tx, [A])
        assert peers.load(tx) == [A]


def test_one_that_was_never_reached_is_refused(database: Database) -> None:
    never = StoredPeer(address="/x", seen_at=0, good=0, bad=0)
    with pytest.raises(StorageError), database.transaction() as tx:
        peers.replace(tx, [never])

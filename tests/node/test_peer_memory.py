"""The peers that were reached go into the database when they change, and come back at a start."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import trio

from vrmnode.errors import StorageError
from vrmnode.network import KnownPeer
from vrmnode.node.peer_memory import PeerMemory
from vrmnode.storage import peers
from vrmnode.storage.database import Database

A = KnownPeer("/ip4/192.0.2.1/tcp/1/p2p/x", 10, 2, 0)
B = KnownPeer("/ip4/192.0.2.2/tcp/1/p2p/y", 20, 1, 7)


class World:
    """A network with peers, and a loop that runs a turn at once, or fails."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.known: list[KnownPeer] = []
        self.remembered: list[KnownPeer] = []
        self.turns = 0
        self.broken = False

    async def submit(self, action: Any) -> object:
        await trio.lowlevel.checkpoint()
        self.turns += 1
        if self.broken:
            raise StorageError("storage.disk_full", "no room")
        with self.database.transaction() as tx:
            return action(SimpleNamespace(tx=tx))

    def remember(self, known: list[KnownPeer]) -> None:
        self.remembered = list(known)

    def known_peers(self) -> list[KnownPeer]:
        return list(self.known)

    def memory(self) -> PeerMemory:
        machine = SimpleNamespace(database=self.database)
        return PeerMemory(cast("Any", machine), cast("Any", self), cast("Any", self))

    def stored(self) -> list[str]:
        with self.database.transaction() as tx:
            return [peer.address for peer in peers.load(tx)]


@pytest.fixture
def world(tmp_path: Path):
    with Database.open(tmp_path / "node.db") as database:
        yield World(database)


def test_what_changed_is_kept_and_given_back(world: World) -> None:
    memory = world.memory()
    assert world.remembered == []
    world.known = [A, B]
    trio.run(memory.keep)
    trio.run(memory.keep)
    assert (world.stored(), world.turns) == ([B.address, A.address], 1)
    world.memory()
    assert world.remembered == [B, A]
    world.known = [A]
    trio.run(memory.keep)
    assert world.stored() == [A.address]


def test_a_full_disk_is_tried_again(world: World) -> None:
    memory = world.memory()
    world.known, world.broken = [A], True
    trio.run(memory.keep)
    world.broken = False
    trio.run(memory.keep)
    assert (world.stored(), world.turns) == ([A.address], 2)

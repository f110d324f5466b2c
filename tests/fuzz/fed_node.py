"""A node without sockets, with one peer, and streams that hold what that peer has written.

The services are the real ones; the validator is the node's gate. What a guard would log as a bug
is kept to be let out.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from functools import cache
from typing import cast

import trio
import trio.testing

from tests.fuzz.file_targets import own_folder
from tests.network.support import TOPIC
from tests.protocol.vectors import cases
from tests.simulator.catching_up import Shelf
from tests.simulator.node import SimulatedNode
from tests.simulator.world import World
from vrmnode.network.config import NetworkConfig
from vrmnode.network.connection.connection_table import ConnectionTable
from vrmnode.network.connection.multistream import ProtocolsRefusedError
from vrmnode.network.connection.peer_connection import PeerConnection
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import ConnectionLostError, NetworkError, PeerFaultError
from vrmnode.network.handover.submit_service import SubmitService
from vrmnode.network.handover.sync_service import SyncService
from vrmnode.network.limits.ban_list import BanList
from vrmnode.network.limits.bounded_log import BoundedLog
from vrmnode.network.peers.peer_book import PeerBook
from vrmnode.network.peers.peer_exchange import PeerExchange
from vrmnode.node.gate import Gate
from vrmnode.storage.database import Database

REFUSALS = (
    PeerFaultError,
    ConnectionLostError,
    ProtocolsRefusedError,
    NetworkError,
    trio.TooSlowError,
)
PEER = "peer"
HEADER = b"\x13/multistream/1.0.0\n"
NOW = 1_800_000_000


class FedStream:
    """A stream whose peer has written `raw` and ended."""

    unsent = False

    def __init__(self, raw: bytes) -> None:
        self.left = raw

    async def receive_some(self, max_bytes: int) -> bytes:
        await trio.lowlevel.checkpoint()
        found, self.left = self.left[:max_bytes], self.left[max_bytes:]
        return found

    async def send_all(self, data: bytes) -> None:
        await trio.lowlevel.checkpoint()

    def send_now(self, data: bytes) -> None: ...

    async def send_eof(self) -> None:
        await trio.lowlevel.checkpoint()

    def finish(self) -> None: ...

    close = reset = abort = finish


class FedConnection:
    """A connection that opens the one stream it is given."""

    def __init__(self, raw: bytes) -> None:
        self.peer, self.direction, self.remote = PEER, "outbound", ("127.0.0.1", 4101)
        self.transport, self.address = "tcp", f"/ip4/127.0.0.1/tcp/4101/p2p/{PEER}"
        self._raw = raw

    async def open_stream(self, protocols: tuple[str, ...], timeout_s: float) -> FedStream:
        return FedStream(self._raw)


class LoudLog(BoundedLog):
    """A log that keeps what it is told of bugs."""

    def __init__(self) -> None:
        super().__init__(time.monotonic)
        self.bugs: list[BaseException] = []

    def exception(self, peer: str, what: str, error: BaseException) -> None:
        self.bugs.append(error)


@cache
def _gate() -> Gate:
    database = Database.open(own_folder() / "gate.db", create=True)
    return Gate(database.reader(), lambda: NOW)


class FedNode:
    """The services of a node that has one peer."""

    def __init__(self) -> None:
        world = World(1)
        self.log = LoudLog()
        self.node = SimulatedNode(world, "node", ban_after_faults=1e9)
        self.node.gossip._log = self.log
        self.node.gossip._validate = _gate().validate
        self.node.attach(PEER, outbound=False)
        self.shelf = Shelf(world)
        for _, data in envelopes():
            self.shelf.put(data)
        clock, rng = trio.current_time, random.Random(1)
        gossip = self.node.gossip
        self.submit = SubmitService(gossip, gossip._cache, NetworkConfig(topics=(TOPIC,)))
        self.sync = SyncService(self.shelf, (TOPIC,), gossip.take_fetched, clock, lambda: NOW)
        table = ConnectionTable("node", 9, BanList(60, clock))
        self.book = PeerBook("node", clock, lambda: NOW, rng)
        self.exchange = PeerExchange(table, self.book, [("127.0.0.1", 1)], clock, rng)
        table.admit(cast(PeerConnection, FedConnection(b"")))


@cache
def envelopes() -> list[tuple[str, bytes]]:
    """(topic, bytes) of the vectors' envelopes."""
    found = [
        (case.given["topic"], bytes.fromhex(case.given["raw"]))
        for case in cases()
        if (case.file, case.op) == ("envelope", "read")
    ]
    return [(topic, raw) for topic, raw in found if len(raw) < 4_000]


def vectors(file: str, *operations: str) -> list[bytes]:
    """The bytes of a file's cases."""
    return [
        bytes.fromhex(case.given["raw"])
        for case in cases()
        if case.file == file and case.op in operations
    ]


def run_virtually(test: Callable[[], Awaitable[None]]) -> None:
    """Run in virtual time; a group of one is let out as that one."""
    try:
        trio.run(test, clock=trio.testing.MockClock(autojump_threshold=0))
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None


def fed_stream(raw: bytes) -> YamuxStream:
    """A stream for a service to read."""
    return cast(YamuxStream, FedStream(raw))

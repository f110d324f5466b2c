"""A hostile peer: connects as often as it is let in, under new ids, and writes what it likes."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trio

from vrmnode.network import NetworkConfig
from vrmnode.network.addresses import DialAddress
from vrmnode.network.connection import multistream
from vrmnode.network.connection.byte_stream import TcpStream, Wire
from vrmnode.network.connection.multistream import ProtocolsRefusedError
from vrmnode.network.connection.peer_connection import PeerConnection, agree
from vrmnode.network.connection.pinned_libp2p import key_pair_from_seed, noise_transport
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import ConnectionLostError, PeerFaultError
from vrmnode.network.gossip.gossip_link import PROTOCOLS as GOSSIP

HELD_UP_S = 0.5
"""A write that takes longer has had to wait for the node."""
PAUSE_S = 0.05
TIMEOUT_S = 10.0
THROWN_OUT = (
    ConnectionLostError,
    PeerFaultError,
    ProtocolsRefusedError,
    OSError,
    trio.BrokenResourceError,
    trio.ClosedResourceError,
    trio.TooSlowError,
)
"""How it notices that the node doesn't want it."""

Attack = Callable[["Attacker"], Awaitable[None]]


@dataclass(slots=True)
class Attacker:
    """What it knows, and what became of it."""

    target: DialAddress
    source: str
    envelopes: Sequence[bytes]
    nursery: trio.Nursery
    limited: trio.Event = field(default_factory=trio.Event)
    """Set once the node has made it wait, or thrown it out."""
    thrown_out: int = 0
    sent: int = 0
    """Bytes."""
    messages: int = 0
    """Good ones that it has sent, where it sends good ones."""
    _count: int = 0
    _writing: dict[int, float] = field(default_factory=dict)
    """When each write began that isn't over."""

    async def attack(self, once: Attack) -> None:
        """Attack again and again, until cancelled."""
        while True:
            try:
                await once(self)
            except THROWN_OUT:
                self.note_thrown_out()
            await trio.sleep(PAUSE_S)

    def note_thrown_out(self) -> None:
        """The node doesn't want it."""
        self.thrown_out += 1
        self.limited.set()

    async def watch(self) -> None:
        """See whether the node makes it wait, until cancelled."""
        while not self.limited.is_set():
            now = time.monotonic()
            if any(now - began > HELD_UP_S for began in self._writing.values()):
                self.limited.set()
            await trio.sleep(PAUSE_S)

    async def tcp(self) -> trio.SocketStream:
        """A fresh TCP connection."""
        return await trio.open_tcp_stream(
            self.target.host, self.target.port, local_address=self.source
        )

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[PeerConnection]:
        """An agreed connection, under a new peer id."""
        async with self.connection_over(TcpStream(await self.tcp())) as agreed:
            yield agreed

    @asynccontextmanager
    async def connection_over(self, wire: Wire) -> AsyncIterator[PeerConnection]:
        """The same over a wire, which is closed in the end."""
        transport = noise_transport(key_pair_from_seed(os.urandom(32)))
        try:
            with trio.fail_after(TIMEOUT_S):
                agreed = await agree(
                    wire,
                    NetworkConfig(),
                    transport,
                    _listen,
                    expected_peer=self.target.peer_id,
                )
        except BaseException:
            wire.close()
            raise
        self.nursery.start_soon(_run, agreed)
        try:
            yield agreed
        finally:
            agreed.close()

    @asynccontextmanager
    async def stream(self, *protocols: str) -> AsyncIterator[YamuxStream]:
        """A stream on a connection of its own."""
        async with self.connection() as connection:
            yield await connection.open_stream(protocols or GOSSIP, TIMEOUT_S)

    async def write(self, send: Callable[[bytes], Awaitable[None]], data: bytes) -> None:
        """Send, and let it be seen whether that has to wait."""
        self._count += 1
        number, self._writing[self._count] = self._count, time.monotonic()
        try:
            await send(data)
            self.sent += len(data)
        finally:
            del self._writing[number]


async def until_thrown_out(stream: YamuxStream | trio.SocketStream, within_s: float = 2.0) -> None:
    """Wait a while for the node to end it.

    Raises:
        ConnectionLostError: it has.
    """
    with trio.move_on_after(within_s):
        while await stream.receive_some(65_536):
            pass
        raise ConnectionLostError("ended by the node")


async def drain(stream: YamuxStream) -> None:
    """Take what the node sends on a stream, to its end."""
    try:
        while await stream.receive_some(65_536):
            pass
    except THROWN_OUT:
        return


async def _listen(stream: YamuxStream, peer: str) -> None:
    """Take what the node sends, and do nothing with it."""
    try:
        await multistream.accept(stream, GOSSIP)
    except THROWN_OUT:
        return
    await drain(stream)


async def _run(connection: PeerConnection) -> None:
    try:
        await connection.run()
    except THROWN_OUT:
        return

"""Keeps the peers that the network has reached in the database, and gives them back at a start."""

from __future__ import annotations

import structlog
import trio

from vrmnode.engine.context import Context
from vrmnode.engine.machine import Machine
from vrmnode.errors import NodeError
from vrmnode.network import KnownPeer, Network
from vrmnode.node.loop import Loop
from vrmnode.storage import peers
from vrmnode.storage.peers import StoredPeer

FIRST_S = 5.0
EVERY_S = 60.0

log = structlog.get_logger("vrmnode.peers")


class PeerMemory:
    """Between the network's book of peers and the table of them."""

    def __init__(self, machine: Machine, loop: Loop, network: Network) -> None:
        self._loop = loop
        self._network = network
        stored = peers.load(machine.database.reader())
        self._kept = [KnownPeer(p.address, p.seen_at, p.good, p.bad) for p in stored]
        network.remember(self._kept)

    async def run(self) -> None:
        """Keep what changed, every minute, until cancelled."""
        await trio.sleep(FIRST_S)
        while True:
            await self.keep()
            await trio.sleep(EVERY_S)

    async def keep(self) -> None:
        """Keep what changed; a storage error is logged, and it is tried again later."""
        known = self._network.known_peers()
        if known == self._kept:
            return
        rows = [
            StoredPeer(address=p.address, seen_at=p.seen_at, good=p.good, bad=p.bad) for p in known
        ]

        def replace(ctx: Context) -> object:
            peers.replace(ctx.tx, rows)
            return None

        try:
            await self._loop.submit(replace)
        except NodeError as error:
            log.warning("peers not kept", code=error.code)
        else:
            self._kept = known

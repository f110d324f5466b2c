"""Keeps enough connections of our own making: asks peers for others, and dials those.

Implements the keeping of `specs/07-gossip.md#peer-exchange`.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import trio

from vrmnode.network.addresses import DialAddress
from vrmnode.network.connection.connection_table import ConnectionTable
from vrmnode.network.connection.connector import Connector
from vrmnode.network.connection.multistream import ProtocolsRefusedError
from vrmnode.network.connection.peer_connection import OUTBOUND, PeerConnection
from vrmnode.network.errors import ConnectionLostError, NetworkError, PeerFaultError
from vrmnode.network.limits.conduct import Conduct
from vrmnode.network.peers.peer_book import PeerBook
from vrmnode.network.peers.peer_exchange import LEAST_PAUSE_S, PeerExchange

TICK_S = 1.0
DIALS_AT_ONCE = 3
FIRST_PAUSE_S = 1.5 * LEAST_PAUSE_S
LONGEST_PAUSE_S = 600.0
UNSPOKEN_PAUSE_S = 3_600.0
"""Pause after a peer said that it doesn't speak the protocol."""


@dataclass(slots=True)
class _Asked:
    connection: PeerConnection
    next_s: float
    pause_s: float = FIRST_PAUSE_S


class PeerKeeper:
    """Runs for as long as the network; ``wanted`` is the number of outbound connections."""

    def __init__(
        self,
        wanted: int,
        most: int,
        table: ConnectionTable,
        connector: Connector,
        book: PeerBook,
        exchange: PeerExchange,
        conduct: Conduct,
        clock: Callable[[], float],
        rng: random.Random,
    ) -> None:
        self._wanted = wanted
        self._most = most
        self._table = table
        self._connector = connector
        self._book = book
        self._exchange = exchange
        self._conduct = conduct
        self._clock = clock
        self._rng = rng
        self._asked: dict[str, _Asked] = {}
        self._last_s: dict[str, float] = {}
        self._dialling: set[str] = set()

    async def run(self) -> None:
        """Look around about every second, until cancelled."""
        async with trio.open_nursery() as nursery:
            while True:
                self._note_connections()
                self._ask_whom_it_is_time_for(nursery)
                self._dial_one(nursery)
                # Jitter keeps nodes that lost the same peer from all dialling in one instant.
                await trio.sleep(TICK_S * self._rng.uniform(0.5, 1.5))

    def _note_connections(self) -> None:
        self._exchange.forget_gone()
        connections = {connection.peer: connection for connection in self._table.all()}
        for peer in self._asked.keys() - connections.keys():
            del self._asked[peer]
        for peer, connection in connections.items():
            asked = self._asked.get(peer)
            text = self._exchange.address_of(connection)
            outbound = connection.direction == OUTBOUND and text is not None
            if asked is None or asked.connection is not connection:
                # One that comes and goes isn't asked each time it comes.
                least = self._last_s.get(peer, -LEAST_PAUSE_S) + LEAST_PAUSE_S
                soon = max(least, self._clock()) + self._rng.uniform(0.0, TICK_S)
                self._asked[peer] = _Asked(connection, soon)
                if outbound and text is not None:
                    self._book.reached(text)
            elif outbound and text is not None:
                self._book.still_there(text)

    def _ask_whom_it_is_time_for(self, nursery: trio.Nursery) -> None:
        now = self._clock()
        self._last_s = {p: s for p, s in self._last_s.items() if s > now - LEAST_PAUSE_S}
        for asked in self._asked.values():
            if asked.next_s <= now:
                self._last_s[asked.connection.peer] = now
                # SPEC 07: A node MUST NOT ask a peer more often than every 5 seconds.
                asked.next_s = now + asked.pause_s * self._rng.uniform(0.75, 1.25)
                asked.pause_s = min(LONGEST_PAUSE_S, asked.pause_s * 2)
                nursery.start_soon(self._ask, asked)

    async def _ask(self, asked: _Asked) -> None:
        try:
            await self._exchange.ask(asked.connection)
        except ProtocolsRefusedError:
            asked.next_s = self._clock() + UNSPOKEN_PAUSE_S
        except PeerFaultError as fault:
            self._conduct.broke_protocol(asked.connection.peer, fault)
        except (ConnectionLostError, trio.TooSlowError):
            pass  # it went away or is busy; it is asked again while it is connected

    def _dial_one(self, nursery: trio.Nursery) -> None:
        connections = self._table.all()
        outbound = sum(connection.direction == OUTBOUND for connection in connections)
        enough = outbound + len(self._dialling) >= self._wanted or len(connections) >= self._most
        if enough or len(self._dialling) >= DIALS_AT_ONCE:
            return
        taken = {connection.peer for connection in connections} | self._dialling
        hosts = [connection.remote[0] for connection in connections]
        address = self._book.to_dial(taken, hosts)
        if address is not None:
            self._dialling.add(address.peer_id)
            nursery.start_soon(self._dial, address)

    async def _dial(self, address: DialAddress) -> None:
        try:
            await self._connector.dial(address)
        except NetworkError:
            self._book.failed(address.text, alone=len(self._table) == 0)
        finally:
            self._dialling.discard(address.peer_id)

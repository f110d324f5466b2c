"""When to compare with which peer: soon after it is connected, and now and then.

Implements `specs/08-sync.md#when`.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import trio

from vrmnode.network.connection.connection_table import ConnectionTable
from vrmnode.network.connection.multistream import ProtocolsRefusedError
from vrmnode.network.connection.peer_connection import OUTBOUND, PeerConnection
from vrmnode.network.errors import ConnectionLostError, PeerFaultError
from vrmnode.network.handover.sync_service import LEAST_PAUSE_S, Comparison, SyncService
from vrmnode.network.limits.conduct import Conduct
from vrmnode.network.limits.counters import Counters

TICK_S = 0.5
FIRST_S = 1.0
EVERY_S = 60.0
FULL_EVERY_S = 6 * 3_600.0
RECENT_S = 2 * 86_400
"""What was made within this time is compared each time, all of it only now and then."""
AT_ONCE = 2
PEERS = 12
"""Peers that are compared with regularly, those that we dialled before others."""
MAX_PASSED_OVER = 20_000


@dataclass(slots=True)
class _Partner:
    connection: PeerConnection
    next_s: float
    full_s: float
    passed_over: set[bytes] = field(default_factory=set)
    busy: bool = False
    speaks: bool = True


class SyncKeeper:
    """Runs for as long as the network; `clock` is monotonic, `now` Unix seconds."""

    def __init__(
        self,
        service: SyncService,
        topics: Sequence[str],
        table: ConnectionTable,
        conduct: Conduct,
        counters: Counters,
        clock: Callable[[], float],
        now: Callable[[], int],
        rng: random.Random,
    ) -> None:
        self._service = service
        self._topics = tuple(topics)
        self._table = table
        self._conduct = conduct
        self._counters = counters
        self._clock = clock
        self._now = now
        self._rng = rng
        self._partners: dict[str, _Partner] = {}

    async def run(self) -> None:
        """Look around twice a second, until cancelled."""
        async with trio.open_nursery() as nursery:
            while True:
                self._note_connections()
                self._start_what_is_due(nursery)
                await trio.sleep(TICK_S * self._rng.uniform(0.5, 1.5))

    def _note_connections(self) -> None:
        now = self._clock()
        connections = {connection.peer: connection for connection in self._table.all()}
        for peer in self._partners.keys() - connections.keys():
            del self._partners[peer]
        for peer, connection in connections.items():
            known = self._partners.get(peer)
            if known is None or known.connection is not connection:
                # A peer that comes and goes isn't asked more often for it.
                soon = now + FIRST_S * self._rng.uniform(0.5, 1.5)
                if known is not None:
                    soon = max(soon, known.next_s)
                self._partners[peer] = _Partner(connection, soon, full_s=soon)

    def _start_what_is_due(self, nursery: trio.Nursery) -> None:
        now = self._clock()
        ready = [each for each in self._partners.values() if each.speaks and not each.busy]
        # In random order, so that nobody can push others out by being many.
        self._rng.shuffle(ready)
        ready.sort(key=lambda each: each.connection.direction != OUTBOUND)
        busy = sum(each.busy for each in self._partners.values())
        for partner in ready[:PEERS]:
            if partner.next_s <= now and busy < AT_ONCE:
                busy += 1
                partner.busy = True
                nursery.start_soon(self._compare, partner)

    async def _compare(self, partner: _Partner) -> None:
        if len(partner.passed_over) > MAX_PASSED_OVER:
            partner.passed_over.clear()
        full = partner.full_s <= self._clock()
        pause_s = EVERY_S
        try:
            answered = await self._service.fetch_missing(
                partner.connection, self._comparisons(full=full), partner.passed_over
            )
            if not answered:
                pause_s = 2 * LEAST_PAUSE_S
            else:
                self._counters.add("synced")
                if full:
                    partner.full_s = self._clock() + FULL_EVERY_S * self._rng.uniform(0.75, 1.25)
        except ProtocolsRefusedError:
            partner.speaks = False
        except PeerFaultError as fault:
            self._conduct.broke_protocol(partner.connection.peer, fault)
        except (ConnectionLostError, trio.TooSlowError):
            pass  # it went away or is busy; it is asked again while it is connected
        finally:
            partner.busy = False
            # SPEC 08: A node MUST NOT begin a session with a peer less than 5 seconds after the one
            # before it.
            partner.next_s = self._clock() + pause_s * self._rng.uniform(0.75, 1.25)

    def _comparisons(self, *, full: bool) -> list[Comparison]:
        """The newest of every topic first, then all if it is time for that."""
        recent = self._now() - RECENT_S
        found = [Comparison(topic, recent) for topic in self._topics]
        return found + [Comparison(topic) for topic in self._topics] if full else found

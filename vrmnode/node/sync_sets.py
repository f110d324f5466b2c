"""What this node has, kept built for comparing with peers, and handed out by id.

Implements `specs/08-sync.md#the-set` over the table of envelopes. The sets are in memory and catch
up with the table when they are asked for: with what came, what ended, and what the store had no
room for.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence

import trio

from vrmnode.storage import envelopes, seen
from vrmnode.storage.database import Database
from vrmnode.storage.envelopes import Named
from vrmprotocol.envelope import SKEW_S
from vrmprotocol.id_set import IdSet

OVERLAP_S = 10
"""How far back the table is read again: rows are committed a while after their time was taken."""
STALE_ENDS = 4_096
"""Ends of what is gone already that are put up with."""


class SyncSets:
    """Implements `vrmnode.network.SyncStore`; for the task of the network alone."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._reader = database.reader()
        self._loader = database.reader()
        self._loading = trio.CapacityLimiter(1)
        self._clock = clock
        self._sets: dict[str, IdSet] = {}
        self._ends: list[tuple[int, str, int, bytes]] = []
        self._read_to = 0
        self._evictions = 0

    def items(self, topic: str, at: int) -> IdSet:
        """The set of a topic at a time that is near this clock's."""
        self._catch_up()
        while self._ends and self._ends[0][0] <= at + SKEW_S:
            _, ended, created, envelope_id = heapq.heappop(self._ends)
            self._sets[ended].discard(created, envelope_id)
        return self._sets.setdefault(topic, IdSet())

    def missing(self, ids: Sequence[bytes]) -> list[bytes]:
        """Those of these ids that were never accepted here."""
        return [each for each in ids if not seen.contains(self._reader, each)]

    async def load(self, topic: str, ids: Sequence[bytes]) -> list[bytes]:
        """The envelopes with these ids, those of them that may be named."""

        def read() -> list[bytes]:
            return envelopes.raw_of(self._loader, topic, ids, self._clock())

        return await trio.to_thread.run_sync(read, limiter=self._loading)

    def _catch_up(self) -> None:
        with self._reader.snapshot():
            evicted = envelopes.evicted_since(self._reader, self._evictions)
            if not self._sets or evicted is None:
                self._read_all()
            else:
                self._read_new(evicted)

    def _read_all(self) -> None:
        now = self._clock()
        found: dict[str, list[tuple[int, bytes]]] = {}
        self._ends = []
        for row in envelopes.named_between(self._reader, 0, now):
            found.setdefault(row.topic, []).append((row.created, row.id))
            self._ends.append((row.expires, row.topic, row.created, row.id))
        heapq.heapify(self._ends)
        self._sets = {topic: IdSet(items) for topic, items in found.items()}
        self._evictions = envelopes.last_eviction(self._reader)
        self._read_to = now - OVERLAP_S

    def _read_new(self, evicted: Sequence[Named]) -> None:
        now = self._clock()
        for row in envelopes.named_between(self._reader, self._read_to, now):
            if self._sets.setdefault(row.topic, IdSet()).add(row.created, row.id):
                heapq.heappush(self._ends, (row.expires, row.topic, row.created, row.id))
        for row in evicted:
            if row.topic in self._sets:
                self._sets[row.topic].discard(row.created, row.id)
        self._evictions += len(evicted)
        self._read_to = now - OVERLAP_S
        if len(self._ends) > STALE_ENDS + sum(map(len, self._sets.values())):
            there = self._sets
            self._ends = [each for each in self._ends if (each[2], each[3]) in there[each[1]]]
            heapq.heapify(self._ends)

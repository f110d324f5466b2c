"""Nodes whose stores are full compare with one another: nothing evicted is fetched again."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest
import trio

from tests.simulator.pipe import Opened, PipeEnd, pipe
from tests.storage.samples import envelope as sample
from vrmnode.network.connection.peer_connection import PeerConnection
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.handover.sync_service import Comparison, SyncService
from vrmnode.node.sync_sets import SyncSets
from vrmnode.storage import envelopes, seen
from vrmnode.storage.database import Database
from vrmprotocol.id_set import id_of

TOPIC = "/vrm/1/market/0"
NOW = 1_800_000_000
EVERY_S = 60
SIZE_BYTES = 300
FORM = struct.Struct(f">QQ32s{SIZE_BYTES - 48}x")
KEPT = 200
"""Envelopes for which a store has room."""


def made(rng: random.Random, now: int) -> bytes:
    """An envelope, as far as a store looks at one; many end together, none during a test."""
    expires = now + 86_400 + 600 * rng.randrange(20)
    return FORM.pack(now, expires, rng.randbytes(32))


class Node:
    """A database with room for so much, the sets over it, and sync."""

    def __init__(self, folder: Path, name: str, clock: Clock, room: int = KEPT) -> None:
        self.database = Database.open(folder / f"{name}.db")
        self.sets = SyncSets(self.database, clock)
        self.sync = SyncService(self.sets, (TOPIC,), self._take, lambda: float(clock.now), clock)
        self.fetched: list[bytes] = []
        self.passed_over: set[bytes] = set()
        self._clock = clock
        self._most = room * SIZE_BYTES

    def put(self, came: Sequence[bytes]) -> None:
        """Take what has come by gossip or sync."""
        with self.database.transaction() as tx:
            for raw in came:
                created, expires, identity = FORM.unpack(raw)
                times = {"created": created, "expires": expires, "named_from": self._clock.now}
                if seen.add(tx, identity, expires):
                    envelopes.put(tx, sample(id=identity, topic=TOPIC, raw=raw, **times))

    async def _take(self, topic: str, fetched: Sequence[bytes], peer: str) -> None:
        self.fetched += fetched
        self.put(fetched)

    def tidy(self) -> None:
        """Drop what there is no room for."""
        with self.database.transaction() as tx:
            envelopes.evict(tx, self._clock.now, self._most)

    def ids(self) -> set[bytes]:
        """What it names."""
        items = self.sets.items(TOPIC, self._clock.now)
        return {id_of(key) for key in items.keys(0, len(items))}


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


class _Counted:
    """A pipe's end that counts what goes in and out."""

    def __init__(self, end: PipeEnd) -> None:
        self._end = end
        self.passed_bytes = 0
        self.close, self.reset = end.close, end.reset

    async def receive_some(self, max_bytes: int) -> bytes:
        data = await self._end.receive_some(max_bytes)
        self.passed_bytes += len(data)
        return data

    async def send_all(self, data: bytes) -> None:
        self.passed_bytes += len(data)
        await self._end.send_all(data)


async def _fetch(asking: Node, asked: Node) -> int:
    ours, theirs = pipe()
    counted = _Counted(ours)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(asked.sync.answer, cast(YamuxStream, theirs), "peer", "")
        connection = cast(PeerConnection, Opened(counted))
        await asking.sync.fetch_missing(connection, [Comparison(TOPIC)], asking.passed_over)
    return counted.passed_bytes


def compare(clock: Clock, a: Node, b: Node) -> int:
    """A minute passes, each fetches from the other, both tidy up; bytes that passed."""
    clock.now += EVERY_S
    passed_bytes = trio.run(_fetch, a, b) + trio.run(_fetch, b, a)
    a.tidy()
    b.tidy()
    return passed_bytes


def fill(nodes: Sequence[Node], rng: random.Random, count: int) -> None:
    """As many envelopes to each of the nodes, and to it alone."""
    for node in nodes:
        node.put([made(rng, NOW - rng.randrange(86_400)) for _ in range(count)])
        node.tidy()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("seed", range(3))
def test_full_stores_that_have_nothing_in_common_come_to_have_the_same(
    seed: int, clock: Clock, tmp_path: Path
) -> None:
    rng = random.Random(seed)
    a, b = Node(tmp_path, "a", clock), Node(tmp_path, "b", clock)
    fill([a, b], rng, 2 * KEPT)
    assert len(a.ids()) == len(b.ids()) == KEPT and a.ids().isdisjoint(b.ids())
    first_bytes = compare(clock, a, b)
    assert a.ids() == b.ids() and len(a.ids()) == KEPT
    fetched = len(a.fetched) + len(b.fetched)
    assert fetched <= 2 * KEPT
    assert first_bytes < (SIZE_BYTES + 200) * fetched
    for _ in range(5):
        # A fingerprint of each of 16 parts, and that they are the same; twice.
        assert compare(clock, a, b) < 1_200
    assert len(a.fetched) + len(b.fetched) == fetched


@pytest.mark.parametrize("seed", range(3))
def test_full_stores_keep_in_step_while_more_comes(seed: int, clock: Clock, tmp_path: Path) -> None:
    rng = random.Random(seed)
    a, b = Node(tmp_path, "a", clock), Node(tmp_path, "b", clock)
    fill([a, b], rng, KEPT)
    compare(clock, a, b)
    before = len(a.fetched), len(b.fetched)
    missed = {a: 0, b: 0}
    for _ in range(20):
        news = [made(rng, clock.now) for _ in range(20)]
        unlucky = rng.choice([a, b])
        lost = rng.randrange(len(news))
        missed[unlucky] += lost
        for node in (a, b):
            node.put(news[lost:] if node is unlucky else news)
        if rng.random() < 0.5:
            # One of them tidies up before they compare, and drops some of what the other has.
            rng.choice([a, b]).tidy()
        passed_bytes = compare(clock, a, b)
        assert a.ids() == b.ids() and len(a.ids()) == KEPT
        # What was missed; and at most all ids, of both, each time that one asks.
        assert passed_bytes < SIZE_BYTES * lost + 2 * 2 * 40 * (KEPT + len(news))
    for node, count in zip((a, b), before, strict=True):
        assert len(node.fetched) - count <= missed[node]
        assert len(set(node.fetched)) == len(node.fetched), "nothing is fetched twice"


def test_a_small_store_fetches_nothing_again_that_a_large_one_still_names(
    clock: Clock, tmp_path: Path
) -> None:
    rng = random.Random(7)
    large, small = Node(tmp_path, "a", clock), Node(tmp_path, "b", clock, KEPT // 4)
    fill([large], rng, KEPT)
    for _ in range(10):
        passed_bytes = compare(clock, small, large)
        assert small.ids() < large.ids()
        assert len(small.ids()) == KEPT // 4
    assert len(small.fetched) == KEPT
    assert large.fetched == []
    # The ids of those that the small one has no more, to it and, where it asks, from it.
    assert passed_bytes < 2 * 40 * KEPT

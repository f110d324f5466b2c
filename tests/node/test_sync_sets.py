"""The sets that are compared with peers follow the table of envelopes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trio

from tests.storage.samples import envelope as sample
from vrmnode.node import sync_sets
from vrmnode.node.sync_sets import SyncSets
from vrmnode.storage import envelopes, seen
from vrmnode.storage.database import Database
from vrmprotocol.envelope import SKEW_S
from vrmprotocol.id_set import id_of

TOPIC = "/vrm/1/market/0"
NOW = 1_800_000_000


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "node.db") as opened:
        yield opened


def put(database: Database, number: int, **fields: Any) -> bytes:
    identity = number.to_bytes(32, "big")
    values: dict[str, Any] = {"created": NOW, "expires": NOW + 86_400, "named_from": NOW, **fields}
    with database.transaction() as tx:
        envelopes.put(tx, sample(id=identity, topic=TOPIC, raw=identity * 4, **values))
    return identity


def ids(sets: SyncSets, at: int = NOW, topic: str = TOPIC) -> set[bytes]:
    items = sets.items(topic, at)
    return {id_of(key) for key in items.keys(0, len(items))}


def test_they_follow_the_table(database):
    clock = Clock()
    first = put(database, 1)
    sets = SyncSets(database, clock)
    assert ids(sets) == {first}
    clock.now += 5
    second = put(database, 2, named_from=clock.now)
    late_commit = put(database, 3, named_from=NOW)
    assert ids(sets) == {first, second, late_commit}
    assert ids(sets, topic="/vrm/1/mail/0") == set()
    assert ids(SyncSets(database, clock)) == {first, second, late_commit}


def test_what_ends_leaves_the_set_at_the_stated_time(database):
    clock = Clock()
    short = put(database, 1, expires=NOW + 600)
    long = put(database, 2)
    sets = SyncSets(database, clock)
    assert ids(sets, NOW + 600 - SKEW_S - 1) == {short, long}
    assert ids(sets, NOW + 600 - SKEW_S) == {long}


def evict(database: Database, max_bytes: int) -> None:
    with database.transaction() as tx:
        envelopes.evict(tx, NOW, max_bytes)


def test_what_the_store_has_no_room_for_leaves_the_set_and_costs_nothing_more(
    database, monkeypatch
):
    monkeypatch.setattr(sync_sets, "STALE_ENDS", 2)
    sets = SyncSets(database, Clock())
    for number in range(1, 11):
        put(database, number, expires=NOW + 600 * number)
    assert len(ids(sets)) == 10
    evict(database, 3 * 128)
    assert ids(sets) == {number.to_bytes(32, "big") for number in (8, 9, 10)}
    assert len(sets._ends) == 3
    evict(database, 2 * 128)
    assert ids(sets) == {number.to_bytes(32, "big") for number in (9, 10)}
    new = put(database, 11)
    assert new in ids(sets)
    assert ids(SyncSets(database, Clock())) == ids(sets)


def test_a_set_that_missed_notes_of_evictions_is_read_again(database, monkeypatch):
    monkeypatch.setattr(envelopes, "MAX_EVICTIONS", 2)
    sets = SyncSets(database, Clock())
    for number in range(1, 7):
        put(database, number, expires=NOW + 600 * number)
    assert len(ids(sets)) == 6
    evict(database, 128)
    assert ids(sets) == {(6).to_bytes(32, "big")}


# SPEC 08: A node MUST NOT name an envelope before it has come by gossip or sync or the node has
# spread it.
def test_own_envelopes_come_when_they_are_spread_and_not_before(database):
    clock = Clock()
    waiting = put(database, 1, own=True, named_from=None)
    handed = put(database, 2, own=True, named_from=NOW + 600)
    sets = SyncSets(database, clock)
    assert ids(sets) == set()
    assert trio.run(sets.load, TOPIC, [waiting, handed]) == []
    clock.now = NOW + 599
    assert ids(sets) == set()
    clock.now = NOW + 600
    assert ids(sets) == {handed}
    assert trio.run(sets.load, TOPIC, [waiting, handed]) == [handed * 4]
    with database.transaction() as tx:
        envelopes.name_from(tx, waiting, NOW + 700)
        envelopes.name_from(tx, handed, NOW + 9_000)
    clock.now = NOW + 700
    assert ids(sets) == {waiting, handed}


def test_only_what_was_never_accepted_is_missing(database):
    known, evicted, unknown = put(database, 1), bytes(31) + b"\2", bytes(31) + b"\3"
    with database.transaction() as tx:
        seen.add(tx, known, NOW + 86_400)
        seen.add(tx, evicted, NOW + 86_400)
    sets = SyncSets(database, Clock())
    assert sets.missing([known, evicted, unknown]) == [unknown]


def test_envelopes_are_loaded_of_their_topic_alone(database):
    kept = put(database, 1)
    sets = SyncSets(database, Clock())
    assert trio.run(sets.load, TOPIC, [kept, bytes(32)]) == [kept * 4]
    assert trio.run(sets.load, "/vrm/1/mail/0", [kept]) == []

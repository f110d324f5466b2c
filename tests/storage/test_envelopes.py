"""Envelopes within a size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.storage.samples import envelope, key, tag
from vrmnode.storage import envelopes
from vrmnode.storage.database import Database, Tx


def test_an_envelope_is_kept_once(tx: Tx) -> None:
    item = envelope(1, tag=tag(3), own=True)
    assert envelopes.put(tx, item)
    assert not envelopes.put(tx, envelope(1, raw=b"other"))
    assert envelopes.get(tx, key(601)) == item
    assert envelopes.get(tx, key(602)) is None


def test_by_the_beginning_of_the_id(tx: Tx) -> None:
    for number in (1, 2, 3):
        envelopes.put(tx, envelope(number))
    assert [item.id for item in envelopes.by_prefix(tx, key(602).hex())] == [key(602)]
    assert len(envelopes.by_prefix(tx, "00")) == 2
    assert envelopes.by_prefix(tx, "no") == []


def test_expired_ones_go_first_then_the_soonest(tx: Tx) -> None:
    for number, expires in ((1, 600), (2, 900), (3, 800), (4, 700)):
        envelopes.put(tx, envelope(number, expires=expires))
    envelopes.put(tx, envelope(5, expires=650, own=True))
    assert envelopes.evict(tx, 600, 1000) == 1
    assert envelopes.evict(tx, 600, 350) == 1
    assert envelopes.get(tx, key(604)) is None
    assert envelopes.evict(tx, 600, 0) == 2
    assert envelopes.count_bytes(tx) == 100
    assert envelopes.evict(tx, 650, 0) == 1
    assert envelopes.count_bytes(tx) == 0


# SPEC 08: A node MUST NOT go on naming an envelope of its own when it has no room for others that
# end when it does.
def test_own_ones_are_named_no_longer_than_others_would_be(tx: Tx) -> None:
    for number, expires in ((1, 700), (5, 800), (3, 900)):
        envelopes.put(tx, envelope(number, expires=expires, named_from=10))
    for number, expires in ((4, 650), (2, 800), (6, 850)):
        envelopes.put(tx, envelope(number, expires=expires, own=True, named_from=10))
    assert envelopes.evict(tx, 600, 600) == 0
    assert envelopes.evict(tx, 600, 400) == 2
    topic = envelope(1).topic
    own = [key(600 + number) for number in (4, 2, 6)]
    assert len(envelopes.raw_of(tx, topic, own, 20)) == 1, "the last to end is left"
    gone = envelopes.evicted_since(tx, 0)
    assert gone is not None
    assert {one.id for one in gone} == {key(600 + number) for number in (1, 2, 4, 5)}
    for envelope_id in own:
        kept = envelopes.get(tx, envelope_id)
        assert kept is not None and kept.own
    # What was taken back isn't named again by what comes next.
    envelopes.evict(tx, 600, 400)
    assert envelopes.evicted_since(tx, 0) == gone


@given(
    rows=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 300), st.booleans()), max_size=30),
    now=st.integers(0, 50),
    max_bytes=st.integers(0, 3000),
)
@hypothesis_settings(max_examples=60, deadline=None)
def test_eviction_keeps_own_ones_and_the_size(
    shared_database: Database, rows: list[tuple[int, int, bool]], now: int, max_bytes: int
) -> None:
    with shared_database.transaction() as tx:
        tx.run("DELETE FROM envelopes")
        for number, (expires, size_bytes, own) in enumerate(rows):
            item = envelope(number, expires=expires, raw=bytes(size_bytes), own=own)
            envelopes.put(tx, item)
        removed = envelopes.evict(tx, now, max_bytes)
        left = tx.rows("SELECT expires, bytes, own FROM envelopes")
        assert len(left) == len(rows) - removed
        assert all(expires > now for expires, _, _ in left)
        kept = [row for row in rows if row[2] and row[0] > now]
        assert sum(1 for row in left if row[2]) == len(kept)
        foreign_bytes = sum(row[1] for row in left if not row[2])
        assert envelopes.count_bytes(tx) <= max_bytes or foreign_bytes == 0


@given(order=st.permutations(range(12)), max_bytes=st.integers(0, 1_200))
@hypothesis_settings(max_examples=40, deadline=None)
def test_full_stores_keep_the_same_whatever_came_first(
    shared_database: Database, order: list[int], max_bytes: int
) -> None:
    with shared_database.transaction() as tx:
        tx.run("DELETE FROM envelopes")
        for number in order:
            expires = 600 * (1 + number % 3)
            envelopes.put(tx, envelope(number, expires=expires, raw=bytes(100)))
        envelopes.evict(tx, 0, max_bytes)
        by_end = sorted(range(12), key=lambda number: (number % 3, key(600 + number)))
        left = by_end[12 - max_bytes // 100 :] if max_bytes >= 100 else []
        ids = [key(600 + number) for number in range(12)]
        assert envelopes.kept_among(tx, ids) == {key(600 + number) for number in left}


def test_mail_of_others_by_its_tags(tx: Tx) -> None:
    for number, fields in (
        (1, {"tag": tag(6)}),
        (2, {"received_at": 9}),
        (3, {"own": True}),
        (4, {"tag": tag(8)}),
        (5, {}),
    ):
        envelopes.put(tx, envelope(number, **{"tag": tag(7), **fields}))
    asked = [*map(tag, range(20, 40)), tag(7), tag(6)]
    assert [item.id for item in envelopes.by_tags(tx, asked)] == [key(602), key(601), key(605)]
    assert envelopes.by_tags(tx, [tag(9)]) == envelopes.by_tags(tx, []) == []


def test_the_latest_own_one_of_a_kind(tx: Tx) -> None:
    kind = {"kind": "vendor_profile", "topic": "/vrm/1/directory"}
    for number, own in ((1, True), (2, True), (3, False)):
        envelopes.put(tx, envelope(number, own=own, **kind))
    envelopes.put(tx, envelope(4, own=True, **{**kind, "kind": "other"}))
    found = envelopes.latest_own(tx, "/vrm/1/directory", "vendor_profile", 700)
    assert found is not None
    assert found.id == key(602)
    assert envelopes.latest_own(tx, "/vrm/1/directory", "vendor_profile", 6000) is None

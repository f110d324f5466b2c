"""What a postbox holds: totals that agree with the rows, and what goes first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.storage.samples import envelope, key, tag
from vrmnode.storage import envelopes, held
from vrmnode.storage.database import Database, Tx
from vrmnode.storage.held import Held

POOLS = ("directory", "mail", "market")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(POOLS),
        st.integers(0, 3),
        st.integers(1, 90),
        st.sampled_from([1.0, 2.0, 4]),
    ),
    max_size=24,
)


def put(tx: Tx, number: int, pool: str, tag_number: int, size_bytes: int, worth: float) -> bytes:
    identity = key(number)
    envelopes.put(tx, envelope(id=identity, raw=bytes(size_bytes), expires=5_000))
    tagged = tag(tag_number) if pool == "mail" else None
    row = Held(id=identity, pool=pool, tag=tagged, worth=float(worth), bytes=size_bytes)
    held.add_all(tx, [row, row])
    return identity


def totals(tx: Tx) -> dict[str, tuple[int, int]]:
    found = tx.rows("SELECT pool, count(*), sum(bytes) FROM held GROUP BY pool")
    counted = {pool: (count, size) for pool, count, size in found}
    kept = {each.pool: (each.envelopes, each.bytes) for each in held.pools(tx)}
    assert kept == {pool: counted.get(pool, (0, 0)) for pool in POOLS}
    return kept


def clean(tx: Tx) -> None:
    for table in ("envelopes", "held"):
        tx.run(f"DELETE FROM {table}")


@given(rows=ROWS, room=st.integers(0, 600))
@hypothesis_settings(max_examples=60, deadline=None)
def test_a_pool_gives_up_what_is_worth_least_and_of_that_the_newest(
    shared_database: Database, rows: list[tuple[str, int, int, float]], room: int
) -> None:
    with shared_database.transaction() as tx:
        clean(tx)
        ids = [put(tx, number, *row) for number, row in enumerate(rows)]
        before = totals(tx)
        gone = set(held.trim_pool(tx, "mail", room))
        after = totals(tx)
        assert {pool: after[pool] for pool in POOLS if pool != "mail"} == {
            pool: before[pool] for pool in POOLS if pool != "mail"
        }
        assert after["mail"][1] <= room
        # In the order in which they go, each that is left is worth more than each that went.
        order = [(row[3], -at) for at, row in enumerate(rows) if row[0] == "mail"]
        went = [(rows[at][3], -at) for at, each in enumerate(ids) if each in gone]
        assert sorted(order)[: len(went)] == sorted(went)
        # And none went without need.
        sizes = [rows[-at][2] for _, at in sorted(went)]
        assert not sizes or before["mail"][1] - sum(sizes[:-1]) > room
        assert envelopes.kept_among(tx, ids) == set(ids) - gone


@given(rows=ROWS, room=st.integers(0, 300))
@hypothesis_settings(max_examples=40, deadline=None)
def test_a_tag_gives_up_its_own_mail_alone(
    shared_database: Database, rows: list[tuple[str, int, int, float]], room: int
) -> None:
    with shared_database.transaction() as tx:
        clean(tx)
        ids = [put(tx, number, *row) for number, row in enumerate(rows)]
        gone = set(held.trim_tag(tx, tag(1), room))
        assert gone <= {ids[at] for at, row in enumerate(rows) if row[:2] == ("mail", 1)}
        left = tx.value("SELECT coalesce(sum(bytes), 0) FROM held WHERE tag = ?", (tag(1),))
        assert left <= room
        totals(tx)


def test_what_ends_is_held_no_more(tx: Tx) -> None:
    put(tx, 1, "mail", 1, 10, 1.0)
    envelopes.put(tx, envelope(id=key(2), raw=b"x", expires=600))
    held.add_all(tx, [Held(id=key(2), pool="market", tag=None, worth=1.0, bytes=1)])
    assert totals(tx) == {"directory": (0, 0), "mail": (1, 10), "market": (1, 1)}
    assert envelopes.evict(tx, 700, None) == 1
    assert totals(tx) == {"directory": (0, 0), "mail": (1, 10), "market": (0, 0)}


def test_what_was_kept_before_is_found(tx: Tx) -> None:
    envelopes.put(tx, envelope(1, raw=b"others'"))
    envelopes.put(tx, envelope(2, raw=b"own", own=True))
    put(tx, 3, "mail", 1, 10, 1.0)
    assert held.not_noted(tx, 10) == [b"others'"]

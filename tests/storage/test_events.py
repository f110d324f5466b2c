"""The event log."""

from __future__ import annotations

from tests.storage.samples import key
from vrmnode.storage import events
from vrmnode.storage.database import Database, Tx
from vrmnode.storage.events import Event


def test_events_follow_one_another(tx: Tx) -> None:
    assert events.last_id(tx) == 0
    first = events.append(tx, 5, "deal.agreed", "deal", key(1), {"total": 4500, "name": "é"})
    second = events.append(tx, 5, "intent.published", "intent", key(2), {})
    assert events.after(tx, 0, 1) == [
        Event(
            id=first,
            at=5,
            type="deal.agreed",
            subject_kind="deal",
            subject_id=key(1),
            data={"total": 4500, "name": "é"},
        )
    ]
    assert [event.id for event in events.after(tx, first)] == [second]
    assert events.after(tx, second) == []
    assert events.last_id(tx) == second
    assert [event.id for event in events.of_subject(tx, "intent", key(2))] == [second]
    assert events.of_subject(tx, "deal", key(2)) == []


def test_an_id_never_returns(database: Database) -> None:
    with database.transaction() as tx:
        first = events.append(tx, 1, "a", "deal", key(1), {})
        tx.run("DELETE FROM events")
        assert events.append(tx, 1, "b", "deal", key(1), {}) > first


def test_the_newest_events_are_kept(tx: Tx) -> None:
    ids = [events.append(tx, 1, "a", "b", key(1), {}) for _ in range(5)]
    assert events.purge(tx, 2) == 3
    assert [event.id for event in events.after(tx, 0)] == ids[3:]
    assert events.append(tx, 1, "a", "b", key(1), {}) == ids[-1] + 1

"""Intents that wait for a human."""

from __future__ import annotations

from tests.storage.samples import key
from vrmnode.storage import inbox
from vrmnode.storage.database import Tx
from vrmnode.storage.inbox import InboxEntry


def entry(number: int, **fields: object) -> InboxEntry:
    plain: dict[str, object] = {
        "pseudonym": key(number),
        "envelope_id": key(100 + number),
        "why": "a reason",
        "work": 16,
        "added": 10,
        "answer_by": 100,
        "valid_through": 1000,
    }
    return InboxEntry(**{**plain, **fields})  # type: ignore[arg-type]


def test_kept_in_place_of_what_waited(tx: Tx) -> None:
    inbox.put(tx, entry(1))
    inbox.put(tx, entry(1, envelope_id=key(200), why="another"))
    assert inbox.get(tx, key(1)) == entry(1, envelope_id=key(200), why="another")
    assert inbox.get(tx, key(2)) is None
    assert inbox.count(tx) == 1


def test_the_most_urgent_comes_first(tx: Tx) -> None:
    for number, answer_by in ((1, 300), (2, 100), (3, 200)):
        inbox.put(tx, entry(number, answer_by=answer_by))
    assert [each.pseudonym for each in inbox.list_entries(tx)] == [key(2), key(3), key(1)]


def test_by_the_beginning_of_the_id(tx: Tx) -> None:
    inbox.put(tx, entry(1))
    assert inbox.by_prefix(tx, key(101).hex()[:8]) == [entry(1)]
    assert inbox.by_prefix(tx, key(102).hex()) == []
    assert inbox.by_prefix(tx, "xyz") == []


def test_a_claim_counts_until_its_time(tx: Tx) -> None:
    inbox.put(tx, entry(1))
    inbox.claim(tx, key(1), "Anna", 50)
    found = inbox.get(tx, key(1))
    assert found is not None
    assert (found.claimer(49), found.claimer(50)) == ("Anna", None)
    inbox.claim(tx, key(1), None, None)
    assert inbox.get(tx, key(1)) == entry(1)


def test_taken_away_once(tx: Tx) -> None:
    inbox.put(tx, entry(1))
    assert inbox.remove(tx, key(1))
    assert not inbox.remove(tx, key(1))

"""The list of breaches and suspicions."""

from __future__ import annotations

from tests.storage.samples import key
from vrmnode.storage import breaches
from vrmnode.storage.breaches import Evidence, StoredBreach
from vrmnode.storage.database import Tx


def row(number: int, deal: int, at: int, evidence: Evidence = "proven") -> StoredBreach:
    return StoredBreach(
        message=key(number),
        deal=key(deal),
        evidence=evidence,
        ground="terms" if evidence == "proven" else "alias",
        purpose="marketing" if evidence == "proven" else None,
        author=key(70),
        vendor_root=key(90),
        vendor_name="Shop é",
        recorded_at=at,
    )


def test_rows_come_back_newest_first_and_by_deal(tx: Tx) -> None:
    rows = [row(1, 1, 30), row(2, 2, 10, "suspected"), row(3, 1, 20), row(4, 1, 30)]
    for one in rows:
        assert breaches.put(tx, one)
    assert breaches.every(tx) == [rows[3], rows[0], rows[2], rows[1]]
    assert breaches.every(tx, key(1)) == [rows[3], rows[0], rows[2]]
    assert breaches.every(tx, key(3)) == []
    assert breaches.count(tx, key(1), "proven") == 3
    assert breaches.count(tx, key(1), "suspected") == 0
    assert breaches.count(tx, key(2), "suspected") == 1


def test_a_message_is_recorded_once(tx: Tx) -> None:
    first = row(1, 1, 10)
    assert breaches.put(tx, first)
    assert not breaches.put(tx, row(1, 1, 20))
    assert breaches.every(tx) == [first]


def test_one_is_found_by_the_beginning_of_its_id(tx: Tx) -> None:
    breaches.put(tx, row(1, 1, 10))
    assert breaches.by_prefix(tx, key(1).hex()[:8]) == [row(1, 1, 10)]
    assert breaches.by_prefix(tx, key(2).hex()) == []
    assert breaches.by_prefix(tx, "no hex") == []

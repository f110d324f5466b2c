"""Requests that wait for their time."""

from __future__ import annotations

from tests.storage import samples
from tests.storage.samples import key
from vrmnode.storage import deals, rights_planned
from vrmnode.storage.rights_planned import PlannedRequest


def planned(number, asked, due_at):
    return PlannedRequest(deal=key(number), asked=asked, due_at=due_at)


def test_what_is_planned_comes_in_its_order_and_goes(tx):
    for number in (1, 2):
        deals.insert(tx, samples.deal(number))
    rights_planned.put(tx, planned(1, "deletion", 30))
    rights_planned.put(tx, planned(1, "access", 20))
    rights_planned.put(tx, planned(2, "access", 10))
    assert rights_planned.of_deal(tx, key(1)) == [
        planned(1, "access", 20),
        planned(1, "deletion", 30),
    ]
    assert [row.due_at for row in rights_planned.every(tx)] == [10, 20, 30]
    rights_planned.put(tx, planned(1, "access", 40))
    assert [row.due_at for row in rights_planned.of_deal(tx, key(1))] == [30, 40]
    rights_planned.remove(tx, key(1), "access")
    assert rights_planned.of_deal(tx, key(1)) == [planned(1, "deletion", 30)]
    rights_planned.remove(tx, key(1), "access")

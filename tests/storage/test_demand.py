"""Intents that are counted, and summaries of closed weeks."""

from __future__ import annotations

import pytest

from tests.storage.samples import key
from vrmnode.errors import StorageError
from vrmnode.storage import demand, market
from vrmnode.storage.database import Tx
from vrmnode.storage.demand import CountedIntent, StoredSummary
from vrmnode.storage.market import MarketIntent


def counted(number: int, week: str = "2027-W03") -> CountedIntent:
    return CountedIntent(
        pseudonym=key(number), week=week, category=783, country="NL", currency="EUR", budget=2_000
    )


def test_an_intent_is_counted_once(tx: Tx) -> None:
    assert demand.count_in(tx, counted(1), 9)
    assert not demand.count_in(tx, counted(1, "2027-W04"), 9)
    assert demand.of_week(tx, "2027-W03") == [counted(1)]
    assert demand.open_weeks(tx) == ["2027-W03"]


def test_there_is_room_for_so_many(tx: Tx) -> None:
    assert [demand.count_in(tx, counted(number), 2) for number in range(3)] == [True, True, False]


def test_answers_are_followed_until_an_intent_is_settled(tx: Tx) -> None:
    demand.count_in(tx, counted(1), 9)
    stored = MarketIntent(
        pseudonym=key(1),
        envelope_id=key(2),
        seq=0,
        status="active",
        body=b"body",
        valid_through=9,
        received_at=1,
    )
    market.upsert_intent(tx, stored)
    market.set_answer(tx, key(1), "refused", "late")
    demand.follow(tx)
    (row,) = demand.unsettled(tx, "2027-W03", 9)
    assert (row.answer, row.reason) == ("refused", "late")
    market.forget_intents(tx, 10)
    demand.follow(tx)
    assert demand.unsettled(tx, "2027-W03", 9) == [row]
    demand.settle(tx, key(1), "unmet", "late")
    assert demand.unsettled(tx, "2027-W03", 9) == []
    assert [each.outcome for each in demand.of_week(tx, "2027-W03")] == ["unmet"]


def test_a_summary_is_kept_as_it_was_written(tx: Tx) -> None:
    first = StoredSummary(week="2027-W03", k=10, closed_at=5, summary=b"{}")
    demand.add_summary(tx, first)
    with pytest.raises(StorageError) as caught:
        demand.add_summary(tx, StoredSummary(week="2027-W03", k=5, closed_at=6, summary=b"[]"))
    assert caught.value.code == "storage.conflict"
    assert demand.get_summary(tx, "2027-W03") == first
    assert not demand.count_in(tx, counted(1), 9)
    demand.add_summary(tx, StoredSummary(week="2027-W04", k=5, closed_at=6, summary=b"{}"))
    assert [row.week for row in demand.summaries(tx)] == ["2027-W04", "2027-W03"]


def test_weeks_are_dropped(tx: Tx) -> None:
    for number, week in enumerate(("2027-W03", "2027-W03", "2027-W04")):
        demand.count_in(tx, counted(number, week), 9)
    demand.forget_week(tx, "2027-W03")
    assert demand.open_weeks(tx) == ["2027-W04"]
    demand.forget_all(tx)
    assert demand.open_weeks(tx) == []

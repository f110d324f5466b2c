"""Others' intents and profiles: the highest sequence number counts."""

from __future__ import annotations

import pytest

from tests.storage.samples import deal, key, market_intent, profile
from vrmnode.errors import StorageError
from vrmnode.storage import deals, market
from vrmnode.storage.database import Tx


def test_only_a_higher_update_replaces_an_intent(tx: Tx) -> None:
    assert market.upsert_intent(tx, market_intent(1))
    assert not market.upsert_intent(tx, market_intent(1, body=b"other"))
    update = market_intent(1, seq=2, envelope_id=key(999), status="withdrawn", body=b"new")
    assert market.upsert_intent(tx, update)
    assert not market.upsert_intent(tx, market_intent(1, seq=1))
    assert market.get_intent(tx, key(101)) == update


def test_by_the_beginning_of_the_newest_id(tx: Tx) -> None:
    market.upsert_intent(tx, market_intent(1))
    market.upsert_intent(tx, market_intent(2))
    assert market.intents_by_prefix(tx, key(301).hex()) == [market_intent(1)]
    assert len(market.intents_by_prefix(tx, "00000000")) == 2
    assert market.intents_by_prefix(tx, "ff") == market.intents_by_prefix(tx, "x") == []


def test_an_update_keeps_the_answer(tx: Tx) -> None:
    market.upsert_intent(tx, market_intent(1))
    market.set_answer(tx, key(101), "refused", "out of stock")
    market.upsert_intent(tx, market_intent(1, seq=1))
    found = market.get_intent(tx, key(101))
    assert found is not None
    assert (found.seq, found.answer, found.reason) == (1, "refused", "out of stock")


def test_list_by_answer(tx: Tx) -> None:
    for number in (1, 2, 3):
        market.upsert_intent(tx, market_intent(number))
    market.upsert_intent(tx, market_intent(4, valid_through=100))
    market.set_answer(tx, key(102), "offered")

    def found(**asked: object) -> list[int]:
        rows = market.list_intents(tx, 100, **asked)  # type: ignore[arg-type]
        return [item.received_at - 1000 for item in rows]

    assert found() == [3, 2, 1]
    assert found(answer=None) == [3, 1]
    assert found(answer="offered") == [2]
    assert found(answer=None, limit=1) == [3]


def test_unknown_answers_and_intents_are_refused(tx: Tx) -> None:
    market.upsert_intent(tx, market_intent(1))
    for pseudonym, answer in ((key(999), "offered"), (key(101), "perhaps")):
        with pytest.raises(StorageError) as caught:
            market.set_answer(tx, pseudonym, answer)
        assert caught.value.code == "storage.conflict"


def test_ended_intents_are_forgotten(tx: Tx) -> None:
    market.upsert_intent(tx, market_intent(1, valid_through=100))
    market.upsert_intent(tx, market_intent(2, valid_through=101))
    assert market.forget_intents(tx, 100) == 1
    assert market.get_intent(tx, key(101)) is None


def test_an_older_profile_never_comes_back(tx: Tx) -> None:
    assert market.upsert_profile(tx, profile(1, seq=10, expires=100))
    assert not market.upsert_profile(tx, profile(1, seq=10, name="Other"))
    assert market.list_profiles(tx, 100) == []
    assert not market.upsert_profile(tx, profile(1, seq=9, expires=9000))
    newer = profile(1, seq=11, name="New name", expires=9000)
    assert market.upsert_profile(tx, newer)
    assert market.get_profile(tx, key(201)) == newer
    assert market.list_profiles(tx, 100) == [newer]


def test_the_profiles_heard_of_last_come_first(tx: Tx) -> None:
    for number, heard in ((1, 20), (2, 30), (3, 10)):
        market.upsert_profile(tx, profile(number, received_at=heard))
    found = market.list_profiles(tx, 1)
    assert [row.received_at for row in found] == [30, 20, 10]
    assert market.list_profiles(tx, 1, limit=2) == found[:2]


def test_known_roots_are_those_of_profiles_and_of_deals_as_customer(tx: Tx) -> None:
    market.upsert_profile(tx, profile(1))
    deals.insert(tx, deal(1, vendor_root=key(201)))
    deals.insert(tx, deal(2, vendor_root=key(202)))
    deals.insert(tx, deal(3, vendor_root=key(203), role="vendor"))
    assert market.known_roots(tx, bytes(32), key(999), 10) == [key(201), key(202)]
    assert market.known_roots(tx, key(202), key(202)) == [key(202)]
    assert market.known_roots(tx, bytes(32), key(200)) == []

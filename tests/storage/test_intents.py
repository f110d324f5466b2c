"""Own intents."""

from __future__ import annotations

import dataclasses

import pytest

from tests.storage.samples import key, own_intent
from vrmnode.errors import StorageError
from vrmnode.storage import intents
from vrmnode.storage.database import Tx


def test_an_intent_is_found_by_its_id(tx: Tx) -> None:
    item = own_intent(1, label="shoes", acceptance={"mode": "automatic", "named": ["é"]})
    intents.insert(tx, item)
    intents.insert(tx, own_intent(2))
    assert intents.get_by_id(tx, key(301)) == item
    assert intents.by_prefix(tx, key(301).hex()) == [item]
    assert len(intents.by_prefix(tx, key(301).hex()[:60])) == 2
    assert intents.by_prefix(tx, "g") == []
    assert intents.get_by_id(tx, key(999)) is None


def test_an_id_is_used_once(tx: Tx) -> None:
    intents.insert(tx, own_intent(1))
    with pytest.raises(StorageError) as caught:
        intents.insert(tx, own_intent(1, body=b"another"))
    assert caught.value.code == "storage.conflict"


def test_list_newest_first_and_by_status(tx: Tx) -> None:
    for number in (1, 2, 3):
        intents.insert(tx, own_intent(number))
    intents.update_status(tx, key(302), intents.WITHDRAWN)
    assert [item.created for item in intents.list_intents(tx)] == [1003, 1002, 1001]
    assert [item.created for item in intents.list_intents(tx, "withdrawn")] == [1002]


def test_an_update_takes_the_place_of_what_was_published(tx: Tx) -> None:
    intents.insert(tx, own_intent(1))
    intents.set_envelope(tx, key(301), envelope_id=key(800), seq=1, body=b"new", valid_through=9000)
    expected = dataclasses.replace(
        own_intent(1), envelope_id=key(800), seq=1, body=b"new", valid_through=9000
    )
    assert intents.get_by_id(tx, key(301)) == expected


def test_acceptance_is_set_and_taken_away(tx: Tx) -> None:
    intents.insert(tx, own_intent(1))
    intents.set_acceptance(tx, key(301), {"mode": "manual"})
    assert intents.list_intents(tx)[0].acceptance == {"mode": "manual"}
    intents.set_acceptance(tx, key(301), None)
    assert intents.list_intents(tx)[0].acceptance is None


def test_only_active_ones_expire(tx: Tx) -> None:
    intents.insert(tx, own_intent(1, valid_through=100))
    intents.insert(tx, own_intent(2, valid_through=100, status="fulfilled"))
    intents.insert(tx, own_intent(3, valid_through=101))
    assert intents.expire(tx, 99) == []
    assert intents.expire(tx, 100) == [key(301)]
    assert intents.expire(tx, 100) == []
    assert [item.intent_id for item in intents.list_intents(tx, "expired")] == [key(301)]


def test_unknown_intents_and_statuses_are_refused(tx: Tx) -> None:
    intents.insert(tx, own_intent(1))
    for intent_id, status in ((key(999), "withdrawn"), (key(301), "lost")):
        with pytest.raises(StorageError) as caught:
            intents.update_status(tx, intent_id, status)
        assert caught.value.code == "storage.conflict"

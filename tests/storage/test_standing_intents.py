"""Standing intents and their castings."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tests.storage.samples import key, own_intent
from vrmnode.errors import StorageError
from vrmnode.storage import intents, standing_intents
from vrmnode.storage.database import Tx
from vrmnode.storage.standing_intents import StandingIntent


def standing(number: int = 1, **fields: Any) -> StandingIntent:
    values: dict[str, Any] = {
        "standing": key(900 + number),
        "request": {"name": "é", "must": ["a=1"]},
        "acceptance": {"mode": "manual"},
        "label": "milk",
        "every_s": 604_800,
        "until": 9_000_000,
        "next_at": 700_000,
        "castings": 1,
        "created": 1000 + number,
    }
    return StandingIntent(**values | fields)


def test_what_was_kept_comes_back(tx: Tx) -> None:
    standing_intents.insert(tx, standing(1))
    standing_intents.insert(tx, standing(2, status="stopped", next_at=None))
    assert standing_intents.get(tx, key(901)) == standing(1)
    assert standing_intents.get(tx, key(999)) is None
    assert standing_intents.by_prefix(tx, key(901).hex()) == [standing(1)]
    assert standing_intents.by_prefix(tx, "g") == []
    assert [row.created for row in standing_intents.list_all(tx)] == [1002, 1001]
    assert standing_intents.list_all(tx, "active") == [standing(1)]
    with pytest.raises(StorageError) as caught:
        standing_intents.insert(tx, standing(1))
    assert caught.value.code == "storage.conflict"


def test_a_casting_is_noted(tx: Tx) -> None:
    standing_intents.insert(tx, standing(1))
    standing_intents.update(tx, key(901), next_at=None, castings=2, status="ended")
    after = dataclasses.replace(standing(1), next_at=None, castings=2, status="ended")
    assert standing_intents.get(tx, key(901)) == after
    for unknown, status in ((key(999), "ended"), (key(901), "lost")):
        with pytest.raises(StorageError) as caught:
            standing_intents.update(tx, unknown, next_at=1, castings=3, status=status)
        assert caught.value.code == "storage.conflict"


def test_castings_are_found_by_what_cast_them(tx: Tx) -> None:
    standing_intents.insert(tx, standing(1))
    for number in (1, 2):
        intents.insert(tx, own_intent(number, standing=key(901)))
    intents.insert(tx, own_intent(3))
    assert [own.created for own in intents.castings_of(tx, key(901))] == [1002, 1001]
    with pytest.raises(StorageError):
        intents.insert(tx, own_intent(4, standing=key(999)))

"""Ids met before."""

from __future__ import annotations

from tests.storage.samples import key
from vrmnode.storage import seen
from vrmnode.storage.database import Tx


def test_an_id_is_new_once_until_its_time(tx: Tx) -> None:
    assert seen.add(tx, key(1), 100)
    assert not seen.add(tx, key(1), 900)
    assert seen.contains(tx, key(1))
    assert not seen.contains(tx, key(2))
    assert seen.purge(tx, 99) == 0
    assert seen.purge(tx, 100) == 1
    assert seen.add(tx, key(1), 200)


def test_many_are_remembered_at_once(tx: Tx) -> None:
    seen.add(tx, key(7), 100)
    rows = [(key(number), 100) for number in range(1, 100)]
    new = seen.add_all(tx, [*rows, rows[0]])
    assert new == {key(number) for number in range(1, 100) if number != 7}
    assert seen.known_among(tx, [key(1), key(99), key(100)]) == {key(1), key(99)}
    assert seen.add_all(tx, []) == seen.known_among(tx, []) == set()

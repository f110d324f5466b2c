"""The names under which own intents are told."""

from __future__ import annotations

import pytest

from tests.storage.samples import key, own_intent, tag
from vrmnode.errors import StorageError
from vrmnode.storage import intents, pseudonyms
from vrmnode.storage.database import Tx
from vrmnode.storage.pseudonyms import Pseudonym


def _name(number: int, intent_id: bytes, vendor_root: bytes | None = None) -> Pseudonym:
    return Pseudonym(
        pseudonym=key(number),
        intent_id=intent_id,
        key_context=tag(number),
        reply_tag=tag(500 + number),
        vendor_root=vendor_root,
    )


def test_each_belongs_to_one_intent(tx: Tx) -> None:
    intents.insert(tx, own_intent(1))
    intents.insert(tx, own_intent(2))
    public, second, first = (
        _name(1, key(301)),
        _name(2, key(302), key(9)),
        _name(3, key(302), key(8)),
    )
    for name in (public, second, first):
        pseudonyms.insert(tx, name)
    assert pseudonyms.get(tx, key(2)) == second
    assert pseudonyms.get(tx, key(4)) is None
    assert pseudonyms.of_intent(tx, key(301)) == [public]
    assert pseudonyms.of_intent(tx, key(302)) == [first, second]


def test_a_pseudonym_is_used_once_and_for_an_intent_that_is_there(tx: Tx) -> None:
    intents.insert(tx, own_intent(1))
    intents.insert(tx, own_intent(2))
    pseudonyms.insert(tx, _name(1, key(301)))
    for again in (_name(1, key(302)), _name(2, key(999))):
        with pytest.raises(StorageError) as caught:
            pseudonyms.insert(tx, again)
        assert caught.value.code == "storage.conflict"

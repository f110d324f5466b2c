"""The vendor's prekeys and their times."""

from __future__ import annotations

from tests.storage.samples import key
from vrmnode.storage import prekeys
from vrmnode.storage.database import Tx
from vrmnode.storage.prekeys import StoredPrekey


def test_the_newest_first_until_they_are_purged(tx: Tx) -> None:
    first, second = (
        StoredPrekey(prekey=key(number), created=number, not_after=100 + number)
        for number in (1, 2)
    )
    prekeys.insert(tx, first)
    prekeys.insert(tx, second)
    assert prekeys.newest_first(tx) == [second, first]
    assert prekeys.purge(tx, 101) == []
    assert prekeys.purge(tx, 102) == [key(1)]
    assert prekeys.newest_first(tx) == [second]

"""What vendors' roots have revoked: the newest update counts, and is remembered."""

from __future__ import annotations

from tests.storage.samples import key
from vrmnode.storage import key_updates
from vrmnode.storage.database import Tx
from vrmnode.storage.key_updates import StoredKeyUpdate, StoredRevocation


def _put(tx: Tx, root: int, seq: int, *serials: int, envelope_id: int = 9) -> bool:
    update = StoredKeyUpdate(root=key(root), seq=seq, envelope_id=key(envelope_id), received_at=seq)
    rows = [
        StoredRevocation(
            root=key(root), subject=key(100 + serial), serial=serial, since=seq, reason="lost"
        )
        for serial in serials
    ]
    return key_updates.upsert(tx, update, rows)


def test_the_highest_number_takes_the_place_of_the_others(tx: Tx) -> None:
    assert _put(tx, 1, 5, 0, 1)
    assert not _put(tx, 1, 4, 2)
    assert not _put(tx, 1, 5, 2)
    assert [row.serial for row in key_updates.revoked_by(tx, key(1))] == [0, 1]
    assert _put(tx, 1, 5, 3, envelope_id=8)
    assert [row.serial for row in key_updates.revoked_by(tx, key(1))] == [3]
    assert key_updates.is_revoked(tx, key(1), key(103))
    assert not key_updates.is_revoked(tx, key(1), key(100))
    assert not key_updates.is_revoked(tx, key(2), key(103))


def test_the_longest_unseen_go_first(tx: Tx) -> None:
    for root in (1, 2, 3):
        _put(tx, root, root, root)
    assert key_updates.trim(tx, 2) == 1
    assert key_updates.get(tx, key(1)) is None
    assert key_updates.revoked_by(tx, key(1)) == []
    assert key_updates.get(tx, key(3)) is not None
    assert key_updates.trim(tx, 2) == 0

"""The list of what was disclosed."""

from __future__ import annotations

import pytest

from tests.storage.samples import key
from vrmnode.errors import StorageError
from vrmnode.storage import disclosures
from vrmnode.storage.database import Tx
from vrmnode.storage.disclosures import StoredDisclosure


def row(number: int, deal: int, at: int) -> StoredDisclosure:
    return StoredDisclosure(
        kind="disclosure",
        digest=key(number),
        deal=key(deal),
        vendor_root=key(90),
        vendor_name="Shop é",
        agreement=key(80 + deal),
        fields=["name", "street_address"],
        rule="by hand",
        disclosed_at=at,
    )


def test_rows_come_back_by_deal_and_all_of_them(tx: Tx) -> None:
    rows = [row(1, 1, 30), row(2, 2, 10), row(3, 1, 20), row(4, 1, 30)]
    for one in rows:
        disclosures.put(tx, one)
    assert disclosures.of_deal(tx, key(1)) == [rows[2], rows[0], rows[3]]
    assert disclosures.of_deal(tx, key(3)) == []
    assert disclosures.every(tx) == [rows[3], rows[0], rows[2], rows[1]]


def test_a_message_is_listed_once(tx: Tx) -> None:
    disclosures.put(tx, row(1, 1, 1))
    with pytest.raises(StorageError) as caught:
        disclosures.put(tx, row(1, 2, 2))
    assert caught.value.code == "storage.conflict"


def test_counts_are_of_one_kind(tx: Tx) -> None:
    disclosures.put(tx, row(1, 1, 1))
    assert disclosures.count(tx, key(1), "disclosure") == 1
    assert disclosures.count(tx, key(1), "contact_update") == 0

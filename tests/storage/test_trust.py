"""Whom the owner trusts."""

from __future__ import annotations

from tests.storage.samples import key, profile
from vrmnode.storage import market, trust
from vrmnode.storage.database import Tx
from vrmnode.storage.trust import Trust


def test_a_row_comes_back_and_is_replaced(tx: Tx) -> None:
    first = Trust(root=key(1), note="é", groups=["books", "local"], added=10)
    trust.put(tx, first)
    assert trust.get(tx, key(1)) == first
    trust.put(tx, Trust(root=key(1), added=99))
    # It has been trusted since it was first.
    assert trust.get(tx, key(1)) == Trust(root=key(1), added=10)


def test_lists_in_the_order_of_trust(tx: Tx) -> None:
    for number, added in ((1, 30), (2, 10), (3, 20)):
        trust.put(tx, Trust(root=key(number), added=added))
    assert [row.root for row in trust.all_trusted(tx)] == [key(2), key(3), key(1)]
    assert trust.roots(tx) == {key(1), key(2), key(3)}


def test_removal(tx: Tx) -> None:
    trust.put(tx, Trust(root=key(1), added=1))
    assert trust.remove(tx, key(1))
    assert not trust.remove(tx, key(1))
    assert trust.get(tx, key(1)) is None
    assert trust.roots(tx) == frozenset()


def test_a_trusted_vendor_is_known_without_a_profile(tx: Tx) -> None:
    trust.put(tx, Trust(root=key(1), added=1))
    assert market.known_roots(tx, bytes(32), key(9)) == [key(1)]


def test_strangers_cannot_crowd_out_a_trusted_profile(tx: Tx) -> None:
    for number in range(1, 6):
        market.upsert_profile(tx, profile(number, received_at=number))
    trust.put(tx, Trust(root=key(201), added=1))
    assert market.trim_profiles(tx, 2) == 3
    assert [row.root for row in market.list_profiles(tx, 1)] == [key(205), key(201)]

"""Deals and what they lock of an intent."""

from __future__ import annotations

import dataclasses

import pytest

from tests.storage.samples import deal, key
from vrmnode.errors import StorageError
from vrmnode.storage import deals
from vrmnode.storage.database import Tx


def test_a_deal_comes_back_as_it_was(tx: Tx) -> None:
    plain = deal(1)
    full = deal(
        2,
        vendor_name="Bäcker",
        offer_digest=key(7),
        total=4500,
        currency="EUR",
        quantity=3,
        valid_through=2000,
        confirm_by=2100,
        peer_seal_suite="x25519",
        peer_seal_key=key(8),
        shard_out=255,
        shard_in=0,
        body_bytes=8192,
        next_seq=4,
        last_digest=key(9),
        highest_in=2,
        document=b"agreement",
        fault="equivocation",
    )
    for item in (plain, full):
        deals.insert(tx, item)
        assert deals.get(tx, item.deal) == item
    assert deals.get(tx, key(3)) is None


def test_a_deal_exists_once(tx: Tx) -> None:
    deals.insert(tx, deal())
    with pytest.raises(StorageError) as caught:
        deals.insert(tx, deal())
    assert caught.value.code == "storage.conflict"


def test_update_changes_what_is_named(tx: Tx) -> None:
    deals.insert(tx, deal(1, total=5))
    deals.insert(tx, deal(2))
    deals.update(tx, key(1), updated=1100, state="agreed", document=b"file", total=None)
    expected = dataclasses.replace(
        deal(1), updated=1100, state="agreed", document=b"file", total=None
    )
    assert deals.get(tx, key(1)) == expected
    assert deals.get(tx, key(2)) == deal(2)


def test_update_refuses_unknown_columns_and_deals(tx: Tx) -> None:
    deals.insert(tx, deal())
    with pytest.raises(TypeError, match="customer"):
        deals.update(tx, key(1), updated=1, customer=key(2))  # type: ignore[call-arg]
    with pytest.raises(StorageError) as caught:
        deals.update(tx, key(9), updated=1, state="agreed")
    assert caught.value.code == "storage.conflict"


def test_list_by_role_state_and_intent(tx: Tx) -> None:
    deals.insert(tx, deal(1, updated=1))
    deals.insert(tx, deal(2, updated=3, state="agreed"))
    deals.insert(tx, deal(3, updated=2, role="vendor", intent_id=key(301)))

    def found(**asked: object) -> list[int]:
        return [item.deal[-1] for item in deals.list_deals(tx, **asked)]  # type: ignore[arg-type]

    assert found() == [2, 3, 1]
    assert found(role="customer") == [2, 1]
    assert found(role="customer", state="agreed") == [2]
    assert found(intent_id=key(301)) == [3]


def test_by_prefix(tx: Tx) -> None:
    first = bytes.fromhex("abcdef") + bytes(29)
    second = bytes.fromhex("abcde0") + b"\xff" * 29
    for item in (first, second):
        deals.insert(tx, dataclasses.replace(deal(), deal=item))

    def found(prefix: str) -> set[bytes]:
        return {item.deal for item in deals.by_prefix(tx, prefix)}

    assert found("abcde") == {first, second}
    assert found("ABCDEF") == {first}
    assert found(second.hex()) == {second}
    for nothing in ("", "abd", "xyz", "%", second.hex() + "0"):
        assert found(nothing) == set()


def test_locked_quantity_counts_acceptances_of_the_customer(tx: Tx) -> None:
    assert deals.locked_quantity(tx, key(300)) == 0
    deals.insert(tx, deal(1, quantity=2, state="accepted"))
    deals.insert(tx, deal(2, quantity=3, state="agreed"))
    deals.insert(tx, deal(3, quantity=10, state="offered"))
    deals.insert(tx, deal(4, quantity=10, state="withdrawn"))
    deals.insert(tx, deal(5, quantity=10, state="agreed", role="vendor"))
    deals.insert(tx, deal(6, quantity=10, state="agreed", intent_id=key(301)))
    assert deals.locked_quantity(tx, key(300)) == 5


def test_counts(tx: Tx) -> None:
    assert deals.count_by_state(tx, "vendor") == {}
    deals.insert(tx, deal(1, created=100, state="agreed"))
    deals.insert(tx, deal(2, created=200))
    deals.insert(tx, deal(3, created=300))
    deals.insert(tx, deal(4, created=300, role="vendor", intent_id=key(301)))
    assert deals.count_by_state(tx, "customer") == {"agreed": 1, "offered": 2}

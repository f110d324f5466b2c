"""Signed messages: once each, and who has acknowledged what."""

from __future__ import annotations

import pytest

from tests.storage.samples import deal, key, message
from vrmnode.errors import StorageError
from vrmnode.storage import deals, messages
from vrmnode.storage.database import Tx


@pytest.fixture(autouse=True)
def _deal(tx: Tx) -> None:
    deals.insert(tx, deal(1))


def test_a_message_is_kept_once(tx: Tx) -> None:
    assert messages.put(tx, message(1))
    assert not messages.put(tx, message(1, raw=b"other", received_at=9999))
    assert messages.get(tx, key(1001)) == message(1)
    assert messages.get(tx, key(1002)) is None


def test_a_message_needs_its_deal(tx: Tx) -> None:
    with pytest.raises(StorageError) as caught:
        messages.put(tx, message(1, deal=key(9)))
    assert caught.value.code == "storage.conflict"


def test_list_in_order_of_arrival(tx: Tx) -> None:
    for number, at in ((3, 10), (1, 30), (2, 20)):
        messages.put(tx, message(number, received_at=at))
    listed = messages.list_messages(tx, key(1))
    assert [item.seq for item in listed] == [3, 2, 1]
    assert messages.raws(tx, key(1)) == [item.raw for item in listed]


def test_of_one_second_the_first_written_comes_first(tx: Tx) -> None:
    for number in (3, 1, 2):
        messages.put(tx, message(number, received_at=10))
    assert [item.seq for item in messages.list_messages(tx, key(1))] == [3, 1, 2]
    found = messages.received_of_kind(tx, message(1).kind, 2)
    assert [item.seq for item in found] == [2, 1]


def test_own_messages_are_acknowledged_once(tx: Tx) -> None:
    messages.put(tx, message(1, own=True))
    messages.put(tx, message(2))
    assert messages.mark_acked(tx, [key(1001), key(1002), key(1999)], 50) == 1
    assert messages.mark_acked(tx, [key(1001)], 60) == 0
    found = messages.get(tx, key(1001))
    assert found is not None
    assert found.acked_at == 50


def test_what_is_left_to_acknowledge(tx: Tx) -> None:
    messages.put(tx, message(1, own=True))
    messages.put(tx, message(2, kind="ack"))
    for number in range(3, 23):
        messages.put(tx, message(number))
    first = messages.to_acknowledge(tx, key(1))
    assert first == [key(1000 + number) for number in range(3, 19)]
    messages.mark_ack_sent(tx, first, 50)
    assert messages.to_acknowledge(tx, key(1)) == [key(1000 + n) for n in range(19, 23)]
    messages.need_ack_again(tx, key(1005))
    assert messages.to_acknowledge(tx, key(1), 1) == [key(1005)]
    messages.mark_ack_sent(tx, messages.to_acknowledge(tx, key(1)), 60)
    assert messages.to_acknowledge(tx, key(1)) == []


def test_offers_of_the_customer(tx: Tx) -> None:
    deals.insert(tx, deal(2, intent_id=key(301)))
    deals.insert(tx, deal(3, role="vendor"))
    messages.put(tx, message(1))
    messages.put(tx, message(2, deal=key(2)))
    messages.put(tx, message(3, deal=key(3), own=True))
    messages.put(tx, message(4, kind="decline"))
    assert [item.seq for item in messages.offers(tx)] == [1, 2]
    assert [item.seq for item in messages.offers(tx, key(301))] == [2]


def test_by_prefix_and_kind(tx: Tx) -> None:
    messages.put(tx, message(1))
    messages.put(tx, message(2, kind="accept"))
    prefix = key(1001).hex()[:60]
    assert len(messages.by_prefix(tx, prefix)) == 2
    assert [item.seq for item in messages.by_prefix(tx, prefix, "accept")] == [2]
    assert messages.by_prefix(tx, "zz") == []


def test_seqs_are_those_of_one_author_in_one_deal(tx: Tx) -> None:
    assert messages.seqs(tx, key(1), key(201)) == []
    for number in (5, 0, 2):
        messages.put(tx, message(number))
    assert messages.seqs(tx, key(1), key(201)) == [0, 2, 5]
    assert messages.seqs(tx, key(1), key(202)) == messages.seqs(tx, key(2), key(201)) == []


def test_missing_seqs(tx: Tx) -> None:
    assert messages.missing_seqs(tx, key(1), key(201)) == []
    for number in (0, 2, 5):
        messages.put(tx, message(number))
    assert messages.missing_seqs(tx, key(1), key(201)) == [1, 3, 4]


def test_missing_seqs_below_the_highest_possible_one(tx: Tx) -> None:
    messages.put(tx, message(1, seq=2**31))
    assert messages.missing_seqs(tx, key(1), key(201), 5) == [0, 1, 2, 3, 4]

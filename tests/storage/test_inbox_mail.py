"""Questions and counters that wait, each with who works on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.storage.samples import key
from vrmnode.errors import StorageError
from vrmnode.storage import inbox_mail
from vrmnode.storage.database import Tx
from vrmnode.storage.inbox_mail import InboxMail

COUNTER = InboxMail(digest=key(2), kind="counter", deal=key(9), added=5, answer_by=50)
QUESTION = InboxMail(digest=key(1), kind="question", deal=key(9), added=5, answer_by=90)


def test_the_most_urgent_comes_first(tx: Tx) -> None:
    for entry in (QUESTION, COUNTER):
        inbox_mail.put(tx, entry)
    assert inbox_mail.list_entries(tx) == [COUNTER, QUESTION]
    assert inbox_mail.count(tx) == 2
    assert sorted(each.kind for each in inbox_mail.of_deal(tx, key(9))) == ["counter", "question"]
    assert inbox_mail.of_deal(tx, key(8)) == []
    assert inbox_mail.by_prefix(tx, key(2).hex()) == [COUNTER]
    assert inbox_mail.by_prefix(tx, "xyz") == []


def test_a_claim_ends_by_itself(tx: Tx) -> None:
    claimed = replace(COUNTER, claimed_by="Anna", claimed_until=40)
    inbox_mail.put(tx, COUNTER)
    inbox_mail.put(tx, claimed)
    found = inbox_mail.get(tx, key(2))
    assert found == claimed
    assert (claimed.claimer(39), claimed.claimer(40)) == ("Anna", None)
    assert inbox_mail.remove(tx, key(2)) and not inbox_mail.remove(tx, key(2))


def test_only_what_a_human_answers(tx: Tx) -> None:
    with pytest.raises(StorageError):
        inbox_mail.put(tx, replace(COUNTER, kind="offer"))

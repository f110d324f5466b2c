"""Rows that stand because of one deal, and no others."""

from __future__ import annotations

from tests.storage import samples
from tests.storage.samples import key
from vrmnode.storage import deals, events, holdings, messages, timers


def counted(tx, number=1):
    return holdings.count(
        tx,
        deal=key(number),
        pseudonym=key(100 + number),
        intent=key(200 + number),
        root=key(9),
        feedback_key=None,
    )


def test_only_the_rows_of_the_deal_count(tx):
    assert set(counted(tx)) == holdings.TABLES
    assert not any(counted(tx).values())
    for number in (1, 2):
        deals.insert(tx, samples.deal(number))
        timers.arm(tx, "acknowledge", key(number), 5)
        events.append(tx, 1, "deal.agreed", "deal", key(number), {})
        events.append(tx, 1, "intent.seen", "intent", key(100 + number), {})
    messages.put(tx, samples.message(50, deal=key(1)))
    events.append(tx, 1, "offer.sent", "offer", key(1050), {})
    found = {table: count for table, count in counted(tx).items() if count}
    assert found == {"deals": 1, "messages": 1, "timers": 1, "events": 3}
    assert counted(tx, 2)["events"] == 2
    assert not any(counted(tx, 3).values())

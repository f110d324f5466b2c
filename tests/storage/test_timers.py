"""Timers that survive restarts."""

from __future__ import annotations

from tests.storage.samples import key
from vrmnode.storage import timers
from vrmnode.storage.database import Tx
from vrmnode.storage.timers import Timer


def test_one_timer_of_a_kind_per_subject(tx: Tx) -> None:
    assert timers.next_at(tx) is None
    timers.arm(tx, "ack", key(1), 50)
    timers.arm(tx, "ack", key(1), 40)
    timers.arm(tx, "decide", key(1), 60)
    timers.arm(tx, "ack", key(2), 45)
    assert timers.next_at(tx) == 40
    assert timers.due(tx, 39) == []
    assert timers.due(tx, 45) == [
        Timer(kind="ack", subject=key(1), at=40),
        Timer(kind="ack", subject=key(2), at=45),
    ]
    assert len(timers.due(tx, 100, 1)) == 1
    timers.clear(tx, "ack", key(1))
    timers.clear(tx, "ack", key(1))
    assert timers.next_at(tx) == 45
    assert timers.clear_subject(tx, key(1)) == 1
    assert [timer.subject for timer in timers.due(tx, 100)] == [key(2)]


def test_the_earlier_time_wins(tx: Tx) -> None:
    for at in (50, 40, 60):
        timers.arm_earlier(tx, "ack", key(1), at)
    assert timers.next_at(tx) == 40

"""Every status, statement and duty of an order has words."""

from __future__ import annotations

from typing import get_args

from vrmnode.values import order_words
from vrmprotocol import order_rules, order_timeline
from vrmprotocol.order_bodies import BUYER_EVENTS, SELLER_EVENTS, STRUCTS


def test_every_status_statement_and_duty_has_words():
    assert set(order_words.STATUS) == set(order_rules.STATUSES)
    assert set(order_words.PAYMENT) == set(order_rules.PAYMENT_STATUSES)
    assert set(order_words.DUTIES) == set(get_args(order_timeline.What))
    words = {*SELLER_EVENTS, *BUYER_EVENTS, *STRUCTS} - {"order_event", "cancel", "return_answer"}
    assert words <= set(order_words.SAID)

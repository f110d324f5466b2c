"""Every code that an order can carry has words."""

from __future__ import annotations

from typing import get_args

import pytest

from vrmnode.values import order_words
from vrmnode.values.order_words import reason_words
from vrmprotocol import order_bodies, order_rules, order_timeline
from vrmprotocol.order_bodies import BUYER_EVENTS, FIELDS, SELLER_EVENTS, STRUCTS

CODES = [
    *((event, reason) for event, row in FIELDS.items() for reason in sorted(row.reasons)),
    *(("cancel", reason) for reason in get_args(order_bodies.BuyerCancelReason)),
    *(("cancel", reason) for reason in get_args(order_bodies.SellerCancelReason)),
    *(("return_request", reason) for reason in get_args(order_bodies.ReturnReason)),
    *(("return_answer", reason) for reason in get_args(order_bodies.ReturnRefusal)),
]


@pytest.mark.parametrize(("word", "reason"), sorted(set(CODES)))
def test_every_reason_has_words(word, reason):
    words = reason_words(word, reason)
    assert words != reason and "_" not in words


def test_no_words_for_codes_that_there_are_not():
    known = {reason for _, reason in CODES}
    assert {reason for words in order_words.REASONS.values() for reason in words} <= known


def test_every_status_statement_and_duty_has_words():
    assert set(order_words.STATUS) == set(order_rules.STATUSES)
    assert set(order_words.PAYMENT) == set(order_rules.PAYMENT_STATUSES)
    assert set(order_words.DUTIES) == set(get_args(order_timeline.What))
    words = {*SELLER_EVENTS, *BUYER_EVENTS, *STRUCTS} - {"order_event", "cancel", "return_answer"}
    assert words <= set(order_words.SAID)


def test_an_unknown_code_stands_for_itself():
    assert reason_words("shipped", "by_balloon") == "by_balloon"

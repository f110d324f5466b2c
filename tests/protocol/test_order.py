"""The state of an order: a function of the set, in any order; every row of the table is reached."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.codes import local_code
from vrmprotocol import message, order, order_moves, order_rules
from vrmprotocol.order_bodies import (
    BUYER_EVENTS,
    FIELDS,
    SELLER_EVENTS,
    STRUCTS,
    OrderBody,
    OrderEvent,
)

FILE = Path(__file__).resolve().parents[2] / "protocol" / "vectors" / "orders.json"
HEAD = json.loads(FILE.read_text(encoding="utf-8"))
SAID: dict[str, Any] = {
    label: message.verify_and_load(bytes.fromhex(raw), expected_recipient=None)
    for label, raw in HEAD["messages"].items()
}
AGREED = [SAID[f"{word}-prepaid"] for word in ("offer", "accept", "agreement")]
REST = [SAID[label] for label in sorted(SAID) if SAID[label] not in AGREED]


def after(*labels: str) -> Any:
    return order.evaluate([*AGREED, *(SAID[label] for label in labels)])


# SPEC 11: The reader MUST compute the state of an order from the set of the deal's verified
# messages alone.
@given(st.lists(st.sampled_from(REST), max_size=14), st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_order_and_repetition_make_no_difference(messages, random):
    whole = [*AGREED, *messages]
    shuffled = [*whole, *random.choices(whole, k=3)]
    random.shuffle(shuffled)
    assert order.evaluate(whole) == order.evaluate(shuffled)


@given(st.sets(st.sampled_from(sorted(SAID))), st.sampled_from(sorted(SAID)))
def test_nothing_but_received_leads_away_from_cancelled(labels, more):
    before = after(*labels)
    if before.status == "cancelled" and not more.startswith("received"):
        assert after(*labels, more).status == "cancelled"


@given(st.sets(st.sampled_from(sorted(SAID))))
def test_money_adds_up(labels):
    payment = after(*labels).payment
    assert payment.came - payment.went == payment.owed - payment.missing + payment.refund_due
    assert payment.missing == 0 or payment.refund_due == 0


def test_there_is_no_order_without_an_agreement():
    assert order.evaluate([]) is None
    assert order.evaluate(AGREED[:2]) is None
    assert order.evaluate([SAID["shipped"], *AGREED[:2]]) is None


def test_every_row_of_the_table_is_reached():
    found = set()
    for case in HEAD["cases"]:
        if case["op"] != "script":
            continue
        state = order.evaluate(SAID[step["event"]] for step in case["input"]["script"])
        if state is not None:
            found.add(next(rule for rule in order_rules.RULES if rule.fits(state.flags)))
    assert found == set(order_rules.RULES)


def test_every_status_has_moves_for_both_and_money_is_always_spoken_of():
    for status in order_rules.STATUSES:
        assert "payment_sent" in order_rules.permitted("buyer", status)
        assert {"paid", "refunded"} <= order_rules.permitted("seller", status)


def test_every_word_is_somebodys_and_has_a_row():
    assert FIELDS.keys() == SELLER_EVENTS | BUYER_EVENTS
    assert not SELLER_EVENTS & BUYER_EVENTS
    assert set(order_rules.MOST) == set(STRUCTS)


# SPEC 11: The writer MUST NOT send more messages of an order of one kind than the table of limits
# says.
def test_a_side_says_no_more_than_the_other_keeps():
    state = after()
    said = next(s for s in after("payment-sent").said if s.message.kind == "order_event")
    full = [said] * order_rules.MOST["order_event"]
    filled = type(state)(**{**_fields(state), "said": tuple(full)})
    with pytest.raises(Exception, match="at most 64"):
        order_moves.check(filled, "customer", said.body, now=0)


def _fields(state):
    return {name: getattr(state, name) for name in state.__dataclass_fields__}


# SPEC 11: The writer MUST name the agreement document that counts in every message of an order.
def test_a_statement_about_another_document_is_not_signed():
    other = SAID["received.invoice"].body
    assert isinstance(other, OrderBody)
    code = local_code(lambda: order_moves.check(after("shipped"), "customer", other, now=0))
    assert code == "order.illegal_move"


def test_goods_came_when_the_customer_says_so_first():
    assert after("delivered").came_at == SAID["delivered"].body.at
    state = after("delivered", "received")
    assert state.came_at == SAID["received"].body.at
    assert order_moves.return_until(after()) is None


def test_a_statement_keeps_its_details_out_of_logs():
    event = SAID["payment-due"].body
    assert isinstance(event, OrderEvent)
    assert "DE75512108001245126199" not in repr(event)

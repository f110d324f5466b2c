"""One timeline and one list of duties, whatever came first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.test_order import AGREED, REST, SAID, after
from vrmprotocol import negotiation, order, order_timeline
from vrmprotocol.order_timeline import timeline


def told(messages):
    deal = negotiation.evaluate(messages)
    found = order.of_deal(deal, messages)
    assert found is not None
    return [entry.message.digest for entry in timeline(deal, found)]


# SPEC 11: The node MUST show the timeline of an order in this order.
@given(st.lists(st.sampled_from(REST), max_size=20), st.randoms(use_true_random=False))
def test_it_depends_on_the_set_alone(messages, random):
    whole = [*AGREED, *messages]
    shuffled = [*whole, *whole[:2]]
    random.shuffle(shuffled)
    assert told(whole) == told(shuffled)


@given(st.sets(st.sampled_from(sorted(SAID))))
def test_nobody_says_the_later_before_the_earlier(labels):
    messages = [*AGREED, *(SAID[label] for label in labels)]
    deal = negotiation.evaluate(messages)
    found = order.of_deal(deal, messages)
    assert found is not None
    entries = timeline(deal, found)
    for side in ("buyer", "seller"):
        numbers = [entry.message.seq for entry in entries if entry.side == side]
        assert numbers == sorted(numbers)


def test_an_answer_stands_after_what_it_answers_whatever_the_clocks_say():
    late = told([*AGREED, SAID["payment-due"], SAID["payment-sent.late"]])
    assert late[0] == SAID["payment-sent.late"].digest
    seen = told([*AGREED, SAID["payment-due"], SAID["payment-sent.seen"]])
    assert seen[-1] == SAID["payment-sent.seen"].digest


def test_the_withdrawal_stands_in_it():
    found = after("payment-due", "withdraw")
    deal = negotiation.evaluate([*AGREED, SAID["payment-due"], SAID["withdraw"]])
    words = [entry.word for entry in timeline(deal, found)]
    # Signed in the second of the agreement: the buyer's comes before the seller's.
    assert words == ["withdraw_accept", "agreement", "payment_due"]


def test_a_thing_is_held_until_it_is_brought_back():
    assert order_timeline.holds_thing(after("collected.first"))
    assert not order_timeline.holds_thing(after("collected.first", "delivered"))
    assert not order_timeline.holds_thing(after("collected.first", "received"))
    assert not order_timeline.holds_thing(after("delivered", "collected"))
    assert not order_timeline.holds_thing(after())


def test_a_lease_ends_some_days_after_it_came():
    base = [SAID[f"{word}-lease"] for word in ("offer", "accept", "agreement")]
    found = order.evaluate([*base, SAID["delivered.lease"]])
    assert found is not None
    assert order_timeline.lease_ends(found) == SAID["delivered.lease"].body.at + 14 * 86_400
    undelivered = order.evaluate(base)
    assert undelivered is not None
    assert order_timeline.lease_ends(undelivered) is None
    assert order_timeline.lease_ends(after("delivered")) is None

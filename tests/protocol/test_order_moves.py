"""What may be said about an order, beyond what the vectors show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import survives
from tests.protocol.deals import DAY, DRAFT, NOW, make
from tests.protocol.test_order import SAID, after
from vrmprotocol import draft, order_moves, order_rules
from vrmprotocol.errors import LocalError
from vrmprotocol.order_bodies import OrderBody


@given(st.sets(st.sampled_from(sorted(SAID))), st.sampled_from(sorted(SAID)))
def test_whatever_is_said_is_allowed_or_refused_by_code(labels, label):
    body = SAID[label].body if hasattr(SAID[label], "body") else None
    if isinstance(body, OrderBody):
        for role in ("customer", "vendor"):
            outcome = survives(order_moves.check, after(*labels), role, body, now=NOW)
            assert outcome is None or outcome.startswith("order.")


def test_an_order_is_spoken_of_until_nothing_can_come_back():
    assert order_moves.spoken_until(DRAFT, NOW) == NOW + (90 + 30) * DAY
    later = make(DRAFT, delivery_latest=NOW + 200 * DAY)
    assert order_moves.spoken_until(later, NOW) == NOW + (200 + 90 + 30) * DAY
    leased = make(DRAFT, lease=draft.Lease(lease_length=14))
    assert order_moves.spoken_until(leased, NOW) == NOW + (90 + 30 + 14) * DAY


# SPEC 11: The node MUST keep the reply key of an agreed deal, unless it deletes what was disclosed,
# and watch its tags for 90 days, `returns.days` and `leaseLength` days after the later of its last
# message and `deliveryLatest`, or for `retentionOrder` days but at most 3,650 if that is longer.
def test_both_listen_as_long_as_the_vendor_keeps_what_it_knows():
    assert order_moves.keep_until(DRAFT, NOW) == NOW + 730 * DAY
    for days, listened in ((0, 90 + 30), (90, 90 + 30), (365, 365), (36_500, 3_650)):
        kept = make(DRAFT, addendum={"retentionOrder": days})
        assert order_moves.keep_until(kept, NOW) == NOW + listened * DAY
    foreign = make(DRAFT, terms="SD-OTHER")
    assert order_moves.keep_until(foreign, NOW) == NOW + (90 + 30) * DAY


@given(st.sets(st.sampled_from(sorted(SAID))))
def test_what_can_be_said_is_permitted_and_has_something_to_be_about(labels):
    found = after(*labels)
    for role in ("customer", "vendor"):
        words = order_moves.can_say(found, role)
        permitted = order_rules.permitted(found.side_of(role), found.status)
        assert set(words) <= permitted
        for word in permitted - set(words):
            assert not order_moves.nameable(found, word)


def test_words_without_an_object_are_not_offered():
    assert "not_received" in order_moves.can_say(after("delivered"), "customer")
    assert "not_received" not in order_moves.can_say(after("delivered", "received"), "customer")
    assert "return_sent" not in order_moves.can_say(after("delivered"), "customer")
    both = order_moves.can_say(after("delivered", "return-both"), "customer")
    assert "return_request" not in both
    assert "return_answer" in order_moves.can_say(after("delivered", "return-one"), "vendor")


def test_a_reason_of_the_other_side_is_refused_with_the_own_ones():
    refused = local_error(after("payment-due"), "customer", SAID["cancel-seller-again"].body)
    assert "changed_mind" in refused.detail and "came unpaid" in refused.detail
    refused = local_error(after("payment-due"), "customer", SAID["shipped"].body)
    assert refused.detail == "expected a word of the buyer, came shipped"


def test_who_has_asked_to_give_all_back_is_told_so():
    refused = local_error(after("delivered", "return-both"), "customer", SAID["return-one"].body)
    assert refused.code == "order.illegal_move"
    assert refused.detail == "expected goods to give back, came an order of which all is asked for"


def local_error(found, role, body):
    with pytest.raises(LocalError) as caught:
        order_moves.check(found, role, body, now=NOW)
    return caught.value

"""What may be said about an order, beyond what the vectors show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import survives
from tests.protocol.deals import DAY, DRAFT, NOW, make
from tests.protocol.test_order import SAID, after
from vrmprotocol import draft, order_moves
from vrmprotocol.order_bodies import OrderBody


@given(st.sets(st.sampled_from(sorted(SAID))), st.sampled_from(sorted(SAID)))
def test_whatever_is_said_is_allowed_or_refused_by_code(labels, label):
    body = SAID[label].body if hasattr(SAID[label], "body") else None
    if isinstance(body, OrderBody):
        for role in ("customer", "vendor"):
            outcome = survives(order_moves.check, after(*labels), role, body, now=NOW)
            assert outcome is None or outcome.startswith("order.")


# SPEC 11: The node MUST keep the reply key of an agreed deal and watch its tags for 90 days,
# `returns.days` and `leaseLength` days after the later of its last message and `deliveryLatest`.
def test_an_order_is_spoken_of_until_nothing_can_come_back():
    assert order_moves.keep_until(DRAFT, NOW) == NOW + (90 + 30) * DAY
    later = make(DRAFT, delivery_latest=NOW + 200 * DAY)
    assert order_moves.keep_until(later, NOW) == NOW + (200 + 90 + 30) * DAY
    leased = make(DRAFT, lease=draft.Lease(lease_length=14))
    assert order_moves.keep_until(leased, NOW) == NOW + (90 + 30 + 14) * DAY

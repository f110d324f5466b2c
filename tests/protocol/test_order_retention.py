"""When an order is completed, and by when its data have to be deleted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.deals import DAY, DRAFT, make
from tests.protocol.terms_strategies import LEVELS
from tests.protocol.test_order import SAID, after
from vrmprotocol import order_retention
from vrmprotocol.order_moves import return_until
from vrmprotocol.order_timeline import duties
from vrmprotocol.terms_axes import AXES

LABELS = st.sets(st.sampled_from(sorted(SAID)))


def with_terms(order, **addendum):
    """The same order under SD-BASE with an addendum."""
    return type(order)(
        **{
            **{name: getattr(order, name) for name in order.__slots__},
            "draft": make(order.draft, addendum=addendum),
        }
    )


@given(LABELS)
def test_nothing_is_completed_while_somebody_owes_something(labels):
    order = after(*labels)
    completed = order_retention.completed_at(order)
    assert (completed is None) == bool(duties(order))
    if completed is not None:
        assert completed >= max([order.agreed_at, *(s.message.created for s in order.said)])


@given(LABELS)
def test_goods_that_came_may_come_back_before_it_is_completed(labels):
    order, until = after(*labels), return_until(after(*labels))
    completed = order_retention.completed_at(order)
    if completed is not None and until is not None and order.status == "delivered":
        assert completed >= until


def test_an_order_that_was_just_agreed_has_no_end():
    assert order_retention.completed_at(after()) is None
    assert order_retention.delete_by(after()) is None


# SPEC 09: The node MUST count this time from when it received a statement, and the arrival of goods
# from when it was told of it, where these are dated later than that.
@given(LABELS, st.integers(0, 10**8), st.integers(0, 10**8))
def test_who_dates_ahead_postpones_nothing(labels, early, late):
    order = after(*labels)
    dated = order_retention.completed_at(order)
    if dated is None:
        return
    every = {order.agreement, *(said.digest for said in order.said)}
    at = order.agreed_at - early
    until = at + (0 if order.came is None else order.draft.returns.days * DAY)
    bounded = order_retention.completed_at(order, dict.fromkeys(every, at))
    assert bounded is not None
    assert at <= bounded <= until
    # What comes late counts from its date, and what this node doesn't know of, too.
    assert order_retention.completed_at(order, dict.fromkeys(every, dated + late)) == dated
    assert order_retention.completed_at(order, {}) == dated


@pytest.mark.parametrize("days", [0, 30, 730])
def test_the_time_runs_from_the_completion(days):
    order = with_terms(after("cancel-seller"), retentionOrder=days)
    completed = order_retention.completed_at(order)
    assert completed is not None
    assert order_retention.delete_by(order) == completed + days * DAY


def test_without_limit_nothing_is_due():
    order = with_terms(after("cancel-seller"), retentionOrder=36_500)
    assert order_retention.completed_at(order) is not None
    assert order_retention.delete_by(order) is None


def test_terms_that_are_not_known_say_nothing():
    assert order_retention.retention_of(make(DRAFT, terms="SD-LATER")) is None
    order = with_terms(after("cancel-seller"), colour="red")
    assert order_retention.delete_by(order) is None


@given(LEVELS)
def test_the_retention_is_that_of_the_terms(addendum):
    found = order_retention.retention_of(make(DRAFT, addendum=addendum))
    assert found is not None
    asked = addendum.get("retentionOrder", AXES["retentionOrder"].default)
    assert found.days == (None if asked == 36_500 else asked)
    members = addendum.get("deletion", AXES["deletion"].default)
    assert (found.afterwards, found.on_request) == (
        "afterwards" in members,
        "onRequest" in members,
    )

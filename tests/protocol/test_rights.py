"""What became of rights requests, whatever the order, beyond what the vectors show."""

from __future__ import annotations

import random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.vectors import Case, cases
from vrmprotocol import message, negotiation, rights
from vrmprotocol.errors import LocalError
from vrmprotocol.message import SignedMessage
from vrmprotocol.rights import Request

VECTORS = {case.name: case for case in cases() if case.file == "rights"}
DAY = 86_400


def read(raw: str) -> SignedMessage:
    loaded = message.verify_and_load(bytes.fromhex(raw), expected_recipient=None)
    assert isinstance(loaded, SignedMessage)
    return loaded


def messages_of(case: Case) -> list[SignedMessage]:
    return [read(raw) for raw in case.given["set"]]


STATES = [case for case in VECTORS.values() if case.op == "state"]
EVERY = {
    one.digest: one for case in STATES if "at-once" not in case.name for one in messages_of(case)
}
POOL = sorted(EVERY.values(), key=lambda one: one.digest)
places = st.integers(0, len(POOL) - 1)
sets = st.sets(places).map(lambda found: [POOL[at] for at in sorted(found)])


def of(*names: str) -> tuple[Request, ...]:
    known = [one for name in names for one in messages_of(VECTORS[name])]
    return rights.evaluate(negotiation.evaluate(known), known)


# SPEC 15: The reader MUST compute the state of a request from the set of the deal's verified
# messages alone.
@given(sets, st.randoms(use_true_random=False))
def test_order_and_repetition_make_no_difference(known, rng: random.Random):
    deal = negotiation.evaluate(known)
    found = rights.evaluate(deal, known)
    again = [*known, *known[:3]]
    rng.shuffle(again)
    assert rights.evaluate(negotiation.evaluate(again), again) == found
    for one in found:
        assert one.state in get_args(rights.State)
        assert (one.decisive is None) == (one.state == "open")
        assert one.message.created < one.remind_at() < one.answer_by
        assert one.answer_by <= one.message.created + rights.LONGEST_DAYS * DAY


@given(sets, places.map(POOL.__getitem__))
def test_an_answered_request_stays_answered(known, more):
    """Whatever comes later: a vendor takes no yes back."""
    before = {one.digest: one for one in rights.evaluate(negotiation.evaluate(known), known)}
    wider = [*known, more]
    for one in rights.evaluate(negotiation.evaluate(wider), wider):
        was = before.get(one.digest)
        if was is not None and was.state == "fulfilled":
            assert one.state == "fulfilled"
        if was is not None and was.is_final:
            assert one.is_final


@given(sets)
def test_a_request_changes_neither_deal_nor_agreement(known):
    others = [one for one in known if not one.kind.startswith("rights_")]
    deal, without = negotiation.evaluate(known), negotiation.evaluate(others)
    assert (deal.state, deal.document) == (without.state, without.document)


# SPEC 15: The reader MUST let a message that doesn't count for a request change nothing of it.
def test_without_the_agreement_nothing_counts():
    known = messages_of(VECTORS["state-answered"])
    for missing in range(3):
        some = [one for at, one in enumerate(known) if at != missing]
        if some[0].kind == "offer" and any(one.kind == "accept" for one in some):
            assert rights.evaluate(negotiation.evaluate(some), some) == ()


def test_expired_is_a_way_to_show_it():
    (asked,) = of("state-access-open")
    assert asked.shown_as(asked.answer_by) == "open"
    assert asked.shown_as(asked.answer_by + 1) == "expired"
    (working,) = of("state-access-progress")
    assert working.shown_as(working.answer_by + 1) == "expired"
    (done,) = of("state-answered")
    assert done.shown_as(done.answer_by + 10**9) == "fulfilled"
    assert done.answered_at is not None and asked.answered_at is None
    (denied,) = of("state-access-denied")
    assert denied.shown_as(denied.answer_by + 1) == "denied"
    assert denied.status is not None and denied.status.reason == "no_match"


# SPEC 15: The node MUST remind its owner of a request that isn't answered 7 days before its time is
# over, and when it is over; where it has less than 8 days, a quarter of them before.
def test_when_to_remind():
    (asked,) = of("state-access-open")
    assert asked.remind_at() == asked.answer_by - 7 * DAY
    (at_once,) = of("state-at-once-access")
    assert at_once.answer_by == at_once.message.created + DAY
    assert at_once.remind_at() == at_once.answer_by - DAY // 4


def test_opting_out_holds_from_the_first_request():
    (asked,) = of("state-sale-open")
    assert rights.opted_out_of_sale([asked]) == asked.message.created
    assert rights.opted_out_of_sale(of("state-sale-denied")) == asked.message.created
    assert rights.opted_out_of_sale(of("state-access-open")) is None


def test_nobody_asks_without_an_agreement():
    known = messages_of(VECTORS["state-nothing"])
    rights.check_allowed(negotiation.evaluate(known))
    with pytest.raises(LocalError) as caught:
        rights.check_allowed(negotiation.evaluate(known[:2]))
    assert caught.value.code == "negotiation.illegal_move"


def test_portable_is_what_the_terms_say():
    assert rights.is_portable(negotiation.evaluate(messages_of(VECTORS["state-at-once-access"])))
    assert not rights.is_portable(negotiation.evaluate(messages_of(VECTORS["state-nothing"])))
    assert not rights.is_portable(negotiation.evaluate([]))

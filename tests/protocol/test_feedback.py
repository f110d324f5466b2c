"""Feedback: who may speak under whose grant, and what the bodies hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.codes import remote_code
from tests.protocol.deals import (
    CERTIFICATE,
    DAY,
    FEEDBACK,
    NOW,
    OFFER,
    ROOT,
    STRANGER,
    VENDOR,
    accept_body,
    agreement_body,
    customer,
    envelope_of,
    make,
    vendor,
)
from vrmprotocol import feedback, keys, market, negotiation

DIRECTORY = "/vrm/1/directory"
MONTH = feedback.month_of(NOW)
SAID = feedback.Feedback(
    v=1,
    seq=0,
    certificate=CERTIFICATE,
    month=MONTH,
    grant=feedback.grant(VENDOR, root=ROOT.public, feedback_key=FEEDBACK.public, month=MONTH),
    rating_value=4,
    experience=feedback.Experience(delivery="late"),
    review_body="It came late.",
    in_language="en",
)
REPLY = feedback.Reply(v=1, seq=0, certificate=CERTIFICATE, about=FEEDBACK.public, text="Sorry.")


def load(body, key=FEEDBACK, now=NOW):
    kind = "reply" if isinstance(body, feedback.Reply) else "feedback"
    sent = envelope_of(market.to_body(body), kind=kind, topic=DIRECTORY, key=key)
    return market.load_market(sent, now=now)


def test_both_come_back():
    assert load(SAID) == SAID
    assert load(REPLY, VENDOR) == REPLY


def test_only_who_was_granted_may_speak():
    assert remote_code(load, SAID, STRANGER) == "feedback.grant"
    assert remote_code(load, REPLY, STRANGER) == "message.author"


months = st.integers(0, 2**32 - 1).map(feedback.month_of)


@given(
    root=st.binary(min_size=32, max_size=32),
    key=st.binary(min_size=32, max_size=32),
    month=months,
    other=st.tuples(
        st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), months
    ),
)
@settings(max_examples=50)
def test_a_grant_is_for_one_root_key_and_month(root, key, month, other):
    signed = feedback.grant(VENDOR, root=root, feedback_key=key, month=month)
    subject = VENDOR.public
    for each in [(root, key, month), other]:
        named = dict(zip(("root", "feedback_key", "month"), each, strict=True))
        granted = feedback.is_granted(signed, subject=subject, **named)
        assert granted == (each == (root, key, month))
    by_another = keys.SigningKey(b"o" * 32).public
    assert not feedback.is_granted(
        signed, subject=by_another, root=root, feedback_key=key, month=month
    )


def _deal(*, accepted_at=NOW + 60, granted_to=None):
    seller, buyer = vendor(), customer()
    offer = seller.say("offer", OFFER)
    accept = buyer.say("accept", accept_body(offer, accepted_at=accepted_at))
    body = agreement_body(accept, offer)
    if granted_to is not None:
        month = feedback.month_of(accepted_at)
        other = feedback.grant(VENDOR, root=ROOT.public, feedback_key=granted_to, month=month)
        body = make(body, feedback_grant=other)
    return negotiation.evaluate([offer, accept, seller.say("agreement", body)])


# SPEC 14: The reader MUST count an agreement whose grant is wrong like one whose signature over the
# document is wrong.
def test_nothing_is_agreed_without_the_grant():
    assert _deal().state == "agreed"
    refused = _deal(granted_to=STRANGER.public)
    assert refused.state == "accepted"
    assert [fault.code for fault in refused.faults] == ["negotiation.countersignature"]


# SPEC 14: The writer MUST grant in an agreement the feedback key of the accept, for the month of
# its `acceptedAt`.
@pytest.mark.parametrize("accepted_at", [NOW, NOW + 40 * DAY])
def test_the_grant_of_an_agreement_lets_its_customer_speak(accepted_at):
    state = _deal(accepted_at=accepted_at)
    said = make(
        SAID,
        month=feedback.month_of(accepted_at),
        grant=state.agreement.body.feedback_grant,
    )
    if accepted_at == NOW:
        assert load(said) == said
    else:
        assert remote_code(load, said) == "message.body"  # the envelope is older than the purchase


# SPEC 14: The reader MUST NOT refuse feedback because the key of its certificate has been revoked.
def test_feedback_outlives_its_certificate():
    assert load(SAID, now=NOW + 600 * DAY) == SAID
    assert remote_code(load, REPLY, VENDOR, NOW + 600 * DAY) == "certificate.expired"


def test_nothing_of_sealed_feedback_is_in_its_repr():
    body = feedback.SealedFeedback(agreement=bytes(32), review_body="Private.")
    assert "Private" not in repr(body)


@given(st.integers(0, 2**32 - 2))
@settings(max_examples=200)
def test_months_follow_one_another(time):
    assert feedback.month_of(time) <= feedback.month_of(time + 1)


@given(months)
def test_a_month_begins_with_its_first_second(month):
    assert feedback.month_of(feedback.begins(month)) == month
    first = feedback.begins(month)
    assert first == 0 or feedback.month_of(first - 1) < month

"""The state of a deal: a function of the set, whatever the order; every row and move is reached."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.codes import local_code
from tests.protocol.deals import (
    CERTIFICATE,
    CUSTOMER,
    DAY,
    DRAFT,
    INTENT,
    INTENT_ID,
    NOW,
    OFFER,
    ROOT,
    STRANGER,
    VENDOR,
    accept_body,
    agreement_body,
    customer,
    make,
    vendor,
)
from vrmprotocol import agreement_report, bodies, draft, inner, mail, message, negotiation
from vrmprotocol.errors import LocalError
from vrmprotocol.moments import in_words
from vrmprotocol.sealed_intent import SealedIntent

_V, _C = vendor(), customer()
OFFER_1 = _V.say("offer", OFFER)
OFFER_2 = _V.say("offer", make(OFFER, note="Another."))
ACCEPT = _C.say("accept", accept_body(OFFER_1))
AGREEMENT = _V.say("agreement", agreement_body(ACCEPT, OFFER_1))
VENDOR_NO = _V.say("decline", mail.Decline(of=ACCEPT.digest, reason="out_of_stock"))
REFUSAL = _V.say("decline", mail.Decline(of=INTENT_ID, reason="late", certificate=CERTIFICATE))
WITHDRAW = _C.say("withdraw_accept", mail.WithdrawAccept(accept=ACCEPT.digest, reason="duplicate"))
NO_1 = _C.say("decline", mail.Decline(of=OFFER_1.digest, reason="terms"))
NO_2 = _C.say("decline", mail.Decline(of=OFFER_2.digest, reason="terms"))
ACK = _C.say("ack", mail.Ack())
QUESTION = _C.say("question", mail.Question(offer=OFFER_1.digest, text="Which colour?"))
COUNTER = _C.say("counter", mail.Counter(offer=OFFER_1.digest, total=1))
WANTED = _C.say("sealed_intent", SealedIntent(status="withdrawn", intent=INTENT))
NO_LESS = _V.say("decline", mail.Decline(of=COUNTER.digest, reason="floor"))
ANSWER = _V.say("answer", mail.Answer(question=QUESTION.digest, text="Black."))
ACCEPT_2 = _C.say("accept", accept_body(OFFER_2))
AGREEMENT_2 = _V.say("agreement", agreement_body(ACCEPT_2, OFFER_2))
WRONG_AGREEMENT = _V.say("agreement", agreement_body(ACCEPT, OFFER_1, key=STRANGER))
LATER = message.verify_and_load(
    inner.write(
        {
            "v": 2,
            "kind": "later",
            "deal": ACK.deal,
            "seq": 9,
            "prev": ACK.digest,
            "author": CUSTOMER.public,
            "recipient": VENDOR.public,
            "created": NOW,
            "received": [],
            "body": {},
        },
        CUSTOMER,
    ),
    expected_recipient=None,
)
HONEST = [OFFER_1, ACCEPT, AGREEMENT, VENDOR_NO, REFUSAL, WITHDRAW, NO_1, NO_2, OFFER_2, ACK, LATER]
EVERYTHING = [*HONEST, ACCEPT_2, AGREEMENT_2, WRONG_AGREEMENT]


def state(*messages):
    return negotiation.evaluate(messages).state


SCRIPTS = [
    ("none", []),
    ("none", [ACK, LATER]),
    ("refused", [REFUSAL]),
    ("offered", [REFUSAL, OFFER_1]),
    ("offered", [OFFER_1, OFFER_2, NO_1]),
    ("offered", [OFFER_1, NO_2]),
    ("declined", [OFFER_1, NO_1]),
    ("declined", [OFFER_1, OFFER_2, NO_1, NO_2]),
    ("offered", [OFFER_1, NO_1, OFFER_2]),
    ("accepted", [OFFER_1, ACCEPT]),
    ("accepted", [ACCEPT]),
    ("accepted", [OFFER_1, ACCEPT, WRONG_AGREEMENT]),
    ("accepted", [OFFER_1, NO_1, ACCEPT]),
    ("agreed", [OFFER_1, ACCEPT, AGREEMENT]),
    ("agreed", [ACCEPT, AGREEMENT]),
    ("agreed", [ACCEPT, AGREEMENT, VENDOR_NO]),
    ("declined", [OFFER_1, ACCEPT, VENDOR_NO]),
    ("declined", [OFFER_1, ACCEPT, VENDOR_NO, WITHDRAW]),
    ("withdrawn", [OFFER_1, ACCEPT, WITHDRAW]),
    ("cancelled", [OFFER_1, ACCEPT, WITHDRAW, AGREEMENT]),
    ("none", [AGREEMENT]),
    ("none", [WITHDRAW]),
    ("none", [VENDOR_NO]),
    ("none", [NO_1]),
    ("offered", [OFFER_1, AGREEMENT, WITHDRAW, VENDOR_NO]),
]


# SPEC 04: The reader MUST let a message that refers to a message outside the set change nothing
# until that message is there.
@pytest.mark.parametrize(("expected", "messages"), SCRIPTS)
def test_states(expected, messages):
    assert state(*messages) == expected


@given(st.lists(st.sampled_from(EVERYTHING), max_size=14), st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_order_and_repetition_make_no_difference(messages, random):
    shuffled = [*messages, *random.choices(messages, k=3)] if messages else []
    random.shuffle(shuffled)
    assert negotiation.evaluate(messages) == negotiation.evaluate(shuffled)


def test_every_order_of_a_crossing_ends_alike():
    for order in itertools.permutations([OFFER_1, ACCEPT, WITHDRAW, AGREEMENT]):
        assert state(*order) == "cancelled"


@given(st.frozensets(st.sampled_from(range(len(HONEST)))), st.sampled_from(HONEST))
def test_agreed_only_becomes_cancelled_and_cancelled_stays(chosen, more):
    before = state(*(HONEST[n] for n in chosen))
    after = state(*(HONEST[n] for n in chosen), more)
    if before == "agreed":
        assert after in ("agreed", "cancelled")
    if before == "cancelled":
        assert after == "cancelled"


@given(st.frozensets(st.sampled_from(range(len(EVERYTHING)))), st.sampled_from(EVERYTHING))
def test_an_agreement_is_never_forgotten(chosen, more):
    before = negotiation.evaluate(EVERYTHING[n] for n in chosen)
    after = negotiation.evaluate([*(EVERYTHING[n] for n in chosen), more])
    if before.flags.agreement:
        assert after.flags.agreement


@given(st.frozensets(st.sampled_from(range(len(HONEST)))))
def test_acks_and_later_kinds_change_nothing(chosen):
    messages = [HONEST[n] for n in chosen]
    assert state(*messages, ACK, LATER) == state(*messages)


def test_every_row_of_the_table_is_reached():
    reached = set()
    for count in range(len(HONEST) + 1):
        for messages in itertools.combinations(HONEST[:9], count):
            flags = negotiation.evaluate(messages).flags
            reached.add(next(n for n, rule in enumerate(negotiation.RULES) if rule.fits(flags)))
    assert reached == set(range(len(negotiation.RULES)))


def test_every_combination_of_flags_has_one_state():
    for bits in itertools.product([False, True], repeat=7):
        flags = negotiation.Flags(*bits)
        assert negotiation.state_of(flags) in negotiation.STATES
        if flags.accept and flags.agreement:
            expected = "cancelled" if flags.withdraw else "agreed"
            assert negotiation.state_of(flags) == expected


PATHS = {
    "none": [],
    "refused": [REFUSAL],
    "offered": [OFFER_1],
    "accepted": [OFFER_1, ACCEPT],
    "agreed": [OFFER_1, ACCEPT, AGREEMENT],
    "declined": [OFFER_1, NO_1],
    "withdrawn": [OFFER_1, ACCEPT, WITHDRAW],
    "cancelled": [OFFER_1, ACCEPT, WITHDRAW, AGREEMENT],
}
SENT = {
    ("sealed_intent", "none"): WANTED,
    ("sealed_intent", "refused"): WANTED,
    ("sealed_intent", "offered"): WANTED,
    ("offer", "none"): OFFER_1,
    ("offer", "refused"): OFFER_1,
    ("offer", "offered"): OFFER_2,
    ("offer", "declined"): OFFER_2,
    ("decline", "none"): REFUSAL,
    ("decline", "offered"): NO_1,
    ("decline", "accepted"): VENDOR_NO,
    ("decline", "withdrawn"): VENDOR_NO,
    ("answer", "offered"): ANSWER,
    ("question", "offered"): QUESTION,
    ("counter", "offered"): COUNTER,
    ("accept", "offered"): ACCEPT,
    ("agreement", "accepted"): AGREEMENT,
    ("agreement", "withdrawn"): AGREEMENT,
    ("withdraw_accept", "accepted"): WITHDRAW,
    ("withdraw_accept", "agreed"): WITHDRAW,
}


@pytest.mark.parametrize("move", negotiation.MOVES, ids=lambda move: f"{move.state}-{move.kind}")
def test_the_moves_lead_where_the_table_says(move):
    sent = SENT[move.kind, move.state]
    if (move.role, move.kind, move.state) == ("vendor", "decline", "offered"):
        sent = NO_LESS
    assert sent.author == (CUSTOMER if move.role == "customer" else VENDOR).public
    assert state(*PATHS[move.state]) == move.state
    assert state(*PATHS[move.state], sent) == move.to


# SPEC 04: The writer MUST refuse a command that the table of moves doesn't allow with
# `negotiation.illegal_move`, before anything is signed.
def test_what_each_side_may_send():
    table = {
        ("vendor", "none"): {"offer", "decline"},
        ("vendor", "refused"): {"offer"},
        ("vendor", "offered"): {"offer", "answer", "decline"},
        ("vendor", "accepted"): {"agreement", "decline"},
        ("customer", "none"): {"sealed_intent"},
        ("customer", "refused"): {"sealed_intent"},
        ("customer", "offered"): {"accept", "decline", "question", "counter", "sealed_intent"},
        ("customer", "accepted"): {"withdraw_accept"},
    }
    kinds = (*bodies.MAIL_KINDS, "poem")
    for role, where in itertools.product(negotiation.ROLES, negotiation.STATES):
        allowed = table.get((role, where), set()) | {"ack"}
        assert negotiation.permitted(role, where) == allowed
        for kind in kinds:
            if kind in allowed:
                negotiation.check_move(role, where, kind)
            else:
                code = local_code(negotiation.check_move, role, where, kind)
                assert code == "negotiation.illegal_move"


def test_no_move_leaves_a_terminal_state():
    for where in negotiation.TERMINAL:
        for role in negotiation.ROLES:
            assert negotiation.permitted(role, where) == {"ack"}


def test_the_parts_of_a_state():
    result = negotiation.evaluate([OFFER_1, OFFER_2, ACCEPT, AGREEMENT, WITHDRAW, NO_2])
    assert list(result.offers) == [OFFER_1.digest, OFFER_2.digest]
    assert result.declined_offers == {OFFER_2.digest}
    assert result.accept == ACCEPT
    assert result.accepted_offer == OFFER_1
    assert result.agreement == AGREEMENT
    assert result.withdraw == WITHDRAW
    assert result.decline is None
    assert negotiation.evaluate([OFFER_1, ACCEPT, VENDOR_NO]).decline == VENDOR_NO
    assert negotiation.evaluate([REFUSAL]).decline == REFUSAL
    assert negotiation.evaluate([OFFER_1, NO_1]).decline == NO_1


def test_the_offer_in_an_accept_is_in_the_set():
    result = negotiation.evaluate([ACCEPT])
    assert result.offers == {OFFER_1.digest: OFFER_1}
    assert result.accepted_offer == OFFER_1
    assert negotiation.evaluate([ACCEPT, OFFER_1]) == result


def test_the_agreement_file():
    result = negotiation.evaluate([ACCEPT, AGREEMENT])
    assert agreement_report.verify_file(result.agreement_file()).ok
    cancelled = negotiation.evaluate([ACCEPT, AGREEMENT, WITHDRAW])
    assert cancelled.agreement_file() == result.agreement_file()
    missing = negotiation.evaluate([ACCEPT])
    assert local_code(missing.agreement_file) == "negotiation.no_agreement"


# SPEC 04: The reader MUST choose among several accepts the one named by a valid agreement, and
# otherwise the one with the lowest sequence number and then the lowest digest.
def test_of_several_accepts_the_lowest_counts_unless_another_is_agreed():
    both = [OFFER_1, OFFER_2, ACCEPT_2, ACCEPT]
    assert negotiation.evaluate(both).accept == ACCEPT
    agreed = negotiation.evaluate([*both, AGREEMENT_2])
    assert (agreed.state, agreed.accept) == ("agreed", ACCEPT_2)
    first = negotiation.evaluate([*both, AGREEMENT_2, AGREEMENT])
    assert first.accept == ACCEPT
    twin = customer().say("accept", accept_body(OFFER_1, accepted_at=NOW + 1))
    lowest = min(ACCEPT, twin, key=lambda each: each.digest)
    assert negotiation.evaluate([ACCEPT, twin]).accept == lowest


def fault_codes(*messages):
    return {fault.code for fault in negotiation.evaluate(messages).faults}


def test_faults_are_recorded():
    assert fault_codes(*HONEST[:3]) == set()
    assert fault_codes(ACCEPT, ACCEPT_2) == {"negotiation.second_accept"}
    assert fault_codes(ACCEPT, AGREEMENT, VENDOR_NO) == {"negotiation.agreement_and_decline"}
    assert fault_codes(ACCEPT, WRONG_AGREEMENT) == {"negotiation.countersignature"}


# SPEC 04: The reader MUST keep both messages when one author has signed two with the same
# sequence number, and record the fault.
def test_two_stories_are_recorded():
    other = vendor().say("offer", make(OFFER, note="Different."))
    result = negotiation.evaluate([OFFER_1, other])
    assert set(result.offers) == {OFFER_1.digest, other.digest}
    assert [fault.code for fault in result.faults] == ["negotiation.equivocation"]
    assert set(result.faults[0].digests) == {OFFER_1.digest, other.digest}
    forked = vendor().say("ack", mail.Ack(), seq=7, prev=OFFER_1.digest)
    assert fault_codes(OFFER_1, OFFER_2, forked) == {"negotiation.equivocation"}
    assert fault_codes(OFFER_1, OFFER_1) == set()


def test_only_the_right_side_counts():
    mallory = customer()
    self_no = mallory.say("decline", mail.Decline(of=ACCEPT.digest, reason="terms"))
    assert state(OFFER_1, ACCEPT, self_no) == "accepted"
    vendor_takes_back = vendor().say(
        "withdraw_accept", mail.WithdrawAccept(accept=ACCEPT.digest, reason="duplicate")
    )
    assert state(OFFER_1, ACCEPT, vendor_takes_back) == "accepted"
    own_no = vendor().say("decline", mail.Decline(of=OFFER_1.digest, reason="terms"))
    assert state(OFFER_1, own_no) == "offered"


def test_messages_of_two_deals_are_the_callers_fault():
    deal = draft.deal_id(STRANGER.public, ROOT.public)
    other = vendor().say(
        "offer",
        make(OFFER, draft=make(DRAFT, deal=deal, customer=STRANGER.public)),
        deal=deal,
        recipient=STRANGER.public,
    )
    assert local_code(negotiation.evaluate, [OFFER_1, other]) == "negotiation.mixed_deals"


# SPEC 04: The reader MUST NOT change the state of a deal because time passes.
def test_time_changes_only_what_is_shown():
    late = DRAFT.confirm_by + 1
    assert negotiation.display_state("accepted", DRAFT.confirm_by, late) == "unconfirmed"
    assert negotiation.display_state("accepted", DRAFT.confirm_by, late - 1) == "accepted"
    assert negotiation.display_state("accepted", None, late) == "accepted"
    for other in set(negotiation.STATES) - {"accepted"}:
        assert negotiation.display_state(other, DRAFT.confirm_by, late) == other


# SPEC 04: The writer MUST refuse to accept an offer after its `validThrough` with
# `negotiation.expired`.
def test_an_offer_can_be_accepted_until_it_ends():
    negotiation.check_acceptable(DRAFT, DRAFT.valid_through)
    code = local_code(negotiation.check_acceptable, DRAFT, DRAFT.valid_through + 1)
    assert code == "negotiation.expired"
    with pytest.raises(LocalError, match=f"came {in_words(DRAFT.valid_through + 1)}"):
        negotiation.check_acceptable(DRAFT, DRAFT.valid_through + 1)


# SPEC 04: The vendor MUST decline an accept that it first sees after `confirmBy`, with reason
# `late`.
def test_how_a_vendor_decides():
    decide = negotiation.reason_to_decline
    assert decide(DRAFT, now=DRAFT.confirm_by, available=True) is None
    assert decide(DRAFT, now=DRAFT.confirm_by, available=False) == "out_of_stock"
    assert decide(DRAFT, now=DRAFT.confirm_by + DAY, available=False) == "late"

"""Inner messages: who speaks to whom, in which deal, and what is only kept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.codes import local_code, remote_code, survives
from tests.protocol.deals import (
    CERTIFICATE,
    CUSTOMER,
    DEAL,
    INTENT_ID,
    NOW,
    OFFER,
    STRANGER,
    VENDOR,
    accept_body,
    agreement_body,
    customer,
    make,
    vendor,
)
from vrmprotocol import encoding, inner, mail, message
from vrmprotocol.message import SignedMessage, UninterpretedMessage

OFFERED = vendor().say("offer", OFFER)
ACCEPTED = customer().say("accept", accept_body(OFFERED))
ACK = mail.Ack()


def fields_of(said, **changes):
    """The map of a message with other values; None deletes one."""
    fields = encoding.decode_map(said.raw, max_bytes=60_000)
    del fields["sig"]
    fields.update(changes)
    return fields


def forged(said, *, key=CUSTOMER, **changes):
    """The bytes of a message with other values, rightly signed."""
    return inner.write(fields_of(said, **changes), key)


def as_vendor(raw, **named):
    """What the vendor makes of bytes from the customer."""
    arguments = {
        "expected_recipient": VENDOR.public,
        "expected_deal": DEAL,
        "expected_author": CUSTOMER.public,
        "reader": "vendor",
        "now": NOW,
    }
    return message.verify_and_load(raw, **{**arguments, **named})


def as_customer(raw, **named):
    """What the customer makes of a first message from a vendor."""
    arguments = {"expected_recipient": CUSTOMER.public, "reader": "customer", "now": NOW}
    return message.verify_and_load(raw, **{**arguments, **named})


def test_messages_come_back():
    assert as_customer(OFFERED.raw) == OFFERED
    assert as_vendor(ACCEPTED.raw) == ACCEPTED
    assert message.verify_and_load(ACCEPTED.raw, expected_recipient=None) == ACCEPTED
    assert message.load_offer(OFFERED.raw) == OFFERED


def test_a_chain():
    talk = vendor()
    first = talk.say("offer", OFFER)
    second = talk.say("ack", ACK, received=[b"d" * 32])
    assert (first.seq, first.prev) == (0, None)
    assert (second.seq, second.prev, second.received) == (1, first.digest, (b"d" * 32,))


HEADERS: dict[str, list[object]] = {
    "v": [0, 2**31, "1", None, True],
    "kind": ["", "Offer", "a" * 33, None],
    "deal": [b"", None],
    "seq": [-1, 2**31, True, 1],
    "prev": [b"", b"p" * 32],
    "author": [bytes(31), None],
    "recipient": [bytes(33), None],
    "created": [-1, 2**32],
    "received": [None, [b""], [bytes(32)] * 17],
    "body": [[], None, b""],
    "more": [1],
}


# SPEC 06: The reader MUST refuse an inner message with a missing or unknown key, or a value outside
# the table, with `message.schema`.
@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in HEADERS.items() for value in values]
)
def test_malformed_headers_are_refused(name, value):
    assert remote_code(as_vendor, forged(ACCEPTED, **{name: value})) == "message.schema"


@pytest.mark.parametrize("missing", [*fields_of(ACCEPTED), "sig"])
def test_every_field_is_needed(missing):
    fields = {**fields_of(ACCEPTED), "sig": bytes(64)}
    del fields[missing]
    assert remote_code(as_vendor, encoding.encode(fields)) == "message.schema"


def test_a_message_has_at_most_60000_bytes():
    assert remote_code(as_vendor, bytes(60_001)) == "message.schema"


def test_the_order_of_the_checks():
    wrong = {"recipient": STRANGER.public, "deal": bytes(32), "author": STRANGER.public, "v": 2}
    raw = inner.write(fields_of(ACCEPTED, **wrong), CUSTOMER)
    assert remote_code(as_vendor, raw) == "message.signature"
    raw = inner.write(fields_of(ACCEPTED, **wrong), STRANGER)
    assert remote_code(as_vendor, raw) == "message.wrong_recipient"
    named = {"expected_recipient": STRANGER.public}
    assert remote_code(as_vendor, raw, **named) == "message.wrong_deal"
    named["expected_deal"] = bytes(32)
    assert remote_code(as_vendor, raw, **named) == "message.author"
    named["expected_author"] = STRANGER.public
    assert as_vendor(raw, **named).code == "message.version"


# SPEC 06: The reader MUST acknowledge a message of unknown `v` or kind without letting it change
# the state of the deal.
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"v": 2}, "message.version"),
        ({"v": 7, "kind": "later", "body": {"a": 1}}, "message.version"),
        ({"kind": "poem", "body": {}}, "message.version"),
        ({"kind": "ack", "body": {"x": 1}}, "message.unknown_field"),
        ({"kind": "ack", "body": {"ext": {"x": 1}, "critical": ["x"]}}, "message.critical"),
        ({"kind": "withdraw_accept", "body": {}}, "message.body"),
        ({"kind": "decline", "body": {"of": bytes(32), "reason": "late"}}, "message.body"),
    ],
)
def test_what_cannot_be_used_is_kept(changes, code):
    kept = as_vendor(forged(ACCEPTED, **changes))
    assert isinstance(kept, UninterpretedMessage)
    assert kept.code == code
    assert kept.detail
    assert (kept.deal, kept.author, kept.seq) == (DEAL, CUSTOMER.public, 0)
    assert len(kept.digest) == 32


def test_known_extensions_are_used():
    raw = forged(ACCEPTED, kind="ack", body={"ext": {"x": 1}, "critical": ["x"]})
    assert isinstance(as_vendor(raw, known_ext=frozenset({"x"})), SignedMessage)


@pytest.mark.parametrize(
    ("said", "reader"),
    [
        (lambda: OFFERED, "vendor"),
        (lambda: vendor().say("agreement", agreement_body(ACCEPTED, OFFERED)), "vendor"),
        (lambda: ACCEPTED, "customer"),
        (
            lambda: customer().say(
                "withdraw_accept", mail.WithdrawAccept(accept=bytes(32), reason="duplicate")
            ),
            "customer",
        ),
    ],
)
def test_each_side_writes_its_own_kinds(said, reader):
    loaded = message.verify_and_load(said().raw, expected_recipient=None, reader=reader)
    assert isinstance(loaded, UninterpretedMessage)
    assert loaded.code == "message.body"


def test_our_own_wrong_messages_are_our_fault():
    talk = vendor()
    assert local_code(talk.say, "offer", OFFER, recipient=STRANGER.public) == "message.wrong_deal"
    assert local_code(talk.say, "offer", OFFER, key=STRANGER) == "message.author"
    assert local_code(talk.say, "offer", make(OFFER, shard=1)) == "message.body"
    assert local_code(talk.say, "agreement", OFFER) == "message.unknown_field"
    assert local_code(talk.say, "ack", ACK, seq=1) == "message.schema"
    assert local_code(talk.say, "ack", ACK, received=[bytes(32)] * 17) == "message.schema"


def test_our_own_critical_extensions_are_known_to_us():
    extended = make(
        OFFER,
        ext={"a": 1},
        critical=("a",),
        draft=make(OFFER.draft, ext={"b": 1}, critical=("b",)),
    )
    said = vendor().say("offer", extended)
    assert as_customer(said.raw).code == "message.critical"
    assert as_customer(said.raw, known_ext=frozenset("ab")) == said
    accept = customer().say("accept", accept_body(said))
    assert as_vendor(accept.raw) == accept


DECLINE = mail.Decline(of=INTENT_ID, reason="out_of_area", certificate=CERTIFICATE)


def test_a_vendor_may_decline_the_intent():
    said = vendor().say("decline", DECLINE)
    assert as_customer(said.raw) == said


def test_a_first_decline_proves_its_author():
    bare = vendor().say("decline", make(DECLINE, certificate=None))
    assert as_customer(bare.raw).code == "message.body"
    assert as_customer(bare.raw, expected_author=VENDOR.public) == bare
    raw = inner.write({**fields_of(bare), "author": STRANGER.public}, STRANGER)
    assert as_customer(raw).code == "message.body"
    said = vendor().say("decline", DECLINE)
    raw = inner.write({**fields_of(said), "author": STRANGER.public}, STRANGER)
    assert remote_code(as_customer, raw) == "message.author"
    raw = inner.write({**fields_of(said), "deal": bytes(32)}, VENDOR)
    assert remote_code(as_customer, raw) == "message.wrong_deal"
    later = CERTIFICATE.not_after + 301
    assert remote_code(as_customer, said.raw, now=later) == "certificate.expired"
    assert as_customer(said.raw, now=None) == said


def test_reasons_have_sides():
    theirs = customer().say("decline", mail.Decline(of=OFFERED.digest, reason="too_expensive"))
    assert as_vendor(theirs.raw) == theirs
    wrong = customer().say("decline", mail.Decline(of=OFFERED.digest, reason="out_of_stock"))
    assert as_vendor(wrong.raw).code == "message.body"
    ours = vendor().say("decline", mail.Decline(of=ACCEPTED.digest, reason="not_trusted"))
    assert as_customer(ours.raw, expected_author=VENDOR.public).code == "message.body"
    with_certificate = customer().say("decline", make(DECLINE, reason="terms"), **AS_VENDOR)
    raw = inner.write({**fields_of(with_certificate), "author": CUSTOMER.public}, CUSTOMER)
    assert as_vendor(raw, expected_recipient=None).code == "message.body"


AS_VENDOR = {"key": VENDOR, "recipient": CUSTOMER.public}


@given(st.data())
@settings(max_examples=300)
def test_no_byte_of_a_message_may_change(data):
    said = data.draw(st.sampled_from([OFFERED, ACCEPTED]))
    raw = bytearray(said.raw)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    outcome = survives(message.verify_and_load, bytes(raw), expected_recipient=None)
    assert isinstance(outcome, str)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused(raw):
    assert isinstance(survives(message.verify_and_load, raw, expected_recipient=None), str)


@given(
    st.sampled_from(["offer", "accept", "agreement", "decline", "withdraw_accept", "ack", "x"]),
    st.dictionaries(
        st.sampled_from(["of", "accept", "offer", "reason", "signature", "ext", "draft"]),
        st.none() | st.sampled_from([bytes(32), bytes(64), "late"]) | st.integers(0, 9),
    ),
)
def test_arbitrary_bodies_are_kept_or_make_sense(kind, body):
    loaded = as_vendor(forged(ACCEPTED, kind=kind, body=body))
    assert isinstance(loaded, UninterpretedMessage | SignedMessage)


def test_golden_digests():
    assert (
        OFFERED.digest.hex() == "c3e99244caee8908bcc9ccae0825e3ac70d7c5ea45eb084ad5f6ebc851a2f30f"
    )
    assert (
        ACCEPTED.digest.hex() == "96485373bf598d0cfcd900361bc2f3e79f59527bc28dc6854d681aaae5d845d2"
    )


def test_bodies_and_bytes_stay_out_of_the_repr():
    assert "raw" not in repr(OFFERED)
    assert "hidden" in repr(OFFERED)

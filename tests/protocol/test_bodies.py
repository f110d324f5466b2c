"""Bodies of mail and the draft: round trips, broken fields, totals."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.codes import local_code, refusal, remote_code, survives
from tests.protocol.deals import CERTIFICATE, DRAFT, INTENT, NOW, OFFER, make, vendor
from tests.protocol.deals import accept_body as accept_of
from vrmprotocol import bodies, draft, encoding, mail, schema
from vrmprotocol.contact_update import ContactUpdate, UpdatedField
from vrmprotocol.deletion_body import Deletion
from vrmprotocol.disclosure_body import DisclosedField, Disclosure, OpenedRelationship
from vrmprotocol.feedback import SealedFeedback
from vrmprotocol.order_bodies import Cancel, OrderEvent, Receipt, ReturnAnswer, ReturnRequest
from vrmprotocol.reach_bodies import Note, NoteRefusal, Reach, ReachEntry
from vrmprotocol.rights_bodies import AnswerDigest, RightsData, RightsRequest, RightsStatus
from vrmprotocol.sealed_intent import SealedIntent

ACCEPT = accept_of(vendor().say("offer", OFFER))
BODIES = [
    OFFER,
    make(OFFER, note=None, ext={"a": 1}, draft=make(DRAFT, ext={"b": None})),
    ACCEPT,
    mail.Agreement(accept=b"a" * 32, signature=b"s" * 64, feedback_grant=b"f" * 64),
    mail.Decline(of=b"o" * 32, reason="late", note="Sorry.\nReally."),
    mail.Decline(of=b"o" * 32, reason="unspecified", certificate=CERTIFICATE),
    mail.WithdrawAccept(accept=b"a" * 32, reason="unconfirmed"),
    mail.Question(offer=b"o" * 32, text="Which colour?"),
    mail.Question(offer=b"o" * 32, text="Welche Farbe?", in_language="de"),
    mail.Answer(question=b"q" * 32, text="Black."),
    mail.Counter(offer=b"o" * 32, total=9_500, note="For both."),
    OrderEvent(agreement=b"d" * 32, event="shipped", at=NOW, carrier="Post", note="Today."),
    Cancel(agreement=b"d" * 32, reason="too_late"),
    ReturnRequest(agreement=b"d" * 32, reason="defective", quantity=1),
    ReturnAnswer(agreement=b"d" * 32, request=b"r" * 32, accepted=True, refund=0),
    Receipt(agreement=b"d" * 32, number="1", amount=1, paid_at=NOW),
    Disclosure(
        agreement=b"d" * 32,
        fields=(
            DisclosedField(name="name", value="Anna Muster", salt=b"s" * 32),
            DisclosedField(name="country", value="DE"),
        ),
        relationship=OpenedRelationship(key=b"k" * 32, salt=b"s" * 32, signature=b"g" * 64),
    ),
    Deletion(
        agreement=b"d" * 32, fields=("name", "relationship"), deleted_at=NOW, reason="on_request"
    ),
    SealedFeedback(agreement=b"d" * 32, rating_value=5, review_body="Quick."),
    ContactUpdate(
        agreement=b"d" * 32,
        effective_from=NOW,
        fields=(UpdatedField(name="name", value="Anna"), UpdatedField(name="email")),
    ),
    Reach(
        agreement=b"d" * 32,
        reach=(ReachEntry(channel="message", purpose="marketing", status="revoked"),),
    ),
    Note(agreement=b"d" * 32, text="Today.", purpose="order", in_language="en"),
    NoteRefusal(agreement=b"d" * 32, note=b"n" * 32, code="reach.revoked"),
    RightsRequest(agreement=b"d" * 32, right="sale:opt_out"),
    RightsStatus(
        agreement=b"d" * 32,
        request=b"r" * 32,
        status="fulfilled",
        answer=AnswerDigest(digest=b"a" * 32, size=3_000, parts=2),
    ),
    RightsStatus(
        agreement=b"d" * 32, request=b"r" * 32, status="denied", reason="other", note="Sorry."
    ),
    RightsData(agreement=b"d" * 32, request=b"r" * 32, part=1, data=b"{}"),
    mail.Ack(certificate=CERTIFICATE),
    SealedIntent(status="active", intent=make(INTENT, ext={"c": 1})),
    mail.Ack(),
]


# SPEC 00: The reader MUST ignore an unknown entry of `ext` that `critical` doesn't name.
@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_bodies_come_back(body):
    fields = bodies.to_wire(body)
    assert bodies.from_wire(bodies.kind_of(body), fields) == body
    assert encoding.decode(encoding.encode(fields)) == fields
    assert bodies.check_own(body) == body


def test_every_kind_has_a_body():
    assert set(bodies.MAIL_KINDS) == {
        "sealed_intent",
        "offer",
        "accept",
        "agreement",
        "decline",
        "withdraw_accept",
        "question",
        "answer",
        "counter",
        "disclosure",
        "deletion",
        "sealed_feedback",
        "contact_update",
        "reach",
        "note",
        "note_refusal",
        "rights_request",
        "rights_status",
        "rights_data",
        "ack",
        "order_event",
        "cancel",
        "return_request",
        "return_answer",
        "receipt",
    }
    assert {bodies.kind_of(body) for body in BODIES} == set(bodies.MAIL_KINDS)


def test_an_unknown_kind_is_another_version():
    assert remote_code(bodies.from_wire, "poem", {}) == "message.version"


def changed(fields, path, value):
    """A copy of nested maps with one value changed; ... deletes it."""
    first, *rest = path
    copy = dict(fields)
    if rest:
        copy[first] = changed(copy[first], rest, value)
    elif value is ...:
        del copy[first]
    else:
        copy[first] = value
    return copy


BROKEN_OFFERS = [
    (("intent",), bytes(31)),
    (("secret",), bytes(33)),
    (("shard",), 256),
    (("shard",), -1),
    (("note",), ""),
    (("note",), "x" * 501),
    (("note",), "tab\there"),
    (("note",), None),
    (("replyKey", "key"), bytes(31)),
    (("draft",), []),
    (("draft", "v"), 2),
    (("draft", "v"), True),
    (("draft", "deal"), b""),
    (("draft", "vendor", "name"), ""),
    (("draft", "vendor", "name"), "x" * 129),
    (("draft", "vendor", "address"), "\x7f"),
    (("draft", "vendor", "url"), "x" * 257),
    (("draft", "businessFunction"), "Lend"),
    (("draft", "itemOffered", "name"), ...),
    (("draft", "itemOffered", "itemCondition"), ...),
    (("draft", "itemOffered", "gtin"), "4006381333930"),
    (("draft", "itemOffered", "gtin"), "400638133393"),
    (("draft", "itemOffered", "image"), [b"short"]),
    (("draft", "eligibleQuantity"), 0),
    (("draft", "priceSpecification", "priceCurrency"), "EU"),
    (("draft", "priceSpecification", "unitPrice"), -1),
    (("draft", "priceSpecification", "total"), 10**12 + 1),
    (("draft", "priceSpecification", "taxRatePpm"), 1_000_001),
    (("draft", "deliveryMethod"), "drone"),
    (("draft", "payment", "method"), []),
    (("draft", "payment", "method"), ["card", "card"]),
    (("draft", "payment", "due"), "someday"),
    (("draft", "payment", "due"), "on_delivery"),
    (("draft", "payment", "dueDays"), ...),
    (("draft", "payment", "dueDays"), 181),
    (("draft", "returns", "days"), 3651),
    (("draft", "returns", "cost"), "nobody"),
    (("draft", "terms"), "base"),
    (("draft", "inLanguage"), "german!"),
    (("draft", "validThrough"), 2**32),
    (("draft", "confirmBy"), DRAFT.valid_through - 1),
    (("draft", "reserved"), 1),
    (("draft", "critical"), ["x"]),
]


# SPEC 03: The reader MUST refuse a body with a missing field, or a value outside its table, with
# `message.body`.
@pytest.mark.parametrize(("path", "value"), BROKEN_OFFERS)
def test_broken_offers_are_refused(path, value):
    fields = changed(bodies.to_wire(OFFER), path, value)
    error = refusal(bodies.from_wire, "offer", fields)
    assert error.code == "message.body"
    assert path[-1] in error.detail


@pytest.mark.parametrize(
    "path", [("x",), ("draft", "x"), ("draft", "vendor", "x"), ("draft", "payment", "x")]
)
def test_unknown_fields(path):
    fields = changed(bodies.to_wire(OFFER), path, 1)
    assert remote_code(bodies.from_wire, "offer", fields) == "message.unknown_field"


@pytest.mark.parametrize("path", [("draft", "vendor", "certificate", "x")])
def test_the_certificate_has_its_own_code(path):
    fields = changed(bodies.to_wire(OFFER), path, 1)
    assert remote_code(bodies.from_wire, "offer", fields) == "certificate.schema"


def test_delivery_has_an_order():
    late_first = make(OFFER, draft=make(DRAFT, delivery_earliest=NOW + 1, delivery_latest=NOW))
    assert local_code(bodies.check_own, late_first) == "message.body"
    same = make(OFFER, draft=make(DRAFT, delivery_earliest=NOW, delivery_latest=NOW))
    assert bodies.check_own(same) == same


@given(st.integers(1, 10_000), st.integers(0, 10**8), st.integers(0, 10**8), st.integers(-2, 2))
def test_the_total_is_the_sum(quantity, unit_price, delivery_charge, wrong):
    total = unit_price * quantity + delivery_charge
    price = make(
        DRAFT.price_specification,
        unit_price=unit_price,
        delivery_charge=delivery_charge,
        total=max(0, total + wrong),
    )
    offer = make(OFFER, draft=make(DRAFT, price_specification=price, eligible_quantity=quantity))
    outcome = survives(bodies.from_wire, "offer", bodies.to_wire(offer))
    if price.total > 10**12:
        assert outcome == "message.body"
    elif price.total == total:
        assert outcome == offer
        assert draft.expected_total(offer.draft) == total
    else:
        assert outcome == "message.total_mismatch"


@pytest.mark.parametrize("place", [("critical",), ("draft", "critical")])
def test_critical_extensions(place):
    fields = changed(bodies.to_wire(OFFER), place, ["gift"])
    fields = changed(fields, (*place[:-1], "ext"), {"gift": True})
    assert remote_code(bodies.from_wire, "offer", fields) == "message.critical"
    known = frozenset({"gift"})
    assert isinstance(bodies.from_wire("offer", fields, known_ext=known), mail.Offer)


@pytest.mark.parametrize(
    "change",
    [
        {"offer": b""},
        {"offer": bytes(40_001)},
        {"acceptedAt": -1},
        {"commitments": {}},
        {"commitments": {"address": bytes(32)}},
        {"commitments": {"relationship": bytes(31)}},
        {"commitments": {"relationship": bytes(32), "": bytes(32)}},
        {"commitments": {"relationship": bytes(32), **{f"{n}": bytes(32) for n in range(32)}}},
        {"signature": bytes(63)},
    ],
)
def test_broken_accepts(change):
    fields = {**bodies.to_wire(ACCEPT), **change}
    error = refusal(bodies.from_wire, "accept", fields)
    assert error.code == "message.body"
    assert next(iter(change)) in error.detail


def test_32_commitments_fit():
    commitments = {"relationship": bytes(32), **{f"{n}": bytes(32) for n in range(31)}}
    full = make(ACCEPT, commitments=commitments)
    assert bodies.check_own(full) == full


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("agreement", {"accept": bytes(32)}),
        ("agreement", {"accept": bytes(32), "signature": bytes(65)}),
        ("decline", {"of": bytes(32), "reason": "because"}),
        ("decline", {"of": bytes(32)}),
        ("decline", {"of": bytes(32), "reason": "late", "note": "x" * 201}),
        ("withdraw_accept", {"accept": bytes(32), "reason": "late"}),
        ("question", {"offer": bytes(32), "text": ""}),
        ("question", {"offer": bytes(32), "text": "a" * 501}),
        ("question", {"text": "Which colour?"}),
        ("answer", {"question": bytes(31), "text": "Black."}),
        ("answer", {"question": bytes(32), "text": "a" * 1001}),
        ("counter", {"offer": bytes(32), "total": -1}),
        ("counter", {"offer": bytes(32)}),
        ("ack", []),
        ("ack", {"ext": {}}),
    ],
)
def test_other_broken_bodies(kind, fields):
    assert remote_code(bodies.from_wire, kind, fields) == "message.body"


def test_an_ack_is_empty():
    assert bodies.to_wire(mail.Ack()) == {}
    assert remote_code(bodies.from_wire, "ack", {"of": bytes(32)}) == "message.unknown_field"


def test_our_own_wrong_bodies_are_our_fault():
    assert local_code(bodies.check_own, make(OFFER, shard=300)) == "message.body"
    wrong = make(DRAFT, price_specification=make(DRAFT.price_specification, total=1))
    assert local_code(bodies.check_own, make(OFFER, draft=wrong)) == "message.total_mismatch"


def test_secrets_and_offers_stay_out_of_reprs():
    assert "ssss" not in repr(OFFER)
    assert "hidden" in repr(OFFER)
    assert len(repr(ACCEPT)) < 200


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text(max_size=10)
    | st.sampled_from([bytes(16), bytes(32), bytes(64), b""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def altered(draw, fields):
    """Nested maps and arrays with one value somewhere replaced by anything, or one added."""
    if isinstance(fields, list):
        at = draw(st.integers(0, len(fields) - 1))
        return [*fields[:at], draw(replaced(fields[at])), *fields[at + 1 :]]
    name = draw(st.sampled_from(sorted(fields)) | st.sampled_from(["salt", "note", "x"]))
    return {**fields, name: draw(replaced(fields.get(name)))}


@st.composite
def replaced(draw, value):
    """Anything in place of a value, or in place of something in it."""
    return draw(altered(value) if isinstance(value, dict | list) and value else VALUES)


@given(st.sampled_from(BODIES[:-1]).flatmap(lambda body: st.tuples(st.just(body), st.data())))
@settings(max_examples=500)
def test_any_value_in_any_place_is_refused_or_carried_unchanged(given_body):
    body, data = given_body
    kind = bodies.kind_of(body)
    fields = data.draw(altered(bodies.to_wire(body)))
    outcome = survives(bodies.from_wire, kind, fields)
    if isinstance(outcome, str):
        assert outcome.split(".")[0] in ("message", "certificate")
    else:
        assert schema.dump(outcome) == fields


@given(st.sampled_from(bodies.MAIL_KINDS), VALUES)
def test_anything_else_is_refused(kind, value):
    outcome = survives(bodies.from_wire, kind, value)
    assert isinstance(outcome, str) or (kind, value) == ("ack", {})

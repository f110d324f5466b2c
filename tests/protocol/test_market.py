"""Market bodies: what is accepted, and the field that is named when one is refused."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.codes import local_code, refusal, remote_code, survives
from tests.protocol.deals import (
    CERTIFICATE,
    CUSTOMER,
    DAY,
    INTENT,
    NOW,
    PROFILE,
    ROOT,
    STRANGER,
    VENDOR,
    envelope_of,
    make,
)
from vrmprotocol import certificate, encoding, envelope, market, schema

UPDATE = market.IntentUpdate(v=1, salt=b"u" * 16, seq=1, status="active", intent=INTENT)
DIRECTORY = "/vrm/1/directory"
LARGEST = make(
    INTENT,
    item_condition=("NewCondition", "UsedCondition"),
    delivery_method=("ship", "pickup", "download", "onsite"),
    payment_method=("invoice", "card"),
    in_language=("de", "en-GB", "zh-Hant-TW"),
    image=(b"i" * 32,) * 8,
    features=("f" * 64,) * 32,
    ext={"x": [1, {"y": None}], "z": b"1"},
    critical=("x",),
)


def load_intent(fields, **named):
    return market.load_market(envelope_of(encoding.encode(fields)), **named)


def profile_envelope(profile, *, key=VENDOR):
    body = market.to_body(profile)
    return envelope_of(body, kind="vendor_profile", topic=DIRECTORY, key=key)


@pytest.mark.parametrize("intent", [INTENT, LARGEST])
def test_an_intent_comes_back(intent):
    known = frozenset({"x"})
    assert market.load_market(envelope_of(market.to_body(intent)), known_ext=known) == intent


def test_an_update_comes_back():
    body = market.to_body(UPDATE)
    assert market.load_market(envelope_of(body, kind="intent_update")) == UPDATE


def test_a_profile_comes_back():
    assert market.load_market(profile_envelope(PROFILE), now=NOW) == PROFILE
    assert PROFILE.prekey.recipient_key().key == PROFILE.prekey.key


def test_unknown_kinds_and_versions_stay_uninterpreted():
    assert market.load_market(envelope_of(b"\xff", kind="poem")) == market.Uninterpreted(
        "poem", "message.version"
    )
    for version in (2, 2**31):
        body = load_intent({"v": version, "anything": [1]})
        assert body == market.Uninterpreted("intent", "message.version")
    assert envelope.verdict_of("message.version") == "accept"


@pytest.mark.parametrize(
    "body", [b"", b"\xc1", b"\x90", b"\x80", b"\x81\xa1v\x00", b"\x81\xa1v\xc3", b"\x81\xa1v\xa11"]
)
def test_bodies_that_are_no_map_with_a_version(body):
    assert remote_code(market.load_market, envelope_of(body)) == "message.body"


BROKEN: dict[str, list[object]] = {
    "salt": [b"", "x" * 16, None],
    "businessFunction": ["Steal", "sell", 1],
    "itemOffered": [{}, [], {"brand": "x"}, {"name": ""}, {"name": "a\x00"}, {"name": "x" * 201}],
    "eligibleQuantity": [0, 10_001, True, "1"],
    "itemCondition": [[], ["NewCondition", "NewCondition"], ["Shiny"], None],
    "must": [[], [{"name": "a", "op": "eq"}], [{"name": "a", "op": "ne", "value": 1}]],
    "prefer": [[{"name": "", "op": "eq", "value": 1}], None],
    "area": [{}, {"country": "de"}, {"country": "DEU"}, {"country": "DE", "cell": "x" * 17}],
    "availabilityEnds": [1, DAY + 1, -DAY],
    "priceSpecification": [{}, {"priceCurrency": "eur"}, {"priceCurrency": "EUR", "maxPrice": -1}],
    "acceptedTerms": [[], ["sd-base"], ["SD-BASE"] * 2, ["X" * 33], ["A", *"BCDEFGHIJKLMN"]],
    "deliveryMethod": [[], ["carrier"], ["ship", "ship"]],
    "paymentMethod": [[], ["Invoice"], ["a b"], [""], ["x" * 33]],
    "replyKey": [{}, {"suite": "x25519-hkdf-sha256-chacha20poly1305", "key": bytes(31)}],
    "replyTag": [bytes(15), bytes(17)],
    "maxOffers": [0, 101],
    "validThrough": [NOW, -1, 2**32],
    "inLanguage": [[], ["d"], ["de-"], ["de", "de"], ["x" * 36]],
    "image": [[], [bytes(31)], [bytes(32)] * 9],
    "features": [[], [""], ["x" * 65], ["x"] * 33],
    "ext": [{}, {"": 1}, {"x" * 65: 1}, {f"{n}": 1 for n in range(17)}],
    "critical": [[], ["x"], [1]],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in BROKEN.items() for value in values]
)
def test_a_broken_field_is_named(name, value):
    fields = {**schema.dump(INTENT), name: value}
    error = refusal(load_intent, fields)
    assert error.code == "message.body"
    assert error.detail.startswith(name)


@pytest.mark.parametrize("missing", [name for name in schema.dump(INTENT) if name != "v"])
def test_missing_fields(missing):
    fields = schema.dump(INTENT)
    del fields[missing]
    optional = missing in ("must", "prefer", "availabilityEnds", "priceSpecification")
    outcome = survives(load_intent, fields)
    assert isinstance(outcome, market.Intent) if optional else outcome == "message.body"


@pytest.mark.parametrize(
    ("constraint", "fits"),
    [
        ({"name": "a", "op": "eq", "value": True}, True),
        ({"name": "a", "op": "ge", "value": -5}, True),
        ({"name": "a", "op": "le", "value": "text"}, True),
        ({"name": "a", "op": "in", "value": [1, "b"]}, True),
        ({"name": "a", "op": "in", "value": 1}, False),
        ({"name": "a", "op": "eq", "value": [1]}, False),
        ({"name": "a", "op": "in", "value": []}, False),
        ({"name": "a", "op": "in", "value": [True]}, False),
        ({"name": "a", "op": "in", "value": [0] * 65}, False),
        ({"name": "a", "op": "eq", "value": None}, False),
        ({"name": "a", "op": "eq", "value": b"bytes"}, False),
    ],
)
def test_constraints(constraint, fits):
    outcome = survives(load_intent, {**schema.dump(INTENT), "must": [constraint]})
    assert isinstance(outcome, market.Intent) if fits else outcome == "message.body"


def test_unknown_fields_are_refused_at_every_depth():
    fields: Any = schema.dump(INTENT)
    for holder in (fields, fields["area"], fields["must"][0], fields["replyKey"]):
        holder["street"] = "secret street 1"
        error = refusal(load_intent, fields)
        assert error.code == "message.unknown_field"
        assert "street" in error.detail
        assert "secret" not in error.detail
        del holder["street"]


def test_nil_stands_for_nothing_at_any_depth():
    fields: Any = schema.dump(INTENT)
    for holder, path in (
        (fields, "inLanguage"),
        (fields["area"], "area.cell"),
        (fields["itemOffered"], "itemOffered.brand"),
        (fields["priceSpecification"], "priceSpecification.maxPrice"),
    ):
        name = path.split(".")[-1]
        before = holder.pop(name, ...)
        holder[name] = None
        error = refusal(load_intent, fields)
        assert error.code == "message.body"
        assert error.detail.startswith(f"{path}: expected")
        del holder[name]
        if before is not ...:
            holder[name] = before
    empty = {**schema.dump(INTENT), "ext": {}}
    assert refusal(load_intent, empty).detail.startswith("ext: expected to be left out")


def test_values_stay_out_of_details():
    for name, value in (("businessFunction", "secret"), ("replyTag", "secret"), ("area", "secret")):
        assert "secret" not in refusal(load_intent, {**schema.dump(INTENT), name: value}).detail


def test_a_critical_extension_has_to_be_known():
    fields = {**schema.dump(INTENT), "ext": {"warranty": 1}, "critical": ["warranty"]}
    assert remote_code(load_intent, fields) == "message.critical"
    assert load_intent(fields, known_ext=frozenset({"warranty"})).ext == {"warranty": 1}
    nested = {**schema.dump(UPDATE), "intent": fields}
    raw = encoding.encode(nested)
    assert remote_code(market.load_market, envelope_of(raw, kind="intent_update")) == (
        "message.critical"
    )


def test_unknown_suites_are_well_formed():
    fields = schema.dump(INTENT)
    fields["replyKey"] = {"suite": "later", "key": bytes(1216)}
    assert load_intent(fields).reply_key.suite == "later"


def test_unknown_terms_are_well_formed():
    assert load_intent({**schema.dump(INTENT), "acceptedTerms": ["NEW-1"]}).accepted_terms == (
        "NEW-1",
    )


def test_a_wrong_gtin_is_refused():
    fields = {**schema.dump(INTENT), "itemOffered": {"gtin": "4006381333930"}}
    assert remote_code(load_intent, fields) == "message.body"


def test_an_intent_ends_with_its_envelope():
    body = market.to_body(INTENT)
    assert remote_code(market.load_market, envelope_of(body, lifetime_s=5 * DAY)) == "message.body"


def test_a_profile_is_signed_by_the_certified_key():
    for key in (ROOT, STRANGER):
        mail = profile_envelope(PROFILE, key=key)
        assert remote_code(market.load_market, mail, now=NOW) == "message.author"


def test_the_certificate_of_a_profile_is_verified():
    for change, code in (
        ({"sig": bytes(64)}, "certificate.signature"),
        ({"not_after": CERTIFICATE.not_before}, "certificate.schema"),
    ):
        profile = make(PROFILE, certificate=make(CERTIFICATE, **change))
        raw = encoding.encode(schema.dump(profile))
        mail = envelope_of(raw, kind="vendor_profile", key=VENDOR)
        assert remote_code(market.load_market, mail, now=NOW) == code
    mail = profile_envelope(PROFILE)
    later = CERTIFICATE.not_after + 301
    assert remote_code(market.load_market, mail, now=later) == "certificate.expired"
    assert market.load_market(mail) == PROFILE


def test_a_malformed_certificate_has_its_own_code():
    fields = schema.dump(PROFILE)
    fields["certificate"] = {**certificate.to_wire(CERTIFICATE), "more": 1}
    mail = envelope_of(encoding.encode(fields), kind="vendor_profile", key=VENDOR)
    assert remote_code(market.load_market, mail) == "certificate.schema"


@pytest.mark.parametrize("name", ["areaServed", "category", "paymentMethod", "features"])
def test_arrays_of_a_profile_may_be_empty_but_are_there(name):
    fields = {**schema.dump(PROFILE), name: []}
    mail = envelope_of(encoding.encode(fields), kind="vendor_profile", key=VENDOR)
    assert isinstance(market.load_market(mail), market.VendorProfile)
    del fields[name]
    mail = envelope_of(encoding.encode(fields), kind="vendor_profile", key=VENDOR)
    assert remote_code(market.load_market, mail) == "message.body"


def check(update, *, author=CUSTOMER, lifetime_s=6 * DAY):
    market.check_update(
        update,
        envelope_of(b"u", kind="intent_update", key=author, lifetime_s=lifetime_s),
        original=INTENT,
        original_envelope=envelope_of(b"o"),
    )


def test_an_update_belongs_to_its_intent():
    check(UPDATE)
    check(UPDATE, lifetime_s=7 * DAY)
    assert remote_code(check, UPDATE, author=STRANGER) == "message.author"
    assert remote_code(check, UPDATE, lifetime_s=5 * DAY) == "message.body"
    for changes in ({"reply_tag": b"o" * 16}, {"reply_key": make(INTENT.reply_key, suite="x")}):
        update = make(UPDATE, intent=make(INTENT, **changes))
        assert remote_code(check, update) == "message.body"


@pytest.mark.parametrize(
    "body",
    [
        make(INTENT, eligible_quantity=0),
        make(INTENT, area=market.Area(country="Germany")),
        make(INTENT, accepted_terms=()),
        make(INTENT, item_offered=market.DemandedItem(brand="x")),
        make(INTENT, critical=("nothing",)),
        make(UPDATE, seq=0),
        make(UPDATE, intent=make(INTENT, availability_ends=1)),
        make(PROFILE, prekey=make(PROFILE.prekey, key=b"short")),
        make(PROFILE, business_function=("Sell", "Sell")),
    ],
)
def test_a_wrong_body_cannot_be_made(body):
    assert local_code(market.to_body, body) == "message.body"


@given(st.data())
@settings(max_examples=500)
def test_altered_bodies_are_refused_or_make_sense(data):
    raw = bytearray(market.to_body(data.draw(st.sampled_from([INTENT, UPDATE, PROFILE]))))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    kind = data.draw(st.sampled_from(["intent", "intent_update", "vendor_profile"]))
    outcome = survives(market.load_market, envelope_of(bytes(raw), kind=kind, key=VENDOR))
    if isinstance(outcome, str):
        assert envelope.verdict_of(outcome) == "ignore"
    elif not isinstance(outcome, market.Uninterpreted):
        assert encoding.encode(schema.dump(outcome)) == bytes(raw)

"""Envelopes: the order of the checks, their codes and verdicts, and mutated bytes."""

import random

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.fuzz import mutation
from tests.protocol.codes import local_code, refusal, remote_code, survives
from tests.protocol.deals import CUSTOMER, NOW, STRANGER, grind
from vrmprotocol import encoding, envelope, envelope_rules, keys, stamp, topics
from vrmprotocol.errors import RemoteError

MARKET = "/vrm/1/market/0"
MAIL = "/vrm/1/mail/0"
TAG = b"t" * 16


@pytest.fixture(autouse=True)
def _cheap_stamps(monkeypatch):
    """Fewer bits of work, so that every test can stamp what it wants to send."""
    monkeypatch.setattr(envelope_rules, "MARKET_BASE_BITS", 6)
    monkeypatch.setattr(envelope_rules, "MAIL_BASE_BITS", 4)


def fields_of(**changes):
    fields = {
        "v": 1,
        "kind": "intent",
        "topic": MARKET,
        "author": CUSTOMER.public,
        "created": NOW,
        "expires": NOW + 86_400,
        "body": b"body",
    }
    fields.update(changes)
    return {name: value for name, value in fields.items() if value is not None}


def mail_fields(**changes):
    mail = {
        "kind": "mail",
        "topic": MAIL,
        "tag": TAG,
        "expires": NOW + envelope.MAIL_LIFETIME_S,
        "body": bytes(4096),
    }
    return fields_of(**{**mail, **changes})


def finish(fields, *, key=CUSTOMER, bits=None, **changes):
    """The bytes of an envelope with these fields, rightly stamped and signed, right or wrong."""
    core = encoding.sha256(b"vrm/1 envelope core\0" + encoding.encode(fields))
    if bits is None:
        bits = envelope.required_bits(str(fields.get("kind")), len(fields.get("body", b"")))
    found = stamp.grind(core, bits)
    id_ = encoding.sha256(b"vrm/1 envelope id\0" + core + found)
    signature = key.sign(b"vrm/1 envelope signature\0" + id_)
    return encoding.encode({**fields, "stamp": found, "sig": signature, **changes})


def read(raw, *, topic=MARKET, now=NOW, known=lambda _: False):
    return envelope.verify_and_load(raw, topic=topic, now=now, known=known)


def test_a_market_envelope_is_read():
    loaded = read(finish(fields_of()))
    assert (loaded.kind, loaded.topic, loaded.tag) == ("intent", MARKET, None)
    assert (loaded.author, loaded.body) == (CUSTOMER.public, b"body")
    assert len(loaded.id) == 32
    assert not loaded.is_mail
    assert envelope.unsecure_load(loaded.raw) == loaded
    assert envelope.verify_stored(loaded.raw) == loaded


def test_mail_is_read():
    assert read(finish(mail_fields()), topic=MAIL).is_mail


def test_an_unknown_market_kind_is_accepted_in_both_public_topics():
    for topic in (MARKET, topics.DIRECTORY):
        assert read(finish(fields_of(kind="poem", topic=topic)), topic=topic).kind == "poem"


@given(
    body=st.binary(min_size=1, max_size=300),
    kind=st.sampled_from(["intent", "intent_update", "poem"]),
    span=st.integers(1, 12_960),
    seed=st.binary(min_size=32, max_size=32),
)
def test_what_is_built_is_read(body, kind, span, seed):
    key = keys.SigningKey(seed)
    built = envelope.build_stamped(
        kind=kind,
        topic=MARKET,
        tag=None,
        body=body,
        created=NOW,
        expires=NOW + 600 * span,
        signing_key=key,
        grind=grind,
    )
    assert read(built.raw) == built
    core = envelope.core_digest(
        kind=kind,
        topic=MARKET,
        tag=None,
        author=key.public,
        created=NOW,
        expires=NOW + 600 * span,
        body=body,
    )
    assert stamp.envelope_id(core, built.stamp) == built.id


def test_building_what_nobody_would_read_is_the_callers_fault():
    def build(**changes):
        arguments = {
            "kind": "intent",
            "topic": MARKET,
            "tag": None,
            "body": b"b",
            "created": NOW,
            "expires": NOW + 600,
            "signing_key": CUSTOMER,
            "grind": grind,
        }
        return local_code(envelope.build_stamped, **{**arguments, **changes})

    assert build(topic=topics.DIRECTORY) == "envelope.topic"
    assert build(expires=NOW) == "envelope.lifetime"
    assert build(created=NOW + 1) == "envelope.time_not_quantised"
    assert build(kind="Intent") == "envelope.schema"
    assert build(body=b"") == "envelope.schema"
    assert build(body=bytes(65_500)) == "envelope.too_large"
    assert build(grind=lambda core, bits: b"\xff" * 8) == "envelope.stamp"


SCHEMA: dict[str, list[object]] = {
    "v": [0, 2, "1", True, None],
    "kind": ["", "Intent", "1a", "a" * 33, "a-b", "a\n", 7, None],
    "topic": ["", "é", "x" * 65, b"x", None],
    "author": [b"", bytes(31), bytes(33), "a" * 32, None],
    "created": [-1, 2**32, "0", None],
    "expires": [-1, 2**32, True, None],
    "body": [b"", "text", None],
    "tag": [TAG, b"", "t" * 16],
    "more": [1, []],
}


# SPEC 02: The reader MUST refuse an envelope with a missing or unknown key, or a value outside the
# format table, with `envelope.schema`.
@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in SCHEMA.items() for value in values]
)
def test_malformed_fields_are_refused(name, value):
    error = refusal(read, finish(fields_of(**{name: value}), bits=0))
    assert error.code == "envelope.schema"
    assert name in error.detail


@pytest.mark.parametrize("missing", ["stamp", "sig"])
@pytest.mark.parametrize("value", [None, b"", bytes(7), "12345678"])
def test_stamp_and_signature_have_their_lengths(missing, value):
    fields = encoding.decode_map(finish(fields_of()))
    fields[missing] = value
    if value is None:
        del fields[missing]
    assert remote_code(read, encoding.encode(fields)) == "envelope.schema"


def test_mail_has_a_tag_and_nothing_else_has():
    assert remote_code(read, finish(mail_fields(tag=None)), topic=MAIL) == "envelope.schema"
    assert remote_code(read, finish(fields_of(tag=TAG))) == "envelope.schema"


@pytest.mark.parametrize(
    ("fields", "topic"),
    [
        (fields_of(), topics.DIRECTORY),
        (fields_of(topic=topics.DIRECTORY), topics.DIRECTORY),
        (fields_of(kind="vendor_profile"), MARKET),
        (fields_of(topic=MAIL), MAIL),
        (fields_of(kind="poem", topic=MAIL), MAIL),
        (fields_of(kind="poem", topic="/vrm/1/market/1"), "/vrm/1/market/1"),
        (mail_fields(topic=MARKET), MARKET),
        (mail_fields(topic="/vrm/1/mail/1"), "/vrm/1/mail/1"),
    ],
)
def test_everything_has_its_topic(fields, topic):
    assert remote_code(read, finish(fields), topic=topic) == "envelope.topic"


@pytest.mark.parametrize("size", [1, 4095, 4097, 8191, 12_288, 65_535])
def test_mail_bodies_have_five_sizes(size):
    raw = finish(mail_fields(body=bytes(size)))
    assert remote_code(read, raw, topic=MAIL) == "envelope.mail_size"


@pytest.mark.parametrize("size", envelope.MAIL_BODY_BYTES)
def test_the_five_sizes_fit(size):
    assert len(read(finish(mail_fields(body=bytes(size))), topic=MAIL).body) == size


def test_sizes_are_limited_by_topic():
    assert remote_code(read, bytes(65_537)) == "envelope.too_large"
    assert remote_code(read, bytes(66_561), topic=MAIL) == "envelope.too_large"
    assert remote_code(read, bytes(66_560), topic=MAIL) == "encoding.trailing_bytes"
    big = finish(mail_fields(body=bytes(65_536)))
    assert remote_code(read, big) == "envelope.too_large"
    assert remote_code(envelope.verify_stored, finish(fields_of(body=bytes(65_500)))) == (
        "envelope.too_large"
    )


@pytest.mark.parametrize(
    ("kind", "topic", "lifetime_s"),
    [
        ("intent", MARKET, 0),
        ("intent", MARKET, -600),
        ("intent", MARKET, 90 * 86_400 + 600),
        ("poem", MARKET, 90 * 86_400 + 600),
        ("vendor_profile", topics.DIRECTORY, 7 * 86_400 + 600),
    ],
)
def test_lifetimes_of_market_kinds(kind, topic, lifetime_s):
    raw = finish(fields_of(kind=kind, topic=topic, expires=NOW + lifetime_s))
    assert remote_code(read, raw, topic=topic) == "envelope.lifetime"
    fits = finish(fields_of(kind=kind, topic=topic, expires=NOW + 7 * 86_400))
    assert read(fits, topic=topic).kind == kind


@pytest.mark.parametrize("difference_s", [-600, 600, 1, -1])
def test_mail_lives_exactly_14_days(difference_s):
    raw = finish(mail_fields(expires=NOW + envelope.MAIL_LIFETIME_S + difference_s))
    assert remote_code(read, raw, topic=MAIL) == "envelope.lifetime"


@pytest.mark.parametrize("shift_s", [1, 300, 599])
def test_times_are_rounded(shift_s):
    for changes in ({"created": NOW + shift_s}, {"expires": NOW + 86_400 + shift_s}):
        assert remote_code(read, finish(fields_of(**changes))) == "envelope.time_not_quantised"


def test_the_clock_has_a_tolerance_of_300_s():
    raw = finish(fields_of())
    expires = NOW + 86_400
    assert read(raw, now=NOW - 300)
    assert remote_code(read, raw, now=NOW - 301) == "envelope.from_future"
    assert read(raw, now=expires + 299)
    assert remote_code(read, raw, now=expires + 300) == "envelope.expired"


def test_a_stamp_too_weak_by_one_bit_is_refused():
    fields = fields_of()
    number = 0
    while True:
        raw = finish(fields | {"body": b"%d" % number}, bits=0)
        if stamp.leading_zero_bits(envelope.unsecure_load(raw).id) == 5:
            break
        number += 1
    assert remote_code(read, raw) == "envelope.stamp"


def test_a_known_id_is_ignored_before_its_signature_is_looked_at():
    raw = finish(fields_of(), sig=bytes(64))
    assert remote_code(read, raw, known=lambda _: True) == "envelope.duplicate"
    assert remote_code(read, raw) == "envelope.signature"


def test_another_author_cannot_sign():
    assert remote_code(read, finish(fields_of(), key=STRANGER)) == "envelope.signature"


def test_the_first_failure_in_the_order_of_the_spec_is_reported():
    fields = mail_fields(topic="/vrm/1/mail/1", body=b"x", created=7, expires=9)
    fix = {"topic": MAIL, "body": bytes(4096), "expires": 7 + envelope.MAIL_LIFETIME_S}
    raw = finish(fields, key=STRANGER, bits=0)
    assert remote_code(read, raw, topic=fields["topic"]) == "envelope.topic"
    for name, code in (
        ("topic", "envelope.mail_size"),
        ("body", "envelope.lifetime"),
        ("expires", "envelope.time_not_quantised"),
    ):
        fields[name] = fix[name]
        raw = finish(fields, key=STRANGER, bits=0, stamp=bytes(8))
        assert remote_code(read, raw, topic=MAIL) == code
    fields.update(created=0, expires=envelope.MAIL_LIFETIME_S)
    raw = finish(fields, key=STRANGER, bits=0)
    assert remote_code(read, raw, topic=MAIL) == "envelope.expired"


@given(st.data())
@settings(max_examples=300)
def test_no_byte_of_an_envelope_may_change(data):
    raw = bytearray(finish(mail_fields(body=b"\1" * 4096)))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    code = survives(read, bytes(raw), topic=MAIL)
    assert isinstance(code, str)
    assert code.split(".")[0] in ("encoding", "envelope")


@given(st.binary(max_size=400))
@example(b"\x80")
def test_arbitrary_bytes_are_refused(raw):
    assert isinstance(survives(read, raw), str)
    assert isinstance(survives(envelope.unsecure_load, raw), str)


@given(
    st.dictionaries(
        st.sampled_from(sorted(fields_of(tag=TAG, stamp=b"", sig=b""))),
        st.none() | st.integers(-5, 2**33) | st.text(max_size=5) | st.binary(max_size=70),
        max_size=11,
    )
)
def test_arbitrary_maps_are_refused(fields):
    assert survives(read, encoding.encode(fields)) == "envelope.schema"


class _NeverRight:
    """In place of the decoder: so that everything is read step by step."""

    def decode(self, raw):
        raise msgspec.DecodeError


def _step_by_step(raw):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(envelope, "_DECODER", _NeverRight())
        return envelope.unsecure_load(raw)


@given(st.integers(0, 2**64), st.booleans())
def test_reading_at_once_finds_what_reading_step_by_step_finds(seed, is_mail):
    chance = random.Random(seed)
    good = finish(mail_fields() if is_mail else fields_of(), bits=0)
    nearly = mutation.mutated_message(chance, good, [good])
    for raw in (good, nearly, mutation.mutated(chance, good, [nearly])):
        assert survives(envelope.unsecure_load, raw) == survives(_step_by_step, raw)


@pytest.mark.parametrize(
    ("body_bytes", "extra"),
    [(1, 0), (4096, 0), (4097, 1), (8192, 1), (8193, 2), (16_384, 2), (16_385, 3), (65_536, 4)],
)
def test_large_bodies_cost_more_work(body_bytes, extra):
    assert envelope.required_bits("intent", body_bytes) == 6 + extra
    assert envelope.required_bits("mail", body_bytes) == 4 + extra


def test_the_work_that_the_protocol_asks_for(monkeypatch):
    monkeypatch.undo()
    assert envelope.required_bits("mail", 4096) == 16
    assert envelope.required_bits("intent", 1) == 18


def test_verdicts():
    assert envelope.verdict_of("message.version") == "accept"
    for code in ("envelope.expired", "envelope.from_future", "envelope.duplicate", "message.body"):
        assert envelope.verdict_of(code) == "ignore"
    for code in ("encoding.noncanonical", "envelope.signature", "envelope.stamp"):
        assert envelope.verdict_of(code) == "reject"
    assert envelope.verdict_of("certificate.expired") == "ignore"
    assert local_code(envelope.verdict_of, "seal.open") == "envelope.no_verdict"


def test_every_code_raised_for_an_envelope_has_a_verdict():
    source = envelope_rules.__file__, envelope.__file__
    for path in source:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            text = file.read()
        for part in text.split("RemoteError(")[1:]:
            code = part.split('"')[1]
            assert envelope.verdict_of(code) in ("accept", "reject", "ignore")


def test_times_are_floored():
    assert envelope.quantise_time(1_199) == 600
    assert envelope.quantise_time(1_200) == 1_200


def test_the_body_stays_out_of_the_repr():
    assert "626f6479" not in repr(read(finish(fields_of())))
    assert "body'" not in repr(read(finish(fields_of())))


def test_remote_errors_say_code_and_detail():
    error = RemoteError("a.b", "expected x, came y")
    assert str(error) == "a.b: expected x, came y"

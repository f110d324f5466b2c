"""Certificates: what is signed, when it is valid, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmprotocol import certificate, encoding, keys
from vrmprotocol.errors import LocalError, RemoteError

ROOT = keys.SigningKey(b"r" * 32)
SUBJECT = keys.SigningKey(b"s" * 32).public
DAY = 86_400
GOOD = certificate.issue(ROOT, subject=SUBJECT, serial=7, not_before=DAY, not_after=30 * DAY)


def code_of(call, *arguments, **named):
    with pytest.raises(RemoteError) as caught:
        call(*arguments, **named)
    return caught.value.code


def test_a_certificate_verifies_and_comes_back():
    certificate.verify(GOOD, now=2 * DAY)
    assert certificate.load(certificate.to_wire(GOOD)) == GOOD


@pytest.mark.parametrize("now", [DAY - 300, DAY, 30 * DAY, 30 * DAY + 300])
def test_the_dates_have_a_tolerance(now):
    certificate.verify(GOOD, now=now)


def test_outside_its_dates_it_is_refused():
    assert code_of(certificate.verify, GOOD, now=DAY - 301) == "certificate.not_yet_valid"
    assert code_of(certificate.verify, GOOD, now=30 * DAY + 301) == "certificate.expired"


@pytest.mark.parametrize("not_after", [DAY, DAY - 1, DAY + 400 * DAY + 1, 2**32])
def test_wrong_spans_cannot_be_issued(not_after):
    with pytest.raises(LocalError) as caught:
        certificate.issue(ROOT, subject=SUBJECT, serial=0, not_before=DAY, not_after=not_after)
    assert caught.value.code == "certificate.schema"


def test_the_longest_span_is_allowed():
    certificate.issue(ROOT, subject=SUBJECT, serial=0, not_before=DAY, not_after=401 * DAY)


# SPEC 02: The reader MUST refuse a malformed certificate with `certificate.schema`.
@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"root": b""},
        {"subject": "text" * 8},
        {"serial": -1},
        {"serial": True},
        {"serial": 2**32},
        {"notBefore": None},
        {"notAfter": 40 * DAY * 365},
        {"sig": bytes(63)},
        {"more": 1},
    ],
)
def test_malformed_fields_are_named(change):
    fields = {**certificate.to_wire(GOOD), **change}
    with pytest.raises(RemoteError) as caught:
        certificate.load(fields)
    assert caught.value.code == "certificate.schema"
    assert next(iter(change)) in caught.value.detail


@pytest.mark.parametrize("missing", certificate.to_wire(GOOD))
def test_every_field_is_needed(missing):
    fields = certificate.to_wire(GOOD)
    del fields[missing]
    with pytest.raises(RemoteError) as caught:
        certificate.load(fields)
    assert missing in caught.value.detail


@given(st.data())
def test_no_byte_of_it_may_change(data):
    raw = bytearray(encoding.encode(certificate.to_wire(GOOD)))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(RemoteError):
        certificate.verify(certificate.load(encoding.decode(bytes(raw))), now=2 * DAY)

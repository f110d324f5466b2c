"""Sealing: only the right key and header open it, and every altered byte is noticed."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import local_code, remote_code
from tests.protocol.deals import (
    CUSTOMER_SEAL,
    NOW,
    STRANGER,
    VENDOR_SEAL,
    envelope_of,
    recipient_key,
)
from vrmprotocol import envelope, envelope_rules, fields, sealing, stamp

HEADER = sealing.MailHeader(
    topic="/vrm/1/mail/0",
    tag=b"t" * 16,
    author=STRANGER.public,
    created=NOW,
    expires=NOW + envelope.MAIL_LIFETIME_S,
)
KEY = recipient_key(VENDOR_SEAL)
CAPACITIES = [(4096, 4044), (8192, 8140), (16_384, 16_332), (32_768, 32_716), (65_536, 60_000)]


def seal(inner, *, header=HEADER, body_bytes=4096, key=KEY):
    return sealing.seal(inner, recipient_key=key, header=header, body_bytes=body_bytes)


def unseal(body, *, header=HEADER, seal_key=VENDOR_SEAL):
    return sealing.open_sealed(body, seal_key=seal_key, header=header)


@given(st.binary(max_size=4044))
def test_what_is_sealed_is_opened(inner):
    body = seal(inner)
    assert len(body) == 4096
    assert unseal(body) == inner


@pytest.mark.parametrize(("body_bytes", "room"), CAPACITIES)
def test_each_size_holds_what_it_says(body_bytes, room):
    assert sealing.capacity(body_bytes) == room
    assert sealing.size_class(room) == body_bytes
    body = seal(b"\1" * room, body_bytes=body_bytes)
    assert len(body) == body_bytes
    assert unseal(body) == b"\1" * room
    assert local_code(seal, bytes(room + 1), body_bytes=body_bytes) == "seal.size"


def test_sizes_of_deals_leave_room_for_the_accept():
    assert sealing.deal_size_class(4044 - 1536) == 4096
    assert sealing.deal_size_class(4045 - 1536) == 8192
    assert sealing.size_class(0) == 4096
    assert local_code(sealing.size_class, 60_001) == "seal.size"


@pytest.mark.parametrize("body_bytes", [0, 4095, 12_288, 131_072])
def test_only_the_five_sizes_are_made(body_bytes):
    assert local_code(seal, b"", body_bytes=body_bytes) == "seal.size"


def test_two_seals_of_one_message_differ():
    assert seal(b"same") != seal(b"same")


def test_another_key_opens_nothing():
    assert remote_code(unseal, seal(b"m"), seal_key=CUSTOMER_SEAL) == "seal.open"


@pytest.mark.parametrize(
    "header",
    [
        sealing.MailHeader(**{**{name: getattr(HEADER, name) for name in HEADER.__slots__}, **one})
        for one in (
            {"topic": "/vrm/1/mail/1"},
            {"tag": b"u" * 16},
            {"author": bytes(32)},
            {"created": NOW + 600},
            {"expires": NOW},
        )
    ],
)
def test_a_body_cannot_move_to_another_envelope(header):
    assert remote_code(unseal, seal(b"m"), header=header) == "seal.open"


@given(st.integers(0, 4095), st.integers(1, 255))
def test_no_byte_may_change(place, flip):
    body = bytearray(seal(b"message"))
    body[place] ^= flip
    assert remote_code(unseal, bytes(body)) == "seal.open"


@given(st.binary(max_size=200))
def test_arbitrary_bytes_open_nothing(body):
    assert remote_code(unseal, body) == "seal.open"


def sealed_plaintext(plaintext):
    public = X25519PublicKey.from_public_bytes(KEY.key)
    return sealing._SUITE.encrypt(plaintext, public, info=HEADER.info())


@pytest.mark.parametrize(
    "plaintext",
    [
        b"",
        b"\0\0\0",
        b"\0\0\0\1",
        b"\xff\xff\xff\xff" + bytes(100),
        b"\0\0\0\1a" + bytes(50) + b"\1",
        b"\0\0\0\1ab",
    ],
)
def test_padding_is_checked(plaintext):
    assert remote_code(unseal, sealed_plaintext(plaintext)) == "seal.padding"


def test_an_exact_fit_has_no_padding():
    assert unseal(sealed_plaintext(b"\0\0\0\1a")) == b"a"


def test_unknown_suites_are_named():
    key = fields.RecipientKey(suite="mlkem768-x25519", key=bytes(1216))
    assert local_code(seal, b"m", key=key) == "seal.unknown_suite"


@pytest.mark.parametrize("public", [bytes(32), b"\1" + bytes(31), bytes(31), bytes(33)])
def test_unusable_keys_are_refused(public):
    key = fields.RecipientKey(suite=fields.SUITE_X25519, key=public)
    assert local_code(seal, b"m", key=key) == "seal.key"


def test_only_mail_has_a_mail_header():
    assert local_code(sealing.header_of, envelope_of(b"b")) == "seal.no_mail"


def test_a_whole_mail(monkeypatch):
    monkeypatch.setattr(envelope_rules, "MAIL_BASE_BITS", 2)
    raw = sealing.build_mail(
        b"inner",
        recipient_key=KEY,
        tag=b"t" * 16,
        body_bytes=8192,
        created=NOW + 599,
        one_time_key=STRANGER,
        grind=lambda core, bits: stamp.grind(core, bits, start=77),
    )
    read = envelope.verify_and_load(raw, topic="/vrm/1/mail/0", now=NOW, known=lambda _: False)
    assert (read.created, read.expires) == (NOW, NOW + envelope.MAIL_LIFETIME_S)
    assert read.author == STRANGER.public
    assert sealing.open_envelope(read, seal_key=VENDOR_SEAL) == b"inner"
    assert sealing.header_of(read) == make_header(read)


def make_header(read):
    return sealing.MailHeader(
        topic=read.topic,
        tag=read.tag,
        author=read.author,
        created=read.created,
        expires=read.expires,
    )


def test_the_golden_info():
    assert HEADER.info().startswith(b"vrm/1 mail\0\x87\xa6author\xc4\x20")

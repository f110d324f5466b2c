"""Offers and accepts that don't fit their header, their deal or one another."""

import pytest

from tests.protocol.codes import remote_code
from tests.protocol.deals import (
    CERTIFICATE,
    CUSTOMER,
    DAY,
    DEAL,
    DRAFT,
    NOW,
    OFFER,
    ROOT,
    STRANGER,
    VENDOR,
    accept_body,
    customer,
    make,
    vendor,
)
from vrmprotocol import agreement, bodies, certificate, coherence, draft, inner, mail, message

OFFERED = vendor().say("offer", OFFER)


def header(**changes):
    fields = {
        "v": 1,
        "kind": "offer",
        "deal": DEAL,
        "seq": 0,
        "prev": None,
        "author": VENDOR.public,
        "recipient": CUSTOMER.public,
        "created": NOW,
        "received": [],
        "body": bodies.to_wire(OFFER),
    }
    return {**fields, **changes}


def read(raw, **named):
    arguments = {"expected_recipient": None, "now": NOW}
    return message.verify_and_load(raw, **{**arguments, **named})


def read_offer(offer, *, key=VENDOR, **changes):
    fields = header(body=bodies.to_wire(offer), author=key.public, **changes)
    return read(inner.write(fields, key))


def with_draft(**changes):
    return make(OFFER, draft=make(DRAFT, **changes))


@pytest.mark.parametrize(
    "offer",
    [
        with_draft(deal=bytes(32)),
        with_draft(customer=STRANGER.public),
        with_draft(intent=bytes(32)),
        make(OFFER, intent=bytes(32)),
        make(OFFER, shard=1),
    ],
)
def test_what_an_offer_says_twice_agrees(offer):
    assert read_offer(offer).code == "message.body"


def test_an_offer_of_another_deal():
    raw = inner.write(header(deal=bytes(32)), VENDOR)
    assert remote_code(read, raw) == "message.wrong_deal"
    raw = inner.write(header(recipient=STRANGER.public), VENDOR)
    assert remote_code(read, raw) == "message.wrong_deal"


def test_an_offer_is_signed_by_the_certified_key():
    for key in (ROOT, STRANGER):
        raw = inner.write(header(author=key.public), key)
        assert remote_code(read, raw) == "message.author"


def test_the_certificate_is_of_the_vendor_root():
    other = certificate.issue(
        STRANGER, subject=VENDOR.public, serial=0, not_before=NOW, not_after=NOW + DAY
    )
    offer = with_draft(vendor=make(DRAFT.vendor, certificate=other))
    assert remote_code(read_offer, offer) == "message.author"


def test_the_certificate_is_verified():
    forged = make(CERTIFICATE, subject=STRANGER.public)
    offer = with_draft(vendor=make(DRAFT.vendor, certificate=forged))
    assert remote_code(read_offer, offer, key=STRANGER) == "certificate.signature"
    raw = OFFERED.raw
    early, late = CERTIFICATE.not_before - 301, CERTIFICATE.not_after + 301
    assert remote_code(read, raw, now=early) == "certificate.not_yet_valid"
    assert remote_code(read, raw, now=late) == "certificate.expired"
    assert read(raw, now=None) == OFFERED


def test_an_offer_has_at_most_40000_bytes():
    filler = {"filler": b"x" * 39_000}
    large = read_offer(make(OFFER, ext={"filler": b"x" * 37_000}))
    assert isinstance(large, message.SignedMessage)
    assert read_offer(make(OFFER, ext=filler)).code == "message.body"


def read_accept(body, **changes):
    fields = header(
        kind="accept",
        author=CUSTOMER.public,
        recipient=VENDOR.public,
        body=bodies.to_wire(body),
    )
    return read(inner.write({**fields, **changes}, CUSTOMER), reader="vendor")


def test_an_accept_with_its_offer():
    assert isinstance(read_accept(accept_body(OFFERED)), message.SignedMessage)


def test_an_accept_long_after_the_certificate_still_stands():
    late = customer().say("accept", accept_body(OFFERED))
    assert read(late.raw, now=CERTIFICATE.not_after + DAY) == late


@pytest.mark.parametrize(
    "offer",
    [
        b"\xc1",
        OFFERED.raw[:-1] + bytes([OFFERED.raw[-1] ^ 1]),
        OFFERED.raw + b"\0",
        customer().say("accept", accept_body(OFFERED)).raw,
        inner.write(header(v=2), VENDOR),
        inner.write(header(kind="later"), VENDOR),
        inner.write(header(body=bodies.to_wire(with_draft(intent=bytes(32)))), VENDOR),
        inner.write(header(author=STRANGER.public), STRANGER),
    ],
)
def test_an_accept_of_a_broken_offer(offer):
    kept = read_accept(make(accept_body(OFFERED), offer=offer))
    assert kept.code == "message.body"


def test_an_accept_of_somebody_elses_offer():
    deal = draft.deal_id(STRANGER.public, ROOT.public)
    foreign = with_draft(deal=deal, customer=STRANGER.public)
    said = vendor().say("offer", foreign, deal=deal, recipient=STRANGER.public)
    assert read_accept(accept_body(said)).code == "message.body"
    assert read_accept(accept_body(OFFERED), deal=bytes(32)).code == "message.body"
    assert read_accept(accept_body(OFFERED), recipient=STRANGER.public).code == "message.body"


@pytest.mark.parametrize(
    "body",
    [
        accept_body(OFFERED, key=STRANGER),
        make(accept_body(OFFERED), accepted_at=NOW + 1),
        make(accept_body(OFFERED), commitments={"relationship": bytes(32)}),
        make(accept_body(OFFERED), signature=bytes(64)),
    ],
)
def test_an_accept_is_signed_under_the_document(body):
    assert read_accept(body).code == "agreement.customer_signature"


def test_the_document_of_an_accept():
    accept = customer().say("accept", accept_body(OFFERED))
    document = coherence.document_of(accept, OFFERED)
    assert isinstance(accept.body, mail.Accept)
    assert document["offer"] == OFFERED.digest
    assert document["draft"] == bodies.to_wire(DRAFT)
    assert agreement.verify_signature(document, CUSTOMER.public, accept.body.signature)


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": bytes(32)},
        {"shard": 1},
        {"reply_key": make(OFFER.reply_key, key=bytes(32))},
    ],
)
def test_later_offers_repeat_how_to_answer(changes):
    coherence.check_repeats(with_draft(reserved=False), OFFER)
    assert remote_code(coherence.check_repeats, make(OFFER, **changes), OFFER) == "message.body"

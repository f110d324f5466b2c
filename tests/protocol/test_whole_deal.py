"""A whole deal in bytes alone: everything a customer and a vendor send, read by the other side."""

import pytest

from tests.protocol.codes import remote_code
from tests.protocol.deals import (
    CERTIFICATE,
    CUSTOMER,
    CUSTOMER_SEAL,
    DEAL,
    DRAFT,
    INTENT,
    NOW,
    OFFER,
    PROFILE,
    STRANGER,
    VENDOR,
    VENDOR_SEAL,
    accept_body,
    agreement_body,
    customer,
    grind,
    make,
    vendor,
)
from vrmprotocol import (
    agreement_report,
    draft,
    envelope,
    envelope_rules,
    keys,
    mail,
    market,
    message,
    negotiation,
    sealing,
    tags,
    terms,
    topics,
)

VENDOR_SHARD = 0


@pytest.fixture(autouse=True)
def _cheap_stamps(monkeypatch):
    monkeypatch.setattr(envelope_rules, "MARKET_BASE_BITS", 4)
    monkeypatch.setattr(envelope_rules, "MAIL_BASE_BITS", 4)


class Gossip:
    """Every envelope that was published, checked as each node does."""

    def __init__(self) -> None:
        self.kept: dict[bytes, envelope.Envelope] = {}

    def publish(self, raw: bytes, topic: str) -> envelope.Envelope:
        read = envelope.verify_and_load(
            raw, topic=topic, now=NOW, known=lambda each: each in self.kept
        )
        self.kept[read.id] = read
        return read

    def mail_to(self, watched) -> list[envelope.Envelope]:
        return [each for each in self.kept.values() if each.tag in watched]


def publish_market(gossip, kind, topic, body, key, lifetime_s):
    built = envelope.build_stamped(
        kind=kind,
        topic=topic,
        tag=None,
        body=market.to_body(body),
        created=NOW,
        expires=NOW + lifetime_s,
        signing_key=key,
        grind=grind,
    )
    return gossip.publish(built.raw, topic)


def send(gossip, said, *, to, tag, body_bytes, number):
    """Seal a message in a fresh envelope by a one-time author."""
    raw = sealing.build_mail(
        said.raw,
        recipient_key=to,
        tag=tag,
        body_bytes=body_bytes,
        created=NOW + 7,
        one_time_key=keys.SigningKey(bytes([number]) * 32),
        grind=grind,
    )
    return gossip.publish(raw, topics.mail_topic(tag))


def test_from_intent_to_agreement():
    gossip = Gossip()
    publish_market(gossip, "vendor_profile", topics.DIRECTORY, PROFILE, VENDOR, 7 * 86_400)
    topic = topics.market_topic("DE", 2)
    published = publish_market(gossip, "intent", topic, INTENT, CUSTOMER, 6 * 86_400)

    # The vendor answers.
    intent = market.load_market(published, now=NOW)
    assert isinstance(intent, market.Intent)
    assert terms.choose(intent.accepted_terms, PROFILE.accepted_terms) == DRAFT.terms
    assert draft.deal_id(published.author, CERTIFICATE.root) == DEAL
    offer_body = make(OFFER, intent=published.id, draft=make(DRAFT, intent=published.id))
    vendor_side, customer_side = vendor(), customer()
    offer = vendor_side.say("offer", offer_body)
    size = sealing.deal_size_class(len(offer.raw))
    send(gossip, offer, to=intent.reply_key, tag=intent.reply_tag, body_bytes=size, number=1)

    # The customer finds it under the tag of the intent, and accepts.
    [came] = gossip.mail_to({INTENT.reply_tag})
    inner = sealing.open_envelope(came, seal_key=CUSTOMER_SEAL)
    read = message.verify_and_load(
        inner, expected_recipient=CUSTOMER.public, reader="customer", now=NOW
    )
    assert read == offer
    assert isinstance(read.body, mail.Offer)
    negotiation.check_move("customer", negotiation.evaluate([read]).state, "accept")
    negotiation.check_acceptable(read.body.draft, NOW)
    accept = customer_side.say("accept", accept_body(read), received=[read.digest])
    tag = tags.derive(read.body.secret, tags.CUSTOMER, accept.seq, 0, read.body.shard)
    send(
        gossip,
        accept,
        to=read.body.reply_key,
        tag=tag,
        body_bytes=len(came.body),
        number=2,
    )

    # The vendor, watching the deal's tags, countersigns.
    watched = tags.window(OFFER.secret, tags.CUSTOMER, VENDOR_SHARD, [])
    [came] = gossip.mail_to(watched)
    assert came.tag is not None and watched[came.tag] == (0, 0)
    inner = sealing.open_envelope(came, seal_key=VENDOR_SEAL)
    read = message.verify_and_load(
        inner,
        expected_recipient=VENDOR.public,
        expected_deal=DEAL,
        expected_author=CUSTOMER.public,
        reader="vendor",
        now=NOW,
    )
    assert read == accept
    assert isinstance(read, message.SignedMessage)
    assert read.received == (offer.digest,)
    assert negotiation.reason_to_decline(offer_body.draft, now=NOW, available=True) is None
    agreement = vendor_side.say("agreement", agreement_body(read, offer), received=[read.digest])
    shard = tags.shard_of(INTENT.reply_tag)
    tag = tags.derive(OFFER.secret, tags.VENDOR, agreement.seq, 0, shard)
    send(gossip, agreement, to=intent.reply_key, tag=tag, body_bytes=size, number=3)

    # Both sides hold the same file.
    [came] = gossip.mail_to(tags.window(OFFER.secret, tags.VENDOR, shard, [0]))
    inner = sealing.open_envelope(came, seal_key=CUSTOMER_SEAL)
    read = message.verify_and_load(
        inner,
        expected_recipient=CUSTOMER.public,
        expected_deal=DEAL,
        expected_author=VENDOR.public,
        reader="customer",
        now=NOW,
    )
    ours = negotiation.evaluate([offer, accept, read])
    theirs = negotiation.evaluate([agreement, accept])
    assert ours.state == theirs.state == "agreed"
    assert ours.agreement_file() == theirs.agreement_file()
    assert agreement_report.verify_file(ours.agreement_file()).ok

    # To everybody else it is mail of one size, by authors and to tags that never repeat.
    mails = [each for each in gossip.kept.values() if each.is_mail]
    assert len({len(each.raw) for each in mails}) == 1
    assert len({each.author for each in mails}) == len({each.tag for each in mails}) == 3
    assert {each.created % 600 for each in mails} == {0}
    for each in mails:
        code = remote_code(sealing.open_envelope, each, seal_key=keys.SealKey(b"o" * 32))
        assert code == "seal.open"


# SPEC 06: The writer MUST NOT change the inner message when it sends it again.
def test_a_message_sent_again_is_the_same_in_another_envelope():
    gossip = Gossip()
    offer = vendor().say("offer", OFFER)
    accept = customer().say("accept", accept_body(offer))
    for attempt in range(4):
        tag = tags.derive(OFFER.secret, tags.CUSTOMER, accept.seq, attempt, 0)
        send(
            gossip,
            accept,
            to=OFFER.reply_key,
            tag=tag,
            body_bytes=4096,
            number=attempt,
        )
    came = gossip.mail_to(tags.window(OFFER.secret, tags.CUSTOMER, 0, []))
    assert len(came) == 4
    opened = [sealing.open_envelope(each, seal_key=VENDOR_SEAL) for each in came]
    assert {message.verify_and_load(each, expected_recipient=None).digest for each in opened} == {
        accept.digest
    }
    assert len({each.author for each in came}) == 4


def test_a_stolen_body_fits_no_other_envelope():
    gossip = Gossip()
    offer = vendor().say("offer", OFFER)
    came = send(gossip, offer, to=INTENT.reply_key, tag=INTENT.reply_tag, body_bytes=4096, number=1)
    copied = envelope.build_stamped(
        kind="mail",
        topic=came.topic,
        tag=came.tag,
        body=came.body,
        created=came.created,
        expires=came.expires,
        signing_key=STRANGER,
        grind=grind,
    )
    gossip.publish(copied.raw, came.topic)
    assert remote_code(sealing.open_envelope, copied, seal_key=CUSTOMER_SEAL) == "seal.open"

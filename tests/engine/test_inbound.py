"""What arrives: kept once, and refused where it isn't what its tag promises."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.steps import (
    CUSTOMER,
    OTHER_CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    accepted,
    deal_with,
    event_types,
    first_offer,
    hand_over,
    interpreted,
    market_envelope,
    offered,
    own_intent,
    pass_on,
    pseudonym,
    queued,
    replace_body,
    take,
    told,
    update,
    vendor_says,
)
from tests.engine.world import World
from vrmnode.engine.machine import Outcome
from vrmnode.engine.mail import dispatch
from vrmnode.engine.records import intent_body, load_deal
from vrmnode.storage import deals, envelopes, market, messages, seen
from vrmnode.storage.market import MarketIntent
from vrmprotocol import envelope, inner, message
from vrmprotocol import market as market_bodies
from vrmprotocol.draft import deal_id
from vrmprotocol.encoding import Value
from vrmprotocol.keys import SealKey, SigningKey
from vrmprotocol.mail import Decline, Offer, WithdrawAccept


def _known(world: World, who: str = VENDOR) -> MarketIntent:
    found = market.get_intent(world.nodes[who].reader, pseudonym(world).pseudonym)
    assert found is not None
    return found


def _envelopes(world: World, count: int) -> list[envelope.Envelope]:
    """Updates of the same number, the lowest id first."""
    return sorted((update(world, seq=1) for _ in range(count)), key=lambda one: one.id)


def _changed_offer(world: World, *, seq: int, **changes: object) -> message.SignedMessage:
    body = first_offer(world).body
    assert isinstance(body, Offer)
    fields = {name: getattr(body, name) for name in body.__struct_fields__}
    return vendor_says(world, Offer(**{**fields, **changes}), seq=seq)


def _refused(outcome: Outcome) -> str:
    """The code with which a message was refused, as the note says it."""
    (note,) = outcome.notes
    assert note.startswith("mail refused: ")
    return note.split(": ")[1]


def test_an_envelope_acts_once(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=False)
    world.pump(CUSTOMER)
    arrived = envelope.unsecure_load(world.link[0].raw)
    for _ in range(2):
        take(world, VENDOR, arrived)
    reader = world.nodes[VENDOR].reader
    assert event_types(world, VENDOR).count("offer.sent") == 1
    assert seen.contains(reader, arrived.id)
    assert envelopes.get(reader, arrived.id) is not None


def test_an_evicted_envelope_does_not_come_back(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=False)
    world.pump(CUSTOMER)
    arrived = envelope.unsecure_load(world.link[0].raw)
    take(world, VENDOR, arrived)
    world.nodes[VENDOR].turn(lambda ctx: envelopes.evict(ctx.tx, ctx.now, 0))
    take(world, VENDOR, arrived)
    assert envelopes.get(world.nodes[VENDOR].reader, arrived.id) is None


def test_the_own_intent_come_back_is_not_kept_as_a_strangers(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=False)
    take(world, CUSTOMER, update(world, seq=1))
    assert market.list_intents(world.nodes[CUSTOMER].reader, world.now) == []


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1)])
def test_of_equal_updates_the_lowest_id_counts_in_any_order(
    world: World, order: tuple[int, ...]
) -> None:
    offered(world)
    found = _envelopes(world, 3)
    for at in order:
        take(world, VENDOR, found[at])
    assert _known(world).envelope_id == found[0].id


def test_the_highest_update_counts_in_any_order(world: World) -> None:
    offered(world)
    first, second = update(world, seq=1), update(world, seq=2, status="withdrawn")
    take(world, VENDOR, second)
    take(world, VENDOR, first)
    assert (_known(world).seq, _known(world).status) == (2, "withdrawn")


@pytest.mark.parametrize("field", ["reply_key", "reply_tag", "valid_through"])
def test_an_update_of_another_channel_or_earlier_end_changes_nothing(
    world: World, field: str
) -> None:
    offered(world)
    if field == "valid_through":
        arrived = update(world, seq=1, lives_s=-600)
    elif field == "reply_tag":
        arrived = update(world, seq=1, reply_tag=bytes(16))
    else:
        key = replace_body(intent_body(own_intent(world))).reply_key
        other = type(key)(suite=key.suite, key=SealKey(bytes(32)).public)
        arrived = update(world, seq=1, reply_key=other)
    take(world, VENDOR, arrived)
    assert _known(world).seq == 0


def test_an_update_by_another_author_is_another_intent(world: World) -> None:
    offered(world)
    body = intent_body(own_intent(world))
    forged = market_envelope(
        world.nodes[OTHER_CUSTOMER],
        "intent_update",
        market_bodies.to_body(
            market_bodies.IntentUpdate(v=1, salt=bytes(16), seq=9, status="withdrawn", intent=body)
        ),
        body,
        SigningKey(bytes(32)),
    )
    take(world, VENDOR, forged)
    assert (_known(world).seq, _known(world).status) == (0, "active")


def _sealed(world: World, who: str) -> envelope.Envelope:
    """A node's next mail as it goes on the wire."""
    found = world.nodes[who].turn(dispatch.parcels)
    assert isinstance(found, list)
    raw = dispatch.seal(
        found[0], now=world.now, random=world.rng.randbytes, grind=lambda core, bits: bytes(8)
    )
    return envelope.unsecure_load(raw)


def test_sealed_mail_to_a_watched_tag_is_opened(world: World) -> None:
    row = accepted(world)
    assert take(world, VENDOR, _sealed(world, CUSTOMER)).notes == ()
    assert deal_with(world, VENDOR, VENDOR).state == "agreed"
    assert take(world, CUSTOMER, _sealed(world, VENDOR)).notes == ()
    assert deals.get(world.nodes[CUSTOMER].reader, row.deal) == replace(
        deal_with(world, CUSTOMER, VENDOR), state="agreed"
    )


def test_mail_to_an_unknown_tag_is_kept_and_left(world: World) -> None:
    accepted(world)
    sealed = _sealed(world, CUSTOMER)
    assert take(world, OTHER_VENDOR, sealed).notes == ()
    reader = world.nodes[OTHER_VENDOR].reader
    assert envelopes.get(reader, sealed.id) is not None
    assert deals.list_deals(reader) == []


def test_mail_that_does_not_open_is_noted(world: World) -> None:
    accepted(world)
    sealed = _sealed(world, CUSTOMER)
    fields = {name: getattr(sealed, name) for name in sealed.__struct_fields__}
    spoilt = envelope.Envelope(**{**fields, "body": bytes(len(sealed.body))})
    outcome = take(world, VENDOR, spoilt)
    (note,) = outcome.notes
    assert note.startswith("mail to one of our tags doesn't open: seal.open")
    assert deal_with(world, VENDOR, VENDOR).state == "offered"


def test_a_forged_author_is_refused(world: World) -> None:
    row = offered(world)
    stranger = SigningKey(bytes(32))
    forged = vendor_says(world, Decline(of=bytes(32), reason="closed"), seq=1, key=stranger)
    outcome = hand_over(world, CUSTOMER, forged.raw, deal=row.deal)
    assert _refused(outcome) == "message.author"
    assert messages.get(world.nodes[CUSTOMER].reader, forged.digest) is None


def test_a_message_of_another_deal_is_refused(world: World) -> None:
    row = offered(world, vendors=(VENDOR, OTHER_VENDOR))
    other = deal_with(world, CUSTOMER, OTHER_VENDOR)
    misplaced = vendor_says(world, Decline(of=bytes(32), reason="closed"), seq=1, deal=other.deal)
    outcome = hand_over(world, CUSTOMER, misplaced.raw, deal=row.deal)
    assert _refused(outcome) == "message.wrong_deal"


def test_a_message_to_somebody_else_is_refused(world: World) -> None:
    row = offered(world)
    lost = vendor_says(
        world, Decline(of=bytes(32), reason="closed"), seq=1, recipient=SigningKey(bytes(32)).public
    )
    outcome = hand_over(world, CUSTOMER, lost.raw, deal=row.deal)
    assert _refused(outcome) == "message.wrong_recipient"


@pytest.mark.parametrize("by_derived_tag", [False, True])
@pytest.mark.parametrize("field", ["secret", "reply_key"])
def test_a_later_offer_may_not_change_the_channel(
    world: World, by_derived_tag: bool, field: str
) -> None:
    row = offered(world)
    body = first_offer(world).body
    assert isinstance(body, Offer)
    other = type(body.reply_key)(suite=body.reply_key.suite, key=SealKey(bytes(32)).public)
    changed = {"secret": bytes(32), "reply_key": other}[field]
    later = _changed_offer(world, seq=1, **{field: changed})
    outcome = hand_over(world, CUSTOMER, later.raw, deal=row.deal if by_derived_tag else None)
    assert _refused(outcome) == "message.body"
    kept = deal_with(world, CUSTOMER, VENDOR)
    assert (kept.offer_digest, kept.peer_seal_key) == (row.offer_digest, row.peer_seal_key)


def test_a_later_offer_in_the_same_channel_counts(world: World) -> None:
    row = offered(world)
    later = _changed_offer(world, seq=1, note="cheaper to wrap")
    assert hand_over(world, CUSTOMER, later.raw, deal=row.deal).notes == ()
    state = load_deal(world.nodes[CUSTOMER].reader, row.deal).state
    assert set(state.offers) == {row.offer_digest, later.digest}


def test_an_offer_to_another_intent_is_refused(world: World) -> None:
    row = offered(world)
    body = first_offer(world).body
    assert isinstance(body, Offer)
    fields = {name: getattr(body.draft, name) for name in body.draft.__struct_fields__}
    draft = type(body.draft)(**{**fields, "intent": bytes(32)})
    later = _changed_offer(world, seq=1, intent=bytes(32), draft=draft)
    for deal in (None, row.deal):
        outcome = hand_over(world, CUSTOMER, later.raw, deal=deal)
        assert _refused(outcome) == "message.body"


def test_what_only_the_reader_writes_is_kept_without_effect(world: World) -> None:
    row = accepted(world)
    accept = told(world, CUSTOMER)[0]
    odd = vendor_says(world, WithdrawAccept(accept=accept.digest, reason="duplicate"), seq=1)
    assert hand_over(world, CUSTOMER, odd.raw, deal=row.deal).error is None
    assert deal_with(world, CUSTOMER, VENDOR).state == "accepted"
    assert messages.get(world.nodes[CUSTOMER].reader, odd.digest) is not None


def test_a_first_message_must_name_the_deal_of_its_parties(world: World) -> None:
    offered(world)
    name = pseudonym(world).pseudonym
    key, certified = world.nodes[VENDOR].machine.identity.vendor_signing(world.now)
    body = Decline(of=own_intent(world).intent_id, reason="closed", certificate=certified)
    signed = vendor_says(world, body, seq=3)
    opened = inner.read(signed.raw)
    fields: dict[str, Value] = {
        "v": 1,
        "kind": "decline",
        "deal": deal_id(name, world.nodes[OTHER_VENDOR].machine.identity.root),
        "seq": 3,
        "prev": bytes(32),
        "author": key.public,
        "recipient": name,
        "created": world.now,
        "received": [],
        "body": opened.body,
    }
    wrong = inner.write(fields, key)
    assert _refused(hand_over(world, CUSTOMER, wrong)) == "message.wrong_deal"


def test_garbage_is_noted(world: World) -> None:
    row = offered(world)
    outcome = hand_over(world, CUSTOMER, b"\x80", deal=row.deal)
    assert _refused(outcome) == "message.schema"


def test_a_replayed_inner_message_changes_nothing(world: World) -> None:
    row = accepted(world)
    pass_on(world, CUSTOMER)
    before = told(world, VENDOR)
    accept = interpreted(told(world, CUSTOMER)[0])
    for _ in range(3):
        assert hand_over(world, VENDOR, accept.raw, deal=row.deal).notes == ()
    assert told(world, VENDOR) == before
    assert len(queued(world, VENDOR)) == 1

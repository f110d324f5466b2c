"""What leaves: under which tag, how often, in which size."""

from __future__ import annotations

import random
from functools import partial

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    accepted,
    deal_with,
    in_turn,
    interpreted,
    kinds,
    offered,
    own_intent,
    pass_on,
    pseudonym,
    queued,
    stay_silent,
    take,
    told,
    update,
)
from tests.engine.world import GTIN, SKU, START, World
from vrmnode.engine.mail import dispatch
from vrmnode.engine.mail.dispatch import LAST_RETRY_S, PATIENT_AFTER, PATIENT_RETRY_S, Parcel
from vrmnode.storage import catalogue, deals, envelopes, intents, outbox, seen
from vrmnode.storage.catalogue import Product
from vrmprotocol import envelope, sealing, stamp, tags
from vrmprotocol.errors import LocalError
from vrmprotocol.keys import SealKey
from vrmprotocol.mail import Offer


def _parcels(world: World, who: str) -> list[Parcel]:
    found = in_turn(world, who, dispatch.parcels)
    assert isinstance(found, list)
    return found


def _sent(world: World, who: str, parcel: Parcel, *, peers: int = 1, spread: int = 50) -> None:
    in_turn(world, who, partial(dispatch.sent, parcel=parcel, raw=b"", peers=peers, spread=spread))


def _row(world: World, who: str, parcel: Parcel) -> outbox.OutboxRow:
    row = outbox.get(world.nodes[who].reader, parcel.row)
    assert row is not None
    return row


def _unsent_offer(world: World) -> None:
    stay_silent(world, "vendor-2")
    world.publish(CUSTOMER, 1, automatic=False)
    pass_on(world, CUSTOMER)


def test_first_contact_goes_to_the_intents_tag_at_every_attempt(world: World) -> None:
    _unsent_offer(world)
    for attempt in range(5):
        (parcel,) = _parcels(world, VENDOR)
        assert parcel.tag == pseudonym(world).reply_tag
        assert _row(world, VENDOR, parcel).attempts == attempt
        _sent(world, VENDOR, parcel)
        world.now = _row(world, VENDOR, parcel).next_at


def test_later_mail_goes_to_derived_tags_that_end_at_attempt_3(world: World) -> None:
    accepted(world)
    offer = interpreted(told(world, VENDOR)[0]).body
    assert isinstance(offer, Offer)
    found = []
    for _ in range(5):
        (parcel,) = _parcels(world, CUSTOMER)
        found.append(parcel.tag)
        _sent(world, CUSTOMER, parcel)
        world.now = _row(world, CUSTOMER, parcel).next_at
    assert found == [tags.derive(offer.secret, "c", 0, attempt, 0) for attempt in (0, 1, 2, 3, 3)]


def test_waits_double_up_to_an_hour(world: World) -> None:
    _unsent_offer(world)
    waits = []
    for _ in range(12):
        (parcel,) = _parcels(world, VENDOR)
        _sent(world, VENDOR, parcel)
        due_at = _row(world, VENDOR, parcel).next_at
        waits.append(due_at - world.now)
        world.now = due_at
        if due_at >= _row(world, VENDOR, parcel).until:
            break
    assert waits[:10] == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560][: len(waits)]
    assert max(waits) <= LAST_RETRY_S


def test_a_reader_that_is_away_is_called_less_often_after_a_day(world: World) -> None:
    _unsent_offer(world)
    (parcel,) = _parcels(world, VENDOR)
    row = _row(world, VENDOR, parcel)
    world.nodes[VENDOR].turn(
        lambda ctx: ctx.tx.run(
            "UPDATE outbox SET attempts = ?, until = until + 10000000 WHERE id = ?",
            (PATIENT_AFTER - 1, row.id),
        )
    )
    for wait in (LAST_RETRY_S, PATIENT_RETRY_S, PATIENT_RETRY_S):
        _sent(world, VENDOR, parcel)
        due_at = _row(world, VENDOR, parcel).next_at
        assert due_at - world.now == wait
        world.now = due_at


@pytest.mark.parametrize(("spread", "wait"), [(0, 32), (25, 36), (50, 40), (75, 44), (99, 47)])
def test_waits_are_spread_by_a_fifth(world: World, spread: int, wait: int) -> None:
    _unsent_offer(world)
    for _ in range(3):
        (parcel,) = _parcels(world, VENDOR)
        _sent(world, VENDOR, parcel)
        world.now = _row(world, VENDOR, parcel).next_at
    (parcel,) = _parcels(world, VENDOR)
    _sent(world, VENDOR, parcel, spread=spread)
    assert _row(world, VENDOR, parcel).next_at - world.now == wait


def test_without_peers_nothing_counts_as_an_attempt(world: World) -> None:
    _unsent_offer(world)
    (parcel,) = _parcels(world, VENDOR)
    _sent(world, VENDOR, parcel, peers=0)
    row = _row(world, VENDOR, parcel)
    assert (row.attempts, row.next_at, row.done_at) == (0, world.now + 5, None)
    assert _parcels(world, VENDOR) == []


def test_a_market_message_is_sent_once_and_as_it_is(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=False)
    (parcel,) = _parcels(world, CUSTOMER)
    assert not parcel.is_mail
    assert envelope.unsecure_load(parcel.raw).id == own_intent(world).intent_id
    _sent(world, CUSTOMER, parcel)
    assert _row(world, CUSTOMER, parcel).done_at == world.now


def test_an_ack_is_sent_once(world: World) -> None:
    offered(world)
    world.now += 2
    world.nodes[CUSTOMER].run_timers()
    (parcel,) = _parcels(world, CUSTOMER)
    _sent(world, CUSTOMER, parcel)
    assert _row(world, CUSTOMER, parcel).done_at == world.now


def _restock(world: World) -> None:
    product = Product(sku=SKU, name="Book", price=4000, currency="EUR", gtin14=GTIN, stock=5)
    in_turn(
        world,
        VENDOR,
        lambda ctx: catalogue.upsert_many(ctx.tx, [product], updated=world.now),
    )


def _renew(world: World) -> None:
    """The customer updates its intent, and the vendor has the update."""
    renewed, own = update(world, seq=1), own_intent(world)
    in_turn(
        world,
        CUSTOMER,
        lambda ctx: intents.set_envelope(
            ctx.tx,
            own.intent_id,
            envelope_id=renewed.id,
            seq=1,
            body=own.body,
            valid_through=own.valid_through,
        ),
    )
    take(world, VENDOR, renewed)


def _refused_then_offered(world: World) -> None:
    """The vendor refuses, restocks, and answers the intent's update with an offer."""
    stay_silent(world, "vendor-2")
    world.publish(CUSTOMER, 1, automatic=False)
    pass_on(world, CUSTOMER)
    _restock(world)
    _renew(world)


def test_a_refusal_stays_a_one_shot_when_an_offer_followed_it(make_world: MakeWorld) -> None:
    world = make_world(stock=(0, 0))
    _refused_then_offered(world)
    assert kinds(world, VENDOR) == ["decline", "offer"]
    refusal, offer = _parcels(world, VENDOR)
    assert refusal.tag == offer.tag == pseudonym(world).reply_tag
    for parcel in (refusal, offer):
        _sent(world, VENDOR, parcel)
    assert _row(world, VENDOR, refusal).done_at == world.now
    assert _row(world, VENDOR, offer).done_at is None


def test_the_size_class_of_a_deal_is_kept_in_both_directions(world: World) -> None:
    accepted(world)
    size = deal_with(world, VENDOR, VENDOR).body_bytes
    assert size == sealing.deal_size_class(len(told(world, VENDOR)[0].raw))
    seen = {parcel.body_bytes for parcel in _parcels(world, CUSTOMER)}
    pass_on(world, CUSTOMER)
    seen |= {parcel.body_bytes for parcel in _parcels(world, VENDOR)}
    pass_on(world, VENDOR)
    world.now += 2
    world.nodes[CUSTOMER].run_timers()
    seen |= {parcel.body_bytes for parcel in _parcels(world, CUSTOMER)}
    assert kinds(world, CUSTOMER) == ["accept", "ack"]
    assert seen == {size}


def test_the_size_class_comes_with_the_offer_not_with_a_refusal(make_world: MakeWorld) -> None:
    world = make_world(stock=(0, 0))
    stay_silent(world, "vendor-2")
    world.publish(CUSTOMER, 1, automatic=False)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "refused"
    _restock(world)
    _renew(world)
    in_turn(
        world,
        VENDOR,
        lambda ctx: deals.update(
            ctx.tx, deal_with(world, VENDOR, VENDOR).deal, updated=world.now, body_bytes=8192
        ),
    )
    pass_on(world, VENDOR)
    row = deal_with(world, CUSTOMER, VENDOR)
    assert (row.state, row.body_bytes) == ("offered", 8192)


def test_what_has_no_way_left_is_closed(world: World) -> None:
    accepted(world)
    row = deal_with(world, CUSTOMER, VENDOR)
    in_turn(
        world,
        CUSTOMER,
        lambda ctx: deals.update(ctx.tx, row.deal, updated=world.now, peer_seal_key=None),
    )
    assert _parcels(world, CUSTOMER) == []
    assert queued(world, CUSTOMER) == []


def test_each_attempt_has_its_own_author(world: World) -> None:
    accepted(world)
    (parcel,) = _parcels(world, CUSTOMER)
    key = SealKey(bytes(31) + b"\1")
    to_key = Parcel(
        row=1,
        topic=parcel.topic,
        raw=parcel.raw,
        tag=parcel.tag,
        recipient_key=parcel.recipient_key,
        body_bytes=parcel.body_bytes,
    )
    made = [
        envelope.unsecure_load(
            dispatch.seal(
                to_key, now=world.now, random=world.rng.randbytes, grind=lambda core, bits: bytes(8)
            )
        )
        for _ in range(2)
    ]
    assert len({sealed.author for sealed in made}) == 2
    assert {len(sealed.body) for sealed in made} == {parcel.body_bytes}
    assert key.public not in {sealed.author for sealed in made}


def test_mail_without_the_recipients_key_is_not_sealed() -> None:
    parcel = Parcel(row=1, topic="/vrm/1/mail/0", raw=b"", tag=bytes(16), body_bytes=4096)
    with pytest.raises(LocalError) as caught:
        dispatch.seal(parcel, now=0, random=bytes, grind=lambda core, bits: bytes(8))
    assert caught.value.code == "seal.unknown_suite"


def test_own_mail_that_comes_back_is_known_and_kept_like_any_other(world: World) -> None:
    # Whoever replays a shard's mail must not see from what a node takes for new what it wrote.
    _unsent_offer(world)
    parcel = _parcels(world, VENDOR)[0]
    raw = dispatch.seal(parcel, now=START, random=random.Random(1).randbytes, grind=stamp.grind)
    mail = envelope.unsecure_load(raw)

    def leaves(peers: int) -> bool:
        in_turn(
            world, VENDOR, partial(dispatch.sent, parcel=parcel, raw=raw, peers=peers, spread=50)
        )
        reader = world.nodes[VENDOR].reader
        kept = envelopes.get(reader, mail.id)
        assert (kept is not None) == seen.contains(reader, mail.id)
        return kept is not None and not kept.own

    assert not leaves(peers=0), "nobody has it: it is sealed anew, and this one was never there"
    assert leaves(peers=1)


def test_market_messages_wait_until_the_clock_is_right(world: World) -> None:
    node = world.nodes[CUSTOMER]
    node.skew = 3_600
    world.publish(CUSTOMER, 1, automatic=False)
    held = in_turn(world, CUSTOMER, partial(dispatch.parcels, clock_is_off=True))
    assert held == []
    # The clock is set right: the envelope still says that it was made later than now.
    node.skew = 0
    world.now += dispatch.CLOCK_RETRY_S
    assert _parcels(world, CUSTOMER) == []
    world.now += 3_600
    (parcel,) = _parcels(world, CUSTOMER)
    assert envelope.unsecure_load(parcel.raw).created <= world.now

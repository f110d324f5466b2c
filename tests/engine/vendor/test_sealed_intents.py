"""Sealed intents as a vendor gets them: what is kept, what is left aside, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    OTHER_CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    deal_with,
    event_types,
    in_turn,
    pass_on,
    replace_body,
    set_shop_policy,
    take,
    update,
)
from tests.engine.world import START, World
from vrmnode.engine import clockwork, inbound
from vrmnode.engine.context import Context
from vrmnode.engine.machine import Outcome
from vrmnode.engine.mail import dispatch
from vrmnode.engine.mail.dispatch import Parcel
from vrmnode.engine.records import intent_body
from vrmnode.engine.vendor import profile_desk
from vrmnode.storage import deals, intents, market, messages, outbox, prekeys, pseudonyms, tags
from vrmnode.storage.pseudonyms import Pseudonym
from vrmprotocol import envelope, message
from vrmprotocol.draft import deal_id
from vrmprotocol.envelope import MAIL_LIFETIME_S, SKEW_S
from vrmprotocol.fields import RecipientKey
from vrmprotocol.keys import SigningKey
from vrmprotocol.mail import Ack, Question
from vrmprotocol.market import Intent
from vrmprotocol.message import SignedMessage
from vrmprotocol.sealed_intent import SealedIntent

DAY = 86_400
STRANGER = SigningKey(bytes(range(32)))


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    world = make_world()
    world.introduce()
    world.publish(CUSTOMER, 1, automatic=False, to=[VENDOR])
    return world


def _intent(world: World, **changes: object) -> Intent:
    """What the customer asks for, however the test wants it."""
    own = intents.list_intents(world.nodes[CUSTOMER].reader)[0]
    return replace_body(intent_body(own), **changes)


def _said(world: World, *, seq: int = 0, key: SigningKey = STRANGER, **fields: Any) -> bytes:
    """A sealed intent of a stranger, or another message where the test says so."""
    root = world.nodes[VENDOR].machine.identity.root
    subject, _ = world.nodes[VENDOR].machine.identity.vendor_signing(world.now)
    filled: dict[str, object] = {
        "kind": "sealed_intent",
        "deal": deal_id(key.public, root),
        "seq": seq,
        "prev": bytes(32) if seq else None,
        "key": key,
        "recipient": subject.public,
        "created": world.now,
        "received": (),
        "body": SealedIntent(status="active", intent=_intent(world)),
        **fields,
    }
    return message.sign(**filled).raw  # type: ignore[arg-type]


def _arrive(world: World, inner: bytes) -> Outcome:
    """Hand something to the vendor as it comes to its profile's tag."""
    node = world.nodes[VENDOR]
    tag = in_turn(world, VENDOR, profile_desk.reply_tag)
    assert isinstance(tag, bytes)
    watched = tags.lookup(node.reader, tag)
    assert watched is not None
    action = partial(inbound.receive, watched=watched, inner=inner, body_bytes=4096, work=16)
    return node.machine.turns([action])[0]


def _kept(world: World, key: SigningKey = STRANGER) -> market.MarketIntent | None:
    return market.get_intent(world.nodes[VENDOR].reader, key.public)


def _answers(world: World) -> list[str]:
    """The kinds of what the vendor has written."""
    rows = world.nodes[VENDOR].reader.rows("SELECT kind FROM messages WHERE own = 1 ORDER BY seq")
    return [str(kind) for (kind,) in rows]


def test_a_strangers_sealed_intent_is_answered(world: World) -> None:
    assert _arrive(world, _said(world)).error is None
    kept = _kept(world)
    assert kept is not None
    assert (kept.sealed, kept.answer) == (True, "offered")
    assert _answers(world) == ["offer"]
    assert "intent.received" in event_types(world, VENDOR)


def test_an_older_key_of_the_vendor_may_be_named(world: World) -> None:
    world.now += 320 * DAY
    older = world.nodes[VENDOR].machine.identity.vendor_signing(START)[0].public
    now = world.nodes[VENDOR].machine.identity.vendor_signing(world.now)[0].public
    assert older != now
    body = SealedIntent(status="active", intent=_intent(world, valid_through=world.now + DAY))
    assert not _arrive(world, _said(world, recipient=older, body=body)).notes
    assert _kept(world) is not None


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("message.wrong_recipient", {"recipient": bytes(32)}),
        ("message.wrong_deal", {"deal": bytes(32)}),
        ("message.body", {"kind": "ack", "body": Ack()}),
        ("message.body", {"kind": "question", "body": Question(offer=bytes(32), text="Well?")}),
    ],
)
def test_what_is_no_sealed_intent_for_this_vendor_is_dropped(
    world: World, code: str, fields: dict[str, Any]
) -> None:
    (note,) = _arrive(world, _said(world, **fields)).notes
    assert code in note
    assert deals.list_deals(world.nodes[VENDOR].reader) == []


def test_who_can_not_be_answered_is_dropped(world: World) -> None:
    for key in (RecipientKey(suite="mlkem768-x25519", key=bytes(1216)), _point_of_small_order()):
        body = SealedIntent(status="active", intent=_intent(world, reply_key=key))
        (note,) = _arrive(world, _said(world, body=body)).notes
        assert "replyKey" in note
    over = SealedIntent(status="active", intent=_intent(world, valid_through=world.now))
    assert "validThrough" in _arrive(world, _said(world, body=over)).notes[0]
    late = _intent(world, valid_through=world.now + 90 * DAY + SKEW_S + 1)
    body = SealedIntent(status="active", intent=late)
    assert "message.body: intent.validThrough" in _arrive(world, _said(world, body=body)).notes[0]
    assert deals.list_deals(world.nodes[VENDOR].reader) == []


def _point_of_small_order() -> RecipientKey:
    return RecipientKey(suite="x25519-hkdf-sha256-chacha20poly1305", key=bytes(32))


def test_the_same_whatever_the_order(world: World) -> None:
    first = _said(world)
    second = _said(
        world, seq=1, body=SealedIntent(status="withdrawn", intent=_intent(world)), created=9
    )
    for order in ([first, second], [second, first]):
        for raw in order:
            _arrive(world, raw)
        kept = _kept(world)
        assert kept is not None
        assert (kept.seq, kept.status) == (1, "withdrawn")
        in_turn(world, VENDOR, _forget_all)


def _forget_all(ctx: Context) -> None:
    for row in deals.list_deals(ctx.tx, role="vendor"):
        deals.forget(ctx.tx, row.deal)
    ctx.tx.run("DELETE FROM market_intents")


def test_of_two_with_one_number_the_lower_digest_counts(world: World) -> None:
    one, other = _said(world), _said(world, created=world.now + 1)
    digests = [message.verify_and_load(raw, expected_recipient=None).digest for raw in (one, other)]
    for order in ([one, other], [other, one]):
        for raw in order:
            _arrive(world, raw)
        kept = _kept(world)
        assert kept is not None
        assert kept.envelope_id == min(digests)
        in_turn(world, VENDOR, _forget_all)


@pytest.mark.parametrize("changed", ["reply_key", "reply_tag", "valid_through"])
def test_a_replacement_keeps_what_the_answer_needs(world: World, changed: str) -> None:
    _arrive(world, _said(world))
    value: object = {
        "reply_key": RecipientKey(suite=_point_of_small_order().suite, key=bytes([9] * 32)),
        "reply_tag": bytes(16),
        "valid_through": _intent(world).valid_through - 600,
    }[changed]
    body = SealedIntent(status="withdrawn", intent=_intent(world, **{changed: value}))
    (note,) = _arrive(world, _said(world, seq=1, body=body)).notes
    assert "left aside" in note
    kept = _kept(world)
    assert kept is not None
    assert (kept.seq, kept.status) == (0, "active")


def test_a_pseudonym_is_public_or_sealed_never_both(world: World) -> None:
    world.publish(OTHER_CUSTOMER, 1, automatic=False)
    pass_on(world, OTHER_CUSTOMER)
    (name,) = pseudonyms.of_intent(
        world.nodes[OTHER_CUSTOMER].reader, _newest(world, OTHER_CUSTOMER).intent_id
    )
    key = world.nodes[OTHER_CUSTOMER].machine.identity.pseudonym(name.key_context)
    (note,) = _arrive(world, _said(world, key=key)).notes
    assert "market" in note
    known = _kept(world, key)
    assert known is not None
    assert not known.sealed
    # The other way round: known from a sealed one, and now in the market.
    pass_on(world, CUSTOMER)
    own = _newest(world, CUSTOMER)
    sealed = _kept(world, _key_of(world, own))
    assert sealed is not None
    public = update(world, seq=5)
    take(world, VENDOR, public)
    assert _kept(world, _key_of(world, own)) == sealed


def _newest(world: World, who: str) -> Pseudonym:
    own = intents.list_intents(world.nodes[who].reader)[0]
    return pseudonyms.of_intent(world.nodes[who].reader, own.intent_id)[0]


def _key_of(world: World, name: Pseudonym) -> SigningKey:
    return world.nodes[CUSTOMER].machine.identity.pseudonym(name.key_context)


def test_sixteen_are_kept_of_a_deal(world: World) -> None:
    for seq in range(20):
        _arrive(world, _said(world, seq=seq))
    (deal,) = deals.list_deals(world.nodes[VENDOR].reader)
    stored = messages.list_messages(world.nodes[VENDOR].reader, deal.deal)
    assert sum(item.kind == "sealed_intent" for item in stored) == 16


def test_a_later_message_that_can_not_be_used_is_acknowledged(world: World) -> None:
    set_shop_policy(world, VENDOR, answer=False)
    _arrive(world, _said(world))
    odd = _said(world, seq=1, kind="ack", body=Ack())
    _arrive(world, odd)
    world.now += 2
    world.nodes[VENDOR].run_timers()
    assert _answers(world) == ["ack"]
    assert _kept(world) is not None


def test_a_flood_holds_a_bounded_number(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clockwork, "MAX_SEALED_INTENTS", 3)
    monkeypatch.setattr(clockwork, "MAX_DEAD_DEALS", 3)
    set_shop_policy(world, VENDOR, answer=False)
    for number in range(9):
        _arrive(world, _said(world, key=SigningKey(bytes([number]) * 32)))
    reader = world.nodes[VENDOR].reader
    assert market.count_intents(reader, world.now, sealed=True) == 9
    in_turn(world, VENDOR, partial(clockwork.tidy, max_store_bytes=1 << 30))
    world.now += 1
    in_turn(world, VENDOR, partial(clockwork.tidy, max_store_bytes=1 << 30))
    assert market.count_intents(reader, world.now, sealed=True) == 3
    assert len(deals.list_deals(reader)) == 3


def test_what_strangers_begin_does_not_use_up_the_offers_of_a_minute(world: World) -> None:
    set_shop_policy(world, VENDOR, answer=False)
    for number in range(9):
        _arrive(world, _said(world, key=SigningKey(bytes([number]) * 32)))
    set_shop_policy(world, VENDOR, reserve=False, max_offers_per_minute=2)
    pass_on(world, CUSTOMER)
    assert _answers(world) == ["offer"]


def _sealed(world: World) -> bytes:
    """The customer's sealed intent as an envelope, as it is on the wire."""
    (parcel,) = _parcels(world)
    return dispatch.seal(
        parcel,
        now=world.now,
        random=world.rng.randbytes,
        grind=lambda core, bits: bytes(8),
    )


def _parcels(world: World) -> list[Parcel]:
    found = in_turn(world, CUSTOMER, dispatch.parcels)
    assert isinstance(found, list)
    return [parcel for parcel in found if parcel.is_mail]


def test_mail_to_a_prekey_opens_as_long_as_it_can_arrive(world: World) -> None:
    sealed = envelope.unsecure_load(_sealed(world))
    for _ in range(3):
        world.now += 4 * DAY
        world.nodes[VENDOR].run_timers()
    assert len(prekeys.newest_first(world.nodes[VENDOR].reader)) == 4
    take(world, VENDOR, sealed)
    # The intent itself is over after 7 days, but the mail was read.
    assert "validThrough" in take(world, VENDOR, _again(world, sealed)).notes[0]


def _again(world: World, sealed: envelope.Envelope) -> envelope.Envelope:
    in_turn(world, VENDOR, lambda ctx: ctx.tx.run("DELETE FROM seen"))
    return sealed


def test_a_prekey_is_erased_when_nothing_can_arrive_any_more(world: World) -> None:
    reader = world.nodes[VENDOR].reader
    (first,) = prekeys.newest_first(reader)
    last = first.not_after + MAIL_LIFETIME_S + SKEW_S
    sealed = envelope.unsecure_load(_sealed(world))
    world.now = last
    in_turn(world, VENDOR, partial(clockwork.tidy, max_store_bytes=1 << 30))
    assert first in prekeys.newest_first(reader)
    assert in_turn(world, VENDOR, _secret(first.prekey)) is not None
    world.now += 1
    in_turn(world, VENDOR, partial(clockwork.tidy, max_store_bytes=1 << 30))
    assert first not in prekeys.newest_first(reader)
    assert in_turn(world, VENDOR, _secret(first.prekey)) is None
    world.run_command(VENDOR, "vendor.profile.set", name="Shop")
    (note,) = take(world, VENDOR, sealed).notes
    assert "seal.open" in note


def _secret(prekey: bytes) -> Callable[[Context], object]:
    return lambda ctx: ctx.secret("prekey", prekey, "private")


def test_many_profiles_of_a_day_share_a_prekey(world: World) -> None:
    for number in range(5):
        world.run_command(VENDOR, "vendor.profile.set", name=f"Shop {number}")
    assert len(prekeys.newest_first(world.nodes[VENDOR].reader)) == 1
    world.now += DAY
    world.run_command(VENDOR, "vendor.profile.set", name="Shop")
    assert len(prekeys.newest_first(world.nodes[VENDOR].reader)) == 2


def test_first_mail_to_several_leaves_apart(world: World) -> None:
    assert [parcel.one_of_several for parcel in _parcels(world)] == [False]
    world.publish(CUSTOMER, 1, automatic=False, to=[VENDOR, OTHER_VENDOR])
    assert sorted(parcel.one_of_several for parcel in _parcels(world)) == [False, True, True]


def test_sealed_and_public_are_counted_apart(world: World) -> None:
    pass_on(world, CUSTOMER)
    world.publish(OTHER_CUSTOMER, 1, automatic=False)
    pass_on(world, OTHER_CUSTOMER)
    reader = world.nodes[VENDOR].reader
    assert market.count_intents(reader, world.now) == 1
    assert market.count_intents(reader, world.now, sealed=True) == 1
    assert deal_with(world, VENDOR, VENDOR).state == "offered"


def test_a_draft_and_its_answer_name_the_digest(world: World) -> None:
    pass_on(world, CUSTOMER)
    (row,) = deals.list_deals(world.nodes[VENDOR].reader)
    stored = messages.list_messages(world.nodes[VENDOR].reader, row.deal)
    told = next(item for item in stored if item.kind == "sealed_intent")
    offer = next(item for item in stored if item.kind == "offer")
    loaded = message.verify_and_load(offer.raw, expected_recipient=None)
    assert isinstance(loaded, SignedMessage)
    assert getattr(loaded.body, "intent", None) == told.digest
    assert loaded.received == (told.digest,)
    assert outbox.pending(world.nodes[VENDOR].reader, world.now) != []

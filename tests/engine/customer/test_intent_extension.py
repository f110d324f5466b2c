"""An own intent stands longer: for its owner, and for vendors who had nothing at first."""

from __future__ import annotations

from functools import partial

import pytest

from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    command,
    deal_with,
    event_types,
    in_turn,
    offered,
    own_intent,
    pass_on,
    pseudonym,
    stay_silent,
)
from tests.engine.world import GTIN, SKU, World
from vrmnode.customer.request import read_valid_for
from vrmnode.engine.customer import intent_desk, intent_extension
from vrmnode.engine.records import intent_body
from vrmnode.errors import ServiceError
from vrmnode.storage import catalogue, intents, market, timers
from vrmnode.storage.catalogue import Product
from vrmnode.values.fields import FieldError
from vrmprotocol.envelope import MAIL_LIFETIME_S, Envelope

DAY = 86_400


def prepared(world: World, days: int) -> Envelope:
    node = world.nodes[CUSTOMER]
    return intent_extension.prepare(
        own_intent(world),
        days * DAY,
        key=node.machine.identity.pseudonym(pseudonym(world).key_context),
        now=world.now,
        random=world.rng.randbytes,
        grind=lambda core, bits: bytes(8),
    )


def extend(world: World, days: int) -> Envelope:
    update = prepared(world, days)
    own = own_intent(world)
    in_turn(world, CUSTOMER, partial(intent_extension.record, own=own, update=update))
    return update


def refusal(world: World, days: int) -> str:
    with pytest.raises(ServiceError) as caught:
        prepared(world, days)
    return caught.value.code


def test_it_stands_until_its_new_end(world: World) -> None:
    offered(world)
    before = own_intent(world)
    update = extend(world, 14)
    after = own_intent(world)
    assert (after.seq, after.envelope_id, after.intent_id) == (1, update.id, before.intent_id)
    assert after.valid_through == update.expires == before.valid_through + 7 * DAY
    assert intent_body(after).reply_tag == intent_body(before).reply_tag
    assert intent_body(after).reply_key == intent_body(before).reply_key
    assert event_types(world, CUSTOMER)[-1] == "intent.extended"
    world.now = before.valid_through + 3600
    world.nodes[CUSTOMER].run_timers()
    assert own_intent(world).status == "active"
    world.now = after.valid_through + 3600
    world.nodes[CUSTOMER].run_timers()
    assert own_intent(world).status == "expired"


def test_answers_are_watched_for_until_the_new_end(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=False)
    update = extend(world, 60)
    (until,) = world.nodes[CUSTOMER].reader.rows("SELECT until FROM watched_tags")[0]
    assert until == update.expires + MAIL_LIFETIME_S
    reader = world.nodes[CUSTOMER].reader
    assert any(t.kind == "intent_end" for t in timers.due(reader, update.expires + 300))
    assert not any(t.kind == "intent_end" for t in timers.due(reader, update.expires + 299))


def test_a_vendor_keeps_its_view_and_may_answer_later(world: World) -> None:
    stay_silent(world, "vendor-2")
    node = world.nodes[VENDOR]
    sold_out = Product(sku=SKU, name="Book", price=4000, currency="EUR", gtin14=GTIN, stock=0)
    in_turn(world, VENDOR, lambda ctx: catalogue.upsert_many(ctx.tx, [sold_out], updated=1))
    world.publish(CUSTOMER, 1, automatic=False)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    first = own_intent(world)
    known = market.get_intent(node.reader, pseudonym(world).pseudonym)
    assert known is not None
    assert known.answer == "refused"

    extend(world, 21)
    in_turn(
        world,
        VENDOR,
        lambda ctx: catalogue.upsert_many(
            ctx.tx,
            [Product(sku=SKU, name="Book", price=4000, currency="EUR", gtin14=GTIN, stock=2)],
            updated=2,
        ),
    )
    world.now = first.valid_through - 600
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    known = market.get_intent(node.reader, pseudonym(world).pseudonym)
    assert known is not None
    assert known.valid_through == own_intent(world).valid_through > first.valid_through
    deal = deal_with(world, CUSTOMER, VENDOR)
    assert deal.state == "offered"
    command(world, CUSTOMER, "offer.accept", offer=(deal.offer_digest or b"").hex())
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "agreed"


def test_an_offer_to_any_form_of_the_intent_counts(world: World) -> None:
    stay_silent(world, "vendor-2")
    world.publish(CUSTOMER, 1, automatic=False)
    in_turn(world, CUSTOMER, lambda ctx: ctx.tx.run("DELETE FROM outbox"))
    extend(world, 14)
    pass_on(world, CUSTOMER)
    extend(world, 21)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "offered"


def test_a_vendor_that_forgot_the_intent_offers_nothing_twice(world: World) -> None:
    offered(world)
    in_turn(world, VENDOR, lambda ctx: ctx.tx.run("DELETE FROM market_intents"))
    extend(world, 21)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert event_types(world, VENDOR).count("offer.sent") == 1


def test_what_can_not_be_extended(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=False)
    assert refusal(world, 2) == "intent.not_later"
    own = own_intent(world)
    late = prepared(world, 14)
    extend(world, 8)
    with pytest.raises(ServiceError) as changed:
        intent_desk.require_same(own_intent(world), own)
    assert (changed.value.code, late.expires > own.valid_through) == ("intent.changed", True)
    world.now = own_intent(world).valid_through
    assert refusal(world, 14) == "intent.not_active"
    in_turn(world, CUSTOMER, lambda ctx: intents.update_status(ctx.tx, own.intent_id, "withdrawn"))
    assert refusal(world, 14) == "intent.not_active"


@pytest.mark.parametrize("text", [None, "", "1m", "91d", "soon", 7.5])
def test_spans_that_are_none(text: object) -> None:
    with pytest.raises(FieldError) as caught:
        read_valid_for(text)
    assert caught.value.code == "request.invalid"
    assert caught.value.field == "valid_for"

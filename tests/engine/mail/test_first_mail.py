"""First mail: where it goes, who acknowledges it, and what a lost answer costs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    ask,
    deal_with,
    event_types,
    extend_named,
    in_turn,
    known_sealed,
    own_intent,
    pass_on,
    set_shop_policy,
    stay_silent,
    waiting,
)
from tests.engine.world import World
from vrmnode.engine.context import Context
from vrmnode.engine.customer import named_intent, named_views
from vrmnode.engine.vendor import vendor_desk
from vrmnode.storage import deals, market, pseudonyms, tags

DAY = 86_400


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    world = make_world()
    world.introduce()
    return world


def test_a_vendor_that_does_not_answer_acknowledges_all_the_same(world: World) -> None:
    stay_silent(world, VENDOR)
    ask(world, VENDOR)
    pass_on(world, CUSTOMER)
    assert waiting(world) != []
    world.now += 2
    world.nodes[VENDOR].run_timers()
    pass_on(world, VENDOR)
    assert waiting(world) == []
    assert deal_with(world, CUSTOMER, VENDOR).state == "none"
    assert event_types(world, CUSTOMER)[-1] == "intent.acknowledged"
    # The shop opens again, and the intent is still there to be answered.
    set_shop_policy(world, VENDOR, reserve=True)
    in_turn(world, VENDOR, vendor_desk.reconsider)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "offered"


def test_a_lost_ack_is_sent_again_for_each_duplicate(world: World) -> None:
    stay_silent(world, VENDOR)
    ask(world, VENDOR)
    sent = world.nodes[CUSTOMER].pump()
    said = []
    for _ in range(3):
        world.nodes[VENDOR].deliver(sent[0])
        world.now += 2
        world.nodes[VENDOR].run_timers()
        said += world.nodes[VENDOR].pump()  # and it is lost
    assert len({flight.raw for flight in said}) == 1, "the same ack, sealed anew"
    assert len(said) == 3
    name = pseudonyms.of_intent(world.nodes[CUSTOMER].reader, own_intent(world).intent_id)[0]
    assert {flight.tag for flight in said} == {name.reply_tag}
    world.nodes[CUSTOMER].deliver(said[-1])
    assert waiting(world) == []


def test_a_lost_refusal_is_sent_again_for_each_duplicate(make_world: MakeWorld) -> None:
    world = make_world(stock=(0, 0))
    world.introduce()
    ask(world, VENDOR)
    sent = world.nodes[CUSTOMER].pump()
    world.nodes[VENDOR].deliver(sent[0])
    (first,) = world.nodes[VENDOR].pump()
    world.nodes[VENDOR].deliver(sent[0])
    world.now += 2
    world.nodes[VENDOR].run_timers()
    (again,) = world.nodes[VENDOR].pump()
    assert (again.raw, again.tag) == (first.raw, first.tag)
    world.nodes[CUSTOMER].deliver(again)
    assert deal_with(world, CUSTOMER, VENDOR).state == "refused"
    assert waiting(world) == []


def test_while_an_offer_is_lost_a_duplicate_still_gets_an_ack(world: World) -> None:
    ask(world, VENDOR)
    sent = world.nodes[CUSTOMER].pump()
    world.nodes[VENDOR].deliver(sent[0])
    (offer,) = world.nodes[VENDOR].pump()
    world.nodes[VENDOR].deliver(sent[0])
    world.now += 2
    world.nodes[VENDOR].run_timers()
    (ack,) = world.nodes[VENDOR].pump()
    assert ack.raw != offer.raw
    world.nodes[CUSTOMER].deliver(ack)
    assert deal_with(world, CUSTOMER, VENDOR).state == "none"
    world.nodes[CUSTOMER].deliver(offer)
    assert deal_with(world, CUSTOMER, VENDOR).state == "offered"


def test_after_the_offer_everything_has_tags_of_the_deal(world: World) -> None:
    ask(world, VENDOR)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    until = extend_named(world, 9)
    (row,) = [row for row in waiting(world) if row.attempts == 0]
    (flight,) = [each for each in world.nodes[CUSTOMER].pump() if each.raw == row.raw]
    watched = tags.lookup(world.nodes[VENDOR].reader, flight.tag or b"")
    assert watched is not None
    assert watched.kind == "deal"
    world.nodes[VENDOR].deliver(flight)
    assert known_sealed(world, VENDOR).valid_through == until


def test_an_intent_waits_for_a_newer_profile_when_the_key_is_over(world: World) -> None:
    ask(world, VENDOR)
    root = world.nodes[VENDOR].machine.identity.root
    world.now += 6 * DAY  # nobody renewed the profile: the vendor's node is off
    in_turn(world, CUSTOMER, partial(named_intent.extend, own=own_intent(world), valid_s=20 * DAY))
    world.now += 2 * DAY
    assert world.nodes[CUSTOMER].pump() == []
    reader = world.nodes[CUSTOMER].reader
    (row,) = named_views.told(reader, own_intent(world), world.now)
    assert "waits for a newer profile" in str(row["words"])
    world.run_command(VENDOR, "vendor.profile.set", name="Shop", area_served=["NL"])
    pass_on(world, VENDOR)
    assert market.get_profile(reader, root) is not None
    pass_on(world, CUSTOMER)
    assert known_sealed(world, VENDOR).status == "active"


def test_another_vendor_can_not_answer(world: World) -> None:
    """The vendor that was asked may pass on all it knows; nobody else's answer is taken."""
    ask(world, VENDOR)
    flights = world.nodes[CUSTOMER].pump()
    world.nodes[VENDOR].deliver(flights[0])
    leaked = replace(known_sealed(world, VENDOR), answer=None)

    def leak(ctx: Context) -> None:
        market.upsert_intent(ctx.tx, leaked)
        vendor_desk.consider(ctx, leaked.pseudonym)

    in_turn(world, OTHER_VENDOR, leak)
    forged = world.nodes[OTHER_VENDOR].pump()
    assert len(forged) == 1
    world.nodes[CUSTOMER].deliver(forged[0])
    reader = world.nodes[CUSTOMER].reader
    assert len(deals.list_deals(reader)) == 1
    assert deal_with(world, CUSTOMER, VENDOR).state == "none"

"""Which vendors' answers an intent keeps when more come than it wants."""

from __future__ import annotations

from functools import partial

import pytest

from tests.engine import dishonest
from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    command,
    deal_with,
    in_turn,
    own_intent,
    pass_on,
    set_shop_policy,
)
from tests.engine.world import SKU, World
from vrmnode.engine import inbound
from vrmnode.engine.records import intent_body
from vrmnode.storage import deals, intents, messages, secrets, tags
from vrmnode.storage.tags import WatchedTag
from vrmprotocol import keys, market


def _wants_one(world: World) -> None:
    """An intent that keeps a single vendor's answer; both vendors have answered, unread."""
    world.publish(CUSTOMER, 1, automatic=False)
    pass_on(world, CUSTOMER)
    own = own_intent(world)
    body = intent_body(own)
    fields = {name: getattr(body, name) for name in body.__struct_fields__}
    small = market.to_body(market.Intent(**{**fields, "max_offers": 1}))
    in_turn(
        world,
        CUSTOMER,
        lambda ctx: intents.set_envelope(
            ctx.tx,
            own.intent_id,
            envelope_id=own.intent_id,
            seq=0,
            body=small,
            valid_through=own.valid_through,
        ),
    )


def _arrives(world: World, vendor: str, work: int) -> None:
    world.pump(vendor)
    flight = world.link.pop()
    watched = tags.lookup(world.nodes[CUSTOMER].reader, flight.tag or b"")
    assert watched is not None
    assert isinstance(watched, WatchedTag)
    action = partial(inbound.receive, watched=watched, inner=flight.raw, body_bytes=4096, work=work)
    in_turn(world, CUSTOMER, action)


def _kept(world: World) -> bytes:
    rows = deals.list_deals(world.nodes[CUSTOMER].reader)
    (row,) = (row for row in rows if row.state != "none")
    return row.vendor_root


def _root(world: World, vendor: str) -> bytes:
    return world.nodes[vendor].machine.identity.root


@pytest.mark.parametrize(("first", "second", "stays"), [(16, 17, False), (17, 16, True)])
def test_more_work_takes_the_place_and_less_does_not(
    world: World, first: int, second: int, stays: bool
) -> None:
    _wants_one(world)
    _arrives(world, VENDOR, first)
    _arrives(world, OTHER_VENDOR, second)
    assert _kept(world) == _root(world, VENDOR if stays else OTHER_VENDOR)


def test_of_equal_ones_the_known_stays(world: World) -> None:
    _wants_one(world)
    _arrives(world, VENDOR, 16)
    _arrives(world, OTHER_VENDOR, 16)
    assert _kept(world) == _root(world, VENDOR)


def test_trust_comes_before_work(world: World) -> None:
    _wants_one(world)
    command(world, CUSTOMER, "trust.add", vendor=keys.to_did(_root(world, OTHER_VENDOR)))
    _arrives(world, VENDOR, 40)
    _arrives(world, OTHER_VENDOR, 16)
    assert _kept(world) == _root(world, OTHER_VENDOR)


def test_what_gave_way_leaves_nothing_behind(world: World) -> None:
    _wants_one(world)
    _arrives(world, VENDOR, 16)
    (gone,) = deals.list_deals(world.nodes[CUSTOMER].reader)
    _arrives(world, OTHER_VENDOR, 30)
    reader = world.nodes[CUSTOMER].reader
    assert tags.list_tags(reader, gone.deal) == []
    assert in_turn(world, CUSTOMER, lambda ctx: secrets.erase(ctx.tx, "deal", gone.deal)) == 0


def test_a_vendor_that_comes_back_meets_no_number_twice(world: World) -> None:
    _wants_one(world)
    _arrives(world, VENDOR, 16)
    world.now += 5
    world.nodes[CUSTOMER].run_timers()
    reader = world.nodes[CUSTOMER].reader
    (before,) = deals.list_deals(reader)
    assert before.next_seq == 1
    _arrives(world, OTHER_VENDOR, 30)
    world.now += 60
    _arrives(world, VENDOR, 40)
    assert _kept(world) == _root(world, VENDOR)
    world.now += 5
    world.nodes[CUSTOMER].run_timers()
    mine = [item for item in messages.list_messages(reader, before.deal) if item.own]
    assert [item.seq for item in mine] == [1]


def test_an_accepted_deal_never_gives_way(world: World) -> None:
    _wants_one(world)
    _arrives(world, VENDOR, 16)
    (row,) = deals.list_deals(world.nodes[CUSTOMER].reader)
    command(world, CUSTOMER, "offer.accept", offer=(row.offer_digest or b"").hex())
    _arrives(world, OTHER_VENDOR, 60)
    assert _kept(world) == _root(world, VENDOR)


def test_a_deal_whose_accept_was_declined_is_kept_and_takes_no_place(world: World) -> None:
    set_shop_policy(world, VENDOR, reserve=False)
    _wants_one(world)
    _arrives(world, VENDOR, 16)
    reader = world.nodes[CUSTOMER].reader
    (row,) = deals.list_deals(reader)
    command(world, CUSTOMER, "offer.accept", offer=(row.offer_digest or b"").hex())
    command(world, VENDOR, "catalogue.change", sku=SKU, changes={"stock": 0})
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "declined"
    _arrives(world, OTHER_VENDOR, 60)
    assert deal_with(world, CUSTOMER, OTHER_VENDOR).state == "offered"
    # Should the vendor countersign after all, both sides hold the same.
    sign = partial(dishonest.sign, deal=row.deal, body_of=dishonest.countersignature)
    in_turn(world, VENDOR, sign)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "agreed"
    assert deal_with(world, VENDOR, VENDOR).state == "agreed"

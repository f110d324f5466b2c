"""Automatic counters between engines: to an agreement, to a refusal, never above the maximum."""

from __future__ import annotations

from functools import partial

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    deal_with,
    event_types,
    own_intent,
    pass_on,
    set_shop_policy,
    stay_silent,
)
from tests.engine.world import World
from vrmnode.customer.request import read_request
from vrmnode.engine import clockwork, views
from vrmnode.engine.customer import intent_desk
from vrmnode.engine.customer.why import intent_why
from vrmnode.engine.records import load_deal
from vrmnode.storage import catalogue, deals, events
from vrmnode.storage.catalogue import Product
from vrmprotocol.mail import Counter

YIELDING = {"rounds": 3, "most_percent": 20, "step_percent": 10}
BARGAINS = {"mode": "automatic", "patience": "10m"}


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    world = make_world(counter=YIELDING)
    for vendor, price in ((VENDOR, 4000), (OTHER_VENDOR, 4400)):
        book = Product(
            sku="B-1", name="Book", price=price, currency="EUR", gtin14="09780131103627", stock=3
        )
        world.nodes[vendor].turn(
            partial(lambda ctx, one: catalogue.upsert_many(ctx.tx, [one], updated=1), one=book)
        )
    return world


def _publish(
    world: World, maximum: str, *, mode: str = "automatic", wait: int = 1, **more: object
) -> None:
    node = world.nodes[CUSTOMER]
    request = {
        "gtin": "9780131103627", "country": "NL", "terms": ["SD-BASE"], "currency": "EUR",
        "private_maximum": maximum,
    }  # fmt: skip
    acceptance: dict[str, object] = {
        "mode": mode, "vendors": "any", "wait_offers": wait, "counter": {**BARGAINS, **more},
    }  # fmt: skip
    prepared = intent_desk.prepare(
        read_request(request), acceptance, identity=node.machine.identity, shard=0,
        now=node.machine.clock(), random=world.rng.randbytes, grind=lambda core, bits: bytes(8),
    )  # fmt: skip
    node.turn(partial(intent_desk.record, prepared=prepared))


def _run(world: World, rounds: int = 12) -> None:
    for _ in range(rounds):
        for name in (CUSTOMER, VENDOR, OTHER_VENDOR):
            pass_on(world, name)
        world.now += 3
        for node in world.nodes.values():
            node.turn(partial(clockwork.run_due, max_store_bytes=1 << 30))


def _named(world: World, vendor: str = VENDOR) -> list[int]:
    """The totals that the customer named to a vendor."""
    from vrmnode.engine.records import load_message
    from vrmnode.storage import messages

    row = deal_with(world, CUSTOMER, vendor)
    stored = messages.list_messages(world.nodes[CUSTOMER].reader, row.deal)
    own = sorted((item for item in stored if item.own), key=lambda item: item.seq)
    bodies = [load_message(item.raw).body for item in own]  # type: ignore[union-attr]
    return [body.total for body in bodies if isinstance(body, Counter)]


def test_to_an_agreement(world: World) -> None:
    stay_silent(world, OTHER_VENDOR)
    _publish(world, "50.00 EUR")
    _run(world)
    row = deal_with(world, CUSTOMER, VENDOR)
    assert row.state == deal_with(world, VENDOR, VENDOR).state == "agreed"
    named = _named(world)
    assert 1 <= len(named) <= 3 and named == sorted(named)
    assert (row.total or 0) < 4000
    log = events.after(world.nodes[CUSTOMER].reader, 0, 500)
    rules = [each.data["rule"] for each in log if each.type == "counter.sent"]
    assert len(rules) == len(named)
    assert str(rules[0]).startswith("automatic: counter 1 of 3 to Shop,")


def test_to_a_refusal_where_the_floor_is_above_the_maximum(world: World) -> None:
    stay_silent(world, OTHER_VENDOR)
    set_shop_policy(world, VENDOR, counter=YIELDING, prices=[{"floor": "39.00 EUR"}])
    _publish(world, "38.50 EUR")
    _run(world)
    assert "counter.declined" in event_types(world, CUSTOMER)
    assert "offer.accepted" not in event_types(world, CUSTOMER)
    assert deal_with(world, CUSTOMER, VENDOR).state == "offered"
    assert 1 <= len(_named(world)) <= 3
    assert all(total <= 3850 for total in _named(world))
    why = intent_why(world.nodes[CUSTOMER].reader, own_intent(world).intent_id.hex(), world.now)
    assert why["counters"] == ["Shop: it goes no lower"]


def test_a_vendor_that_is_silent_is_waited_for_and_then_taken(world: World) -> None:
    stay_silent(world, OTHER_VENDOR)
    _publish(world, "50.00 EUR")
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert len(_named(world)) == 1
    world.now += 599
    node = world.nodes[CUSTOMER]
    node.turn(partial(clockwork.run_due, max_store_bytes=1 << 30))
    assert deal_with(world, CUSTOMER, VENDOR).state == "offered"
    world.now += 2
    node.turn(partial(clockwork.run_due, max_store_bytes=1 << 30))
    assert deal_with(world, CUSTOMER, VENDOR).state == "accepted"
    assert len(_named(world)) == 1


def test_several_vendors_and_one_purchase(world: World) -> None:
    _publish(world, "60.00 EUR", wait=2)
    _run(world)
    assert _named(world) and _named(world, OTHER_VENDOR)
    reader = world.nodes[CUSTOMER].reader
    bought = [row for row in deals.list_deals(reader) if row.state == "agreed"]
    assert len(bought) == 1
    totals = [
        offer.body.draft.price_specification.total  # type: ignore[union-attr]
        for row in deals.list_deals(reader)
        for offer in load_deal(reader, row.deal).state.offers.values()
    ]
    assert bought[0].total == min(totals)


def test_it_names_totals_for_an_owner_who_accepts_by_hand(world: World) -> None:
    stay_silent(world, OTHER_VENDOR)
    _publish(world, "50.00 EUR", mode="manual")
    _run(world)
    assert _named(world)
    assert deal_with(world, CUSTOMER, VENDOR).state == "offered"
    rows = views.offer_list(world.nodes[CUSTOMER].reader, None, world.now)
    told: list[object] = []
    for row in rows:
        assert isinstance(row["counters"], list)
        told += row["counters"]
    assert len(told) == len(_named(world))


def test_the_maximum_is_in_nothing_that_is_sent(world: World) -> None:
    """Under two maxima above all that is named, every byte of the totals is the same."""
    named = []
    for maximum in ("39.00 EUR", "999.00 EUR"):
        stay_silent(world, OTHER_VENDOR)
        _publish(world, maximum, target="36.00 EUR")
        _run(world, 2)
        named.append(len(_named(world)))
        assert all(total <= 3600 for total in _named(world))
    assert named[0] == named[1]

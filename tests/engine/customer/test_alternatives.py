"""Several offers in one deal: a repair, what would replace the thing, and one to rent meanwhile."""

from __future__ import annotations

from functools import partial

import pytest

from tests.engine.steps import (
    CUSTOMER,
    OTHER_CUSTOMER,
    VENDOR,
    command,
    deal_with,
    event_types,
    hand_over,
    in_turn,
    pass_on,
    replace_body,
    set_shop_policy,
    stay_silent,
    take,
    told,
    update,
)
from tests.engine.world import World
from tests.storage.samples import set_stock
from vrmnode.engine import clockwork
from vrmnode.engine.context import Context
from vrmnode.engine.customer import offers
from vrmnode.engine.mail.mailroom import offer_of
from vrmnode.engine.records import intent_body, load_deal, own_intent, read_intent
from vrmnode.engine.vendor import shop
from vrmnode.errors import NodeError
from vrmnode.storage import catalogue, deals, market, outbox, reservations, settings
from vrmnode.storage.catalogue import Product
from vrmnode.storage.deals import Deal
from vrmprotocol import functions
from vrmprotocol import market as market_bodies
from vrmprotocol.envelope import SKEW_S

PART, DRILL, RENTED = "part", "drill", "rented"
SKUS = (PART, DRILL, RENTED)
BROKEN: dict[str, object] = {
    "name": "DHP484 combi drill",
    "category": 1217,
    "function": "Repair",
    "alternatives": ["Sell", "LeaseOut"],
    "lease_days": 10,
}
STORE = 1 << 30


def product(sku: str, function: str, price: int, **more: object) -> Product:
    """A product of the workshop, one piece of it."""
    fields: dict[str, object] = {
        "name": "DHP484 combi drill", "currency": "EUR", "category": 1217, "stock": 1, **more,
    }  # fmt: skip
    return Product(sku=sku, business_function=function, price=price, **fields)  # type: ignore[arg-type]


def workshop(world: World, **policy: object) -> None:
    """The first vendor repairs, sells and leases out; one piece of each."""
    products = [
        product(PART, "Repair", 4900, name="Repair of drills"),
        product(DRILL, "Sell", 9490),
        product(RENTED, "LeaseOut", 2500, price_unit="week", deposit=10_000),
    ]
    profile = {
        "name": "Workshop",
        "area_served": ["NL"],
        "business_function": list(functions.FUNCTIONS),
    }

    def open_it(ctx: Context) -> None:
        catalogue.upsert_many(ctx.tx, products, updated=ctx.now)
        settings.put(ctx.tx, shop.PROFILE, profile)

    in_turn(world, VENDOR, open_it)
    set_shop_policy(world, VENDOR, **{"reserve": True, **policy})
    stay_silent(world, *(name for name in world.vendors if name != VENDOR))


def answered(world: World, **policy: object) -> Deal:
    """The customer's deal with all offers of the workshop in it."""
    workshop(world, **policy)
    world.publish_request(CUSTOMER, BROKEN)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    return deal_with(world, CUSTOMER, VENDOR)


def by_function(world: World, who: str = CUSTOMER) -> dict[str, str]:
    """The open offers of a node's only deal by their function."""
    record = load_deal(world.nodes[who].reader, deal_with(world, who, VENDOR).deal)
    return {
        offer_of(each).draft.business_function: digest.hex()
        for digest, each in record.state.offers.items()
        if digest not in record.state.declined_offers
    }


def free(world: World) -> dict[str, int | None]:
    """What of each product can be promised to others."""
    reader = world.nodes[VENDOR].reader
    return {sku: reservations.available(reader, sku, world.now) for sku in SKUS}


def stock(world: World) -> dict[str, int | None]:
    """What stands on the vendor's shelf."""
    found = {sku: catalogue.get(world.nodes[VENDOR].reader, sku) for sku in SKUS}
    return {sku: None if row is None else row.stock for sku, row in found.items()}


def test_each_offer_of_a_deal_holds_its_own(world: World) -> None:
    row = answered(world)
    assert list(by_function(world)) == ["Repair", "Sell", "LeaseOut"]
    assert free(world) == dict.fromkeys(SKUS, 0)
    assert stock(world) == dict.fromkeys(SKUS, 1)
    # The row shows what was asked for in the first place.
    assert (row.total, row.state) == (4900, "offered")
    assert deal_with(world, VENDOR, VENDOR).total == 4900
    assert [item.kind for item in told(world, VENDOR)] == ["offer"] * 3


def test_the_offers_look_alike_and_only_the_first_goes_to_the_intents_tag(world: World) -> None:
    workshop(world)
    wide = "\U0001f600" * 64
    long = product(
        DRILL,
        "Sell",
        9490,
        name="DHP484 combi drill " + wide * 2,
        brand=wide,
        mpn=wide,
        description="ü" * 1000,
        properties={f"x{number}": "y" * 64 for number in range(8)},
    )
    in_turn(world, VENDOR, lambda ctx: catalogue.upsert_many(ctx.tx, [long], updated=1))
    wishes = [f"x{number}=z" for number in range(8)]
    world.publish_request(CUSTOMER, {**BROKEN, "prefer": wishes})
    pass_on(world, CUSTOMER)
    flights = world.nodes[VENDOR].pump()
    assert len(flights) == 3
    assert {flight.body_bytes for flight in flights} == {8192}
    assert min(len(flight.raw) for flight in flights) < 2048
    (asked,) = market.list_intents(world.nodes[VENDOR].reader, 0)
    tag = read_intent(asked.body).reply_tag
    assert [flight.tag == tag for flight in flights] == [True, False, False]
    # They may come in any order: the later ones wait for the one that tells their tags.
    world.link = list(reversed(flights))
    while world.link:
        world.deliver(0, keep=False)


@pytest.mark.parametrize(
    ("function", "sku"), [("Repair", PART), ("Sell", DRILL), ("LeaseOut", RENTED)]
)
def test_one_is_accepted_and_the_others_are_free_again(
    world: World, function: str, sku: str
) -> None:
    answered(world)
    command(world, CUSTOMER, "offer.accept", offer=by_function(world)[function])
    pass_on(world, CUSTOMER)
    assert stock(world) == {each: 0 if each == sku else 1 for each in SKUS}
    assert free(world) == stock(world)
    pass_on(world, VENDOR)
    row = deal_with(world, CUSTOMER, VENDOR)
    assert row.state == deal_with(world, VENDOR, VENDOR).state == "agreed"
    assert row.document == deal_with(world, VENDOR, VENDOR).document is not None
    assert own_intent(world.nodes[CUSTOMER].reader, row.intent_id).status == "fulfilled"
    other = next(name for name in by_function(world) if name != function)
    with pytest.raises(NodeError) as caught:
        command(world, CUSTOMER, "offer.accept", offer=by_function(world)[other])
    assert caught.value.code == "negotiation.illegal_move"


def test_what_a_declined_offer_held_is_free(world: World) -> None:
    answered(world)
    command(world, CUSTOMER, "offer.decline", offer=by_function(world)["Sell"])
    pass_on(world, CUSTOMER)
    assert free(world) == {PART: 0, DRILL: 1, RENTED: 0}
    assert deal_with(world, VENDOR, VENDOR).state == "offered"
    assert "reservation.released" in event_types(world, VENDOR)
    for function in ("Repair", "LeaseOut"):
        command(world, CUSTOMER, "offer.decline", offer=by_function(world)[function])
    pass_on(world, CUSTOMER)
    assert free(world) == dict.fromkeys(SKUS, 1)
    assert deal_with(world, VENDOR, VENDOR).state == "declined"


def test_a_sold_out_alternative_is_left_out(world: World) -> None:
    workshop(world)
    in_turn(world, VENDOR, lambda ctx: set_stock(ctx.tx, DRILL, 0))
    world.publish_request(CUSTOMER, BROKEN)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert list(by_function(world)) == ["Repair", "LeaseOut"]


def test_the_last_one_is_held_for_one_customer(world: World) -> None:
    answered(world)
    world.publish_request(OTHER_CUSTOMER, BROKEN)
    pass_on(world, OTHER_CUSTOMER)
    pass_on(world, VENDOR)
    row = deal_with(world, OTHER_CUSTOMER, VENDOR)
    decline = load_deal(world.nodes[OTHER_CUSTOMER].reader, row.deal).state.decline
    assert row.state == "refused"
    assert decline is not None
    assert decline.body.reason == "out_of_stock"  # type: ignore[union-attr]


def test_withdrawing_the_intent_frees_everything(world: World) -> None:
    answered(world)
    assert take(world, VENDOR, update(world, seq=1, status="withdrawn")).error is None
    assert free(world) == dict.fromkeys(SKUS, 1)


def test_an_offer_that_has_ended_leaves_the_others_open(world: World) -> None:
    workshop(world, reserve_minutes=60, offer_valid_minutes=600)
    # What isn't counted isn't held, and its offer is valid for longer.
    in_turn(world, VENDOR, lambda ctx: set_stock(ctx.tx, PART, None))
    world.publish_request(CUSTOMER, BROKEN)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    tidy = partial(clockwork.run_due, max_store_bytes=STORE)
    for minutes, left in ((61, ["Repair"]), (601, [])):
        world.now += minutes * 60 + SKEW_S
        in_turn(world, CUSTOMER, tidy)
        assert list(by_function(world)) == left
    pass_on(world, CUSTOMER)
    assert deal_with(world, VENDOR, VENDOR).state == "declined"


def test_a_counter_is_about_one_of_them(world: World) -> None:
    row = answered(world, counter={"rounds": 3, "most_percent": "50", "step_percent": "50"})
    command(world, CUSTOMER, "offer.counter", offer=by_function(world)["Sell"], total="90.00 EUR")
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    record = load_deal(world.nodes[CUSTOMER].reader, row.deal)
    drafts = [offer_of(each).draft for each in record.state.offers.values()]
    assert len(drafts) == 4
    lower = drafts[-1]
    assert (lower.business_function, lower.price_specification.total) == ("Sell", 9000)
    assert free(world) == dict.fromkeys(SKUS, 0)
    # Both offers of the drill hold the same drill: it is free once both are declined.
    sold = [
        d.hex()
        for d, each in record.state.offers.items()
        if offer_of(each).draft.business_function == "Sell"
    ]
    for count, left in ((0, 0), (1, 1)):
        command(world, CUSTOMER, "offer.decline", offer=sold[count])
        pass_on(world, CUSTOMER)
        assert free(world)[DRILL] == left


def test_a_customer_asks_for_more_where_the_vendor_buys(world: World) -> None:
    workshop(world, counter={"rounds": 3, "most_percent": "50", "step_percent": "50"})
    bought = product("old", "Buy", 2000, condition="UsedCondition")
    in_turn(world, VENDOR, lambda ctx: catalogue.upsert_many(ctx.tx, [bought], updated=1))
    wanted = {
        "name": "DHP484 combi drill",
        "category": 1217,
        "function": "Buy",
        "min_price": "15 EUR",
    }
    world.publish_request(CUSTOMER, wanted)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    offer = by_function(world)["Buy"]
    with pytest.raises(NodeError) as caught:
        command(world, CUSTOMER, "offer.counter", offer=offer, total="19.00 EUR")
    assert caught.value.code == "counter.not_higher"
    command(world, CUSTOMER, "offer.counter", offer=offer, total="25.00 EUR")
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert "counter.declined" in event_types(world, CUSTOMER)
    command(world, CUSTOMER, "offer.accept", offer=offer)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "agreed"


def test_a_vendor_that_lost_its_memory_honours_what_it_offered(world: World) -> None:
    row = answered(world)
    in_turn(world, VENDOR, lambda ctx: ctx.tx.run("DELETE FROM secrets WHERE name = 'sku'"))
    command(world, CUSTOMER, "offer.accept", offer=by_function(world)["LeaseOut"])
    pass_on(world, CUSTOMER)
    assert deals.get(world.nodes[VENDOR].reader, row.deal).state == "agreed"  # type: ignore[union-attr]
    assert stock(world)[RENTED] == 0


def test_an_offer_of_what_nobody_asked_for_is_refused(world: World) -> None:
    answered(world)
    # The customer's node reads the offers again as if its intent had asked for a repair alone.
    asked = {"business_function": "Repair", "alternatives": (), "lease_length": None}
    own = own_intent(world.nodes[CUSTOMER].reader, deal_with(world, CUSTOMER, VENDOR).intent_id)
    body = market_bodies.to_body(replace_body(intent_body(own), **asked))
    in_turn(world, CUSTOMER, lambda ctx: ctx.tx.run("UPDATE intents SET body = ?", (body,)))
    for item, taken in zip(told(world, VENDOR), (True, False, False), strict=True):
        outcome = hand_over(world, CUSTOMER, item.raw)
        refused = [note for note in outcome.notes if "businessFunction" in note]
        assert bool(refused) != taken


def test_a_crash_leaves_all_of_the_answer_or_nothing(world: World) -> None:
    workshop(world)
    world.publish_request(CUSTOMER, BROKEN)
    world.pump(CUSTOMER)
    (flight,) = world.link
    world.nodes[VENDOR].crash_next = True
    world.deliver(0, keep=True)
    assert free(world) == dict.fromkeys(SKUS, 1)
    assert outbox.pending_count(world.nodes[VENDOR].reader) == 0
    world.nodes[VENDOR].deliver(flight)
    assert free(world) == dict.fromkeys(SKUS, 0)
    assert outbox.pending_count(world.nodes[VENDOR].reader) == 3


def test_ranking_reads_all_of_them(world: World) -> None:
    row = answered(world)
    own = own_intent(world.nodes[CUSTOMER].reader, row.intent_id)
    ranked = offers.ranked(world.nodes[CUSTOMER].reader, own, now=world.now)
    assert len(ranked) == 3
    assert {each.deal for each in ranked} == {row.deal}

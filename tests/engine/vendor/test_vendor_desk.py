"""The vendor's side: what it offers, countersigns, declines and frees."""

from __future__ import annotations

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    OTHER_CUSTOMER,
    VENDOR,
    accepted,
    agreed,
    command,
    deal_with,
    event_types,
    hand_over,
    in_turn,
    interpreted,
    kinds,
    offered,
    pass_on,
    pseudonym,
    set_shop_policy,
    stay_silent,
    take,
    told,
    update,
)
from tests.engine.world import GTIN, SKU, World
from vrmnode.engine.vendor import vendor_desk
from vrmnode.storage import catalogue, deals, market, reservations, timers
from vrmnode.storage.catalogue import Product
from vrmprotocol.mail import Decline


def _available(world: World) -> int | None:
    return reservations.available(world.nodes[VENDOR].reader, SKU, world.now)


def _stock(world: World) -> int | None:
    product = catalogue.get(world.nodes[VENDOR].reader, SKU)
    assert product is not None
    return product.stock


def _fill(world: World, stock: int) -> None:
    product = Product(sku=SKU, name="Book", price=4000, currency="EUR", gtin14=GTIN, stock=stock)
    in_turn(world, VENDOR, lambda ctx: catalogue.upsert_many(ctx.tx, [product], updated=world.now))


def _answer(world: World, who: str = CUSTOMER) -> str | None:
    found = market.get_intent(world.nodes[VENDOR].reader, pseudonym(world, who).pseudonym)
    assert found is not None
    return found.answer


def _publish(world: World, who: str = CUSTOMER, quantity: int = 1) -> None:
    stay_silent(world, "vendor-2")
    world.publish(who, quantity, automatic=False)
    pass_on(world, who)


def _last_decline(world: World) -> Decline:
    body = interpreted(told(world, VENDOR)[-1]).body
    assert isinstance(body, Decline)
    return body


def test_an_offer_holds_the_goods_and_a_sale_takes_them(world: World) -> None:
    offered(world)
    assert (_stock(world), _available(world)) == (3, 2)
    command(
        world,
        CUSTOMER,
        "offer.accept",
        offer=(deal_with(world, CUSTOMER, VENDOR).offer_digest or b"").hex(),
    )
    pass_on(world, CUSTOMER)
    assert (_stock(world), _available(world)) == (2, 2)


def test_a_reservation_ends_at_confirm_by(world: World) -> None:
    row = offered(world)
    world.now = (row.confirm_by or 0) - 1
    assert _available(world) == 2
    world.now += 1
    assert _available(world) == 3
    in_turn(world, VENDOR, vendor_desk.reservations_lapsed)
    assert event_types(world, VENDOR)[-1] == "reservation.lapsed"


def test_an_accept_after_confirm_by_is_late(world: World) -> None:
    row = accepted(world)
    world.now = (row.confirm_by or 0) + 1
    pass_on(world, CUSTOMER)
    assert _last_decline(world).reason == "late"
    assert deal_with(world, VENDOR, VENDOR).state == "declined"
    assert _stock(world) == 3
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "declined"


def test_an_accept_at_confirm_by_is_in_time(world: World) -> None:
    row = accepted(world)
    world.now = row.confirm_by or 0
    pass_on(world, CUSTOMER)
    assert deal_with(world, VENDOR, VENDOR).state == "agreed"


def test_an_accept_of_what_is_gone_is_declined(make_world: MakeWorld) -> None:
    world = make_world(stock=(1, 0), reserve=False)
    row = accepted(world)
    assert not reservations.of_deal(world.nodes[VENDOR].reader, row.deal)
    _fill(world, 0)
    pass_on(world, CUSTOMER)
    assert _last_decline(world).reason == "out_of_stock"
    assert deal_with(world, VENDOR, VENDOR).state == "declined"


def test_two_customers_and_one_piece(make_world: MakeWorld) -> None:
    world = make_world(stock=(1, 0), reserve=False)
    for who in (CUSTOMER, OTHER_CUSTOMER):
        _publish(world, who)
        pass_on(world, VENDOR)
    for who in (CUSTOMER, OTHER_CUSTOMER):
        row = deal_with(world, who, VENDOR)
        command(world, who, "offer.accept", offer=(row.offer_digest or b"").hex())
    pass_on(world, CUSTOMER, OTHER_CUSTOMER)
    counts = deals.count_by_state(world.nodes[VENDOR].reader, "vendor")
    assert counts == {"agreed": 1, "declined": 1}
    assert _stock(world) == 0


def test_the_same_accept_again_sells_once(world: World) -> None:
    row = agreed(world)
    accept = told(world, CUSTOMER)[0]
    for _ in range(3):
        hand_over(world, VENDOR, accept.raw, deal=row.deal)
    assert kinds(world, VENDOR) == ["offer", "agreement"]
    assert _stock(world) == 2


@pytest.mark.parametrize("withdrawal_first", [False, True])
def test_an_accept_with_a_withdrawal_is_not_countersigned(
    world: World, withdrawal_first: bool
) -> None:
    row = accepted(world)
    command(world, CUSTOMER, "deal.withdraw", deal=row.deal.hex())
    accept, withdrawal = told(world, CUSTOMER)
    if withdrawal_first:
        hand_over(world, VENDOR, withdrawal.raw, deal=row.deal)
        hand_over(world, VENDOR, accept.raw, deal=row.deal)
        assert kinds(world, VENDOR) == ["offer"]
        assert deal_with(world, VENDOR, VENDOR).state == "withdrawn"
    else:
        hand_over(world, VENDOR, accept.raw, deal=row.deal)
        hand_over(world, VENDOR, withdrawal.raw, deal=row.deal)
        assert deal_with(world, VENDOR, VENDOR).state == "cancelled"
    assert (_stock(world), _available(world)) == (3, 3)


def test_a_withdrawn_intent_frees_what_was_held(world: World) -> None:
    offered(world)
    take(world, VENDOR, update(world, seq=1, status="withdrawn"))
    assert _available(world) == 3
    assert "reservation.released" in event_types(world, VENDOR)


def test_an_accept_after_the_intents_withdrawal_is_decided_as_ever(world: World) -> None:
    accepted(world)
    take(world, VENDOR, update(world, seq=1, status="withdrawn"))
    pass_on(world, CUSTOMER)
    assert deal_with(world, VENDOR, VENDOR).state == "agreed"
    assert _stock(world) == 2


def test_answers_above_the_limit_wait_their_turn(make_world: MakeWorld) -> None:
    world = make_world(max_offers_per_minute=1)
    _publish(world)
    _publish(world, OTHER_CUSTOMER)
    assert (_answer(world), _answer(world, OTHER_CUSTOMER)) == ("offered", None)
    waiting = timers.due(world.nodes[VENDOR].reader, world.now + vendor_desk.BUSY_S)
    assert ("answer", pseudonym(world, OTHER_CUSTOMER).pseudonym) in {
        (timer.kind, timer.subject) for timer in waiting
    }
    for _ in range(2):
        world.now += vendor_desk.BUSY_S + 1
        world.nodes[VENDOR].run_timers()
    assert _answer(world, OTHER_CUSTOMER) == "offered"


def test_an_offer_above_the_threshold_is_left_to_a_human(world: World) -> None:
    set_shop_policy(world, VENDOR, inbox={"above": "1.00 EUR"})
    _publish(world)
    assert _answer(world) == "human"
    assert event_types(world, VENDOR)[-1] == "inbox.added"
    assert deals.list_deals(world.nodes[VENDOR].reader) == []


def test_an_intent_is_refused_once(make_world: MakeWorld) -> None:
    world = make_world(stock=(0, 0))
    _publish(world)
    assert _last_decline(world).reason == "out_of_stock"
    assert _last_decline(world).certificate is not None
    take(world, VENDOR, update(world, seq=1))
    assert kinds(world, VENDOR) == ["decline"]


def test_a_refusal_is_followed_by_an_offer_when_the_goods_come(make_world: MakeWorld) -> None:
    world = make_world(stock=(0, 0))
    _publish(world)
    _fill(world, 2)
    take(world, VENDOR, update(world, seq=1))
    assert kinds(world, VENDOR) == ["decline", "offer"]
    assert deal_with(world, VENDOR, VENDOR).state == "offered"


def test_what_was_ignored_is_considered_again_with_a_new_catalogue(world: World) -> None:
    in_turn(world, VENDOR, lambda ctx: ctx.tx.run("DELETE FROM products"))
    _publish(world)
    assert _answer(world) == "ignored"
    _fill(world, 2)
    in_turn(world, VENDOR, vendor_desk.reconsider)
    assert _answer(world) == "offered"


def test_an_answered_intent_is_not_answered_again(world: World) -> None:
    offered(world)
    take(world, VENDOR, update(world, seq=1))
    in_turn(world, VENDOR, vendor_desk.reconsider)
    assert kinds(world, VENDOR) == ["offer"]


def test_the_own_intent_is_never_answered(world: World) -> None:
    stay_silent(world, "vendor-2")
    world.publish(VENDOR, 1, automatic=False)
    take(world, VENDOR, update(world, seq=1, who=VENDOR))
    in_turn(world, VENDOR, vendor_desk.reconsider)
    assert deals.list_deals(world.nodes[VENDOR].reader) == []


def test_a_closed_shop_answers_nothing(world: World) -> None:
    stay_silent(world, VENDOR)
    _publish(world)
    assert (_answer(world), deals.list_deals(world.nodes[VENDOR].reader)) == (None, [])

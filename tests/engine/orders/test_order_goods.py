"""Cancels and returns: what becomes of the goods, the stock and the demand."""

from __future__ import annotations

from functools import partial

import pytest

from tests.engine.order_steps import (
    DAY,
    PREPAID,
    both,
    delivered,
    locked,
    ordered,
    say,
    settle,
    shown,
    stock,
)
from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    deal_with,
    event_types,
    own_intent,
    set_shop_policy,
)
from tests.engine.world import World
from vrmnode.engine import clockwork
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, intents, tags, timers
from vrmprotocol.moments import in_words


def test_a_customers_cancel_is_answered_at_once(world: World) -> None:
    row = ordered(world)
    say(world, CUSTOMER, row, "cancel", reason="found_better")
    assert shown(world, CUSTOMER, row)["status"] == "cancelling"
    assert locked(world) == 1
    settle(world)
    assert both(world, row)[0] == "cancelled"
    assert (locked(world), stock(world)) == (0, 3)
    assert own_intent(world).status == "active"


def test_a_cancel_that_crosses_the_parcel_cancels_nothing(world: World) -> None:
    row = ordered(world)
    say(world, CUSTOMER, row, "cancel")
    say(world, VENDOR, row, "shipped")
    settle(world)
    assert both(world, row) == ("shipped", "due")
    assert (locked(world), stock(world)) == (1, 2)
    say(world, VENDOR, row, "returned_to_sender", reason="refused")
    settle(world)
    assert both(world, row)[0] == "cancelled"
    # It had left: whether it can be sold again is for a human to say.
    assert stock(world) == 2


def test_a_cancel_can_wait_for_a_human(world: World) -> None:
    row = ordered(world, {**PREPAID, "orders": {"accept_cancels": False}})
    say(world, CUSTOMER, row, "cancel")
    settle(world)
    assert both(world, row)[0] == "cancelling"
    say(world, VENDOR, row, "cancel_refused", reason="begun")
    settle(world)
    assert both(world, row)[0] == "payment_due"
    assert "order.cancel_refused" in event_types(world, CUSTOMER)


def test_what_was_taken_from_the_customer_is_not_cancelled_by_itself(world: World) -> None:
    row = ordered(world)
    say(world, VENDOR, row, "collected")
    settle(world)
    say(world, CUSTOMER, row, "cancel")
    settle(world)
    assert both(world, row)[0] == "cancelling"
    assert say(world, VENDOR, row, "cancel", reason="requested")["status"] == "cancelled"
    settle(world)
    duties = [duty["what"] for duty in shown(world, CUSTOMER, row)["duties"]]
    assert duties == ["bring_back"]


def test_what_the_vendor_cancels_is_bought_elsewhere(world: World) -> None:
    for vendor in (VENDOR, OTHER_VENDOR):
        set_shop_policy(world, vendor, **PREPAID)
    world.publish(CUSTOMER, 1, automatic=True)
    settle(world)
    [row] = deals.list_deals(world.nodes[CUSTOMER].reader, state="agreed")
    seller = next(v for v in world.vendors if deal_with(world, v, v).state == "agreed")
    say(world, seller, row, "cancel", reason="out_of_stock")
    settle(world)
    reader = world.nodes[CUSTOMER].reader
    assert locked(world) <= 1
    assert intents.list_intents(reader)[0].status in ("active", "fulfilled")
    assert "intent.manual" not in event_types(world, CUSTOMER)


def test_what_the_customer_gave_up_is_not_bought_again_by_itself(world: World) -> None:
    set_shop_policy(world, VENDOR, **PREPAID)
    set_shop_policy(world, OTHER_VENDOR, answer=False)
    world.publish(CUSTOMER, 1, automatic=True)
    settle(world)
    [row] = deals.list_deals(world.nodes[CUSTOMER].reader, state="agreed")
    say(world, CUSTOMER, row, "cancel", reason="changed_mind")
    settle(world)
    assert both(world, row)[0] == "cancelled"
    assert own_intent(world).status == "active"
    assert "intent.manual" in event_types(world, CUSTOMER)
    set_shop_policy(world, OTHER_VENDOR, **PREPAID)
    world.nodes[OTHER_VENDOR].turn(lambda ctx: timers.arm(ctx.tx, "reconsider", b"node", ctx.now))
    settle(world)
    assert deal_with(world, CUSTOMER, OTHER_VENDOR).state == "offered"
    assert locked(world) == 0


def test_a_return_with_its_refund(world: World) -> None:
    row = delivered(world)
    say(world, CUSTOMER, row, "return_request", reason="defective")
    settle(world)
    assert "order.return_request" in event_types(world, VENDOR)
    answer = say(world, VENDOR, row, "return_answer", instructions="To us.")
    assert answer["returns"][0]["refund"] == row.total
    settle(world)
    say(world, CUSTOMER, row, "return_sent", carrier="Post")
    settle(world)
    assert stock(world) == 2
    say(world, VENDOR, row, "return_received", restock=True)
    assert stock(world) == 3
    settle(world)
    assert both(world, row) == ("returned", "refund_due")
    assert locked(world) == 0
    say(world, VENDOR, row, "refunded", reason="returned")
    settle(world)
    assert both(world, row) == ("returned", "refunded")


def test_returned_goods_stay_away_until_the_vendor_says_so(world: World) -> None:
    row = delivered(world)
    say(world, CUSTOMER, row, "return_request", reason="defective")
    settle(world)
    say(world, VENDOR, row, "return_answer", refund="5.00 EUR")
    say(world, VENDOR, row, "return_received")
    assert stock(world) == 2
    assert shown(world, VENDOR, row)["payment"]["refund_due"] == 500


def test_returns_are_accepted_by_policy_within_their_days(world: World) -> None:
    policy = {
        **PREPAID,
        "returns": {"days": 10, "cost": "customer"},
        "orders": {"accept_returns": True, "return_instructions": "Weg 1\n1234 Ort"},
    }
    row = delivered(world, policy)
    say(world, CUSTOMER, row, "return_request", reason="changed_mind")
    settle(world)
    [one] = shown(world, CUSTOMER, row)["returns"]
    assert (one["status"], one["refund"]) == ("accepted", row.total)
    assert one["instructions"] == "Weg 1\n1234 Ort"


def test_the_time_to_give_back_ends(world: World) -> None:
    row = delivered(world)
    world.now += 15 * DAY
    with pytest.raises(ServiceError) as caught:
        say(world, CUSTOMER, row, "return_request", reason="changed_mind")
    assert caught.value.code == "order.too_late"
    assert f"came {in_words(world.now)}" in caught.value.message
    say(world, CUSTOMER, row, "return_request", reason="defective")
    settle(world)
    assert shown(world, VENDOR, row)["returns"][0]["status"] == "requested"


def test_mail_still_arrives_after_months(world: World) -> None:
    row = ordered(world)
    say(world, VENDOR, row, "paid")
    settle(world)
    for word in ("shipped", "in_transit", "delivered"):
        world.now += 40 * DAY
        for node in world.nodes.values():
            node.turn(partial(clockwork.tidy, max_store_bytes=1 << 30))
        say(world, VENDOR, row, word)
        settle(world)
        assert both(world, row)[0] == word
    until = {tag.until for tag in tags.list_tags(world.nodes[CUSTOMER].reader, row.deal)}
    assert max(until) >= world.now + 90 * DAY

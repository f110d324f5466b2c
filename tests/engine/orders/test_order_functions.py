"""Orders of what isn't a sale: a vendor that buys, a lease with a deposit, a repair."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.customer.test_alternatives import (
    DRILL,
    PART,
    RENTED,
    by_function,
    product,
    stock,
    workshop,
)
from tests.engine.order_steps import DAY, PREPAID, both, say, settle, shown
from tests.engine.steps import CUSTOMER, VENDOR, command, deal_with, in_turn, pass_on
from tests.engine.world import World
from vrmnode.errors import ServiceError
from vrmnode.storage import catalogue
from vrmnode.storage.deals import Deal

WANTED: dict[str, object] = {"name": "DHP484 combi drill", "category": 1217}


def ordered(world: World, function: str, **asked: object) -> Deal:
    """A deal about the drill, agreed under a policy of being paid first."""
    workshop(world, **PREPAID)
    bought = product("old", "Buy", 2000, condition="UsedCondition", stock=2)
    in_turn(world, VENDOR, lambda ctx: catalogue.upsert_many(ctx.tx, [bought], updated=1))
    world.publish_request(CUSTOMER, {**WANTED, "function": function, **asked})
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    command(world, CUSTOMER, "offer.accept", offer=by_function(world)[function])
    settle(world)
    row = deal_with(world, CUSTOMER, VENDOR)
    assert row.state == "agreed"
    return row


def test_a_customer_that_sells_ships_bills_and_is_paid(world: World) -> None:
    row = ordered(world, "Buy", min_price="15 EUR")
    assert both(world, row) == ("placed", "none")
    assert shown(world, CUSTOMER, row)["side"] == "seller"
    way: dict[str, Any] = {"method": "bank_transfer", "account": "AT611904300234573201"}
    say(world, CUSTOMER, row, "payment_due", instructions=[way])
    settle(world)
    assert both(world, row) == ("placed", "due")
    assert shown(world, VENDOR, row)["payment"]["instructions"] == [way]
    with pytest.raises(ServiceError):
        say(world, VENDOR, row, "shipped")
    say(world, VENDOR, row, "payment_sent")
    settle(world)
    say(world, CUSTOMER, row, "paid")
    say(world, CUSTOMER, row, "shipped", carrier="Post")
    settle(world)
    say(world, VENDOR, row, "received")
    settle(world)
    assert both(world, row) == ("delivered", "paid")


def test_a_vendor_that_buys_and_does_not_pay_can_be_left(world: World) -> None:
    row = ordered(world, "Buy", min_price="15 EUR")
    say(world, CUSTOMER, row, "payment_due", due_by=world.now + 3 * DAY)
    settle(world)
    with pytest.raises(ServiceError) as caught:
        say(world, CUSTOMER, row, "cancel", reason="unpaid")
    assert caught.value.code == "order.too_early"
    world.now += 4 * DAY
    settle(world)
    # The customer's node doesn't end it by itself: that is the owner's to say.
    assert both(world, row)[0] == "placed"
    say(world, CUSTOMER, row, "cancel", reason="unpaid")
    settle(world)
    assert both(world, row)[0] == "cancelled"


def test_a_lease_comes_back_and_so_does_its_deposit(world: World) -> None:
    row = ordered(world, "LeaseOut", lease_days=14)
    total = row.total or 0
    payment = shown(world, CUSTOMER, row)["payment"]
    assert payment["missing"] == total + 10_000
    say(world, VENDOR, row, "paid")
    say(world, VENDOR, row, "delivered")
    settle(world)
    assert both(world, row) == ("delivered", "paid")
    [duty] = shown(world, CUSTOMER, row)["duties"]
    assert (duty["by"], duty["what"]) == ("customer", "give_back")
    assert stock(world)[RENTED] == 0
    say(world, VENDOR, row, "collected", restock=True)
    settle(world)
    assert both(world, row) == ("collected", "refund_due")
    assert shown(world, CUSTOMER, row)["payment"]["refund_due"] == 10_000
    assert stock(world)[RENTED] == 1
    say(world, VENDOR, row, "refunded", reason="returned")
    settle(world)
    assert both(world, row) == ("collected", "refunded")


def test_a_repair_that_fails_brings_the_thing_back(world: World) -> None:
    row = ordered(world, "Repair")
    say(world, VENDOR, row, "collected")
    settle(world)
    say(world, VENDOR, row, "cancel", reason="cannot_deliver", note="No parts to be had.")
    settle(world)
    assert both(world, row)[0] == "cancelled"
    assert [duty["what"] for duty in shown(world, CUSTOMER, row)["duties"]] == ["bring_back"]
    say(world, VENDOR, row, "delivered")
    settle(world)
    assert both(world, row)[0] == "cancelled"
    assert shown(world, CUSTOMER, row)["duties"] == []
    assert stock(world)[PART] == 1 and stock(world)[DRILL] == 1

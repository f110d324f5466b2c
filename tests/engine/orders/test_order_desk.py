"""What an agreement leads to on both sides: money, what the vendor's node says, errors."""

from __future__ import annotations

import pytest

from tests.engine.order_steps import (
    DAY,
    IBAN,
    PAY,
    PREPAID,
    both,
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
    kinds,
    pass_on,
    set_shop_policy,
)
from tests.engine.world import SKU, World
from vrmnode.engine.orders import order_views
from vrmnode.engine.orders.order_records import load_order
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, events, intents, orders
from vrmnode.values import creditor_reference
from vrmnode.values.money import format_money
from vrmprotocol.moments import in_words


def test_instructions_come_with_the_agreement(world: World) -> None:
    row = ordered(world)
    assert both(world, row) == ("payment_due", "due")
    payment = shown(world, CUSTOMER, row)["payment"]
    assert payment["instructions"] == PAY
    assert creditor_reference.is_valid(payment["reference"])
    assert payment["missing"] == row.total
    assert payment["due_by"] >= load_order(world.nodes[CUSTOMER].reader, row.deal).order.agreed_at
    assert "order.placed" in event_types(world, CUSTOMER)
    assert "order.payment_due" in event_types(world, CUSTOMER)


def test_a_whole_order(world: World) -> None:
    row = ordered(world)
    say(world, CUSTOMER, row, "payment_sent")
    settle(world)
    assert both(world, row) == ("payment_due", "sent")
    say(world, VENDOR, row, "paid")
    settle(world)
    assert both(world, row) == ("placed", "paid")
    say(world, VENDOR, row, "shipped", carrier="Post", tracking="RR1")
    settle(world)
    say(world, CUSTOMER, row, "received", note="Thanks.")
    settle(world)
    assert both(world, row) == ("delivered", "paid")
    words = [entry["word"] for entry in shown(world, CUSTOMER, row)["timeline"]]
    assert words == [
        *("agreement", "payment_due", "payment_sent", "paid", "receipt", "shipped", "received"),
    ]
    assert locked(world) == 1


def test_a_receipt_follows_the_money(world: World) -> None:
    row = ordered(world)
    say(world, VENDOR, row, "paid", amount="10.00 EUR")
    say(world, VENDOR, row, "paid")
    settle(world)
    receipts = [e for e in shown(world, CUSTOMER, row)["timeline"] if e["word"] == "receipt"]
    reference = shown(world, CUSTOMER, row)["payment"]["reference"]
    assert [entry["number"] for entry in receipts] == [f"{reference}-1", f"{reference}-2"]
    assert sum(entry["amount"] for entry in receipts) == row.total


@pytest.mark.parametrize(
    ("processing", "status"), [("on_agreement", "processing"), ("by_hand", "payment_due")]
)
def test_processing_is_told_when_the_policy_says_so(
    world: World, processing: str, status: str
) -> None:
    row = ordered(world, {**PREPAID, "orders": {"processing": processing}})
    assert both(world, row)[0] == status


def test_processing_on_payment(world: World) -> None:
    row = ordered(world, {**PREPAID, "orders": {"processing": "on_payment"}})
    assert both(world, row)[0] == "payment_due"
    say(world, VENDOR, row, "paid")
    settle(world)
    assert both(world, row) == ("processing", "paid")


def test_what_is_not_paid_is_cancelled_and_back_on_the_shelf(world: World) -> None:
    row = ordered(world)
    assert stock(world) == 2
    world.now += 2 * DAY + 60
    settle(world)
    assert both(world, row) == ("cancelled", "none")
    assert stock(world) == 3
    assert locked(world) == 0
    entry = shown(world, CUSTOMER, row)["timeline"][-1]
    assert (entry["word"], entry["reason"], entry["by"]) == ("cancel", "unpaid", "vendor")
    assert "order.restocked" in event_types(world, VENDOR)
    assert "order.cancel" in event_types(world, CUSTOMER)


def test_money_in_time_keeps_the_order(world: World) -> None:
    row = ordered(world)
    world.now += 2 * DAY - 60
    say(world, VENDOR, row, "paid")
    world.now += DAY
    settle(world)
    assert both(world, row) == ("placed", "paid")
    assert stock(world) == 2


def test_a_part_of_the_money_leaves_it_to_a_human(world: World) -> None:
    row = ordered(world)
    say(world, VENDOR, row, "paid", amount="1.00 EUR")
    world.now += 3 * DAY
    settle(world)
    assert both(world, row) == ("payment_due", "partly_paid")
    assert "order.overdue" in event_types(world, VENDOR)
    assert stock(world) == 2


def test_a_policy_can_leave_the_unpaid_alone(world: World) -> None:
    row = ordered(world, {**PREPAID, "orders": {"cancel_unpaid": False}})
    world.now += 3 * DAY
    settle(world)
    assert both(world, row) == ("payment_due", "due")
    assert "order.overdue" in event_types(world, CUSTOMER)


def test_more_time_is_more_time(world: World) -> None:
    row = ordered(world)
    say(world, VENDOR, row, "payment_due", due_by=world.now + 5 * DAY)
    world.now += 3 * DAY
    settle(world)
    assert both(world, row) == ("payment_due", "due")
    world.now += 3 * DAY
    settle(world)
    assert both(world, row)[0] == "cancelled"


def test_less_time_than_agreed_is_refused(world: World) -> None:
    row = ordered(world)
    with pytest.raises(ServiceError) as caught:
        say(world, VENDOR, row, "payment_due", due_by=world.now + DAY)
    assert caught.value.code == "order.too_early"
    assert in_words(world.now + DAY) in caught.value.message
    with pytest.raises(ServiceError) as caught:
        say(world, VENDOR, row, "cancel", reason="unpaid")
    assert caught.value.code == "order.too_early"
    assert f"came {in_words(world.now)}" in caught.value.message


def test_what_has_not_happened_yet_is_refused_with_times_that_can_be_read(world: World) -> None:
    row = ordered(world)
    world.now = 1_800_000_000
    with pytest.raises(ServiceError) as caught:
        say(world, VENDOR, row, "shipped", at=1_800_000_060)
    assert caught.value.message == (
        "at: expected a time until now, 2027-01-15 08:00 UTC, came '2027-01-15 08:01 UTC'"
    )


def test_money_after_the_cancel_is_owed_back(world: World) -> None:
    row = ordered(world)
    world.now += 2 * DAY + 60
    settle(world)
    say(world, VENDOR, row, "paid", amount=format_money(row.total or 0, "EUR"))
    settle(world)
    assert both(world, row) == ("cancelled", "refund_due")
    duties = shown(world, CUSTOMER, row)["duties"]
    assert [(duty["by"], duty["what"], duty["amount"]) for duty in duties] == [
        ("vendor", "refund", row.total)
    ]
    say(world, VENDOR, row, "refunded", reason="cancelled")
    settle(world)
    assert both(world, row) == ("cancelled", "refunded")


def test_a_vendor_that_was_away_cancels_when_it_is_back(world: World) -> None:
    row = ordered(world)
    world.now += 30 * DAY
    node = world.nodes[VENDOR]
    node.machine = node._boot()
    settle(world)
    assert both(world, row)[0] == "cancelled"
    assert stock(world) == 3


def test_an_illegal_word_is_refused_before_anything_is_signed(world: World) -> None:
    row = ordered(world)
    before = kinds(world, CUSTOMER)
    for word in ("shipped", "paid", "return_request", "not_received"):
        with pytest.raises(ServiceError) as caught:
            say(world, CUSTOMER, row, word)
        assert caught.value.code in ("order.illegal_move", "order.named")
        assert caught.value.status == 409
    assert kinds(world, CUSTOMER) == before


@pytest.mark.parametrize(
    ("word", "fields", "code"),
    [
        ("teleported", {}, "request.invalid"),
        ("paid", {"amount": "1.00 USD"}, "request.invalid"),
        ("paid", {"amount": "one"}, "request.invalid"),
        ("shipped", {"colour": "red"}, "request.unknown_field"),
        ("shipped", {"at": 2**31}, "request.invalid"),
        ("shipped", {"amount": "1.00 EUR"}, "request.unknown_field"),
        ("refunded", {}, "request.invalid"),
        ("cancel", {"reason": "bored"}, "message.body"),
        ("payment_due", {"instructions": [{"method": "cash"}]}, "order.illegal_move"),
        ("payment_due", {"instructions": [{"iban": "1"}]}, "message.unknown_field"),
    ],
)
def test_bad_statements_name_what_is_wrong(
    world: World, word: str, fields: dict[str, object], code: str
) -> None:
    row = ordered(world)
    with pytest.raises(ServiceError) as caught:
        say(world, VENDOR, row, word, **fields)
    assert caught.value.code == code


def test_there_is_no_order_before_an_agreement(world: World) -> None:
    set_shop_policy(world, OTHER_VENDOR, answer=False)
    world.publish(CUSTOMER, 1, automatic=False)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    row = deal_with(world, CUSTOMER, VENDOR)
    with pytest.raises(ServiceError) as caught:
        say(world, CUSTOMER, row, "received")
    assert caught.value.code == "order.none"


def test_instructions_stand_nowhere_but_in_the_sealed_message(world: World) -> None:
    """Not in the profile, not in offers, not in the event log."""
    row = ordered(world)
    say(world, VENDOR, row, "paid")
    settle(world)
    for who in (VENDOR, CUSTOMER):
        reader = world.nodes[who].reader
        told = " ".join(str(event.data) for event in events.after(reader, 0, 500))
        assert IBAN not in told
    reader = world.nodes[VENDOR].reader
    for table, column in (("envelopes", "raw"), ("profiles", "body"), ("orders", "reference")):
        assert all(
            IBAN.encode() not in (raw if isinstance(raw, bytes) else str(raw).encode())
            for (raw,) in reader.rows(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")
        )
    offers = reader.rows("SELECT raw FROM messages WHERE kind IN ('offer', 'agreement', 'accept')")
    assert offers and all(IBAN.encode() not in raw for (raw,) in offers)


def test_both_lists_have_it(world: World) -> None:
    row = ordered(world)
    for who, role in ((CUSTOMER, "customer"), (VENDOR, "vendor")):
        [listed] = order_views.order_list(world.nodes[who].reader, {})
        assert (listed["deal"], listed["role"]) == (row.deal.hex(), role)
        assert (listed["status"], listed["payment"]) == ("payment_due", "due")
        reader = world.nodes[who].reader
        assert orders.count_by_status(reader, role) == {"payment_due": 1}
        assert order_views.order_list(reader, {"status": "shipped"}) == []


def test_a_hundred_who_never_pay_leave_the_shelf_free(world: World) -> None:
    """A hundred pseudonyms accept all there is, and pay nothing: at the deadline it is back."""
    set_shop_policy(world, VENDOR, **PREPAID, max_offers_per_minute=1000, reserve=True)
    set_shop_policy(world, OTHER_VENDOR, answer=False)
    world.nodes[VENDOR].turn(
        lambda ctx: ctx.tx.run("UPDATE products SET stock = 100 WHERE sku = ?", (SKU,))
    )
    for _ in range(100):
        world.publish(CUSTOMER, 1, automatic=True)
    for _ in range(4):
        settle(world)
    sold, bought = world.nodes[VENDOR].reader, world.nodes[CUSTOMER].reader
    assert orders.count_by_status(sold, "vendor") == {"payment_due": 100}
    assert stock(world) == 0
    assert len({row.reference for row in orders.list_orders(sold)}) == 100
    world.now += 2 * DAY + 60
    for _ in range(4):
        settle(world)
    assert orders.count_by_status(sold, "vendor") == {"cancelled": 100}
    assert stock(world) == 100
    assert orders.count_by_status(bought, "customer") == {"cancelled": 100}
    for own in intents.list_intents(bought):
        assert deals.locked_quantity(bought, own.intent_id) == 0


def test_money_that_went_back_is_waited_for_again(world: World) -> None:
    row = ordered(world)
    say(world, VENDOR, row, "paid")
    say(world, VENDOR, row, "refunded", amount="5.00 EUR", reason="unspecified")
    assert shown(world, VENDOR, row)["payment"]["missing"] == 500
    world.now += 3 * DAY
    settle(world)
    # Some of the money is there, so this is a human's matter.
    assert event_types(world, VENDOR).count("order.overdue") == 1
    assert both(world, row)[1] == "refunded"


def test_a_present_is_not_owed_again(world: World) -> None:
    row = ordered(world)
    say(world, VENDOR, row, "paid")
    say(world, VENDOR, row, "delivered")
    say(world, VENDOR, row, "refunded", amount="5.00 EUR")
    settle(world)
    assert shown(world, CUSTOMER, row)["timeline"][-1]["reason"] == "goodwill"
    assert shown(world, CUSTOMER, row)["payment"]["missing"] == 0
    assert both(world, row) == ("delivered", "refunded")

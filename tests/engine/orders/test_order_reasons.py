"""Each coded reason of an order arises from its cause between two engines, and is read in words.

`tests/specs/test_reasons.py` checks that no code of the spec is missing here. What only people know
(nobody was home, it doesn't work) is said by the owner; the rest the nodes find out by themselves.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.order_steps import DAY, PREPAID, delivered, ordered, say, settle, shown
from tests.engine.orders import test_order_functions as functions
from tests.engine.steps import CUSTOMER, VENDOR, event_types
from tests.engine.world import World
from vrmnode.cli.commands.order_words import order_text
from vrmnode.engine import views
from vrmnode.storage.deals import Deal
from vrmnode.values import reasons

Cause = Callable[[World], Deal]
BY_HAND = {**PREPAID, "orders": {"accept_cancels": False}}


def _under_way(word: str, reason: str) -> Cause:
    def cause(world: World) -> Deal:
        row = ordered(world)
        say(world, VENDOR, row, "shipped")
        say(world, VENDOR, row, word, reason=reason)
        return row

    return cause


# fmt: off
DELIVERY: dict[str, Cause] = {
    "nobody_home": _under_way("failed_attempt", "nobody_home"),
    "bad_address": _under_way("undeliverable", "bad_address"),
    "refused": _under_way("returned_to_sender", "refused"),
    "not_collected": _under_way("returned_to_sender", "not_collected"),
    "damaged": _under_way("undeliverable", "damaged"),
    "lost": _under_way("undeliverable", "lost"),
    "unspecified": _under_way("failed_attempt", "unspecified"),
}
# fmt: on


def _refunded_after_cancel(world: World) -> Deal:
    row = ordered(world)
    say(world, VENDOR, row, "paid")
    settle(world)
    say(world, VENDOR, row, "cancel", reason="out_of_stock")
    say(world, VENDOR, row, "refunded")
    return row


def _refunded_after_return(world: World) -> Deal:
    row = delivered(world)
    say(world, CUSTOMER, row, "return_request", reason="defective")
    settle(world)
    say(world, VENDOR, row, "return_answer")
    say(world, VENDOR, row, "return_received")
    say(world, VENDOR, row, "refunded")
    return row


def _paid_twice(world: World) -> Deal:
    row = ordered(world)
    for _ in range(2):
        say(world, VENDOR, row, "paid", amount=f"{(row.total or 0) / 100:.2f} EUR")
    say(world, VENDOR, row, "refunded")
    return row


def _given_a_present(world: World) -> Deal:
    row = delivered(world)
    say(world, VENDOR, row, "refunded", amount="5.00 EUR")
    return row


def _refunded_without_a_reason(world: World) -> Deal:
    row = delivered(world)
    say(world, VENDOR, row, "refunded", amount="5.00 EUR", reason="unspecified")
    return row


REFUND: dict[str, Cause] = {
    "cancelled": _refunded_after_cancel,
    "returned": _refunded_after_return,
    "overpaid": _paid_twice,
    "goodwill": _given_a_present,
    "unspecified": _refunded_without_a_reason,
}


def _kept_from_cancelling(reason: str) -> Cause:
    def cause(world: World) -> Deal:
        row = ordered(world, BY_HAND)
        say(world, CUSTOMER, row, "cancel", reason="found_better")
        settle(world)
        say(world, VENDOR, row, "cancel_refused", reason=reason)
        return row

    return cause


def _buyer_cancels(reason: str) -> Cause:
    def cause(world: World) -> Deal:
        row = ordered(world, BY_HAND)
        say(world, CUSTOMER, row, "cancel", reason=reason)
        return row

    return cause


def _seller_cancels(reason: str) -> Cause:
    def cause(world: World) -> Deal:
        row = ordered(world)
        say(world, VENDOR, row, "cancel", reason=reason)
        return row

    return cause


def _cancelled_at_request(world: World) -> Deal:
    """The vendor's node answers by itself, as nothing has left."""
    row = ordered(world)
    say(world, CUSTOMER, row, "cancel")
    return row


def _never_paid(world: World) -> Deal:
    """The vendor's node ends it by itself when the time to pay is over."""
    row = ordered(world)
    world.now += 2 * DAY + 60
    return row


def _gives_back(reason: str) -> Cause:
    def cause(world: World) -> Deal:
        row = delivered(world)
        say(world, CUSTOMER, row, "return_request", reason=reason)
        return row

    return cause


def _lease_ends(world: World) -> Deal:
    row = functions.ordered(world, "LeaseOut", lease_days=14)
    say(world, VENDOR, row, "paid")
    say(world, VENDOR, row, "delivered")
    settle(world)
    say(world, CUSTOMER, row, "return_request", reason="lease_over")
    return row


def _takes_nothing_back(reason: str) -> Cause:
    def cause(world: World) -> Deal:
        row = delivered(world)
        say(world, CUSTOMER, row, "return_request", reason="defective")
        settle(world)
        say(world, VENDOR, row, "return_answer", accepted=False, reason=reason)
        return row

    return cause


def _each(of: Callable[[str], Cause], *codes: str) -> dict[str, Cause]:
    return {code: of(code) for code in codes}


CANCEL_REFUSAL = _each(_kept_from_cancelling, "begun", "made_to_order", "under_way", "unspecified")
# fmt: off
BUYER_CANCEL = _each(
    _buyer_cancels,
    "changed_mind", "found_better", "too_late", "ordered_twice", "cannot_pay", "unspecified",
)
SELLER_CANCEL = {
    "requested": _cancelled_at_request,
    "unpaid": _never_paid,
    **_each(
        _seller_cancels,
        "out_of_stock", "cannot_deliver", "not_collected", "wrong_price", "unspecified",
    ),
}
RETURN = {
    **_each(
        _gives_back,
        "defective", "not_as_described", "wrong_item", "incomplete", "changed_mind",
        "arrived_late", "unspecified",
    ),
    "lease_over": _lease_ends,
}
# fmt: on
RETURN_REFUSAL = _each(
    _takes_nothing_back, "too_late", "used", "not_returnable", "not_ours", "unspecified"
)

TABLES = {
    "delivery": (DELIVERY, reasons.DELIVERY),
    "refund": (REFUND, reasons.REFUND),
    "cancel_refusal": (CANCEL_REFUSAL, reasons.CANCEL_REFUSAL),
    "buyer_cancel": (BUYER_CANCEL, reasons.BUYER_CANCEL),
    "seller_cancel": (SELLER_CANCEL, reasons.SELLER_CANCEL),
    "return": (RETURN, reasons.RETURN),
    "return_refusal": (RETURN_REFUSAL, reasons.RETURN_REFUSAL),
}
CASES = [(table, code) for table, (causes, _) in TABLES.items() for code in causes]


@pytest.mark.parametrize(("table", "code"), CASES)
def test_both_sides_read_it_in_words(world: World, table: str, code: str) -> None:
    causes, in_words = TABLES[table]
    row = causes[code](world)
    settle(world)
    for who in (CUSTOMER, VENDOR):
        order = shown(world, who, row)
        assert json.loads(json.dumps(order)) == order
        (entry,) = [
            each
            for each in order["timeline"]
            if each.get("reason") == code and each["reason_words"] == in_words[code]
        ]
        (line,) = [line for line in order_text(order).splitlines() if _tells(line, entry)]
        assert line.split("  ")[2] == ("you" if entry["by"] == order["role"] else "they")
        assert "_" not in code or code not in line
        if table == "return_refusal":
            (one,) = order["returns"]
            assert (one["refusal"], one["refusal_words"]) == (code, in_words[code])
            assert f"not taken back: {in_words[code]}" in order_text(order)
    event = f"order.{entry['word']}"
    (told,) = [
        each["data"]
        for each in views.event_page(world.nodes[CUSTOMER].reader, 0, 500)
        if each["type"] == event and each["data"]["reason"] == code  # type: ignore[index]
    ]
    assert told["words"] == in_words[code]  # type: ignore[index]
    assert event in event_types(world, VENDOR)


def _tells(line: str, entry: dict[str, Any]) -> bool:
    """Whether a line of the command's timeline is about this entry, with its reason in words."""
    return line.startswith("  ") and entry["words"] in line and f"({entry['reason_words']}" in line

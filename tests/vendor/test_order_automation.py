"""What a vendor's node says next: one thing at a time, and nothing twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vrmnode.vendor.order_automation import next_statement, refund_for
from vrmnode.vendor.order_policy import OrderPolicy
from vrmprotocol import message, order, order_moves
from vrmprotocol.coherence import Role
from vrmprotocol.order_bodies import Cancel, OrderEvent, Receipt, ReturnAnswer, WayToPay

FILE = Path(__file__).resolve().parents[2] / "protocol" / "vectors" / "orders.json"
SAID: dict[str, Any] = {
    label: message.verify_and_load(bytes.fromhex(raw), expected_recipient=None)
    for label, raw in json.loads(FILE.read_text(encoding="utf-8"))["messages"].items()
}
PREPAID = ("offer-prepaid", "accept-prepaid", "agreement-prepaid")
INVOICE = ("offer", "accept", "agreement")
EAGER = OrderPolicy(
    pay=(WayToPay(method="card", url="https://pay.example/{reference}"),),
    processing="on_payment",
    accept_returns=True,
    return_instructions="Weg 1",
)
REFERENCE = "RF18539007547034"
NOW = SAID["agreement-prepaid"].created + 60


def state(*labels: str, base: tuple[str, ...] = PREPAID) -> Any:
    return order.evaluate(SAID[label] for label in (*base, *labels))


def following(*labels: str, policy: OrderPolicy = EAGER, now: int = NOW, **more: Any) -> Any:
    return next_statement(state(*labels, **more), policy, reference=REFERENCE, now=now)


def test_the_money_is_asked_for_with_what_the_customer_needs() -> None:
    body = following()
    assert isinstance(body, OrderEvent) and body.event == "payment_due"
    assert body.instructions[0] == WayToPay(method="card", url=f"https://pay.example/{REFERENCE}")
    assert (body.reference, body.amount) == (REFERENCE, 10_475)
    assert body.due_by == NOW + 7 * 86_400


def test_a_node_that_was_away_gives_all_the_time_agreed() -> None:
    later = NOW + 30 * 86_400
    assert following(now=later).due_by == later + 7 * 86_400


def test_an_invoice_follows_the_goods() -> None:
    assert following(base=INVOICE).event == "processing"
    policy = OrderPolicy()
    assert following(base=INVOICE, policy=policy) is None
    body = following("shipped.invoice", "received.invoice", base=INVOICE, policy=policy)
    assert body.event == "payment_due"
    assert body.due_by == SAID["received.invoice"].body.at + 14 * 86_400


def test_processing_waits_for_the_money() -> None:
    assert following("payment-due") is None
    assert following("payment-due", "paid").event == "processing"
    early = OrderPolicy(processing="on_agreement")
    assert following("payment-due", policy=early).event == "processing"
    assert following("payment-due", "processing", policy=early) is None


def test_each_payment_has_a_receipt() -> None:
    body = following("payment-due", "paid.part", policy=OrderPolicy())
    assert isinstance(body, Receipt)
    assert (body.number, body.amount, body.tax_included) == (f"{REFERENCE}-1", 5_000, None)
    whole = following("payment-due", "paid", policy=OrderPolicy())
    assert (whole.amount, whole.tax_included) == (10_475, 1_672)
    assert following("payment-due", "paid", "receipt", policy=OrderPolicy()) is None
    silent = OrderPolicy(receipts=False)
    assert following("payment-due", "paid", policy=silent) is None


def test_a_cancel_is_answered_while_nothing_has_left() -> None:
    assert isinstance(following("cancel-buyer"), Cancel)
    assert following("cancel-buyer").reason == "requested"
    for blocked in ("collected.first", "shipped"):
        assert not isinstance(following("payment-due", "cancel-buyer", blocked), Cancel)
    by_hand = OrderPolicy(accept_cancels=False)
    assert not isinstance(following("cancel-buyer", policy=by_hand), Cancel)


def test_returns_are_accepted_within_their_days() -> None:
    said = ("payment-due", "paid", "receipt", "delivered", "return-both")
    body = following(*said)
    assert isinstance(body, ReturnAnswer) and body.accepted
    assert (body.refund, body.instructions) == (10_475, "Weg 1")
    late = SAID["delivered"].body.at + 31 * 86_400
    assert following(*said, now=late) is None
    assert following(*said, policy=OrderPolicy()) is None


@pytest.mark.parametrize(
    ("labels", "refund"),
    [
        (("return-one",), 4_990),
        (("return-both",), 10_475),
        (("return-one", "accepts-one", "return-other"), 10_475 - 4_990),
    ],
)
def test_the_last_piece_takes_the_delivery_charge_along(
    labels: tuple[str, ...], refund: int
) -> None:
    found = state("delivered", *labels)
    assert refund_for(found, found.returns[-1]) == refund


def test_a_lease_that_is_over_was_paid_for() -> None:
    base = ("offer-lease", "accept-lease", "agreement-lease")
    found = state("delivered.lease", "return-lease", base=base)
    assert refund_for(found, found.returns[0]) == 0


def test_a_vendor_that_ended_it_asks_for_nothing() -> None:
    assert following("cancel-seller") is None
    assert following("withdraw") is None


@given(st.sets(st.sampled_from(sorted(SAID))))
@example({"offer-sale", "accept-sale", "agreement-sale"})
def test_whatever_was_said_the_seller_may_say_the_next_word(labels: set[str]) -> None:
    found = state(*labels)
    body = next_statement(found, EAGER, reference=REFERENCE, now=NOW)
    if body is not None:
        seller: Role = "vendor" if found.side_of("vendor") == "seller" else "customer"
        order_moves.check(found, seller, body, now=NOW)

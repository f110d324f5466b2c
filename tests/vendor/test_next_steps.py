"""What a shop has to do next: one step for every status, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.protocol.deals import DRAFT, make
from vrmnode.vendor.next_steps import next_step
from vrmprotocol.draft import Draft
from vrmprotocol.order import Order, Payment
from vrmprotocol.order_rules import STATUSES, Flags, Status

PAID = Payment(status="paid", owed=4488, came=4488, went=0, due=None)
UNPAID = Payment(status="due", owed=4488, came=0, went=0, due=None)
BACK = Payment(status="refund_due", owed=0, came=4488, went=0, due=None)
NOTHING = Payment(status="none", owed=0, came=0, went=0, due=None)
NONE = Flags(*[False] * len(Flags._fields))


def order(status: Status, payment: Payment = PAID, draft: Draft = DRAFT) -> Order:
    return Order(
        status=status, flags=NONE, payment=payment, draft=draft, document=b"d" * 32,
        agreement=b"a" * 32, agreed_at=1, said=(), returns=(), asked=None, cancel=None,
        delivered=None, received=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "payment", "missing", "mine", "words"),
    [
        ("payment_due", UNPAID, (), False, "wait for the payment of 44.88 EUR"),
        ("placed", PAID, ("name",), True, "begin: say processing"),
        ("placed", UNPAID, (), True, "begin: say processing"),
        ("processing", PAID, ("name", "street_address"), False, "wait for name, street_address"),
        ("processing", PAID, (), True, "ship it"),
        ("shipped", PAID, (), False, "wait until it is delivered"),
        ("shipped", UNPAID, (), False, "wait for the payment of 44.88 EUR"),
        ("undeliverable", PAID, (), True, "deliver it after all, or cancel"),
        ("cancelling", PAID, (), True, "answer the wish to cancel"),
        ("cancelled", BACK, (), True, "refund 44.88 EUR"),
        ("delivered", UNPAID, (), False, "wait for the payment of 44.88 EUR"),
        ("delivered", PAID, (), False, "nothing"),
        ("cancelled", NOTHING, (), False, "nothing"),
    ],
)
def test_the_next_step(status, payment, missing, mine, words):
    step = next_step(order(status, payment), missing)
    assert (step.mine, step.words) == (mine, words)
    assert step.closed == (words == "nothing")


def test_what_is_to_be_paid_first_is_not_shipped_before():
    begun = order("processing", UNPAID)
    flags = begun.flags._replace(unpaid=True)
    step = next_step(replace(begun, flags=flags), ())
    assert (step.mine, step.words) == (False, "wait for the payment of 44.88 EUR")
    assert next_step(begun, ()).words == "ship it"


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("pickup", "make it ready to be picked up"),
        ("onsite", "go there"),
        ("download", "let it be loaded"),
    ],
)
def test_handing_over(method, words):
    draft = make(DRAFT, delivery_method=method)
    assert next_step(order("processing", draft=draft), ()).words == words


def test_what_a_shop_buys_comes_to_it():
    draft = make(DRAFT, business_function="Buy")
    assert next_step(order("placed", draft=draft), ()).words == "wait until it comes"
    step = next_step(order("payment_due", UNPAID, draft), ())
    assert (step.mine, step.words) == (True, "pay 44.88 EUR")


def test_every_status_has_a_step():
    for status in STATUSES:
        assert next_step(order(status), ()).words


def test_the_day_of_delivery_stands_beside_it():
    latest = 1_800_000_000
    draft = make(DRAFT, delivery_earliest=latest, delivery_latest=latest)
    assert next_step(order("processing", draft=draft), ()).until == latest

"""Every coded reason that the protocol's types allow has words, and no other has."""

from __future__ import annotations

from typing import get_args

import pytest

from vrmnode.values import reasons
from vrmprotocol import mail, order_bodies
from vrmprotocol.mail import Decline, WithdrawAccept
from vrmprotocol.order_bodies import FIELDS

TABLES = [
    (mail.VendorReason, reasons.VENDOR_DECLINE),
    (mail.CustomerReason, reasons.CUSTOMER_DECLINE),
    (mail.WithdrawReason, reasons.WITHDRAWAL),
    (order_bodies.DeliveryReason, reasons.DELIVERY),
    (order_bodies.RefundReason, reasons.REFUND),
    (order_bodies.CancelRefusal, reasons.CANCEL_REFUSAL),
    (order_bodies.BuyerCancelReason, reasons.BUYER_CANCEL),
    (order_bodies.SellerCancelReason, reasons.SELLER_CANCEL),
    (order_bodies.ReturnReason, reasons.RETURN),
    (order_bodies.ReturnRefusal, reasons.RETURN_REFUSAL),
]


@pytest.mark.parametrize(("allowed", "in_words"), TABLES)
def test_every_reason_has_words(allowed, in_words):
    assert set(get_args(allowed)) == set(in_words)
    assert all(" " in words and "_" not in words for words in in_words.values())


def test_no_two_reasons_of_one_writer_read_alike():
    for _, in_words in TABLES:
        assert len(set(in_words.values())) == len(in_words)


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        *((event, reason) for event, row in FIELDS.items() for reason in sorted(row.reasons)),
        *(("cancel", reason) for reason in sorted(order_bodies.BUYER_CANCEL_REASONS)),
        *(("cancel", reason) for reason in sorted(order_bodies.SELLER_CANCEL_REASONS)),
        *(("return_request", reason) for reason in get_args(order_bodies.ReturnReason)),
        *(("return_answer", reason) for reason in get_args(order_bodies.ReturnRefusal)),
    ],
)
def test_every_statement_finds_its_words(word, reason):
    assert " " in reasons.of_order(word, reason)


def test_an_unknown_code_stands_for_itself():
    assert reasons.of_order("shipped", "by_balloon") == "by_balloon"


def test_a_code_means_what_its_writer_means():
    no = Decline(of=bytes(32), reason="terms")
    assert reasons.words_of(no, "vendor") == reasons.VENDOR_DECLINE["terms"]
    assert reasons.words_of(no, "customer") == reasons.CUSTOMER_DECLINE["terms"]
    taken_back = WithdrawAccept(accept=bytes(32), reason="duplicate")
    assert reasons.words_of(taken_back, "customer") == reasons.WITHDRAWAL["duplicate"]


def test_every_end_of_a_demand_has_words():
    for outcome in reasons.DEMAND:
        assert reasons.of_demand(outcome, None) == reasons.DEMAND[outcome]
    for outcome, known in (
        ("unmet", {*reasons.VENDOR_DECLINE, "nothing_near", "unanswered"}),
        ("lost", {*reasons.VENDOR_DECLINE, *reasons.CUSTOMER_DECLINE, *reasons.WITHDRAWAL}),
        ("lost", {"unanswered"}),
    ):
        for reason in known:
            words = reasons.of_demand(outcome, reason)
            assert words.startswith(f"{reasons.DEMAND[outcome]}: ")
            assert not words.endswith(f": {reason}")

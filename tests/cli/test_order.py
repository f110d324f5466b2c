"""`vrm order`."""

from __future__ import annotations

from typing import get_args

import pytest

from vrmnode.cli.commands import order, order_say
from vrmprotocol import order_bodies, order_rules
from vrmprotocol.order_bodies import BUYER_EVENTS, FIELDS, SELLER_EVENTS

DEAL = "cd" * 32
SHOWN = {
    "deal": DEAL,
    "role": "customer",
    "side": "buyer",
    "status": "payment_due",
    "status_words": "agreed; it has to be paid first",
    "vendor_name": "Canal Goods",
    "item_name": "Kettle\x1b[2J",
    "quantity": 2,
    "currency": "EUR",
    "payment": {
        "status": "due",
        "status_words": "to be paid",
        "total": 9500,
        "came": 0,
        "went": 0,
        "missing": 9500,
        "refund_due": 0,
        "due_by": 1_800_604_800,
        "reference": "RF18539007547034",
        "instructions": [
            {"method": "bank_transfer", "payee": "Canal\nGoods", "account": "NL91ABNA0417164300"}
        ],
    },
    "return_until": 1_803_000_000,
    "duties": [
        {
            "by": "customer",
            "what": "pay",
            "words": "pay",
            "amount": 9500,
            "until": 1_800_604_800,
            "overdue": True,
        },
        {"by": "vendor", "what": "deliver", "words": "deliver", "amount": None, "until": None},
    ],
    "returns": [
        {
            "return": "ab" * 32,
            "quantity": 1,
            "status": "accepted",
            "reason": "defective",
            "reason_words": "it doesn't work",
            "refund": 4500,
            "instructions": "Weg 1\n1234 Ort",
        }
    ],
    "timeline": [
        {"at": 1_800_000_000, "created": 1_800_000_000, "by": "vendor", "words": "agreed"},
        {
            "at": 1_800_000_060,
            "created": 1_800_000_060,
            "by": "vendor",
            "words": "money asked for",
            "amount": 9500,
            "due_by": 1_800_604_800,
            "note": "Thank you.\n  2027-01-15 08:00 UTC  you   it came",
        },
        {
            "at": 1_799_900_000,
            "created": 1_800_000_100,
            "by": "customer",
            "words": "asked to cancel",
            "reason_words": "found a better offer",
        },
    ],
    "can_say": ["cancel", "payment_sent", "received"],
}


def test_one_order(daemon, vrm):
    daemon.service.answers["order.show"] = SHOWN
    text = vrm("order", "show", "cdcdcdcd").output
    assert "order cdcdcdcdcdcd: agreed; it has to be paid first [payment_due]" in text
    assert "payment: to be paid; 0.00 EUR of 95.00 EUR came" in text
    assert "to be named when paying: RF18 5390 0754 7034" in text
    assert "by bank_transfer: Canal Goods, NL91 ABNA 0417 1643 00" in text
    assert "  you   pay 95.00 EUR by 2027-01-22 08:00 UTC, overdue" in text
    assert "  they  deliver\n" in text
    assert "return abababababab: 1 piece, it doesn't work [accepted]; refund 45.00 EUR" in text
    assert "  2027-01-15 08:00 UTC  they  agreed" in text
    assert "money asked for: 95.00 EUR (by 2027-01-22 08:00 UTC)" in text
    assert "asked to cancel (found a better offer, on 2027-01-14)" in text
    assert "you may say: vrm order cancel|pay cdcdcdcdcdcd\n" in text
    assert "you may say: vrm order event cdcdcdcdcdcd received\n" in text
    assert daemon.calls == [("order.show", {"deal": "cdcdcdcd"})]


def test_every_word_is_told_as_the_command_that_says_it(daemon, vrm):
    """A word that is told must be one that can be typed."""
    for word in {*SELLER_EVENTS, *BUYER_EVENTS, "cancel", "return_request", "return_answer"}:
        daemon.service.answers["order.show"] = {**SHOWN, "can_say": [word]}
        (told,) = [
            line.split()[3:]
            for line in vrm("order", "show", "cdcdcdcd").output.splitlines()
            if line.startswith("you may say: ")
        ]
        if told[2] == "event":
            assert told[3:] == ["cdcdcdcdcdcd", word] and word in order_say.EVENTS
        else:
            assert told[2] in order.order.commands_at and told[3:] == ["cdcdcdcdcdcd"]


def test_money_that_was_sent_is_not_asked_for_again(daemon, vrm):
    sent = {"status": "sent", "total": 9500, "came": 0}
    duty = {"by": "customer", "what": "pay", "words": "pay", "amount": 9500}
    daemon.service.answers["order.show"] = {**SHOWN, "payment": sent, "duties": [duty]}
    assert "(sent, says the buyer; not again)" in vrm("order", "show", "cdcdcdcd").output
    daemon.service.answers["order.show"] = {**SHOWN, "duties": [duty]}
    assert "not again" not in vrm("order", "show", "cdcdcdcd").output


def test_the_list_has_a_day_only_where_money_is_owed(daemon, vrm):
    row = {"deal": DEAL, "role": "customer", "status": "shipped", "due_by": 1_800_604_800}
    for payment, day in (("due", True), ("sent", True), ("paid", False), ("refunded", False)):
        daemon.service.answers["order.list"] = [{**row, "payment": payment}]
        assert ("2027-01-22" in vrm("order", "list").output) is day


def test_a_strangers_lines_are_set_off(daemon, vrm):
    daemon.service.answers["order.show"] = SHOWN
    text = vrm("order", "show", "cdcdcdcd").output
    assert "\x1b" not in text
    assert "    |   2027-01-15 08:00 UTC  you   it came" in text
    assert "\n  2027-01-15 08:00 UTC  you   it came" not in text


def test_the_list(daemon, vrm):
    row = {"deal": DEAL, "role": "vendor", "status": "shipped", "payment": "paid"}
    daemon.service.answers["order.list"] = [row]
    text = vrm("order", "list", "--role", "vendor", "--status", "shipped").output
    assert "cdcdcdcdcdcd  vendor  shipped  paid" in text
    assert daemon.calls == [("order.list", {"role": "vendor", "status": "shipped"})]
    daemon.service.answers["order.list"] = []
    assert vrm("order", "list").output == "no orders\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("event", "cdcdcdcd", "shipped", "--carrier", "Post", "--tracking", "RR1"),
            {"word": "shipped", "carrier": "Post", "tracking": "RR1"},
        ),
        (
            ("event", "cdcdcdcd", "failed_attempt", "--reason", "nobody_home"),
            {"word": "failed_attempt", "reason": "nobody_home"},
        ),
        (
            ("event", "cdcdcdcd", "delivered", "--at", "2027-01-15 08:00"),
            {"word": "delivered", "at": 1_800_000_000},
        ),
        (
            ("event", "cdcdcdcd", "return_received", "--of", "abababab", "--restock"),
            {"word": "return_received", "of": "abababab", "restock": True},
        ),
        (
            ("bill", "cdcdcdcd", "--amount", "5 EUR", "--due-by", "2027-01-15", "--method", "card"),
            {
                "word": "payment_due",
                "amount": "5 EUR",
                "due_by": 1_799_971_200,
                "instructions": [{"method": "card"}],
            },
        ),
        (("pay", "cdcdcdcd", "--method", "card"), {"word": "payment_sent", "method": "card"}),
        (("paid", "cdcdcdcd", "--amount", "5 EUR"), {"word": "paid", "amount": "5 EUR"}),
        (
            ("refund", "cdcdcdcd", "--reason", "goodwill"),
            {"word": "refunded", "reason": "goodwill"},
        ),
        (("receipt", "cdcdcdcd", "--number", "7"), {"word": "receipt", "number": "7"}),
        (
            ("cancel", "cdcdcdcd", "--reason", "too_late", "--note", "Sorry.", "--language", "en"),
            {"word": "cancel", "reason": "too_late", "note": "Sorry.", "language": "en"},
        ),
        (
            ("return", "cdcdcdcd", "--reason", "defective", "--quantity", "1"),
            {"word": "return_request", "reason": "defective", "quantity": 1},
        ),
        (
            ("answer", "cdcdcdcd", "--instructions", "To us.", "--refund", "5 EUR"),
            {
                "word": "return_answer",
                "accepted": True,
                "instructions": "To us.",
                "refund": "5 EUR",
            },
        ),
        (
            ("answer", "cdcdcdcd", "--refuse", "used"),
            {"word": "return_answer", "accepted": False, "reason": "used"},
        ),
    ],
)
def test_statements(daemon, vrm, words, said):
    daemon.service.answers["order.say"] = SHOWN
    assert "order cdcdcdcdcdcd" in vrm("order", *words).output
    assert daemon.calls == [("order.say", {"deal": "cdcdcdcd", **said})]


def test_times_are_times(vrm):
    shipped = ("order", "event", "cdcdcdcd", "shipped", "--at", "soon")
    assert vrm.error(*shipped, code=2)["code"] == "option.moment"
    bill = ("order", "bill", "cdcdcdcd", "--account", "NL91")
    assert vrm.error(*bill, code=2)["code"] == "option.pair"


def test_waiting(daemon, vrm):
    daemon.service.answers["order.show"] = {**SHOWN, "status": "delivered"}
    assert "[delivered]" in vrm("order", "wait", "cdcdcdcd").output
    daemon.service.answers["order.show"] = {**SHOWN, "payment": {"status": "paid"}}
    vrm("order", "wait", "cdcdcdcd", "--for", "paid")
    daemon.service.answers["order.show"] = {**SHOWN, "status": "cancelled"}
    assert vrm.error("order", "wait", "cdcdcdcd", code=1)["code"] == "order.cancelled"
    vrm("order", "wait", "cdcdcdcd", "--for", "cancelled")


def test_waiting_ends_when_it_happens(daemon, vrm):
    daemon.service.answers["order.show"] = SHOWN

    def arrive() -> None:
        daemon.service.answers["order.show"] = {**SHOWN, "status": "delivered"}
        daemon.service.happen("order.received", deal=DEAL)

    daemon.when_followed(arrive)
    assert "[delivered]" in vrm("order", "wait", "cdcdcdcd", "--timeout", "60s").output


def test_the_words_are_those_of_the_spec():
    assert set(order.STATUSES) == set(order_rules.STATUSES)
    assert {*order.PAYMENTS, "none"} == set(order_rules.PAYMENT_STATUSES)
    own = {"payment_due", "payment_sent", "paid", "refunded"}
    assert set(order_say.EVENTS) == (SELLER_EVENTS | BUYER_EVENTS) - own
    reasons = {r for event in order_say.EVENTS for r in FIELDS[event].reasons}
    assert set(order_say.REASONS) == reasons
    assert set(order_say.REFUNDS) == set(get_args(order_bodies.RefundReason))
    cancels = get_args(order_bodies.BuyerCancelReason) + get_args(order_bodies.SellerCancelReason)
    assert set(order_say.CANCELS) == set(cancels)
    assert set(order_say.RETURNS) == set(get_args(order_bodies.ReturnReason))
    assert set(order_say.REFUSALS) == set(get_args(order_bodies.ReturnRefusal))

"""Real nodes follow their orders: delivered, cancelled, unpaid, given back; one timeline on both.

One test, for the market is what costs: its parts come one after another on the same nodes.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from examples.local_node import LocalNode
from examples.programs import CommandFailed
from tests.processes.market import (
    Market,
    Product,
    ask,
    open_market,
    publish,
    stock,
    tell,
    until,
    wait_offers,
    wait_state,
)
from vrmnode.values import creditor_reference

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK = Product(700, "30.00", 20)
IBAN = "NL91ABNA0417164300"
UNPAID = 6
OWN = ("role", "side", "can_say", "label", "wanted", "returning")


def policy(market: Market, pay_within: str) -> None:
    """Let the shop be paid on agreement, within some time."""
    shop = market.vendors[0]
    file = shop.folder.parent / "orders-policy.toml"
    file.write_text(
        f"""
currency = "EUR"
max_offers_per_minute = 1000
[payment]
method = ["bank_transfer"]
due = "on_agreement"
pay_within = "{pay_within}"
[[orders.pay]]
method = "bank_transfer"
payee = "Shop"
account = "{IBAN}"
""",
        encoding="utf-8",
    )
    shop.vrm("vendor", "policy", "set", "--file", file)


def order(node: LocalNode, deal: str) -> dict[str, Any]:
    return dict(ask(node, "orders", deal))


def wait_order(market: Market, deal: str, status: str, payment: str) -> dict[str, Any]:
    """The order once both nodes show this status and payment, and the same timeline."""

    def same() -> dict[str, Any] | None:
        mine, theirs = (
            {name: value for name, value in order(node, deal).items() if name not in OWN}
            for node in (market.customers[0], market.vendors[0])
        )
        there = (mine["status"], mine["payment"]["status"]) == (status, payment)
        return mine if there and mine == theirs else None

    try:
        return until(same, f"order {deal[:8]} to be {status}, {payment} on both sides")
    except AssertionError as error:
        shown = [order(node, deal) for node in (*market.customers, *market.vendors)]
        raise AssertionError(f"{error}\n{shown}") from None


def buy(market: Market) -> str:
    """A deal that both have agreed on; its id."""
    customer = market.customers[0]
    offer = wait_offers(customer, publish(customer, BOOK), 1)[0]["offer"]
    deal = str(customer.vrm("offer", "accept", offer)["deal"])
    wait_state(customer, deal, "agreed")
    until(partial(_there, market.vendors[0], deal), "the order at the vendor")
    until(partial(_there, customer, deal), "the order at the customer")
    return deal


def _there(node: LocalNode, deal: str) -> bool:
    return any(row["deal"] == deal for row in ask(node, "orders"))


def say(node: LocalNode, deal: str, *words: object) -> dict[str, Any]:
    return dict(node.vrm("order", words[0], deal, *words[1:]))


def test_orders(tmp_path: Path) -> None:
    with open_market(tmp_path, customers=1, shops=[([BOOK], True)]) as market:
        policy(market, "1h")
        _delivered(market)
        _cancelled(market)
        _cancel_and_parcel_cross(market)
        _given_back(market)
        _unpaid(market)
        _nobody_else_knows(market)
        statuses = market.nodes.stop_all()
    assert set(statuses.values()) == {0}
    _nothing_on_the_relay(market)


def _delivered(market: Market) -> None:
    customer, shop = market.customers[0], market.vendors[0]
    deal = buy(market)
    due = wait_order(market, deal, "payment_due", "due")
    payment = due["payment"]
    assert payment["instructions"] == [
        {"method": "bank_transfer", "payee": "Shop", "account": IBAN}
    ]
    assert creditor_reference.is_valid(payment["reference"])
    say(customer, deal, "pay", "--method", "bank_transfer")
    wait_order(market, deal, "payment_due", "sent")
    say(shop, deal, "paid", "--method", "bank_transfer")
    wait_order(market, deal, "placed", "paid")
    say(shop, deal, "event", "shipped", "--carrier", "Post", "--tracking", "RR123456785NL")
    wait_order(market, deal, "shipped", "paid")
    say(shop, deal, "event", "failed_attempt", "--reason", "nobody_home")
    wait_order(market, deal, "failed_attempt", "paid")
    waiting = partial(
        customer.vrm, "order", "wait", deal, "--for", "delivered", "--timeout", "150s"
    )
    with ThreadPoolExecutor(1) as aside:
        waited = aside.submit(waiting)
        say(shop, deal, "event", "delivered", "--note", "At the neighbours'.")
        assert waited.result()["status"] == "delivered"
    say(customer, deal, "event", "received")
    # fmt: off
    shown = wait_order(market, deal, "delivered", "paid")
    assert [entry["word"] for entry in shown["timeline"]] == [
        "agreement", "payment_due", "payment_sent", "paid", "receipt", "shipped",
        "failed_attempt", "delivered", "received",
    ]
    # fmt: on
    assert shown["duties"] == []
    with pytest.raises(CommandFailed) as refused:
        say(customer, deal, "cancel")
    assert (refused.value.exit_code, refused.value.code) == (4, "order.illegal_move")


def _cancelled(market: Market) -> None:
    customer, shop = market.customers[0], market.vendors[0]
    before = stock(shop, BOOK)
    deal = buy(market)
    assert stock(shop, BOOK) == before - 1
    wait_order(market, deal, "payment_due", "due")
    say(customer, deal, "cancel", "--reason", "found_better")
    shown = wait_order(market, deal, "cancelled", "none")
    assert [entry["word"] for entry in shown["timeline"]][-2:] == ["cancel", "cancel"]
    assert stock(shop, BOOK) == before


def _cancel_and_parcel_cross(market: Market) -> None:
    """Both say it in the same moment; whoever was first, both show the same."""
    customer, shop = market.customers[0], market.vendors[0]
    ends = []
    for _ in range(3):
        deal = buy(market)
        wait_order(market, deal, "payment_due", "due")
        with ThreadPoolExecutor(2) as at_once:
            asked = at_once.submit(say, customer, deal, "cancel")
            sent = at_once.submit(say, shop, deal, "event", "shipped")
        refused = [each.exception() for each in (asked, sent) if each.exception() is not None]
        assert all(isinstance(each, CommandFailed) for each in refused)
        status = until(partial(_same_status, market, deal), "the same on both sides")
        assert status in ("shipped", "cancelled")
        ends.append(status)
    tell(f"cancel and parcel crossed: {ends}")


def _same_status(market: Market, deal: str) -> str | None:
    mine = order(market.customers[0], deal)
    theirs = order(market.vendors[0], deal)
    same = mine["timeline"] == theirs["timeline"] and mine["status"] != "cancelling"
    return str(mine["status"]) if same and mine["status"] == theirs["status"] else None


def _given_back(market: Market) -> None:
    customer, shop = market.customers[0], market.vendors[0]
    before = stock(shop, BOOK)
    deal = buy(market)
    say(shop, deal, "paid", "--amount", "30.00 EUR")
    say(shop, deal, "event", "delivered")
    wait_order(market, deal, "delivered", "paid")
    say(customer, deal, "return", "--reason", "defective", "--note", "Pages are missing.")
    until(lambda: order(shop, deal)["returns"], "the wish to give back at the vendor")
    say(shop, deal, "answer", "--instructions", "Weg 1\n1234 Ort")
    until(
        lambda: order(customer, deal)["returns"][0]["status"] == "accepted", "the vendor's answer"
    )
    say(customer, deal, "event", "return_sent", "--carrier", "Post")
    until(lambda: order(shop, deal)["returns"][0]["status"] == "sent", "the customer's parcel")
    say(shop, deal, "event", "return_received", "--restock")
    shown = wait_order(market, deal, "returned", "refund_due")
    assert shown["payment"]["refund_due"] == 3000
    say(shop, deal, "refund", "--reason", "returned")
    wait_order(market, deal, "returned", "refunded")
    assert stock(shop, BOOK) == before


def _unpaid(market: Market) -> None:
    """Who never pays holds no stock beyond the time to pay, though the shop was down then."""
    shop = market.vendors[0]
    before = stock(shop, BOOK)
    policy(market, "2s")
    open_ = [buy(market) for _ in range(UNPAID - 1)]
    policy(market, "3s")
    open_.append(buy(market))
    shop.kill()
    shop.start()
    for deal in open_:
        shown = wait_order(market, deal, "cancelled", "none")
        last = shown["timeline"][-1]
        assert (last["word"], last["reason"], last["by"]) == ("cancel", "unpaid", "vendor")
    assert stock(shop, BOOK) == before
    say(shop, open_[0], "paid", "--amount", "30.00 EUR")
    shown = wait_order(market, open_[0], "cancelled", "refund_due")
    assert [duty["what"] for duty in shown["duties"]] == ["refund"]
    tell(f"{UNPAID} unpaid orders cancelled, {before} of {before} back on the shelf")


def _nobody_else_knows(market: Market) -> None:
    """How the shop is paid stands in no profile, no offer and no event."""
    customer, shop = market.customers[0], market.vendors[0]
    vendor = ask(shop, "identity")["vendor"]
    assert IBAN not in str(ask(customer, "vendors", vendor))
    assert IBAN not in str(shop.events()) + str(customer.events())
    assert IBAN not in shop.log.read_text(encoding="utf-8")


def _nothing_on_the_relay(market: Market) -> None:
    files = [path for path in market.relay.folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    assert all(IBAN.encode() not in path.read_bytes() for path in files)

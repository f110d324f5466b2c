"""A node that was off gets what it missed from a peer, and deals go on with it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from examples.local_node import LocalNode, LocalNodes
from tests.processes.market import (
    Product,
    agreement,
    ask,
    automatic,
    open_shop,
    publish,
    states,
    until,
    wait_offers,
)

pytestmark = pytest.mark.processes

BOOK = Product(1, "20.00", 5)
LAMP = Product(2, "30.00", 5)


def test_a_shop_that_was_off_answers_what_it_missed(tmp_path: Path) -> None:
    with LocalNodes(tmp_path) as nodes:
        relay = nodes.add("relay")
        shop, customer = (nodes.add(name, peers=relay.addresses) for name in ("shop", "customer"))
        open_shop(shop, [BOOK, LAMP], reserve=True)
        shop.stop()
        wanted = [publish(customer, BOOK, *automatic(1)), publish(customer, LAMP)]
        until(lambda: ask(relay, "status")["market_intents"] == 2, "both intents at the relay")
        customer.stop()

        forget_what_was_just_said(relay, shop, customer)
        shop.start()
        until(lambda: len(ask(shop, "deals")) == 2, "offers to both intents it missed")
        # Counted when the whole session is over, which may be after its offers are out.
        until(lambda: fetched(shop) >= 2, "both intents by sync")

        customer.start()
        wait_offers(customer, wanted[1], 1)
        until(lambda: "agreed" in states(customer).values(), "the customer's agreement")
        deal = next(deal for deal, state in states(customer).items() if state == "agreed")
        until(lambda: states(shop).get(deal) == "agreed", "the shop's agreement")
        assert agreement(shop, deal) == agreement(customer, deal)


def test_mail_waits_with_others_for_a_customer_who_was_off(tmp_path: Path) -> None:
    """The shop is gone for good when the customer comes back: others have its offer."""
    with LocalNodes(tmp_path) as nodes:
        relay = nodes.add("relay")
        shop, customer = (nodes.add(name, peers=relay.addresses) for name in ("shop", "customer"))
        open_shop(shop, [BOOK], reserve=True)
        intent = publish(customer, BOOK)
        wait_offers(customer, intent, 1)
        lamp = publish(customer, LAMP)
        until(lambda: ask(shop, "status")["market_intents"] == 2, "the second intent at the shop")
        tag = bytes.fromhex(ask(customer, "intents", lamp)["published"]["replyTag"])
        customer.kill()
        shop.vrm("vendor", "catalogue", "import", "-", stdin=LAMP_ROW)
        until(lambda: len(ask(shop, "deals")) == 2, "an offer for the lamp")
        until(lambda: keeps_mail(relay, tag), "the offer at the relay")
        shop.kill()
        forget_what_was_just_said(relay, customer)
        customer.start()
        assert len(wait_offers(customer, lamp, 1)) == 1
        until(lambda: fetched(customer) >= 1, "the offer by sync")


def forget_what_was_just_said(relay: LocalNode, *others: LocalNode) -> None:
    """Start the relay anew, so that gossip can't bring what it told others seconds ago."""
    relay.stop()
    relay.start()
    for node in others:
        node.peers = list(relay.addresses)


def fetched(node: LocalNode) -> int:
    """How many messages a node has fetched from peers that it compared with."""
    return int(ask(node, "status")["network"]["fetched"])


def keeps_mail(node: LocalNode, tag: bytes) -> bool:
    """Whether a node has mail to a tag on its disk."""
    with closing(sqlite3.connect(f"file:{node.folder}/node.db?mode=ro", uri=True)) as database:
        found = database.execute("SELECT 1 FROM envelopes WHERE tag = ?", (tag,))
        return found.fetchone() is not None


LAMP_ROW = (
    "sku,name,price,currency,gtin,stock\n"
    f"{LAMP.sku},A lamp,{LAMP.price},EUR,{LAMP.gtin},{LAMP.stock}\n"
)

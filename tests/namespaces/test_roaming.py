"""A laptop that is carried to another network: it comes back from there, and misses nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from examples.local_node import LocalNode, LocalNodes
from tests.namespaces.lab import Lab
from tests.processes.market import (
    Product,
    agreement,
    ask,
    configure,
    open_shop,
    publish,
    tell,
    until,
    wait_offers,
    wait_state,
)

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK, LAMP = Product(911, "20.00", 5), Product(912, "30.00", 5)
LAMP_ROW = (
    "sku,name,price,currency,gtin,stock\n"
    f"{LAMP.sku},A lamp,{LAMP.price},EUR,{LAMP.gtin},{LAMP.stock}\n"
)


def test_a_customer_gets_offers_at_another_address(lab: Lab, tmp_path: Path) -> None:
    with LocalNodes(tmp_path) as nodes:
        for name, net in (("home", 1), ("street", 2), ("cafe", 3)):
            lab.switch(name, f"10.77.{net}.1")
        shop, laptop = nodes.make("shop"), nodes.make("laptop")
        here, machine = lab.space(), lab.space()
        lab.plug(here, "street", "10.77.2.2", router="10.77.2.1")
        for node, space in ((shop, here), (laptop, machine)):
            space.house(node)
            configure(node, 20)
        shop.start()
        laptop.peers = shop.addresses[-1:]
        # It starts without any line.
        laptop.start()
        assert _found_at(laptop) == ["127.0.0.1"]
        open_shop(shop, [BOOK], reserve=True)
        at_home = lab.plug(machine, "home", "10.77.1.2", router="10.77.1.1")
        wait_offers(laptop, publish(laptop, BOOK), 1)
        wanted = publish(laptop, LAMP)
        until(lambda: ask(shop, "status")["market_intents"] == 2, "the second intent at the shop")
        assert _seen_at(shop) == ["10.77.1.2"]
        until(lambda: _found_at(laptop) == ["127.0.0.1", "10.77.1.2"], "its address at home")

        lab.unplug(machine, at_home)
        shop.vrm("vendor", "catalogue", "import", "-", stdin=LAMP_ROW)
        until(lambda: len(ask(shop, "deals")) == 2, "an offer for the lamp")
        until(lambda: ask(laptop, "peers") == [], "the laptop to know that it is alone")
        assert ask(laptop, "offers", intent=wanted) == []

        lab.plug(machine, "cafe", "10.77.3.2", router="10.77.3.1")
        plugged_at = time.monotonic()
        until(lambda: _seen_at(shop) == ["10.77.3.2"], "the laptop at its new address")
        tell(f"connected {time.monotonic() - plugged_at:.1f} s after it had another address")
        until(lambda: _found_at(laptop) == ["127.0.0.1", "10.77.3.2"], "its address here")
        (offer,) = wait_offers(laptop, wanted, 1)
        deal = str(laptop.vrm("offer", "accept", offer["offer"])["deal"])
        for node in (laptop, shop):
            wait_state(node, deal, "agreed")
        assert agreement(laptop, deal) == agreement(shop, deal)
        laptop.stop()
        assert "Traceback" not in laptop.log.read_text(encoding="utf-8")


def _seen_at(node: LocalNode) -> list[str]:
    """The IP addresses of a node's peers."""
    return [str(peer["addresses"][0]).split("/")[2] for peer in ask(node, "peers")]


def _found_at(node: LocalNode) -> list[str]:
    """The IP addresses under which a node says that it is found."""
    return [str(address).split("/")[2] for address in ask(node, "status")["addresses"]]

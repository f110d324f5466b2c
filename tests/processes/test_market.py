"""Two customers, three vendors and a relay as processes complete twenty intents.

One test, for the market is expensive and its parts come one after another on the same nodes.
"""

from __future__ import annotations

import collections
import signal
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from examples.local_node import LocalNode
from examples.programs import CommandFailed, run_vrm
from tests.processes.market import (
    Market,
    Product,
    agreement,
    ask,
    automatic,
    deals,
    offers,
    open_market,
    publish,
    settled,
    states,
    stock,
    tell,
    until,
    wait_offers,
    wait_state,
)
from vrmprotocol.agreement_report import verify_file

pytestmark = [pytest.mark.processes, pytest.mark.slow]

EVERYWHERE = [Product(100 + n, f"{30 + n}.00 EUR", 40) for n in range(3)]
LAST_UNRESERVED = Product(200, "25.00", 1)
LAST_RESERVED = Product(201, "26.00", 1)
IN_TWO = Product(300, "27.00", 5)
CROSSINGS = 20
"""So often a crossing is tried; how often it comes off is the machine's affair."""
SLOW = Product(400, "28.00", 2 * CROSSINGS)
SLOW_MS = 3_000
"""The third shop's pause before it answers leaves time to cross its countersignature."""


def _shelves() -> list[tuple[list[Product], bool]]:
    def priced(extra: int) -> list[Product]:
        return [
            Product(p.number, f"{30 + n + extra}.00", p.stock) for n, p in enumerate(EVERYWHERE)
        ]

    return [
        ([*priced(0), LAST_UNRESERVED, IN_TWO], False),
        ([*priced(1), LAST_RESERVED, IN_TWO], True),
        ([*priced(2), SLOW], True),
    ]


def test_twenty_intents(tmp_path: Path) -> None:
    with open_market(
        tmp_path, customers=2, shops=_shelves(), jitter_ms=(20, 20, SLOW_MS)
    ) as market:
        published = [*_automatic(market), *_by_hand(market)]
        published += _race_unreserved(market)
        published += _race_reserved(market)
        published += _two_acceptable(market)
        published += _withdrawal_crosses(market)
        assert len(set(published)) >= 20
        ends = settled(market.customers, market.vendors)
        _check_stock(market)
        files = _export(market, tmp_path)
        tell(f"20 intents: {dict(collections.Counter(ends.values()))}, {len(files)} agreements")
        statuses = market.nodes.stop_all()
    assert set(statuses.values()) == {0} and len(statuses) == 6
    for file in files:
        assert verify_file(file.read_bytes()).ok
    assert run_vrm("deal", "verify", files[0])["ok"]
    _flip_every_byte(files[0].read_bytes())
    _flip_by_command(files[0])


def _automatic(market: Market) -> list[str]:
    """Six intents that the nodes fulfil themselves, once three offers are in."""
    found = []
    for product in EVERYWHERE:
        for customer in market.customers:
            found.append((customer, publish(customer, product, *automatic(3))))
    for customer, intent in found:
        shown = until(partial(_if_fulfilled, customer, intent), "an automatic deal")
        agreed = [deal for deal in shown["deals"] if deal["state"] == "agreed"]
        assert [deal["vendor_name"] for deal in agreed] == ["Shop shop-0"], "the cheapest, once"
        assert shown["agreed"] == 1 and len(shown["ranking"]) == 3
    return [intent for _, intent in found]


def _if_fulfilled(node: LocalNode, intent: str) -> dict | None:
    shown = ask(node, "intents", intent)
    return shown if shown["status"] == "fulfilled" else None


def _by_hand(market: Market) -> list[str]:
    """Six intents where the customer takes the second offer."""
    asked = [(c, publish(c, product)) for product in EVERYWHERE for c in market.customers]
    for customer, intent in asked:
        ranked = wait_offers(customer, intent, 3)
        assert [row["vendor_name"] for row in ranked] == [f"Shop shop-{n}" for n in range(3)]
        deal = customer.vrm("offer", "accept", ranked[1]["offer"])["deal"]
        assert wait_state(customer, deal, "agreed", "declined") == "agreed"
    return [intent for _, intent in asked]


def _race_unreserved(market: Market) -> list[str]:
    """Both customers have an offer of the last one, and accept in the same moment."""
    shop = market.vendors[0]
    intents = [publish(c, LAST_UNRESERVED) for c in market.customers]
    chosen = [
        wait_offers(c, intent, 1)[0] for c, intent in zip(market.customers, intents, strict=True)
    ]
    with ThreadPoolExecutor(2) as both:
        racing = zip(market.customers, chosen, strict=True)
        accepted = list(
            both.map(lambda pair: pair[0].vrm("offer", "accept", pair[1]["offer"]), racing)
        )
    ends = sorted(
        wait_state(c, row["deal"], "agreed", "declined")
        for c, row in zip(market.customers, accepted, strict=True)
    )
    assert ends == ["agreed", "declined"]
    assert stock(shop, LAST_UNRESERVED) == 0
    return intents


def _race_reserved(market: Market) -> list[str]:
    """The last one is set aside for whom it is offered to; the other gets the reason."""
    with ThreadPoolExecutor(2) as both:
        intents = list(both.map(lambda c: publish(c, LAST_RESERVED), market.customers))

    def answered() -> list[dict] | None:
        shown = [ask(c, "intents", i) for c, i in zip(market.customers, intents, strict=True)]
        return shown if all(row["ranking"] or row["refused"] for row in shown) else None

    shown = until(answered, "an offer and a refusal")
    lucky = next(at for at, row in enumerate(shown) if row["ranking"])
    other = shown[1 - lucky]
    assert not other["ranking"] and other["refused"][0]["reason"] == "out_of_stock"
    customer = market.customers[lucky]
    deal = customer.vrm("offer", "accept", shown[lucky]["ranking"][0]["offer"])["deal"]
    assert wait_state(customer, deal, "agreed", "declined") == "agreed"
    assert stock(market.vendors[1], LAST_RESERVED) == 0
    return intents


def _two_acceptable(market: Market) -> list[str]:
    """Two offers would do; the node buys once, and so does a hand that accepts twice."""
    first, second = market.customers
    by_node = publish(first, IN_TWO, *automatic(2))
    by_hand = publish(second, IN_TWO)
    ranked = wait_offers(second, by_hand, 2)
    deal = second.vrm("offer", "accept", ranked[0]["offer"])["deal"]
    with pytest.raises(CommandFailed) as refused:
        second.vrm("offer", "accept", ranked[1]["offer"])
    # After the first is agreed, the second offer is declined by the node itself.
    assert refused.value.exit_code == 4, refused.value
    assert refused.value.code in {"negotiation.illegal_move", "offer.declined"}
    assert wait_state(second, deal, "agreed", "declined") == "agreed"
    until(lambda: _if_fulfilled(first, by_node), "an automatic deal")
    for node, intent in ((first, by_node), (second, by_hand)):
        ours = [row for row in deals(node).values() if row["intent"] == intent]
        assert sum(row["state"] == "agreed" for row in ours) == 1
        until(partial(_has_one_of_two, node, intent), "the other offer declined")
    return [by_node, by_hand]


def _has_one_of_two(node: LocalNode, intent: str) -> bool:
    ends = sorted(row["state"] for row in deals(node).values() if row["intent"] == intent)
    return ends == ["agreed", "declined"]


def _withdrawal_crosses(market: Market) -> list[str]:
    """A withdrawal and a countersignature pass each other; the relay is stopped between."""
    tried = []
    for _ in range(CROSSINGS):
        intent, crossed = _cross_on_the_way_back(market)
        tried.append(intent)
        if crossed:
            return [*tried, _cross_on_the_way_there(market)]
    raise AssertionError("each countersignature was there before the network could be stopped")


def _cross_on_the_way_back(market: Market) -> tuple[str, bool]:
    """The vendor has signed, its mail waits for its random pause; then the network stops.

    False where the pause was over sooner than this test could stop the network.
    """
    customer, shop = market.customers[0], market.vendors[2]
    before = stock(shop, SLOW)
    intent = publish(customer, SLOW)
    deal = customer.vrm("offer", "accept", wait_offers(customer, intent, 1)[0]["offer"])["deal"]
    until(lambda: states(shop).get(deal) == "agreed", "the vendor's countersignature")
    market.relay.send(signal.SIGSTOP)
    try:
        assert stock(shop, SLOW) == before - 1
        try:
            assert customer.vrm("deal", "withdraw", deal)["state"] == "withdrawn"
        except CommandFailed as failure:
            # It may have been with the customer's node already.
            if failure.code != "negotiation.illegal_move":
                raise
            assert states(customer)[deal] == "agreed"
            return intent, False
    finally:
        market.relay.send(signal.SIGCONT)
    for node in (customer, shop):
        assert wait_state(node, deal, "cancelled") == "cancelled"
    assert stock(shop, SLOW) == before
    return intent, True


def _cross_on_the_way_there(market: Market) -> str:
    """Acceptance and withdrawal are on the way together; the end is the same on both sides."""
    customer, shop = market.customers[1], market.vendors[2]
    before = stock(shop, SLOW)
    intent = publish(customer, SLOW)
    offer = wait_offers(customer, intent, 1)[0]["offer"]
    market.relay.send(signal.SIGSTOP)
    try:
        deal = customer.vrm("offer", "accept", offer)["deal"]
        assert customer.vrm("deal", "withdraw", deal)["state"] == "withdrawn"
    finally:
        market.relay.send(signal.SIGCONT)
    wait_state(shop, deal, "withdrawn", "cancelled")
    until(lambda: states(customer)[deal] == states(shop)[deal], "the same end on both sides")
    until(lambda: stock(shop, SLOW) == before, "the stock back on the shelf")
    assert offers(customer, intent)[0]["state"] in {"withdrawn", "cancelled"}
    return intent


def _check_stock(market: Market) -> None:
    """Each shelf has what was there at first less what was agreed, and never below 0."""
    for shop, (products, _) in zip(market.vendors, _shelves(), strict=True):
        sold = collections.Counter(
            event["data"]["sku"]
            for event in shop.events()
            if event["type"] == "deal.agreed" and states(shop)[event["subject"]] == "agreed"
        )
        for product in products:
            left = stock(shop, product)
            assert left == product.stock - sold[product.sku] >= 0, (shop.name, product)


def _export(market: Market, folder: Path) -> list[Path]:
    """The file of each agreed deal, after checking that both sides hold the same bytes."""
    by_root = {ask(shop, "status")["vendor"]: shop for shop in market.vendors}
    files = []
    for customer in market.customers:
        for deal, row in deals(customer, "customer").items():
            if row["state"] != "agreed":
                continue
            ours = folder / f"{deal}.vrm"
            ours.write_bytes(agreement(customer, deal))
            assert ours.read_bytes() == agreement(by_root[row["vendor"]], deal)
            files.append(ours)
    assert len(files) >= 16
    return files


def _flip_every_byte(raw: bytes) -> None:
    """One bit changed in any byte is detected and gets a name."""
    assert verify_file(raw).ok
    named: collections.Counter[str] = collections.Counter()
    for at in range(len(raw)):
        damaged = bytearray(raw)
        damaged[at] ^= 1 << (at % 8)
        report = verify_file(bytes(damaged))
        codes = [check.code for check in report.failed if check.code]
        assert not report.ok and codes, f"byte {at}"
        named[codes[0]] += 1
    tell(f"{len(raw)} flipped bytes: {dict(named)}")


def _flip_by_command(file: Path) -> None:
    damaged = bytearray(file.read_bytes())
    damaged[damaged.rindex(b"vendor") + 10] ^= 1
    copy = file.with_suffix(".damaged")
    copy.write_bytes(damaged)
    with pytest.raises(CommandFailed) as refused:
        run_vrm("deal", "verify", copy)
    assert refused.value.exit_code == 1
    assert refused.value.code == "agreement.vendor_signature"

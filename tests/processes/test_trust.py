"""Real nodes: the lowest price of a stranger isn't taken automatically; with trust or proof it is.

One market of two shops, the cheaper one unknown to the customer, and a web server that counts who
asks it.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from examples.local_node import LocalNode
from examples.programs import CommandFailed
from tests.processes.market import (
    PATIENCE_S,
    Market,
    Product,
    ask,
    open_market,
    publish,
    states,
    tell,
    until,
    wait_offers,
)
from tests.webserver import WebServer, content, web_server
from vrmprotocol.wellknown import PATH, write

pytestmark = [pytest.mark.processes, pytest.mark.slow]

CHEAP = [Product(500 + n, "30.00", 5) for n in range(4)]
DEAR = [Product(500 + n, "40.00", 5) for n in range(4)]
WAIT_S = 2
STILL_S = WAIT_S + 2.0
"""So long nothing may happen: the wait of the policy is over, and its decision made."""


def test_a_strangers_lowest_price_is_not_accepted_automatically(tmp_path: Path) -> None:
    with (
        web_server() as web,
        open_market(tmp_path, customers=1, shops=[(CHEAP, True), (DEAR, True)]) as market,
    ):
        began = time.monotonic()
        (customer,) = market.customers
        cheap, dear = _find_both(customer)
        _dearer_but_trusted(customer, dear)
        _open_offer_accepted_after_trust(customer, dear, cheap)
        _only_from_a_group(customer, cheap)
        _proved_by_its_domain(market, customer, cheap, web)
        tell(f"four intents in {time.monotonic() - began:.1f} s")


def _find_both(customer: LocalNode) -> tuple[str, str]:
    """The beginnings of the two vendors' keys, as a search shows them."""

    def both() -> list[dict] | None:
        found = ask(customer, "vendors", words="shop", country="NL", function="Sell")
        return found if len(found) == 2 else None

    until(both, "the profiles of both shops")
    rows = customer.vrm("vendor", "search", "shop", "--country", "NL", "--function", "Sell")
    assert [(row["name"], row["trusted"]) for row in rows] == [
        ("Shop shop-0", False), ("Shop shop-1", False),
    ]  # fmt: skip
    assert customer.vrm("vendor", "search", "shop", "--country", "FR") == []
    cheap, dear = (str(row["vendor"]).removeprefix("did:key:")[:12] for row in rows)
    return cheap, dear


def _automatic(vendors: str, wait_s: int = WAIT_S) -> tuple[object, ...]:
    # fmt: off
    return (
        "--accept", "automatic", "--accept-vendors", vendors, "--max-total", "90.00 EUR",
        "--wait-offers", 2, "--wait-for", f"{wait_s}s",
    )
    # fmt: on


def _bought(customer: LocalNode, intent: str) -> str:
    """The vendor of an intent's only agreed deal, once there is one."""

    def fulfilled() -> dict | None:
        shown = ask(customer, "intents", intent)
        return shown if shown["status"] == "fulfilled" else None

    shown = until(fulfilled, "an automatic deal")
    (deal,) = [deal for deal in shown["deals"] if deal["state"] == "agreed"]
    return str(deal["vendor_name"])


def _stays_open(customer: LocalNode, intent: str) -> None:
    """Both offers come, the cheaper one first in the ranking, and neither is accepted."""
    ranked = wait_offers(customer, intent, 2)
    assert [row["vendor_name"] for row in ranked] == ["Shop shop-0", "Shop shop-1"]
    assert ranked[0]["acceptable"] and ranked[0]["total"] < ranked[1]["total"]
    assert [row["trusted"] for row in ranked] == [False, False]
    assert "a vendor you haven't marked as trusted" in ranked[0]["reasons"]
    end = time.monotonic() + STILL_S
    while time.monotonic() < end:
        found = [states(customer)[row["deal"]] for row in ranked]
        assert found == ["offered", "offered"]
        time.sleep(0.2)


def _dearer_but_trusted(customer: LocalNode, dear: str) -> None:
    customer.vrm("trust", "add", dear, "--note", "bought there before")
    intent = publish(customer, CHEAP[0], *_automatic("trusted", wait_s=60))
    assert _bought(customer, intent) == "Shop shop-1"
    offers = {row["vendor_name"]: row for row in ask(customer, "offers", intent=intent)}
    assert offers["Shop shop-0"]["total"] < offers["Shop shop-1"]["total"]
    assert "a vendor you trust" in offers["Shop shop-1"]["reasons"]


def _open_offer_accepted_after_trust(customer: LocalNode, dear: str, cheap: str) -> None:
    customer.vrm("trust", "remove", dear)
    intent = publish(customer, CHEAP[1], *_automatic("trusted"))
    _stays_open(customer, intent)
    customer.vrm("trust", "add", cheap)
    assert _bought(customer, intent) == "Shop shop-0"
    (row,) = customer.vrm("trust", "list")
    assert customer.vrm("policy", "show")["trusted"] == [row["vendor"]]
    assert row["name"] == "Shop shop-0"
    customer.vrm("trust", "remove", cheap)


def _only_from_a_group(customer: LocalNode, cheap: str) -> None:
    intent = publish(customer, CHEAP[2], *_automatic("group:books"))
    _stays_open(customer, intent)
    customer.vrm("trust", "add", cheap, "--group", "books")
    assert _bought(customer, intent) == "Shop shop-0"
    customer.vrm("trust", "remove", cheap)


def _proved_by_its_domain(market: Market, customer: LocalNode, cheap: str, web: WebServer) -> None:
    """The url comes with profile and offer; the host is asked at the owner's command alone."""
    url = f"http://{web.domain}"
    market.vendors[0].vrm("vendor", "profile", "set", f"url={url}")
    until(lambda: ask(customer, "vendors", cheap)["url"] == url, "the new profile")
    did = ask(customer, "vendors", cheap)["vendor"]
    web.pages[PATH] = content(write(None, "Somebody", []))
    until(lambda: _check(customer, cheap, "--loopback").exit_code == 1, "a file of another")
    asked = len(web.asked)
    intent = publish(customer, CHEAP[3], *_automatic("proved"))
    _stays_open(customer, intent)
    assert len(web.asked) == asked >= 1, "no message opens a connection"
    web.pages[PATH] = content(write(did, "Shop shop-0", []))
    refused = _check(customer, cheap, "--loopback")
    assert (refused.exit_code, refused.code) == (4, "vendor.deal_open")
    assert len(web.asked) == asked
    checked = until(lambda: _proved(customer, cheap), "a proof within the node's 5 seconds")
    assert _bought(customer, intent) == "Shop shop-0"
    day = time.strftime("%Y-%m-%d", time.gmtime(checked["domain"]["checked"]))
    words = f"proved: {web.domain}, checked {day}"
    assert words in ask(customer, "offers", intent=intent)[0]["reasons"]
    assert customer.vrm("vendor", "search", "shop")[0]["domain"]["words"] == words
    assert len(web.asked) > asked


def _proved(customer: LocalNode, vendor: str) -> dict[str, Any] | None:
    """What a check found, unless the web server was too slow for it."""
    try:
        found = customer.vrm("vendor", "check", vendor, "--loopback", "--anyway")
    except CommandFailed as failure:
        if failure.code != "wellknown.timeout":
            raise
        return None
    assert found["domain"]["outcome"] == "proved"
    return dict(found)


def _check(customer: LocalNode, vendor: str, *options: str) -> CommandFailed:
    """The failure of a check."""
    with pytest.raises(CommandFailed) as failed:
        customer.vrm("vendor", "check", vendor, *options, timeout_s=PATIENCE_S)
    return failed.value

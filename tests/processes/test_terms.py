"""Real nodes: terms that match, terms that don't, and a second choice.

One customer asks for no advertising and 30 days; the first of three shops can't do that, the second
can, the third only what the customer named second.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from examples.local_node import LocalNode
from tests.processes.market import (
    Market,
    Product,
    agreement,
    ask,
    deals,
    open_market,
    settled,
    tell,
    until,
)
from vrmprotocol.agreement_report import verify_file
from vrmprotocol.terms_addendum import read_levels
from vrmprotocol.terms_matching import Choice, choose
from vrmprotocol.terms_policy import read_policy

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK = 700
STRICT: dict[str, Any] = {"marketing": [], "retentionOrder": 30}
SECOND: dict[str, Any] = {"marketing": [], "retentionOrder": 365}
CHOICES = [Choice("SD-BASE", read_levels(each)) for each in (STRICT, SECOND)]
NEEDS: list[dict[str, Any]] = [
    {"marketing": ["email"], "retentionOrder": 1825},
    {"retentionOrder": 30},
    {"retentionOrder": 365, "jurisdiction": "country"},
]
CANNOT, CAN, ONLY_SECOND = "Shop shop-0", "Shop shop-1", "Shop shop-2"


def test_terms_meet_without_a_human(tmp_path: Path) -> None:
    shops = [([Product(BOOK, price, 5)], True) for price in ("20.00", "30.00", "40.00")]
    with open_market(tmp_path, customers=1, shops=shops) as market:
        began = time.monotonic()
        (customer,) = market.customers
        _say_what_they_need(market)
        intent = _publish(customer, tmp_path)
        shown = until(lambda: _fulfilled(customer, intent), "an automatic deal")
        settled(market.customers, market.vendors)
        found = {deal["vendor_name"]: deal for deal in shown["deals"]}
        _agreed_under_the_first(market, found[CAN], tmp_path)
        _offered_under_the_second(customer, intent)
        _refused_with_reasons(market, intent)
        _both_sides_compute_the_same(customer)
        tell(f"three vendors, three results in {time.monotonic() - began:.1f} s")


def _say_what_they_need(market: Market) -> None:
    (customer,) = market.customers
    for vendor, levels in zip(market.vendors, NEEDS, strict=True):
        pairs = [
            f"terms_policy.levels.{axis}={json.dumps(level)}" for axis, level in levels.items()
        ]
        shown = vendor.vrm("vendor", "policy", "set", *pairs)
        assert shown["terms_policy"] == {"levels": levels}
    until(lambda: len(_policies(customer)) == len(NEEDS), "the profiles with their policies")


def _policies(customer: LocalNode) -> dict[str, dict[str, Any]]:
    """The policies of the vendors by their names, as the customer's node has them."""
    rows = ask(customer, "vendors", words="shop", country="NL")
    return {row["name"]: row["terms_policy"] for row in rows if row["terms_policy"]}


def _publish(customer: LocalNode, folder: Path) -> str:
    request = folder / "wish.json"
    wanted = {
        "gtin": Product(BOOK, "0", 0).gtin,
        "country": "NL",
        "terms": [{"terms": "SD-BASE", "addendum": each} for each in (STRICT, SECOND)],
        "valid_for": "2d",
        "acceptance": {
            "mode": "automatic", "vendors": "any", "max_total": "90.00 EUR",
            "wait_offers": 2, "wait_for": "1h",
        },
    }  # fmt: skip
    request.write_text(json.dumps(wanted), encoding="utf-8")
    dry = customer.vrm("intent", "publish", "--file", request, "--dry-run")
    assert [each["addendum"] for each in dry["terms"]] == [STRICT, SECOND]
    assert "advertise to the customer [addendum]" in dry["terms"][0]["text"]
    del wanted["acceptance"]["max_total"]  # type: ignore[attr-defined]
    request.write_text(json.dumps(wanted), encoding="utf-8")
    endless = customer.vrm("intent", "publish", "--file", request, "--dry-run")
    assert [words for words in endless["warnings"] if "while no maximum is set" in words]
    bounded = ("--private-maximum", "90.00 EUR", "--file", request)
    return str(customer.vrm("intent", "publish", *bounded)["intent"])


def _fulfilled(customer: LocalNode, intent: str) -> dict[str, Any] | None:
    shown: dict[str, Any] = ask(customer, "intents", intent)
    done = shown["status"] == "fulfilled" and len(shown["refused"]) == 1
    return shown if done else None


def _agreed_under_the_first(market: Market, deal: dict[str, Any], folder: Path) -> None:
    (customer,), vendor = market.customers, market.vendors[1]
    assert deal["state"] == "agreed"
    raw = agreement(customer, deal["deal"])
    assert raw == agreement(vendor, deal["deal"])
    report = verify_file(raw)
    assert report.ok and report.draft is not None
    assert report.draft.choice == CHOICES[0]
    addendum = folder / "addendum.json"
    addendum.write_text(json.dumps(STRICT), encoding="utf-8")
    text = customer.vrm("terms", "show", "SD-BASE", "--addendum", addendum)
    assert (report.draft.terms_text or b"").hex() == text["digest"]
    sent = _event(vendor, "offer.sent")
    assert "SD-BASE with marketing [], retentionOrder 30, choice 1 of 2" in sent["data"]["rule"]
    bought = _event(customer, "offer.accepted")
    assert "terms SD-BASE" in bought["data"]["rule"]


def _offered_under_the_second(customer: LocalNode, intent: str) -> None:
    offers = {row["vendor_name"]: row for row in ask(customer, "offers", intent=intent)}
    assert set(offers) == {CAN, ONLY_SECOND}
    words = "SD-BASE with marketing [], retentionOrder 365, your choice 2 of 2"
    assert words in offers[ONLY_SECOND]["reasons"]
    shown = customer.vrm("offer", "show", offers[ONLY_SECOND]["offer"])
    assert shown["draft"]["addendum"] == SECOND
    assert "data of the order: 1 year from its completion [addendum]" in shown["terms_text"]


def _refused_with_reasons(market: Market, intent: str) -> None:
    (customer,), vendor = market.customers, market.vendors[0]
    assert {deal["state"] for deal in deals(vendor).values()} == {"refused"}
    said = _event(vendor, "intent.refused")
    assert said["data"]["reason"] == "terms"
    assert (
        "you keep data of the order for 5 years; the customer allows 30 days"
        in (said["data"]["terms"])
    )
    (refused,) = customer.vrm("intent", "why", intent)["refused"]
    assert (refused["vendor_name"], refused["reason"]) == (CANNOT, "terms")
    first, second = refused["terms"]
    assert "the vendor keeps data of the order for 5 years; you allow 30 days" in first
    assert "the vendor keeps data of the order for 5 years; you allow 1 year" in second
    assert "advertising: the vendor needs: e-mail; you allow: none" in second


def _both_sides_compute_the_same(customer: LocalNode) -> None:
    """From the vendors' signed policies the customer's node can tell what each answered."""
    results = {
        name: choose(CHOICES, policy=read_policy(policy), accepted=()).place
        for name, policy in _policies(customer).items()
    }
    assert results == {CANNOT: None, CAN: 0, ONLY_SECOND: 1}


def _event(node: LocalNode, kind: str) -> dict[str, Any]:
    (found,) = [event for event in node.events() if event["type"] == kind]
    return dict(found)

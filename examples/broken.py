"""A drill breaks, and is repaired: `python -m examples.broken`, with real nodes.

Ada has noted her drill down. It breaks; her node drafts the intent, and she publishes it. A
workshop offers to repair the drill or to replace it, another shop to replace it. Ada takes the
repair, and both sides carry the order on: fetched, in work, sent back, delivered, received, billed,
paid, with a receipt. Exit status 0 only if both sides show the same order at the end.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from examples.market import (
    SHOPS,
    STEP_TIMEOUT_S,
    Market,
    close_market,
    expect,
    open_market,
    perform,
)
from vrmnode.values.money import format_money

WORKSHOP, OTHER = "Werkstatt Nord", "Canal Goods"
PROBLEM = "The chuck slips under load."
SETTLE_TIMEOUT_S = 150.0
OWN_VIEW = frozenset({"role", "side", "can_say", "label", "wanted"})
"""The fields of `order show` that tell who looks; all others are the same on both sides."""

SAID = (
    *(("vendor", word) for word in ("collected", "processing", "shipped", "delivered")),
    ("customer", "received"),
)
BILLED = {
    ("vendor", "payment_due"),
    ("customer", "payment_sent"),
    ("vendor", "paid"),
    ("vendor", "receipt"),
}


def breaks(market: Market) -> dict[str, Any]:
    """Ada's drill breaks; the repair that she is offered."""
    tell, ada = market.tell, market["Ada"]
    tell.heading("1. Ada's drill breaks")
    # fmt: off
    ada.vrm(
        "thing", "add", "my drill", "--item-name", "DHP484 combi drill", "--brand", "Makita",
        "--mpn", "DHP484", "--category", "1217", "--country", "DE", "--note", "blue box, cellar",
    )
    ask = (
        "thing", "broken", "my drill", "--problem", PROBLEM, "--or", "Sell", "--delivery", "ship",
        "--terms", "SD-BASE", "--terms", "SD-BASE-A", "--valid-for", "2d",
    )
    # fmt: on
    tell.says("Ada", "has it among her things, with a note that never leaves her node")
    draft = ada.vrm(*ask)
    tell.says("Ada", f"reports it broken; her node drafts an intent, {draft['addressed']}")
    expect(ada.vrm("intent", "list") == [], "no intent before she publishes one")
    published = ada.vrm(*ask, "--publish")
    tell.says("Ada", "publishes it: repair it, or replace it")

    def offered() -> list[dict[str, Any]] | None:
        ranking = ada.vrm("intent", "show", published["intent"])["ranking"]
        return ranking if len(ranking) == 3 else None

    offers = ada.wait_for(offered, STEP_TIMEOUT_S, "three offers")
    tell.remark("What Ada sees:")
    tell.ranking(offers)
    came = {(offer["vendor_name"], offer["business_function"]) for offer in offers}
    wanted = {(WORKSHOP, "Repair"), (WORKSHOP, "Sell"), (OTHER, "Sell")}
    expect(came == wanted, f"the offers {sorted(wanted)}, came {sorted(came)}")
    return next(offer for offer in offers if offer["business_function"] == "Repair")


def agrees(market: Market, repair: dict[str, Any]) -> str:
    """Ada takes the repair; the deal that is agreed."""
    market.tell.heading("2. She takes the repair")
    market["Ada"].vrm("offer", "accept", repair["offer"])
    agreed = market.await_event("Ada", "deal.agreed")
    market.await_event(WORKSHOP, "deal.agreed")
    market.await_event(OTHER, "deal.declined")
    expect(agreed.event["subject"] == repair["deal"], "the deal of the repair")
    return str(repair["deal"])


def carry_on(market: Market, deal: str) -> None:
    """Each side says what it did, once the other has heard what came before."""
    tell = market.tell
    tell.heading("3. The drill goes to the workshop and comes back")
    names = {"vendor": WORKSHOP, "customer": "Ada"}
    for side, word in SAID:
        teller = names[side]
        listener = "Ada" if side == "vendor" else WORKSHOP
        market[teller].vrm("order", "event", deal, word)
        market.await_event(listener, f"order.{word}")
        tell.says(teller, f"says “{word}”, signed; {listener} has it")
    market.await_event("Ada", "order.payment_due")
    tell.says(WORKSHOP, "asks for the money by itself: the drill is delivered")
    market["Ada"].vrm("order", "pay", deal)
    market.await_event(WORKSHOP, "order.payment_sent")
    tell.says("Ada", "says that she has paid")
    market[WORKSHOP].vrm("order", "paid", deal)
    market.await_event("Ada", "order.receipt")
    tell.says(WORKSHOP, "says that the money came; its node adds the receipt")


def compare(market: Market, deal: str) -> None:
    """Both sides show the same order, with all that was said and with nothing left to do."""
    tell = market.tell
    tell.heading("4. What both sides show")

    def shown() -> Iterator[dict[str, Any]]:
        for name in ("Ada", WORKSHOP):
            order = market[name].vrm("order", "show", deal)
            yield {field: value for field, value in order.items() if field not in OWN_VIEW}

    def alike() -> tuple[dict[str, Any], dict[str, Any]] | None:
        hers, theirs = shown()
        return (hers, theirs) if hers["timeline"] == theirs["timeline"] else None

    # What was said last may still be on its way.
    words = "the same timeline on both sides"
    hers, theirs = market["Ada"].wait_for(alike, SETTLE_TIMEOUT_S, words)
    for entry in hers["timeline"]:
        amount = entry.get("amount")
        told = "" if amount is None else f": {format_money(amount, hers['currency'])}"
        tell.says(entry["by"], f"{entry['words']}{told} [{entry['word']}]")
    names = sorted(hers.keys() | theirs.keys())
    differ = [name for name in names if hers.get(name) != theirs.get(name)]
    expect(not differ, f"the same order on both sides, came another {', '.join(differ)}")
    said = [(entry["by"], entry["word"]) for entry in hers["timeline"]]
    in_turn = tuple(each for each in said if each in SAID)
    expect(in_turn == SAID, f"{SAID} in this order, came {said}")
    expect(set(said) >= BILLED, f"{sorted(BILLED)}, came {said}")
    found = (hers["status"], hers["payment"]["status"], hers["duties"])
    expect(found == ("delivered", "paid", []), f"delivered, paid, nothing to do, came {found}")
    tell.good(
        f"the same {len(said)} entries of the timeline on both sides, and {len(hers) - 1} other "
        f"fields; only {', '.join(sorted(OWN_VIEW))} tell who looks"
    )


def play(market: Market) -> None:
    """The whole story."""
    open_market(market, ("Ada",), [shop for shop in SHOPS if shop[0] in (WORKSHOP, OTHER)])
    deal = agrees(market, breaks(market))
    carry_on(market, deal)
    compare(market, deal)
    close_market(market)


if __name__ == "__main__":
    sys.exit(perform(play, "docs/cli/ tells of every command."))

"""A Saturday without a middleman: `python -m examples.saturday`, with real nodes.

Ada's drill breaks. She asks the shops that she trusts to repair, replace or rent; her node agrees
by itself, under terms without sharing and without promotions. The new one comes, the old one is
fetched. She moves, and tells everybody at once. A shop sends her a promotion all the same: it is
refused, and anybody can verify what the shop did. She says how it was to the shop, to the maker and
to the public, and the shop replies. Exit status 0 only if every step was what it says.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from examples import pushy_node
from examples.local_node import LocalNode, SeenEvent
from examples.market import CATALOGUES, Market, close_market, expect, open_market, perform
from examples.programs import VRM, CommandFailed, run_vrm
from vrmnode.values.money import format_money

WORKSHOP, OTHER, BOOKS = "Werkstatt Nord", "Canal Goods", "Linden Books"
STRANGER = "Mo"
BOOK = "9780201633610"
PATIENCE_S = 150.0

CONTACT = {
    "name": "Ada Muster",
    "street_address": "Musterstraße 1\nHinterhaus",
    "postal_code": "10115",
    "locality": "Berlin",
    "country": "DE",
    "email": "ada@mail.example",
    "telephone": "+49 30 5550100",
}
MOVED = {"street_address": "Neue Straße 2", "postal_code": "20095", "locality": "Hamburg"}
DELIVERY = {"name", "street_address", "postal_code", "locality", "country"}
FORBIDDEN = ("hand data to third parties, anonymised or not", "advertise to the customer")
ADVERT = "Only today: 10 % off all saws!"


def hurry(node: LocalNode) -> None:
    """An intent to several vendors leaves within 30 s, so that its time tells nothing; here 1 s."""
    config = node.folder / "config.toml"
    text = config.read_text(encoding="utf-8")
    expect("spread_ms = 30000" in text, "the usual spread in config.toml")
    config.write_text(text.replace("spread_ms = 30000", "spread_ms = 1000"), encoding="utf-8")


def heard(market: Market, name: str, kind: str, deal: str | None = None) -> SeenEvent:
    """The first event of a kind, of a deal if it is given, at the node of `name`."""

    def wanted(seen: SeenEvent) -> bool:
        return seen.type == kind and deal in (None, seen.event["subject"])

    return market.feeds[name].wait_for(wanted, PATIENCE_S, kind)


def until(market: Market, name: str, condition: Callable[[], Any], what: str) -> Any:
    """What `condition` gives as soon as that is true."""
    return market[name].wait_for(condition, PATIENCE_S, what)


def refused(act: Callable[[], object], code: str) -> CommandFailed:
    """The failure of a command, which has to be this one."""
    try:
        act()
    except CommandFailed as failure:
        expect(failure.code == code, f"{code}, came {failure.code}")
        return failure
    expect(condition=False, words=f"{code}, and the command succeeded")
    raise AssertionError


def before(market: Market) -> dict[str, str]:
    """Whom Ada trusts, and the deal that she has already; the vendors' names."""
    tell, ada = market.tell, market["Ada"]
    tell.heading("Before Saturday")
    _workshop_policy(market)
    vendors = {name: str(market[name].vrm("status")["vendor"]) for name in (WORKSHOP, OTHER, BOOKS)}
    for name, group in ((WORKSHOP, "tools"), (OTHER, "tools"), (BOOKS, "books")):
        until(market, "Ada", partial(_known, ada, vendors[name]), f"the profile of {name}")
        ada.vrm("trust", "add", vendors[name], "--group", group)
    contact = market.folder / "contact.json"
    contact.write_text(json.dumps(CONTACT), encoding="utf-8")
    ada.vrm("contact", "set", "--file", contact)
    tell.says("Ada", "trusts three shops; her address lies sealed in her node")
    deal = agree(market, BOOKS, "--gtin", BOOK, "--delivery", "ship", "--to", vendors[BOOKS])
    deliver(market, BOOKS, deal)
    return vendors


def _known(node: LocalNode, did: str) -> bool:
    return any(row["vendor"] == did for row in node.vrm("vendor", "search"))


def _workshop_policy(market: Market) -> None:
    """The workshop takes the stricter terms today, and fetches old machines."""
    text = (CATALOGUES / "werkstatt-nord" / "policy.toml").read_text(encoding="utf-8")
    ship, terms = '  { method = "ship", charge = "4.90', 'accepted_terms = ["SD-BASE-A"'
    expect(ship in text and terms in text, "the workshop's policy")
    text = text.replace(ship, f'  {{ method = "onsite", charge = "0.00 EUR", days = 2 }},\n{ship}')
    path = market.folder / "workshop.toml"
    path.write_text(text.replace(terms, 'accepted_terms = ["SD-BASE"'), encoding="utf-8")
    market[WORKSHOP].vrm("vendor", "policy", "set", "--file", path)


def agree(market: Market, vendor: str, *asked: object) -> str:
    """An intent to one vendor, whose offer Ada accepts by hand; the deal."""
    ada = market["Ada"]
    # fmt: off
    told = ada.vrm(
        "intent", "publish", "--country", "DE", "--terms", "SD-BASE", "--valid-for", "2d", *asked
    )
    # fmt: on

    def offers() -> Any:
        return ada.vrm("intent", "show", told["intent"])["ranking"]

    offer = until(market, "Ada", offers, f"the offer of {vendor}")[0]
    ada.vrm("offer", "accept", offer["offer"])
    deal = str(offer["deal"])
    for name in ("Ada", vendor):
        heard(market, name, "deal.agreed", deal)
    return deal


def deliver(market: Market, vendor: str, deal: str, *words: str) -> None:
    """The vendor begins, and learns name and street only then; what it says after that."""
    shop = market[vendor]
    shop.vrm("order", "event", deal, "processing")
    told = until(market, vendor, lambda: told_to(shop, deal) >= DELIVERY, "name and street")
    expect(told and told_to(shop, deal) == DELIVERY, "no more than what a delivery needs")
    market.tell.says("Ada", f"tells {vendor} name and street now that it begins, and not before")
    for word in words or ("shipped", "delivered"):
        shop.vrm("order", "event", deal, word)
        heard(market, "Ada", f"order.{word}", deal)
        market.tell.says(vendor, f"says “{word}”, signed")


def told_to(shop: LocalNode, deal: str) -> set[str]:
    """The fields of Ada's contact data that a shop knows in a deal."""
    return set(shop.vrm("deal", "show", deal)["disclosed"]["fields"])


def breaks(market: Market) -> str:
    """The drill breaks; Ada's node asks whom she trusts, and agrees by itself. The deal."""
    tell, ada = market.tell, market["Ada"]
    tell.heading("1. Saturday, 9:00: the drill breaks")
    # fmt: off
    ada.vrm(
        "policy", "set", "mode=automatic", "vendors=trusted", 'functions=["Sell"]',
        "max_total=100.00 EUR", 'terms=["SD-BASE"]', "wait_offers=2", "wait_for=1d",
    )
    ada.vrm(
        "thing", "add", "my drill", "--item-name", "DHP484 combi drill", "--brand", "Makita",
        "--mpn", "DHP484", "--category", "1217", "--country", "DE",
    )
    asked = ada.vrm(
        "thing", "broken", "my drill", "--problem", "It smokes.", "--or", "Sell",
        "--or", "LeaseOut", "--to", "group:tools", "--terms", "SD-BASE", "--delivery", "ship",
        "--publish",
    )
    # fmt: on
    tell.says("Ada", "asks two shops that she trusts, and nobody else: repair, replace or rent?")
    tell.remark(
        "Her rule stays in her node: buy a new one by itself, at most 100.00 EUR to the door, of a "
        "shop that she trusts, under SD-BASE, once both have answered."
    )

    def all_offers() -> Any:
        ranking = ada.vrm("intent", "show", asked["intent"])["ranking"]
        return ranking if len(ranking) == 4 else None

    ranking = until(market, "Ada", all_offers, "four offers")
    tell.ranking(ranking)
    does = {(offer["vendor_name"], offer["business_function"]) for offer in ranking}
    wanted = {(WORKSHOP, "Repair"), (WORKSHOP, "LeaseOut"), (WORKSHOP, "Sell"), (OTHER, "Sell")}
    expect(does == wanted, f"the offers {sorted(wanted)}, came {sorted(does)}")
    deal = _agreed_by_itself(market, asked["intent"])
    _without_sharing(market, deal)
    return deal


def _agreed_by_itself(market: Market, intent: str) -> str:
    """The deal that Ada's node has agreed for an intent."""
    ada = market["Ada"]

    def accepted() -> str | None:
        rows = ada.vrm("deal", "list", "--state", "agreed")
        return next((row["deal"] for row in rows if row["intent"] == intent), None)

    return str(until(market, "Ada", accepted, "an agreement that Ada's node makes by itself"))


def _without_sharing(market: Market, deal: str) -> None:
    """What both signed forbids sharing and advertising."""
    file = market.folder / "drill.vrm"
    market["Ada"].vrm("deal", "export", deal, "-o", file)
    agreed = run_vrm("deal", "verify", file)["agreement"]
    price = format_money(agreed["total"], agreed["currency"])
    found = (agreed["vendor_name"], agreed["business_function"], agreed["terms"], price)
    expect(found == (WORKSHOP, "Sell", "SD-BASE", "94.90 EUR"), f"the drill, came {found}")
    may_not = run_vrm("terms", "show", "SD-BASE")["text"].partition("The vendor may not")[2]
    rules = may_not.partition("The vendor must")[0]
    expect(all(rule in rules for rule in FORBIDDEN), f"{FORBIDDEN} among what it may not")
    market.tell.good(f"agreed by itself: {WORKSHOP} sells it for {price}. It may not:")
    for rule in FORBIDDEN:
        market.tell.remark(f"      {rule}")


def arrives(market: Market, deal: str, vendors: dict[str, str]) -> str:
    """The new drill comes, and the old one is fetched; the deal of that."""
    tell = market.tell
    tell.heading("2. The new drill comes, the old one goes")
    deliver(market, WORKSHOP, deal)
    market["Ada"].vrm("order", "event", deal, "received")
    heard(market, "Ada", "order.payment_due", deal)
    market["Ada"].vrm("order", "pay", deal)
    heard(market, WORKSHOP, "order.payment_sent", deal)
    market[WORKSHOP].vrm("order", "paid", deal)
    heard(market, "Ada", "order.receipt", deal)
    tell.says("Ada", "has it, and has paid; the shop's receipt is signed")
    # fmt: off
    gone = agree(
        market, WORKSHOP, "--name", "combi drill", "--brand", "Makita", "--category", "1217",
        "--function", "Dispose", "--delivery", "onsite", "--to", vendors[WORKSHOP],
    )
    # fmt: on
    deliver(market, WORKSHOP, gone, "collected")
    page = market.folder / "label.html"
    market[WORKSHOP].vrm("vendor", "label", gone, "-o", page)
    _sees_only_what_it_needs(market, page.read_text(encoding="utf-8"), gone)
    return gone


def _sees_only_what_it_needs(market: Market, page: str, deal: str) -> None:
    """What the carrier has in hand: an address and what is fetched, and no way to write to her."""
    needed = ("Ada Muster", "Musterstraße 1", "10115 Berlin")
    expect(all(line in page for line in needed), f"{needed} on the label")
    shown = market["Ada"].vrm("deal", "show", deal)
    hidden = (
        CONTACT["email"],
        CONTACT["telephone"],
        "EUR",
        "SD-BASE",
        "did:key",
        deal,
        shown["intent"],
    )
    found = [text for text in hidden if text in page]
    expect(not found, f"nothing else on the label, came {found}")
    market.tell.good(
        "whoever fetches it has her address on a label, and no e-mail, no telephone, no price"
    )


def moves(market: Market, deals: list[str]) -> None:
    """Ada moves, says so once, and every shop that sends her anything has the new address."""
    tell, ada = market.tell, market["Ada"]
    tell.heading("3. Ada moves")
    told = ada.vrm("contact", "set", *(f"{name}={value}" for name, value in MOVED.items()))["told"]
    tell.says("Ada", f"sets her new address once; her node tells {len(told)} deals of two shops")
    names = {row["vendor_name"] for row in told}
    expect(names == {WORKSHOP, BOOKS}, f"the two shops that had the old one, came {names}")

    def everywhere() -> bool:
        rows = ada.vrm("contact", "status")
        return all(row["fields"][name]["has"] == "new" for row in rows for name in MOVED)

    until(market, "Ada", everywhere, "the new address everywhere")
    rows = {row["deal"]: row["vendor_name"] for row in ada.vrm("contact", "status")}
    expect(set(rows) == {row["deal"] for row in told} >= set(deals), "every deal in the list")
    for deal, name in rows.items():
        fields = market[name].vrm("deal", "show", deal)["disclosed"]["fields"]
        now = {field: fields[field]["value"] for field in MOVED}
        expect(now == MOVED, f"the new address at {name}")
        expect("telephone" not in fields and "email" not in fields, "no telephone, no e-mail")
    tell.good("each of them has acknowledged it, and shows the new address alone")
    lost = [
        market[OTHER].vrm("deal", "show", row["deal"]) for row in market[OTHER].vrm("deal", "list")
    ]
    known = [
        name for shown in lost for name in (shown.get("disclosed") or {"fields": ()})["fields"]
    ]
    expect(lost and not known, f"nothing known at {OTHER}, came {known}")
    tell.says(OTHER, "offered, wasn't chosen, and knows no address at all")


def pushes(market: Market, deal: str) -> None:
    """The shop promotes; its node refuses. With another program it goes out, and is refused."""
    tell, workshop = market.tell, market[WORKSHOP]
    tell.heading("4. The workshop would like to advertise")
    advertise = ("relation", "write", deal, ADVERT, "--purpose", "marketing")
    failure = refused(lambda: workshop.vrm(*advertise), "reach.not_granted")
    tell.says(WORKSHOP, f"its own node refuses: {json.loads(failure.stderr)['error']['detail']}")
    workshop.stop()
    workshop.program = pushy_node.PROGRAM
    workshop.start()
    market.feeds[WORKSHOP] = market.nodes.follow(workshop)
    workshop.vrm(*advertise)
    tell.says(WORKSHOP, f"has a program without that check now, and sends: “{ADVERT}”")
    breach = heard(market, "Ada", "breach.recorded", deal).data["breach"]
    heard(market, WORKSHOP, "note.refused", deal)
    for name in ("Ada", WORKSHOP):
        (note,) = market[name].vrm("relation", "show", deal)["notes"]
        expect(note["refused"] == "reach.not_granted", f"the promotion refused at {name}")
    tell.says("Ada", "sees it refused, and so does the shop: the terms don't let it write that")
    record = market.folder / "breach.vrm"
    market["Ada"].vrm("breach", "export", breach, "-o", record)
    _verified_elsewhere(market, record)


def _verified_elsewhere(market: Market, record: Path) -> None:
    """The record in an empty folder: no node, no keys, nothing but the file."""
    elsewhere = market.folder / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(record, elsewhere)
    market.tell.remark("In an empty folder, as on any other machine: $ vrm deal verify breach.vrm")
    shown = subprocess.run(
        [*VRM, "deal", "verify", record.name, "--data", "none"],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        check=False,
    )
    expect(shown.returncode == 0, f"the record to verify, came {shown.stderr}")
    wanted = ("author: ", "beyond: ", "text: ", "no other permission: ")
    # Before the name of a check stands, in 13 columns, what it is worth.
    said = [line for line in shown.stdout.splitlines() if line[13:].startswith(wanted)]
    expect(len(said) == len(wanted) and ADVERT in shown.stdout, "what is proven and asserted")
    market.tell.block("\n".join(said))
    raw = bytearray(record.read_bytes())
    raw[raw.index(b"saws")] ^= 1
    (elsewhere / "forged.vrm").write_bytes(raw)
    refused(lambda: run_vrm("deal", "verify", elsewhere / "forged.vrm"), "breach.schema")
    market.tell.good("it verifies; with one letter of the promotion changed it doesn't")


def says(market: Market, deal: str, vendor: str) -> None:
    """Feedback to the shop alone, to the maker and to everybody; and the shop's reply."""
    tell, ada = market.tell, market["Ada"]
    tell.heading("5. What Ada says of it, and to whom")
    ada.vrm("feedback", "give", deal, "--sealed", "--text", "Fetched on time. Keep the saws.")
    heard(market, WORKSHOP, "feedback.sealed_received")
    (alone,) = market[WORKSHOP].vrm("feedback", "sealed")["sealed"]
    expect(alone["text"] == "Fetched on time. Keep the saws.", "what Ada says to the shop alone")
    tell.says(WORKSHOP, f"reads, sealed for it alone: “{alone['text']}”")
    # fmt: off
    ada.vrm(
        "feedback", "give", deal, "--rating", 2, "--delivery", "on_time", "--terms", "broken",
        "--text", "A good drill. They advertised all the same.", "--product", "--now",
    )
    # fmt: on
    stranger = market[STRANGER]

    def public() -> Any:
        return stranger.vrm("feedback", "list", "--vendor", vendor)["feedback"]

    (row,) = until(market, STRANGER, public, "the feedback at a node that knows neither")
    expect(row["experience"]["terms"] == "broken" and row["rating"] == 2, "what Ada said")
    expect(not stranger.vrm("deal", "list"), "a node that has no deal of its own")
    tell.says(STRANGER, f"a stranger, reads of a customer of {row['month']}: “{row['text']}”")
    by_brand = stranger.vrm("feedback", "list", "--brand", "Makita")["feedback"]
    expect([each["feedback"] for each in by_brand] == [row["feedback"]], "found by the brand")
    tell.says(STRANGER, "finds it by the brand, too, as the maker does")
    market[WORKSHOP].vrm("feedback", "reply", row["feedback"], "We are sorry. The check is back.")

    def replied() -> Any:
        return next((each["reply"] for each in public() if each["reply"]), None)

    reply = until(market, STRANGER, replied, "the reply")
    expect(reply["text"] == "We are sorry. The check is back.", "the shop's reply")
    tell.says(WORKSHOP, f"replies in public, and can't take hers away: “{reply['text']}”")


def play(market: Market) -> None:
    """The whole Saturday."""
    market.before_start = hurry
    open_market(market, ("Ada", STRANGER))
    vendors = before(market)
    deal = breaks(market)
    gone = arrives(market, deal, vendors)
    moves(market, [deal, gone])
    pushes(market, deal)
    says(market, deal, vendors[WORKSHOP])
    market.tell.heading("Saturday evening")
    close_market(market)


if __name__ == "__main__":
    sys.exit(perform(play, "Nobody stood between them."))

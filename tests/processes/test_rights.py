"""Real nodes: what a vendor says it holds is what its database holds; what it deletes is gone.

The shop's database is read beside its node: with the keystore each sealed box is opened that opens.
"""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from examples.local_node import LocalNode
from tests.processes.market import (
    Product,
    ask,
    open_market,
    publish,
    start_together,
    tell,
    until,
    wait_offers,
    wait_state,
)
from tests.processes.sealed_boxes import boxes_of, files_with, opened, rows
from vrmprotocol import deletion_file, message
from vrmprotocol.disclosure_body import Disclosure
from vrmprotocol.message import SignedMessage

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOKS = [Product(800 + n, "30.00", 9) for n in range(4)]
ANNA = {
    "name": "Annegret Mustermann-Zylka",
    "street_address": "Quittenweg 17\nHinterhaus",
    "postal_code": "98765",
    "locality": "Oberstadelwitz",
    "country": "DE",
    "email": "annegret@quittenpost.example",
}
LATER = {"rights_status", "rights_data", "ack"}
"""Kinds that the vendor's node adds by answering, and afterwards."""


@contextmanager
def customer_and_shop(folder: Path) -> Iterator[tuple[LocalNode, LocalNode]]:
    contact = folder / "contact.json"
    contact.write_text(json.dumps(ANNA), encoding="utf-8")
    with open_market(folder / "nodes", customers=1, shops=[(BOOKS, True)]) as market:
        (customer,), (shop,) = market.customers, market.vendors
        customer.vrm("contact", "set", "--file", contact)
        yield customer, shop


def deal_told(customer: LocalNode, shop: LocalNode, book: Product, terms: str) -> str:
    """An agreed deal in which all of Anna's data are disclosed, and the goods delivered."""
    intent = publish(customer, book, "--terms", terms)
    (offer,) = wait_offers(customer, intent, 1)
    customer.vrm("offer", "accept", offer["offer"])
    deal = str(offer["deal"])
    for node in (customer, shop):
        wait_state(node, deal, "agreed")
    customer.vrm("deal", "disclose", deal, *ANNA)
    shop.vrm("order", "event", deal, "delivered")
    until(lambda: set(told(shop, deal)) == set(ANNA), "the shop to know the data")
    return deal


def told(shop: LocalNode, deal: str) -> dict[str, Any]:
    fields: dict[str, Any] = ask(shop, "deals", deal)["disclosed"]["fields"]
    return fields


def request(customer: LocalNode, right: str, deal: str) -> str:
    answer = customer.vrm("rights", "request", right, deal)
    return str(answer["requests"][0]["request"])


def wait_for(node: LocalNode, request_id: str, state: str) -> dict[str, Any]:
    def there() -> dict[str, Any] | None:
        found = (row for row in requests(node) if row["request"] == request_id)
        row = next(found, None)
        return row if row is not None and row["state"] == state else None

    return until(there, f"{node.name}: the request {state}")


def requests(node: LocalNode) -> list[dict[str, Any]]:
    return [row for role in ("customer", "vendor") for row in ask(node, "rights", role=role)]


def answered(customer: LocalNode, request_id: str, folder: Path) -> dict[str, Any]:
    """The document, once all its parts are there."""
    until(lambda: ask(customer, "rights", request_id).get("held"), "the whole answer")
    path = folder / f"{request_id[:8]}.jsonld"
    customer.vrm("rights", "export", request_id, "-o", path)
    document: dict[str, Any] = json.loads(path.read_bytes())
    return document


def contact_in_database(shop: LocalNode, deal: str) -> dict[str, str]:
    """The contact data of a deal in the shop's database, opened without its node."""
    found: dict[str, str] = {}
    for (_, name), plain in opened(shop.folder, boxes_of(shop.folder, deal)).items():
        if name.startswith("message "):
            signed = message.verify_and_load(plain, expected_recipient=None)
            if isinstance(signed, SignedMessage) and isinstance(signed.body, Disclosure):
                found |= {one.name: one.value for one in signed.body.fields}
    return found


def test_rights_are_answered_by_what_the_database_holds(tmp_path: Path) -> None:
    with customer_and_shop(tmp_path) as (customer, shop):
        plain = deal_told(customer, shop, BOOKS[0], "SD-BASE")
        portable = deal_told(customer, shop, BOOKS[1], "SD-BASE-DP")
        _access_equals_the_database(customer, shop, plain, tmp_path)
        _handed_back(customer, shop, portable, tmp_path)
        _opted_out(customer, shop, plain)
        _denied_in_words(customer, shop, portable)
        _deleted(customer, shop, plain, tmp_path)


def _access_equals_the_database(
    customer: LocalNode, shop: LocalNode, deal: str, folder: Path
) -> None:
    asked = request(customer, "access", deal)
    wait_for(customer, asked, "fulfilled")
    document = answered(customer, asked, folder)
    held = {one["name"]: one["value"] for one in document["contact"]}
    assert held == ANNA == contact_in_database(shop, deal)
    in_database = {
        digest.hex(): kind
        for digest, kind in rows(
            shop.folder, "SELECT digest, kind FROM messages WHERE deal = ?", bytes.fromhex(deal)
        )
    }
    listed = {one["digest"]: one["kind"] for one in document["messages"]}
    assert listed.items() <= in_database.items()
    assert {in_database[digest] for digest in set(in_database) - set(listed)} <= LATER
    assert asked in listed
    ((status, payment),) = rows(
        shop.folder, "SELECT status, payment FROM orders WHERE deal = ?", bytes.fromhex(deal)
    )
    assert (document["order"]["status"], document["order"]["payment"]) == (status, payment)
    assert document["person"] is None
    assert ask(customer, "rights", asked)["differs"] == []
    tell(f"answer: {len(held)} fields, {len(listed)} messages, {len(json.dumps(document))} bytes")


def _handed_back(customer: LocalNode, shop: LocalNode, deal: str, folder: Path) -> None:
    """Under terms with -DP what the customer provided comes back, readable elsewhere."""
    asked = request(customer, "access", deal)
    document = answered(customer, asked, folder)
    person = document["person"]
    assert (person["name"], person["email"]) == (ANNA["name"], ANNA["email"])
    assert person["address"]["addressLocality"] == ANNA["locality"]
    bodies = {one["kind"] for one in document["messages"] if one["body"]}
    assert {"accept", "rights_request"} <= bodies
    assert contact_in_database(shop, deal) == ANNA


def _opted_out(customer: LocalNode, shop: LocalNode, deal: str) -> None:
    asked = request(customer, "sale:opt_out", deal)
    wait_for(customer, asked, "fulfilled")
    assert ask(shop, "deals", deal)["sale_opted_out"]


def _denied_in_words(customer: LocalNode, shop: LocalNode, deal: str) -> None:
    """A person at the shop says no, and why; the data stay, and nothing else changes."""
    shop.vrm("vendor", "policy", "set", 'rights={"deletion": "by_hand"}')
    asked = request(customer, "deletion", deal)
    wait_for(shop, asked, "open")
    denial = ["--reason", "legal_obligation", "--days", "3650", "--note", "Your tax office."]
    shop.vrm("vendor", "rights", "deny", asked[:12], *denial)
    row = wait_for(customer, asked, "denied")
    assert (row["reason"], row["note"]) == ("legal_obligation", "Your tax office.")
    assert row["words"] == "a law demands that these data are kept"
    assert row["until"] > time.time() + 3600 * 24 * 3600
    (event,) = (one for one in customer.events() if one["type"] == "rights.denied")
    assert event["data"]["words"] == row["words"]
    assert contact_in_database(shop, deal) == ANNA
    shop.vrm("vendor", "policy", "set", "rights={}")


def _deleted(customer: LocalNode, shop: LocalNode, deal: str, folder: Path) -> None:
    """After the deletion no box opens any more, not even one that was copied before."""
    copied = boxes_of(shop.folder, deal)
    assert {name for _, name, _ in copied} >= {"reply"}
    assert opened(shop.folder, copied)
    asked = request(customer, "deletion", deal)
    row = wait_for(customer, asked, "fulfilled")
    wait_for(shop, asked, "fulfilled")
    assert told(shop, deal) == {}
    assert boxes_of(shop.folder, deal) == []
    assert opened(shop.folder, copied) == {}
    # Out of the rows with the commit, and out of the log of writes soon after it.
    until(lambda: not files_with(_files(shop), copied), "the files without what was sealed")
    for raw in _files(shop).values():
        assert not [value for value in ANNA.values() if len(value) > 5 and value.encode() in raw]
    log = json.dumps(shop.events())
    assert not [value for value in ANNA.values() if len(value) > 5 and value in log]
    file = folder / "deletion.vrm"
    customer.vrm("deal", "export", deal, "--format", "deletion", "-o", file)
    report = deletion_file.verify(file.read_bytes())
    assert report.ok and row["deletion"]
    held = customer.vrm("ledger", "--state", "held")
    assert deal not in {entry["deal"] for entry in held}


def _files(node: LocalNode) -> dict[str, bytes]:
    found = {}
    for path in node.folder.rglob("*"):
        if path.is_file():
            with contextlib.suppress(FileNotFoundError):  # SQLite takes files away
                found[path.name] = path.read_bytes()
    return found


def test_killed_in_the_middle_nothing_changes(tmp_path: Path) -> None:
    """Whichever node dies, and whenever: one answer, one deletion, the same on both sides."""
    chance = random.Random(20261125)
    with customer_and_shop(tmp_path) as (customer, shop):
        deals = [deal_told(customer, shop, book, "SD-BASE") for book in BOOKS[:3]]
        victims = [[shop], [customer], [shop, customer]]
        for right in ("access", "deletion"):
            for deal, killed in zip(deals, victims, strict=True):
                asked = request(customer, right, deal)
                # Any moment will do: what is asserted holds whenever it comes.
                time.sleep(chance.uniform(0, 1.5))
                for node in killed:
                    node.kill()
                start_together(killed)
                for node in (customer, shop):
                    wait_for(node, asked, "fulfilled")
                if right == "access":
                    document = answered(customer, asked, tmp_path)
                    assert {one["name"]: one["value"] for one in document["contact"]} == ANNA
        for deal in deals:
            assert contact_in_database(shop, deal) == {}
            sql = "SELECT kind FROM messages WHERE deal = ? AND own = 1"
            kinds = [kind for (kind,) in rows(shop.folder, sql, bytes.fromhex(deal))]
            assert (kinds.count("deletion"), kinds.count("rights_status")) == (1, 1)

"""Real nodes: the customer's data reaches the vendor stage by stage, and stands nowhere in clear.

A customer, a shop and a third node that relays. After each step the bytes of every file of every
node are searched for the plain text of each field: database, WAL, keystore, logs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from examples.local_node import LocalNode, LocalNodes
from examples.programs import CommandFailed, run_vrm
from tests.processes.market import (
    Product,
    ask,
    configure,
    open_shop,
    publish,
    tell,
    until,
    wait_offers,
    wait_state,
)
from tests.processes.sealed_boxes import boxes_of, files_with, opened

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOKS = [Product(700 + n, "30.00", 5) for n in range(3)]
ANNA = {
    "name": "Annegret Mustermann-Zylka",
    "street_address": "Quittenweg 17\nHinterhaus",
    "postal_code": "98765",
    "locality": "Oberstadelwitz",
    "region": "Niederquellenmark",
    "country": "DE",
    "email": "annegret@quittenpost.example",
    "telephone": "+49 36482 190077",
}
QUESTION, ANSWER = "Is there a Mirabellenfleck on it?", "No Mirabellenfleck on any page."
FEEDBACK, NOTE = "My ill husband had to open, Herrschaftszeiten.", "The Klingeltaster is broken."
TEXTS = {QUESTION, ANSWER, FEEDBACK, NOTE}
PLACE = {"postal_code", "locality", "region", "country"}
DELIVERY = {"name", "street_address"}
SEARCHED = {
    name: [line.encode() for line in value.split("\n")]
    for name, value in ANNA.items()
    if name not in ("country", "postal_code")  # two letters and five digits stand anywhere
} | {"text": [text.encode() for text in TEXTS]}


@dataclass(frozen=True)
class Nodes:
    """The three nodes, each logging all it can."""

    relay: LocalNode
    customer: LocalNode
    shop: LocalNode

    def every(self) -> tuple[LocalNode, ...]:
        return self.relay, self.customer, self.shop


@contextmanager
def three_nodes(folder: Path) -> Iterator[Nodes]:
    with LocalNodes(folder) as made:
        relay = made.prepare("relay")
        relay.start("--log-level", "debug")
        customer = made.prepare("customer", peers=relay.addresses)
        shop = made.prepare("shop", peers=relay.addresses)
        for node in (customer, shop):
            configure(node, 20)
            node.start("--log-level", "debug")
        open_shop(shop, BOOKS, reserve=True)
        yield Nodes(relay, customer, shop)


def files_of(node: LocalNode) -> dict[str, bytes]:
    """Every file of a node: what is in its folder, its log, and what it said on stdout."""
    beside = [node.log, node.folder.with_name(f"{node.name}.ready")]
    paths = [path for path in node.folder.rglob("*") if path.is_file()] + beside
    found = {}
    for path in paths:
        try:
            found[path.name] = path.read_bytes()
        except FileNotFoundError:
            continue  # SQLite takes files away
    return found


def clear_text(nodes: Nodes) -> list[str]:
    """Where a value stands as it is: node, file and field."""
    return [
        f"{node.name} {name}: {field}"
        for node in nodes.every()
        for name, raw in files_of(node).items()
        for field, lines in SEARCHED.items()
        if any(line in raw for line in lines)
    ]


def told(node: LocalNode, deal: str) -> dict[str, str]:
    """The fields that a shop's node shows of a deal's customer."""
    shown = ask(node, "deals", deal)["disclosed"]["fields"]
    return {name: one["value"] for name, one in shown.items()}


def wait_told(nodes: Nodes, deal: str, names: set[str]) -> None:
    until(lambda: set(told(nodes.shop, deal)) == names, f"the shop to know {sorted(names)}")
    assert told(nodes.shop, deal) == {name: ANNA[name] for name in names}
    assert clear_text(nodes) == []


def asked_and_answered(nodes: Nodes, offer: str) -> None:
    nodes.customer.vrm("offer", "ask", offer, QUESTION)
    (asked,) = until(lambda: nodes.shop.vrm("vendor", "questions"), "the question")
    assert asked["text"] == QUESTION
    nodes.shop.vrm("vendor", "reply", asked["question"], ANSWER)
    until(lambda: answer_shown(nodes, offer) == ANSWER, "the answer")


def answer_shown(nodes: Nodes, offer: str) -> str | None:
    (exchange,) = ask(nodes.customer, "offers", offer)["questions"]
    found: str | None = exchange["answer"]
    return found


def agree(nodes: Nodes, product: Product, *, asking: bool = False) -> str:
    """Accept the only offer for a product; the deal, once both sides have agreed."""
    intent = publish(nodes.customer, product)
    (offer,) = wait_offers(nodes.customer, intent, 1)
    if asking:
        asked_and_answered(nodes, offer["offer"])
    nodes.customer.vrm("offer", "accept", offer["offer"])
    deal = str(offer["deal"])
    for node in (nodes.customer, nodes.shop):
        wait_state(node, deal, "agreed")
    return deal


def event_data(node: LocalNode, kind: str) -> list[dict[str, Any]]:
    return [event["data"] for event in node.events() if event["type"] == kind]


def test_stage_by_stage_and_never_in_clear(tmp_path: Path) -> None:
    contact = tmp_path / "contact.json"
    contact.write_text(json.dumps(ANNA), encoding="utf-8")
    with three_nodes(tmp_path / "nodes") as nodes:
        nodes.customer.vrm("contact", "set", "--file", contact)
        assert nodes.customer.vrm("contact", "show") == {**ANNA, "planned": None}
        assert clear_text(nodes) == []
        _a_stranger_waits_for_its_owner(nodes)
        deal = _trusted_by_stages(nodes)
        _listed_for_its_owner(nodes, deal)
        _kept_over_a_restart_and_in_a_backup(nodes, deal, tmp_path)
        assert set(texts_restored(deal, tmp_path / "before", tmp_path)) == TEXTS
        _forgotten(nodes, deal)
        assert texts_restored(deal, tmp_path / "after", tmp_path) == []


def _a_stranger_waits_for_its_owner(nodes: Nodes) -> None:
    """Nothing goes to a vendor that isn't trusted; the node asks, and the owner tells."""
    deal = agree(nodes, BOOKS[0])
    until(lambda: event_data(nodes.customer, "disclosure.wanted"), "the node to ask")
    (asked,) = event_data(nodes.customer, "disclosure.wanted")
    assert asked["stage"] == "place"
    assert asked["fields"] == "postal_code, locality, region, country"
    assert told(nodes.shop, deal) == {}
    assert nodes.shop.vrm("vendor", "label", deal)["lines"] == []
    dry = nodes.customer.vrm("deal", "disclose", deal, "--dry-run")
    assert set(dry["fields"]) == PLACE
    assert all(value not in json.dumps(dry) for value in ANNA.values() if len(value) > 2)
    nodes.customer.vrm("deal", "disclose", deal)
    wait_told(nodes, deal, PLACE)
    nodes.customer.vrm("deal", "disclose", deal, "telephone")
    wait_told(nodes, deal, PLACE | {"telephone"})


def _trusted_by_stages(nodes: Nodes) -> str:
    """A trusted vendor is told the place at once, name and street when it begins."""
    nodes.customer.vrm("trust", "add", str(ask(nodes.shop, "identity")["vendor"]))
    deal = agree(nodes, BOOKS[1], asking=True)
    wait_told(nodes, deal, PLACE)
    label = nodes.shop.vrm("vendor", "label", deal)
    assert label["lines"] == ["98765 Oberstadelwitz", "GERMANY"]
    assert label["missing"] == ["name", "street_address"]
    (listed,) = (row for row in nodes.shop.vrm("vendor", "orders") if row["deal"] == deal)
    assert (listed["to_do"], listed["reference"]) == (False, label["reference"])
    assert listed["next"] == "wait for the payment of 30.00 EUR"
    nodes.shop.vrm("order", "event", deal, "processing")
    wait_told(nodes, deal, PLACE | DELIVERY)
    label = nodes.shop.vrm("vendor", "label", deal)
    assert (label["lines"], label["missing"]) == (
        [
            "Annegret Mustermann-Zylka", "Quittenweg 17", "Hinterhaus",
            "98765 Oberstadelwitz", "GERMANY",
        ],
        [],
    )  # fmt: skip
    assert nodes.shop.vrm("order", "show", deal)["label"] == label
    nodes.customer.vrm("feedback", "give", deal, "--sealed", "--rating", "2", "--text", FEEDBACK)
    nodes.customer.vrm("relation", "write", deal, NOTE)
    until(lambda: set(texts_opened(nodes.shop.folder, deal)) == TEXTS, "the shop to have the texts")
    assert feedback_told(nodes) == [FEEDBACK]
    assert clear_text(nodes) == []
    return deal


def feedback_told(nodes: Nodes) -> list[str]:
    return [row["text"] for row in nodes.shop.vrm("feedback", "sealed")["sealed"]]


def texts_opened(folder: Path, deal: str) -> list[str]:
    """The texts of a deal in the database of a folder that the keys in it open."""
    found = opened(folder, boxes_of(folder, deal)).values()
    return [text for text in TEXTS if any(text.encode() in plain for plain in found)]


def _listed_for_its_owner(nodes: Nodes, deal: str) -> None:
    def arrived() -> list[dict[str, Any]] | None:
        rows = ask(nodes.customer, "contact", "disclosures", deal=deal)
        return rows if all(row["acknowledged"] for row in rows) else None

    rows = until(arrived, "every disclosure to be acknowledged")
    assert [set(row["fields"]) for row in rows] == [DELIVERY, PLACE]
    assert rows[-1]["rule"] == "automatic: place, to vendors trusted or proved"
    for node in (nodes.customer, nodes.shop):
        log = json.dumps(node.events())
        assert all(line.decode() not in log for lines in SEARCHED.values() for line in lines)
    assert event_data(nodes.shop, "disclosure.refused") == []


def _kept_over_a_restart_and_in_a_backup(nodes: Nodes, deal: str, folder: Path) -> None:
    passphrase = folder / "passphrase"
    passphrase.write_text("correct horse battery staple\n", encoding="utf-8")
    backups = []
    for node in (nodes.customer, nodes.shop):
        path = folder / f"{node.name}.backup"
        node.vrm("data", "backup", path, "--passphrase-file", passphrase)
        backups.append(path.read_bytes())
        assert node.stop() == 0
    assert clear_text(nodes) == []
    assert not any(line in raw for raw in backups for each in SEARCHED.values() for line in each)
    for node in (nodes.customer, nodes.shop):
        node.start("--log-level", "debug")
    assert set(told(nodes.shop, deal)) == PLACE | DELIVERY
    assert nodes.customer.vrm("contact", "show") == {**ANNA, "planned": None}


def texts_restored(deal: str, into: Path, folder: Path) -> list[str]:
    """The texts of a deal that the shop's backup, restored now, still opens."""
    passphrase = folder / "passphrase"
    backup = folder / "shop.backup"
    run_vrm("data", "restore", backup, "--passphrase-file", passphrase, "--data", into)
    return texts_opened(into, deal)


def _forgotten(nodes: Nodes, deal: str) -> None:
    copied = boxes_of(nodes.shop.folder, deal)
    with pytest.raises(CommandFailed) as caught:
        nodes.shop.vrm("vendor", "forget", deal)
    assert caught.value.exit_code == 4
    answer = nodes.shop.vrm("vendor", "forget", deal, "--anyway")
    assert answer["erased"] == 2
    assert set(answer["fields"]) == PLACE | DELIVERY
    _stated(nodes, deal, answer["deletion"])
    assert told(nodes.shop, deal) == {}
    assert nodes.shop.vrm("vendor", "label", deal)["lines"] == []
    assert feedback_told(nodes) == []
    assert [row["deal"] for row in nodes.shop.vrm("vendor", "questions", "--all")] == []
    assert opened(nodes.shop.folder, copied) == {}
    # Out of the rows with the commit, and out of the log of writes soon after it.
    until(lambda: not files_with(files_of(nodes.shop), copied), "the files without what was sealed")
    tell(f"{len(files_of(nodes.shop))} files of the shop searched; nothing in clear")
    assert clear_text(nodes) == []


def _stated(nodes: Nodes, deal: str, deletion: str) -> None:
    """The statement comes over the deal's channel, is in both ledgers, and verifies offline."""

    def gone(node: LocalNode, role: str) -> list[dict[str, Any]] | None:
        rows = node.vrm("ledger", "--role", role, "--state", "deleted")
        return rows if {row["field"] for row in rows} == PLACE | DELIVERY else None

    mine = until(lambda: gone(nodes.customer, "customer"), "the customer to read the statement")
    theirs = gone(nodes.shop, "vendor")
    assert theirs is not None
    assert {row["deleted"]["deletion"] for row in [*mine, *theirs]} == {deletion}
    held = nodes.customer.vrm("ledger", "--state", "held")
    assert {row["deal"] for row in held} and deal not in {row["deal"] for row in held}
    files = []
    for node in (nodes.customer, nodes.shop):
        path = node.folder / "deletion.vrm"
        node.vrm("deal", "export", deal, "--format", "deletion", "-o", path)
        files.append(path.read_bytes())
        checks = node.vrm("deal", "verify", path)["checks"]
        said = {check["name"]: check["evidence"] for check in checks}
        assert (said["author"], said["deleted"]) == ("proven", "asserted")
    assert files[0] == files[1]


def test_the_search_finds_what_stands_in_clear(tmp_path: Path) -> None:
    """A control: what is under the signature of a counter stays, and is found in both databases."""
    with three_nodes(tmp_path) as nodes:
        intent = publish(nodes.customer, BOOKS[2])
        (offer,) = wait_offers(nodes.customer, intent, 1)
        price, note = ["--total", "25.00 EUR"], ["--note", "I'd fetch it in Oberstadelwitz."]
        nodes.customer.vrm("offer", "counter", offer["offer"], *price, *note)
        until(lambda: event_data(nodes.shop, "counter.received"), "the counter")
        found = clear_text(nodes)
        assert {line.split()[0] for line in found} == {"customer", "shop"}
        assert {line.split()[-1] for line in found} == {"locality"}

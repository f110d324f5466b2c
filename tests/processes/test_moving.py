"""Real nodes move to other folders: deals verify there, dealing goes on, what was deleted is gone.

A shop is backed up while it holds data of two customers' deals; one of them is deleted afterwards.
Both the shop and the customer are then restored elsewhere, from backups that are older than that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from examples.local_node import LOOPBACK, LocalNode, LocalNodes
from examples.programs import run_vrm
from tests.processes.market import (
    Product,
    agreement,
    ask,
    configure,
    open_shop,
    publish,
    until,
    wait_offers,
    wait_state,
)

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOKS = [Product(720 + n, "30.00", 5) for n in range(3)]
NAME = "Annegret Mustermann-Zylka"


@contextmanager
def market(folder: Path) -> Iterator[tuple[LocalNodes, LocalNode, LocalNode, LocalNode]]:
    with LocalNodes(folder) as made:
        relay = made.prepare("relay")
        relay.start()
        customer = made.prepare("customer", peers=relay.addresses)
        shop = made.prepare("shop", peers=relay.addresses)
        for node in (customer, shop):
            configure(node, 20)
            node.start()
        open_shop(shop, BOOKS, reserve=True)
        yield made, relay, customer, shop


def agree(customer: LocalNode, shop: LocalNode, product: Product) -> str:
    intent = publish(customer, product)
    (offer,) = wait_offers(customer, intent, 1)
    customer.vrm("offer", "accept", offer["offer"])
    deal = str(offer["deal"])
    for node in (customer, shop):
        wait_state(node, deal, "agreed")
    return deal


def told(node: LocalNode, deal: str) -> dict[str, str]:
    shown = ask(node, "deals", deal)["disclosed"]["fields"]
    return {name: one["value"] for name, one in shown.items()}


def knows(shop: LocalNode, deal: str) -> bool:
    return told(shop, deal) == {"name": NAME}


def move(made: LocalNodes, node: LocalNode, backup: Path, relay: LocalNode) -> LocalNode:
    """The node of a backup in another folder, running; the old one has stopped."""
    assert node.stop() == 0
    moved = made.make(f"{node.name}-moved", peers=relay.addresses)
    report = run_vrm("data", "restore", backup, "--no-passphrase", "--data", moved.folder)
    assert report["deals"] == 2
    moved.start("--listen", LOOPBACK)
    return moved


def test_backup_restore_and_go_on(tmp_path: Path) -> None:
    with market(tmp_path / "nodes") as (made, relay, customer, shop):
        customer.vrm("contact", "set", f"name={NAME}", "country=NL")
        kept, deleted = (agree(customer, shop, product) for product in BOOKS[:2])
        for deal in (kept, deleted):
            customer.vrm("deal", "disclose", deal, "name")
            until(partial(knows, shop, deal), "the shop to know the name")
        files = {deal: agreement(shop, deal) for deal in (kept, deleted)}
        backups = {}
        for node in (customer, shop):
            backups[node] = tmp_path / f"{node.name}.vrmbackup"
            report = node.vrm("data", "backup", backups[node], "--no-passphrase")
            assert report["deals"] == 2
        keys = Path(f"{backups[shop]}.keys")
        assert bytes.fromhex(deleted) in keys.read_bytes()

        shop.vrm("vendor", "forget", deleted, "--anyway", "--reason", "on_request")
        until(lambda: bytes.fromhex(deleted) not in keys.read_bytes(), "its key to be taken out")
        assert bytes.fromhex(kept) in keys.read_bytes()

        _exported(customer, tmp_path / "mine", {deal: files[deal] for deal in files})
        shop = move(made, shop, backups[shop], relay)
        customer = move(made, customer, backups[customer], relay)
        # The backup is older than the deletion, and yet opens only what wasn't deleted.
        assert told(shop, kept) == {"name": NAME}
        assert told(shop, deleted) == {}
        for node in (customer, shop):
            for deal, raw in files.items():
                assert agreement(node, deal) == raw
                path = node.folder / f"{deal[:8]}.vrm"
                path.write_bytes(raw)
                assert node.vrm("deal", "verify", path)["ok"] is True
        third = agree(customer, shop, BOOKS[2])
        assert agreement(customer, third) == agreement(shop, third)


def _exported(node: LocalNode, folder: Path, files: dict[str, bytes]) -> None:
    """All of it is there, as the manifest says, the agreements as they were signed."""
    report = node.vrm("data", "export", folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert report["files"] == len(manifest) + 1
    for name, entry in manifest.items():
        raw = (folder / name).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == entry["sha256"]
        assert (folder / name).stat().st_mode & 0o077 == 0
    for deal, raw in files.items():
        assert (folder / f"deals/{deal[:16]}.vrm").read_bytes() == raw
        graph = json.loads((folder / f"deals/{deal[:16]}.jsonld").read_text(encoding="utf-8"))
        assert graph["dct:relation"]["schema:orderNumber"] == deal
    contact = json.loads((folder / "contact.json").read_text(encoding="utf-8"))
    assert contact["name"] == NAME
    assert {row["field"] for row in json.loads((folder / "ledger.json").read_text())} == {"name"}

"""A whole deal between two processes that never connect: every message goes by hand, in a file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from examples.local_node import LocalNode, LocalNodes
from examples.programs import CommandFailed
from tests.processes.market import (
    Product,
    agreement,
    ask,
    configure,
    deals,
    offers,
    open_shop,
    publish,
    start_together,
    states,
    stock,
    tell,
    until,
    wait_offers,
    wait_state,
)
from vrmprotocol import message_file

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK = Product(1, "30.00", 3)


def carry(sender: LocalNode, reader: LocalNode, path: Path, *options: str) -> dict[str, Any]:
    """One file from one node to the other; what its reading came to."""

    def written() -> dict[str, Any] | None:
        try:
            return dict(sender.vrm("message", "export", *options, "-o", path, "--force"))
        except CommandFailed as error:
            if error.code == "message.nothing":
                return None
            raise

    report = until(written, f"something to carry from {sender.name}")
    assert report["size_bytes"] == path.stat().st_size
    assert report["left"] == 0
    return dict(reader.vrm("message", "import", path))


def test_a_deal_without_network(tmp_path: Path) -> None:
    with LocalNodes(tmp_path) as nodes:
        shop, ada = nodes.prepare("shop"), nodes.prepare("ada")
        for node in (shop, ada):
            configure(node, 20)
        start_together([shop, ada])
        open_shop(shop, [BOOK], reserve=True)
        intent = publish(ada, BOOK)

        wish = carry(ada, shop, tmp_path / "wish.vrmm", "--intent", intent)
        assert (wish["taken"], wish["refused"]) == (1, 0)
        again = shop.vrm("message", "import", tmp_path / "wish.vrmm")
        assert (again["taken"], again["known"]) == (0, 1)

        deal = str(until(lambda: next(iter(states(shop)), None), "an offer at the shop"))
        answer = carry(shop, ada, tmp_path / "offer.vrmm", "--deal", deal)
        assert [row["kind"] for row in answer["messages"]] == ["vendor_profile", "mail"]
        offer = wait_offers(ada, intent, 1)[0]
        assert offer["vendor_name"] == "Shop shop"

        ada.vrm("offer", "accept", offer["offer"])
        order = carry(ada, shop, tmp_path / "order.vrmm", "--deal", deal)
        assert [row["for_you"] for row in order["messages"]] == [True] * order["taken"]
        wait_state(shop, deal, "agreed")

        _spoil(tmp_path / "spoiled.vrmm", shop, deal, ada)
        wait_state(ada, deal, "agreed")
        assert agreement(ada, deal) == agreement(shop, deal)
        assert stock(shop, BOOK) == BOOK.stock - 1

        carry(ada, shop, tmp_path / "thanks.vrmm", "--deal", deal)
        until(lambda: _acknowledged(shop, deal), "the agreement to be acknowledged")
        with pytest.raises(CommandFailed) as nothing:
            ada.vrm("message", "export", "--deal", deal, "-o", tmp_path / "more.vrmm")
        assert nothing.value.code == "message.nothing"

        for node in (shop, ada):
            assert ask(node, "peers") == []
        carried = sum(path.stat().st_size for path in tmp_path.glob("*.vrmm"))
        tell(f"a deal in files: {carried} bytes carried, agreed on both sides, no peer ever")


def _spoil(path: Path, shop: LocalNode, deal: str, ada: LocalNode) -> None:
    """A forged envelope beside the right ones costs only itself."""
    shop.vrm("message", "export", "--deal", deal, "-o", path)
    right = message_file.read(path.read_bytes())
    forged = right[-1][:-1] + bytes([right[-1][-1] ^ 1])
    spoiled = right[-1].replace(b"vrm/1/mail/0", b"vrm/1/mail/1")
    path.write_bytes(message_file.write([forged, spoiled, b"rubbish", *right]))
    read = ada.vrm("message", "import", path)
    assert read["refused"] == 3
    assert read["taken"] + read["known"] == len(right)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CommandFailed) as refused:
        ada.vrm("message", "import", path)
    assert refused.value.code == "encoding.truncated"


def _acknowledged(node: LocalNode, deal: str) -> bool:
    messages = ask(node, "deals", deal)["messages"]
    return all(row["acknowledged"] for row in messages if row["kind"] == "agreement")


def test_a_file_shows_no_links_unasked(tmp_path: Path) -> None:
    with LocalNodes(tmp_path) as nodes:
        ada = nodes.add("ada")
        first, _ = publish(ada, BOOK), publish(ada, Product(2, "1.00", 1))
        path = tmp_path / "both.vrmm"
        with pytest.raises(CommandFailed) as refused:
            ada.vrm("message", "export", "-o", path)
        assert (refused.value.code, path.exists()) == ("message.linked", False)
        assert ada.vrm("message", "export", "--intent", first, "-o", path)["market"] == 1
        extended = ada.vrm("intent", "extend", first, "--valid-for", "1w")
        assert ask(ada, "intents", first)["valid_through"] == extended["valid_through"]
        with pytest.raises(CommandFailed) as too_late:
            ada.vrm("intent", "extend", first, "--valid-for", "2d")
        assert (too_late.value.code, too_late.value.exit_code) == ("intent.not_later", 4)
        together = ada.vrm("message", "export", "--together", "-o", path, "--force")
        assert together["market"] == 3
        assert deals(ada) == {} and offers(ada, first) == []


def test_what_came_in_a_file_goes_no_further(tmp_path: Path) -> None:
    with LocalNodes(tmp_path) as nodes:
        ada, shop = nodes.prepare("ada"), nodes.prepare("shop")
        start_together([ada, shop])
        neighbour = nodes.add("neighbour", peers=shop.addresses)
        until(lambda: ask(shop, "peers"), "the neighbour at the shop")
        path = tmp_path / "wish.vrmm"
        ada.vrm("message", "export", "--intent", publish(ada, BOOK), "-o", path)
        assert shop.vrm("message", "import", path)["taken"] == 1
        publish(neighbour, BOOK)
        until(lambda: ask(shop, "status")["market_intents"] == 2, "the neighbour's intent")
        time.sleep(2)  # two heartbeats, in which a message would be offered to neighbours
        assert ask(neighbour, "status")["market_intents"] == 0

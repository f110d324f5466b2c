"""A postbox: two who are never on at the same time come to an agreement, and it reads nothing."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
import trio

from benchmarks import corpus
from examples.local_node import LocalNode, LocalNodes
from examples.programs import CommandFailed
from tests.processes.market import (
    Product,
    agreement,
    ask,
    open_shop,
    publish,
    states,
    until,
    wait_offers,
    wait_state,
)
from tests.processes.raw_peer import handed_over
from vrmprotocol import envelope

pytestmark = pytest.mark.processes

BOOK = Product(41, "20.00", 5)
PATIENCE_S = 180.0


def held(box: LocalNode, pool: str = "mail") -> dict[str, int]:
    """How much is in a pool of a postbox."""
    found: dict[str, int] = ask(box, "status")["postbox"][pool]
    return found


def configure(node: LocalNode, line: str, instead_of: str) -> None:
    """Change a line in the config.toml of a node that doesn't run."""
    path = node.folder / "config.toml"
    text = path.read_text(encoding="utf-8")
    assert f"\n{instead_of}\n" in text
    path.write_text(text.replace(f"\n{instead_of}\n", f"\n{line}\n"), encoding="utf-8")


def leave(node: LocalNode) -> None:
    """Switch a node off as soon as each of its messages has left once."""

    def all_left() -> bool:
        with closing(sqlite3.connect(f"file:{node.folder}/node.db?mode=ro", uri=True)) as database:
            waiting = "SELECT count(*) FROM outbox WHERE done_at IS NULL AND attempts = 0"
            return bool(database.execute(waiting).fetchone() == (0,))

    until(all_left, f"all that {node.name} writes to leave", PATIENCE_S)
    node.stop()


def test_a_deal_of_two_who_are_never_on_at_once(tmp_path: Path) -> None:
    with LocalNodes(tmp_path) as nodes:
        box = nodes.prepare("postbox")
        box.start("--postbox")
        # They know nobody but the postbox, and dial it because it was chosen.
        shop, customer = nodes.prepare("shop"), nodes.prepare("customer")
        for node in (shop, customer):
            configure(node, f'submit_to = ["{box.addresses[0]}"]', "submit_to = []")
        shop.start()
        open_shop(shop, [BOOK], reserve=True)
        leave(shop)
        customer.start()
        intent = publish(customer, BOOK)
        leave(customer)
        shop.start()
        until(lambda: "offered" in states(shop).values(), "an offer", PATIENCE_S)
        leave(shop)
        customer.start()
        (offer,) = wait_offers(customer, intent, 1)
        deal = customer.vrm("offer", "accept", offer["offer"])["deal"]
        leave(customer)
        shop.start()
        wait_state(shop, deal, "agreed")
        file = agreement(shop, deal)
        leave(shop)
        customer.start()
        wait_state(customer, deal, "agreed")
        assert agreement(customer, deal) == file
        # Everything passed through it, and nothing was read by it.
        status = ask(box, "status")
        assert status["postbox"]["market"]["envelopes"] == 1
        assert status["postbox"]["directory"]["envelopes"] == 1
        assert status["postbox"]["mail"]["envelopes"] >= 3
        assert status["market_intents"] == 0 and states(box) == {}
        assert ask(box, "vendors") == []
        with pytest.raises(CommandFailed) as refused:
            publish(box, BOOK)
        assert (refused.value.code, refused.value.exit_code) == ("postbox.reads_nothing", 4)


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here")
def test_one_that_is_full_says_so_and_holds_what_is_worth_most(tmp_path: Path) -> None:
    mails = corpus.load(4_200, corpus.MAIL)
    with LocalNodes(tmp_path) as nodes:
        box = nodes.prepare("postbox")
        configure(box, "serve = true", "serve = false")
        configure(box, "mail_mb = 16", "mail_mb = 4096")
        box.start()
        results = trio.run(handed_over, box.addresses[0], mails)
        assert set(results) == {"kept", "submit.not_kept"}
        full = held(box)
        assert 0 < full["most_bytes"] - full["bytes"] < 5_000
        # What was let go since is told apart from what is there.
        again = trio.run(handed_over, box.addresses[0], mails)
        assert Counter(again) == {
            "envelope.duplicate": full["envelopes"],
            "submit.not_kept": len(mails) - full["envelopes"],
        }
        least = [
            min(_bits(raw) for raw, result in zip(mails, again, strict=True) if result == wanted)
            for wanted in ("envelope.duplicate", "submit.not_kept")
        ]
        most_let_go = max(
            _bits(raw)
            for raw, result in zip(mails, again, strict=True)
            if result == "submit.not_kept"
        )
        assert least[0] >= least[1] and most_let_go <= least[0]
        box.stop()
        box.start()
        assert held(box) == full


def _bits(raw: bytes) -> int:
    identity = envelope.unsecure_load(raw).id
    return 256 - int.from_bytes(identity, "big").bit_length()


def test_a_folder_in_which_somebody_deals_is_no_postbox(tmp_path: Path) -> None:
    with LocalNodes(tmp_path) as nodes:
        node = nodes.add("node")
        publish(node, BOOK)
        node.stop()
        node.launch("--postbox")
        assert node.wait_until_ended(PATIENCE_S) == 4
        assert "postbox.own_affairs" in node.log_tail()

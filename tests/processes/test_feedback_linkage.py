"""What feedback between real nodes can't be linked to.

A logging node sees all that two dozen deals and their feedback look like from outside, and
`feedback_linkage` tries to join them.
"""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from examples.local_node import LocalNode
from tests.processes import feedback_linkage, linkage
from tests.processes.linkage import Finding, Seen
from tests.processes.linked_twice import linked_twice
from tests.processes.logging_node import running_logger
from tests.processes.market import (
    Market,
    Product,
    ask,
    automatic,
    intents_by_tag,
    offers_of,
    open_market,
    publish,
    states,
    tell,
    until,
)
from tests.processes.pairs import Item
from tests.processes.virtual_time import VirtualTime
from vrmprotocol import envelope

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK = Product(800, "30.00", 500)
CUSTOMERS, EACH = 3, 8
SAID = "The corners were bent."


def test_what_a_logging_node_sees_of_feedback(tmp_path: Path, shim: Path) -> None:
    def play(number: int) -> list[Finding]:
        return _findings(tmp_path / str(number), shim)

    assert linked_twice(play) == []


def _findings(folder: Path, shim: Path) -> list[Finding]:
    """Deals and feedback in a folder of their own, and what links them."""
    folder.mkdir()
    clock = VirtualTime(folder)
    with (
        clock.running(shim),
        running_logger(folder / "log") as hub,
        open_market(folder, customers=CUSTOMERS, shops=[([BOOK], False)], hub=hub) as market,
    ):
        with ThreadPoolExecutor(CUSTOMERS) as at_once:
            list(at_once.map(_buy, market.customers))
            chance = random.Random(14)
            words = [[_words(chance) for _ in range(EACH)] for _ in market.customers]
            list(at_once.map(_speak, market.customers, words))
        while (due := _next_due(market)) is not None:
            clock.advance_to(due)
            until(partial(_due_is_past, market, due), "the feedback that is due")
        until(lambda: not any(ask(n, "status")["outbox"] for n in market.customers), "all sent")
        until(partial(_all_logged, folder / "log"), "all feedback in the log")
        truth = _truth(market)
        market.nodes.stop_all()
    log = linkage.read_log(folder / "log" / "messages.jsonl")
    truth["mails"] = {
        tag: truth["intents"][intent] for tag, intent in intents_by_tag(market.customers).items()
    }
    # For `python -m tests.processes.feedback_linkage`.
    (folder / "truth.json").write_text(json.dumps(truth))
    _check_bytes(log, market)
    _a_leak_would_be_found(log, truth)
    found = feedback_linkage.findings(log, truth)
    for finding in found:
        tell(finding.words())
    right, count = feedback_linkage.by_order(log, truth)
    tell(f"by the order of coming alone {right} of {count} feedbacks are told right")
    return found


def _all_logged(folder: Path) -> bool:
    log = linkage.read_log(folder / "messages.jsonl")
    return sum(seen.outer.kind == "feedback" for seen in log) == CUSTOMERS * EACH


def _buy(customer: LocalNode) -> None:
    for _ in range(EACH):
        publish(customer, BOOK, *automatic(1))
    until(lambda: list(states(customer).values()) == ["agreed"] * EACH, f"{EACH} agreements")
    until(lambda: ask(customer, "status")["outbox"] == 0, "every message acknowledged")


def _words(chance: random.Random) -> list[object]:
    """What somebody says, of the same distribution whoever it is."""
    said: list[object] = ["--rating", chance.randint(1, 5)]
    said += chance.choice([[], ["--delivery", "late"], ["--delivery", "on_time"]])
    said += chance.choice([[], ["--text", SAID], ["--text", "Good.", "--language", "en"]])
    return said + chance.choice([[], ["--product"]])


def _speak(customer: LocalNode, said: list[list[object]]) -> None:
    for deal, words in zip(states(customer), said, strict=True):
        customer.vrm("feedback", "give", deal, *words)


def _waiting(market: Market) -> list[int]:
    own = [row for node in market.customers for row in ask(node, "feedback")["own"]]
    return [row["due_at"] for row in own if row["published_at"] is None]


def _next_due(market: Market) -> int | None:
    return min(_waiting(market), default=None)


def _due_is_past(market: Market, due: int) -> bool:
    return _next_due(market) != due


def _truth(market: Market) -> dict[str, Any]:
    rows = [(node.name, row) for node in market.customers for row in ask(node, "deals")]
    own = [row for node in market.customers for row in ask(node, "feedback")["own"]]
    return {
        "customers": {row["deal"]: name for name, row in rows},
        "intents": {row["intent"]: row["deal"] for _, row in rows},
        "feedback": {row["feedback"]: row["deal"] for row in own},
    }


def _check_bytes(log: list[Seen], market: Market) -> None:
    """Nothing of a deal stands in feedback, and what feedback shows stands nowhere else."""
    said = [seen.outer for seen in log if seen.outer.kind == "feedback"]
    assert len(said) == CUSTOMERS * EACH == len({outer.author for outer in said})
    assert all(outer.created % 600 == 0 for outer in said)
    assert {outer.expires - outer.created for outer in said} == {envelope.FEEDBACK_LIFETIME_S}
    everything = b"\0".join(outer.raw for outer in said)
    offers = offers_of(market.customers)
    hidden = [value for one in offers for value in (one.deal, one.recipient, one.digest)]
    hidden += [seen.outer.id for seen in log if seen.outer.kind == "intent"]
    assert hidden and not any(value in everything for value in hidden)
    others = b"\0".join(seen.outer.raw for seen in log if seen.outer.kind != "feedback")
    shown = [
        value
        for outer in said
        for value in (outer.author, feedback_linkage.feedback_of(outer).grant)
    ]
    assert not any(value in others for value in shown)
    tell(f"{len(said)} feedbacks, {len(hidden)} ids of deals looked for in them and none seen")


def _a_leak_would_be_found(log: list[Seen], truth: dict[str, Any]) -> None:
    """A control: the same messages, had each deal left one byte alike in intent and feedback."""

    def leaking(each: Item) -> Item:
        salt = each.fields["salt"]
        assert isinstance(salt, bytes)
        raw = bytearray(salt)
        raw[3] = int(each.label[:2], 16)
        return Item(each.label, {**each.fields, "salt": bytes(raw)})

    intents = feedback_linkage.items_of(log, "intent", truth["intents"])
    said = feedback_linkage.items_of(log, "feedback", truth["feedback"])
    found = feedback_linkage.ask(
        "with a byte that stays alike", list(map(leaking, intents)), list(map(leaking, said))
    )
    tell(found.words())
    assert found.linked


@pytest.mark.parametrize("leak", ["salt", "place", "size", "none"])
def test_the_classifier_finds_a_planted_link(leak: str) -> None:
    chance = random.Random(leak)
    deals = [f"deal-{number}" for number in range(CUSTOMERS * EACH)]
    intents, said = (
        [_planted(leak, number, deal, chance) for number, deal in enumerate(deals)]
        for _ in range(2)
    )
    chance.shuffle(said)
    found = feedback_linkage.ask(leak, intents, said)
    assert found.linked == (leak != "none"), found.words()


def _planted(leak: str, number: int, deal: str, chance: random.Random) -> Item:
    salt = bytearray(chance.randbytes(16))
    if leak == "salt":
        salt[3] = number * 10 + chance.randrange(5)
    return Item(
        deal,
        {
            "salt": bytes(salt),
            "place": number if leak == "place" else chance.randrange(CUSTOMERS * EACH),
            "size": 700 + (number if leak == "size" else chance.randrange(30)),
        },
    )

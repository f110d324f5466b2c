"""Three castings of a standing intent in virtual time: nobody but their node can join them.

A logging node between real ones sees twelve standing intents of three customers, all of the same
shape and begun together, as a curious member would. The clock of all processes is put forward from
casting to casting, over two weeks.
"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from examples.local_node import LocalNode
from tests.processes import casting_linkage, linkage
from tests.processes.casting_linkage import Casting
from tests.processes.linkage import Finding, Seen
from tests.processes.linked_twice import linked_twice
from tests.processes.logging_node import running_logger
from tests.processes.market import (
    Market,
    Product,
    ask,
    automatic,
    intents_by_tag,
    open_market,
    publish,
    states,
    tell,
    until,
)
from tests.processes.pairs import Fields, Item
from tests.processes.virtual_time import VirtualTime

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK = Product(900, "30.00", 500)
CUSTOMERS, EACH, TURNS = 3, 4, 3
WEEK_S = 7 * 86_400
WEEKLY = ("--every", "1w", "--until", "2035-01-01")


def test_what_a_logging_node_sees_of_three_castings(tmp_path: Path, shim: Path) -> None:
    def play(number: int) -> list[Finding]:
        return _findings(tmp_path / str(number), shim)

    assert linked_twice(play) == []


def _findings(folder: Path, shim: Path) -> list[Finding]:
    """Three castings in a folder of their own, and what links them."""
    folder.mkdir()
    clock = VirtualTime(folder)
    shops = [([BOOK], False)]
    with (
        clock.running(shim),
        running_logger(folder / "log") as hub,
        open_market(folder, customers=CUSTOMERS, shops=shops, hub=hub) as market,
    ):
        with ThreadPoolExecutor(CUSTOMERS) as at_once:
            list(at_once.map(_begin, market.customers))
        _until_bought(market, CUSTOMERS * EACH)
        while (due := _next(market)) is not None:
            clock.advance_to(due)
            until(lambda due=due: _next(market) != due, "the casting that is due")  # type: ignore[misc]
            _until_bought(market, sum(row["castings"] for _, row in _standing(market)))
        truth = _truth(market)
        market.nodes.stop_all()
    turns = _turns(
        linkage.read_log(folder / "log" / "messages.jsonl"),
        truth,
        intents_by_tag(market.customers),
    )
    _check_fields(turns)
    found = [
        replace(finding, question=f"of one {labels}: {finding.question}")
        for labels in ("standing intent", "customer")
        for finding in casting_linkage.findings(_labelled(turns, labels), WEEK_S)
    ]
    for finding in found:
        tell(finding.words())
    tell(_rhythm(turns))
    # The same classifier on the same castings, had each one byte of its salt from its node.
    leaking = [[_leaking(each, at * WEEK_S) for each in turn] for at, turn in enumerate(turns)]
    finding = casting_linkage.linked("with a byte that stays alike", leaking)
    tell(finding.words())
    assert finding.linked
    return found


def _begin(customer: LocalNode) -> None:
    for _ in range(EACH):
        publish(customer, BOOK, *automatic(1), *WEEKLY)


def _standing(market: Market) -> list[tuple[LocalNode, dict[str, Any]]]:
    return [(node, row) for node in market.customers for row in ask(node, "standing")]


def _next(market: Market) -> int | None:
    """When the next casting of the first turns comes; None when all of them are there."""
    waiting = [row["next_at"] for _, row in _standing(market) if row["castings"] < TURNS]
    return min(waiting, default=None)


def _until_bought(market: Market, count: int) -> None:
    """Every casting has led to an agreement, and no mail is on its way."""

    def all_agreed() -> bool:
        found = [state for node in market.customers for state in states(node).values()]
        nodes = [*market.customers, *market.vendors]
        return found == ["agreed"] * count and not any(ask(n, "status")["outbox"] for n in nodes)

    until(all_agreed, f"{count} agreements")


def _truth(market: Market) -> dict[str, list[str]]:
    """The castings of each standing intent, oldest first, by the customer's name and its id."""
    return {
        f"{node.name} {row['standing']}": [
            each["intent"] for each in ask(node, "standing", row["standing"])["intents"]
        ][::-1]
        for node, row in _standing(market)
    }


def _turns(
    log: list[Seen], truth: dict[str, list[str]], by_tag: dict[str, str]
) -> list[list[Casting]]:
    intents = {seen.outer.id.hex(): seen for seen in log if seen.outer.kind == "intent"}
    tags = {linkage.intent_of(seen.outer).reply_tag.hex(): key for key, seen in intents.items()}
    mail: dict[str, list[Seen]] = {intent: [] for intent in intents}
    for seen in log:
        if seen.outer.tag is not None:
            mail[{**by_tag, **tags}[seen.outer.tag.hex()]].append(seen)
    return [
        [
            Casting(label, intents[castings[turn]], mail[castings[turn]])
            for label, castings in truth.items()
        ]
        for turn in range(TURNS)
    ]


def _check_fields(turns: list[list[Casting]]) -> None:
    """The words are the same in all castings, and nothing else is the same in any two."""
    castings = [each for turn in turns for each in turn]
    assert len(castings) == CUSTOMERS * EACH * TURNS
    assert min(len(each.mail) for each in castings) >= casting_linkage.MAIL
    bodies = [linkage.intent_of(each.intent.outer) for each in castings]
    own = ("salt", "reply_key", "reply_tag", "valid_through")
    words = {
        repr(msgspec.structs.replace(body, **{name: getattr(bodies[0], name) for name in own}))
        for body in bodies
    }
    assert len(words) == 1
    seen = [each.intent.outer for each in castings]
    assert len({(len(one.raw), one.topic) for one in seen}) == 1
    assert all(one.created % 600 == 0 == one.expires % 600 for one in seen)
    everything = [*seen, *(one.outer for each in castings for one in each.mail)]
    for name in ("author", "id", "sig", "stamp"):
        assert len({getattr(one, name) for one in everything}) == len(everything), name
    for turn, after in pairwise(turns):
        last = max(each.intent.outer.expires for each in turn)
        assert last < min(each.intent.outer.created for each in after)
    tell(f"{len(castings)} castings with {len(everything) - len(castings)} mails")


def _labelled(turns: list[list[Casting]], labels: str) -> list[list[Casting]]:
    if labels == "standing intent":
        return turns
    return [[replace(each, label=each.label.split()[0]) for each in turn] for turn in turns]


def _rhythm(turns: list[list[Casting]]) -> str:
    """How often the rhythm alone tells which casting of the turn before is the same author's."""
    right = 0
    for each in turns[2]:
        guess = min(turns[1], key=lambda one: abs(each.intent.at - one.intent.at - WEEK_S))
        right += guess.label == each.label
    return f"by the rhythm alone {right} of {len(turns[2])} castings are told right"


def _leaking(each: Casting, since_s: int) -> Item:
    item = casting_linkage.intent_item(each, since_s)
    salt = bytearray(linkage.intent_of(each.intent.outer).salt)
    salt[3] = sum(each.label.encode()) % 251
    return replace(item, fields={**item.fields, "salt": bytes(salt)})


@pytest.mark.parametrize("leak", ["tag", "stamp", "size", "rhythm", "none"])
def test_the_classifier_finds_a_planted_link(leak: str) -> None:
    chance = random.Random(leak)
    labels = [f"standing-{n}" for n in range(CUSTOMERS * EACH)]
    turns = [[Item(label, _planted(leak, label, chance)) for label in labels] for _ in range(TURNS)]
    found = casting_linkage.linked(leak, turns)
    assert found.linked == (leak != "none"), found.words()


def _planted(leak: str, label: str, chance: random.Random) -> Fields:
    own = int(label.partition("-")[2])
    raw = bytearray(chance.randbytes(16))
    stamp, jitter_s = chance.randrange(2**64), chance.randrange(WEEK_S // 5)
    if leak == "tag":
        raw[3] = own * 20 + chance.randrange(5)
    elif leak == "stamp":  # a counter that starts where its node's last search ended
        stamp = own * 2**40 + chance.randrange(2**30)
    elif leak == "rhythm":  # the same hour of every week
        jitter_s = own * 40_000
    return {
        "tag": bytes(raw),
        "stamp": stamp.to_bytes(8, "big"),
        "size": 700 + (own if leak == "size" else 0),
        "seen": jitter_s,
    }

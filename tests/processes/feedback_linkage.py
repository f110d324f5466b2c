"""Tries to link feedback to intents, deals and customers, with the classifier of `linkage`.

    python -m tests.processes.feedback_linkage MESSAGES TRUTH

A third node sees many deals of one vendor, all about the same product and of the same month, and
later as many feedbacks. Which feedback is of which intent, of which mail, of which customer? It is
told the truth about one half of the deals and judged on the other. Everything of a message that can
be read counts, times and the order of coming among it; of feedback also its grant, which stands
beside an intent's reply key and salt. What is said doesn't count: it is as alike as the tests make
it, and whoever names in it what nobody else bought can be known by that.

As in `linkage`, the neighbour that handed a message over is left out: here each node has no other
neighbour than the logger.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.processes import linkage
from tests.processes.linkage import Finding, Seen
from tests.processes.pairs import Fields, Item, Pairs
from vrmprotocol.envelope import Envelope
from vrmprotocol.feedback import Feedback
from vrmprotocol.market import load_market

MAIL = 4
"""Of each deal so many mails are compared; more would be slower and say no more."""


def feedback_of(outer: Envelope) -> Feedback:
    """The body of feedback that was seen."""
    body = load_market(outer)
    assert isinstance(body, Feedback)
    return body


def feedback_fields(outer: Envelope) -> Fields:
    """All of feedback that can be read, under the names of what it is compared with."""
    grant = feedback_of(outer).grant
    return {
        "author": outer.author,
        "id": outer.id,
        "stamp": outer.stamp,
        "sig": outer.sig,
        "size": len(outer.raw),
        "body size": len(outer.body),
        "lifetime": outer.expires - outer.created,
        "tag": outer.author[:16],
        "key": grant[:32],
        "salt": grant[32:48],
    }


def findings(log: Sequence[Seen], truth: Mapping[str, Any]) -> list[Finding]:
    """The four questions.

    `truth` has the deal of each feedback by its key (`feedback`), of each intent (`intents`) and of
    each mail by its tag (`mails`), and the `customers` of the deals.
    """
    intents = items_of(log, "intent", truth["intents"])
    said = items_of(log, "feedback", truth["feedback"])
    customers = truth["customers"]
    people = _relabelled(intents, customers), _relabelled(said, customers)
    (intents_taught, intents_judged), (taught, judged) = map(linkage.halves, people)
    return [
        ask("feedback and the intent of its deal", intents, said),
        ask("feedback and mail of its deal", _mail(log, truth["mails"]), said),
        linkage.link("two feedbacks of one customer", Pairs(taught), Pairs(judged), 13),
        linkage.link(
            "feedback and an intent of one customer",
            Pairs(taught, intents_taught),
            Pairs(judged, intents_judged),
            14,
        ),
    ]


def ask(question: str, left: Sequence[Item], said: Sequence[Item]) -> Finding:
    """Learn from one half of the deals, and judge on the other.

    Luck is what comes of shuffling the feedbacks: they come at times of their own, while what is of
    one deal, or of one customer, may have come together.
    """
    deals = sorted({item.label for item in said})
    train, test = (Pairs(_of(said, half), _of(left, half)) for half in (deals[::2], deals[1::2]))
    return linkage.link(question, train, test, 12)


def items_of(log: Sequence[Seen], kind: str, labels: Mapping[str, str]) -> list[Item]:
    """The intents, by the deals of their ids, or the feedback, by the deals of its authors."""
    seen = _of_kind(log, kind)
    if kind == "intent":
        return _items(seen, lambda each: labels[each.outer.id.hex()], linkage.fields_of)
    return _items(seen, lambda each: labels[each.outer.author.hex()], feedback_fields)


def _mail(log: Sequence[Seen], labels: Mapping[str, str]) -> list[Item]:
    seen = [(each, each.outer.tag.hex()) for each in log if each.outer.tag is not None]
    known = [each for each, tag in seen if tag in labels]
    found = _items(known, lambda each: labels[(each.outer.tag or b"").hex()], linkage.fields_of)
    return [item for deal in sorted(set(labels.values())) for item in _of(found, [deal])[:MAIL]]


def _items(
    seen: Sequence[Seen], label: Callable[[Seen], str], fields: Callable[[Envelope], Fields]
) -> list[Item]:
    """Each with its place in the order of its kind, and its times."""
    return [
        Item(
            label(each),
            {
                **fields(each.outer),
                "place": at,
                "created": each.outer.created,
                "seen": int(each.at),
            },
        )
        for at, each in enumerate(seen)
    ]


def _of(items: Sequence[Item], labels: Sequence[str]) -> list[Item]:
    return [item for item in items if item.label in labels]


def _relabelled(items: Sequence[Item], labels: Mapping[str, str]) -> list[Item]:
    return [Item(labels[item.label], item.fields) for item in items]


def _of_kind(log: Sequence[Seen], kind: str) -> list[Seen]:
    return [seen for seen in log if seen.outer.kind == kind]


def by_order(log: Sequence[Seen], truth: Mapping[str, Any]) -> tuple[int, int]:
    """Of how many feedbacks the intent is told right by the order of coming alone; of how many."""
    intents = [truth["intents"][seen.outer.id.hex()] for seen in _of_kind(log, "intent")]
    said = [truth["feedback"][seen.outer.author.hex()] for seen in _of_kind(log, "feedback")]
    return sum(one == other for one, other in zip(intents, said, strict=True)), len(said)


def main(messages: Path, truth: Path, say: Callable[[str], object] = sys.stdout.write) -> int:
    """Print the report; 1 if anything links."""
    log, known = linkage.read_log(messages), json.loads(truth.read_text(encoding="utf-8"))
    found = findings(log, known)
    for finding in found:
        say(finding.words() + "\n")
    right, count = by_order(log, known)
    say(f"by the order of coming alone {right} of {count} feedbacks are told right\n")
    return int(any(finding.linked for finding in found))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

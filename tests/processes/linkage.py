"""Tries to link what a member of the market saw: a classifier over the log of `logging_node`.

    python -m tests.processes.linkage MESSAGES TRUTH

Three questions, each asked of pairs: two intents of one customer? two first answers of one vendor?
an intent and a later mail of its deal? The features of a pair are the distance of every byte at the
same place (tags, keys, salts, ids, stamps, signatures, the sealed body's beginning), the Hamming
distances of whole fields, sizes and lifetimes, and all of these together in one weighted sum. One
half of the items teaches each feature its threshold and direction, the other half judges it. The
figure is the best balanced accuracy of all features (0.5 is guessing); the bound is what the best
of as many features reaches by luck, found by shuffling who is who. Luck reaches it once in some
thousand questions, so what links in one market is asked of another, too (`linked_twice`).

Left out on purpose, because they aren't hidden: the intent's own words (they are public; whoever
always writes alike can be known by it), the first answer's tag (it is the intent's, so everybody
can count the answers), the neighbour that handed a message over (here each node has no other
neighbour than the logger, in a market it has several), and time, which `timing` measures apart.
"""

from __future__ import annotations

import bisect
import json
import random
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.processes.pairs import Fields, Item, Pairs
from vrmprotocol import envelope
from vrmprotocol.envelope import Envelope
from vrmprotocol.market import Intent, load_market

ROUNDS = 10_000
SURE = 0.0003
"""A finding counts as a link when luck reaches it in fewer than three of ten thousand cases."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as it was logged: when, and what an outsider can read of it."""

    at: float
    peer: str
    outer: Envelope


@dataclass(frozen=True, slots=True)
class Finding:
    """How well the best feature links, beside what luck reaches."""

    question: str
    pairs: int
    features: int
    best: str
    accuracy: float
    together: float
    bound: float
    p: float

    @property
    def linked(self) -> bool:
        """Whether it links better than luck does."""
        return self.p < SURE

    def words(self) -> str:
        """One line for people."""
        return (
            f"{self.question}: best of {self.features} features ({self.best}) is right for "
            f"{self.accuracy:.3f}, all together for {self.together:.3f}, of {self.pairs} pairs "
            f"(balanced; guessing 0.500; the best by luck is below {self.bound:.3f} "
            f"in 99.9 % of cases; p = {self.p:.3f})"
        )


def read_log(path: Path) -> list[Seen]:
    """The messages in the order in which they came; without one that is just being written."""
    found = []
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        row = json.loads(line)
        outer = envelope.unsecure_load(bytes.fromhex(row["data"]))
        found.append(Seen(row["at"], row["peer"], outer))
    return found


def intent_of(outer: Envelope) -> Intent:
    """The body of an intent that was seen."""
    body = load_market(outer)
    assert isinstance(body, Intent)
    return body


def fields_of(outer: Envelope) -> Fields:
    """All that is hidden from nobody but time and the intent's words.

    Fields of the same name are compared: an intent's reply tag with a mail's tag, its reply key
    with the beginning of a sealed body (both are X25519 keys).
    """
    found: dict[str, bytes | int] = {
        "author": outer.author,
        "id": outer.id,
        "stamp": outer.stamp,
        "sig": outer.sig,
        "size": len(outer.raw),
        "body size": len(outer.body),
        "lifetime": outer.expires - outer.created,
    }
    if outer.tag is not None:
        return {**found, "tag": outer.tag, "key": outer.body[:32], "salt": outer.body[32:48]}
    body = intent_of(outer)
    return {**found, "tag": body.reply_tag, "key": body.reply_key.key, "salt": body.salt}


@dataclass(frozen=True, slots=True)
class _Rule:
    """Says that a pair belongs together when its score is above (or below) a threshold."""

    threshold: float
    above: bool

    def says(self, scores: Iterable[float]) -> int:
        mask = 0
        for number, score in enumerate(scores):
            if (score > self.threshold) == self.above:
                mask |= 1 << number
        return mask


def _split(scores: Sequence[float], truth: int) -> tuple[list[float], list[float]]:
    same = sorted(score for at, score in enumerate(scores) if truth >> at & 1)
    other = sorted(score for at, score in enumerate(scores) if not truth >> at & 1)
    return same, other


def _learn(scores: Sequence[float], truth: int) -> _Rule:
    """The threshold and direction with the best balanced accuracy."""
    same, other = _split(scores, truth)
    best, found = 0.0, _Rule(0.0, above=True)
    for threshold in sorted(set(scores)):
        hit = 1 - bisect.bisect_right(same, threshold) / len(same)
        false = 1 - bisect.bisect_right(other, threshold) / len(other)
        for above, gain in ((True, hit - false), (False, false - hit)):
            if gain > best:
                best, found = gain, _Rule(threshold, above)
    return found


def _weights(pairs: Pairs, truth: int) -> dict[str, tuple[float, float]]:
    """Per feature its weight and middle: how far same and other pairs lie apart."""
    found = {}
    for name, scores in pairs.columns.items():
        same, other = _split(scores, truth)
        spread = statistics.pvariance(scores)
        if spread > 0:
            one, two = statistics.fmean(same), statistics.fmean(other)
            found[name] = ((one - two) / spread, (one + two) / 2)
    return found


def _together(pairs: Pairs, weights: Mapping[str, tuple[float, float]]) -> list[float]:
    totals = [0.0] * len(pairs.places)
    for name, (weight, middle) in weights.items():
        for at, score in enumerate(pairs.columns[name]):
            totals[at] += weight * (score - middle)
    return totals


ALL = "all together"


def link(question: str, train: Pairs, test: Pairs, seed: int) -> Finding:
    """Learn on one half, judge on the other, and see what luck would have reached."""
    taught = train.truth(train.labels)
    weights = _weights(train, taught)
    said = {
        name: _learn(train.columns[name], taught).says(test.columns[name]) for name in test.names
    }
    said[ALL] = _learn(_together(train, weights), taught).says(_together(test, weights))
    count = len(test.places)
    often = [(name, mask, mask.bit_count()) for name, mask in said.items()]

    def accuracies(labels: Sequence[str]) -> dict[str, float]:
        truth = test.truth(labels)
        same = truth.bit_count()
        other = count - same
        return {
            name: ((hit := (mask & truth).bit_count()) / same + 1.0 - (times - hit) / other) / 2
            for name, mask, times in often
        }

    real = accuracies(test.labels)
    best = max(real, key=lambda name: real[name])
    chance = random.Random(seed)
    shuffled = list(test.labels)
    by_luck = []
    for _ in range(ROUNDS):
        chance.shuffle(shuffled)
        by_luck.append(max(accuracies(shuffled).values()))
    by_luck.sort()
    reached = ROUNDS - bisect.bisect_left(by_luck, real[best])
    return Finding(
        question=question,
        pairs=count,
        features=len(said),
        best=best,
        accuracy=real[best],
        together=real[ALL],
        bound=by_luck[int(ROUNDS * 0.999)],
        p=(reached + 1) / (ROUNDS + 1),
    )


def halves(items: Iterable[Item], per_label: int | None = None) -> tuple[list[Item], list[Item]]:
    """Each label's items in two halves, at most `per_label` of each label."""
    by_label: dict[str, list[Item]] = {}
    for item in items:
        by_label.setdefault(item.label, []).append(item)
    train: list[Item] = []
    test: list[Item] = []
    for group in by_label.values():
        chosen = group[:per_label]
        train += chosen[::2]
        test += chosen[1::2]
    return train, test


def two_intents_of_one_customer(log: Sequence[Seen], customers: Mapping[str, str]) -> Finding:
    """`customers` names the customer of each intent, by the intent's id."""
    items = [
        Item(customers[seen.outer.id.hex()], fields_of(seen.outer))
        for seen in log
        if seen.outer.kind == "intent"
    ]
    train, test = halves(items)
    return link("two intents of one customer", Pairs(train), Pairs(test), 1)


def two_answers_of_one_vendor(log: Sequence[Seen], vendors: Mapping[str, str]) -> Finding:
    """First answers to intents; `vendors` names the vendor by the peer id of its node."""
    tags = {intent_of(seen.outer).reply_tag for seen in log if seen.outer.kind == "intent"}
    items = [
        Item(vendors[seen.peer], _without(fields_of(seen.outer), "tag"))
        for seen in log
        if seen.outer.tag in tags
    ]
    train, test = halves(items, per_label=30)
    return link("two first answers of one vendor", Pairs(train), Pairs(test), 2)


def an_intent_and_mail_of_its_deals(log: Sequence[Seen], mails: Mapping[str, str]) -> Finding:
    """`mails` names the intent to whose deals a mail belongs, by the mail's tag."""
    intents = [
        Item(seen.outer.id.hex(), fields_of(seen.outer))
        for seen in log
        if seen.outer.kind == "intent"
    ]
    train, test = intents[::2], intents[1::2]
    by_intent = [
        Item(mails[seen.outer.tag.hex()], fields_of(seen.outer))
        for seen in log
        if seen.outer.tag is not None and seen.outer.tag.hex() in mails
    ]
    mail, _ = halves(by_intent, per_label=10)
    known = {item.label for item in train}
    taught = [item for item in mail if item.label in known]
    judged = [item for item in mail if item.label not in known]
    return link(
        "an intent and later mail of its deals", Pairs(train, taught), Pairs(test, judged), 3
    )


def _without(fields: Fields, name: str) -> Fields:
    return {key: value for key, value in fields.items() if key != name}


def timing(log: Sequence[Seen], mails: Mapping[str, str]) -> dict[str, float]:
    """What time alone gives away: how often a guess by it is right.

    `deal`: a later mail is taken to belong to the intent whose published tag got mail last before
    it. `first`: how long after an intent its first answer came, in seconds (median).
    """
    last = ""
    right = guesses = 0
    tags: dict[bytes, str] = {}
    born: dict[str, float] = {}
    waits: dict[str, float] = {}
    for seen in log:
        outer = seen.outer
        if outer.kind == "intent":
            tags[intent_of(outer).reply_tag] = outer.id.hex()
            born[outer.id.hex()] = seen.at
        elif outer.tag in tags:
            last = tags[outer.tag]
            waits.setdefault(last, seen.at - born[last])
        elif outer.tag is not None and outer.tag.hex() in mails:
            guesses += 1
            right += mails[outer.tag.hex()] == last
    return {
        "deal": right / max(1, guesses),
        "deal_by_guessing": 1 / max(1, len(born)),
        "mails": guesses,
        "first_answer_s": statistics.median(waits.values()) if waits else 0.0,
    }


def report(log: Sequence[Seen], truth: Mapping[str, Any]) -> tuple[list[Finding], dict[str, float]]:
    """All findings; `truth` has `customers`, `vendors` and `mails` as the questions take them."""
    findings = [
        two_intents_of_one_customer(log, truth["customers"]),
        two_answers_of_one_vendor(log, truth["vendors"]),
        an_intent_and_mail_of_its_deals(log, truth["mails"]),
    ]
    return findings, timing(log, truth["mails"])


def timing_words(found: Mapping[str, float]) -> str:
    """What `timing` found, for people."""
    return (
        f"timing: of {found['mails']:.0f} later mails {found['deal']:.3f} belong to the intent "
        f"that was answered last (guessing {found['deal_by_guessing']:.3f}); the first answer "
        f"comes {found['first_answer_s']:.1f} s after its intent (median)"
    )


def main(messages: Path, truth: Path, say: Callable[[str], object] = sys.stdout.write) -> int:
    """Print the report; 1 if anything links."""
    findings, times = report(read_log(messages), json.loads(truth.read_text(encoding="utf-8")))
    for finding in findings:
        say(finding.words() + "\n")
    say(timing_words(times) + "\n")
    return int(any(finding.linked for finding in findings))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

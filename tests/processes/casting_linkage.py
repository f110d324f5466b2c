"""Tries to link the castings of standing intents, with the classifier of `linkage`.

A third node sees at each turn of a rhythm as many intents that ask for the same thing in the same
words. Which of this turn's was cast by whom cast that of the last turn? It learns from the first
two turns, of which it is told the truth, and is judged on the second and third. Castings of one
turn are no pairs: that two which stand side by side have different authors is no secret.

All that can be read counts: bytes, sizes, tags, keys, stamps, lifetimes, and the times of castings,
seen in the light of a rhythm that is known. The times of mail aren't counted again: it comes when
its casting does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.processes import linkage
from tests.processes.linkage import Finding, Seen
from tests.processes.pairs import Item, Pairs

MAIL = 4
"""Of each casting so many mails are compared; more would be slower and say no more."""


@dataclass(frozen=True, slots=True)
class Casting:
    """What an outsider saw of one casting, and whose it was."""

    label: str
    intent: Seen
    mail: Sequence[Seen]


Turn = Sequence[Casting]


def findings(turns: Sequence[Turn], every_s: int) -> list[Finding]:
    """The three questions about three turns of a rhythm."""
    castings = [[intent_item(each, at * every_s) for each in turn] for at, turn in enumerate(turns)]
    mail = [_mail(turn) for turn in turns]
    return [
        linked("two castings", castings),
        linked("mail of two castings", mail),
        linkage.link(
            "mail of a casting and the next casting",
            Pairs(castings[1], mail[0]),
            Pairs(castings[2], mail[1]),
            7,
        ),
    ]


def linked(question: str, turns: Sequence[Sequence[Item]]) -> Finding:
    """Learn from the first two turns, judge on the second and third."""
    first, second, third = turns
    return linkage.link(question, Pairs(first, second), Pairs(second, third), 6)


def intent_item(casting: Casting, since_s: int) -> Item:
    """All of a casting that can be read; its times as if it had come so many seconds earlier."""
    outer = casting.intent.outer
    times = {"created": outer.created, "expires": outer.expires, "seen": int(casting.intent.at)}
    early = {name: at - since_s for name, at in times.items()}
    return Item(casting.label, {**linkage.fields_of(outer), **early})


def _mail(turn: Turn) -> list[Item]:
    return [
        Item(each.label, linkage.fields_of(seen.outer))
        for each in turn
        for seen in each.mail[:MAIL]
    ]

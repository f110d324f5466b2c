"""Terms in plain words: the page that both sides read before they agree, and why they don't.

Implements `specs/05-terms.md#text` and `#explanations`. The page is made of the same levels that
are matched, so it can't promise anything else; its digest stands in the draft.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from vrmprotocol import encoding
from vrmprotocol.terms_axes import AXES, Level, Levels
from vrmprotocol.terms_matching import Reason
from vrmprotocol.terms_roster import levels_of
from vrmprotocol.terms_words import days_in_words, words_of

_CONTEXT = b"vrm/1 terms text\0"
HEADINGS = {
    "may": "The vendor may",
    "not": "The vendor may not",
    "must": "The vendor must",
    "free": "The vendor need not",
    "keep": "The vendor may keep",
}
_END = (
    "Whatever is not named here, the vendor may not do. "
    "What a law demands, it may do as far as the law demands it."
)


class Line(NamedTuple):
    """One line of a text: the axis, the customer's level on it, and what that says."""

    axis: str
    level: Level
    where: str
    sentence: str
    added: bool


def lines(terms_id: str, addendum: Levels) -> Iterator[Line]:
    """What a choice says, axis by axis; it has to be a known one."""
    levels = levels_of(terms_id, addendum)
    for name, axis in AXES.items():
        if axis.only_with is not None and levels[axis.only_with] == AXES[axis.only_with].lowest:
            continue
        where, sentence, _ = words_of(name, levels[name])
        yield Line(name, levels[name], where, sentence, name in addendum)


def page(terms_id: str, addendum: Levels) -> str:
    """The text of a choice, in English; it has to be a known one."""
    with_it = ", with an addendum" if addendum else ""
    written = [terms_id, f"Agreement {terms_id} of the IEEE 7012 roster{with_it}."]
    found = list(lines(terms_id, addendum))
    for where, heading in HEADINGS.items():
        own = [line for line in found if line.where == where]
        if own:
            written += ["", heading]
            written += [f"- {own.sentence}{' [addendum]' * own.added}" for own in own]
    return "\n".join([*written, "", _END, ""])


def digest(text: str) -> bytes:
    """The digest (32 bytes) of a page, as a draft has it in `termsText`."""
    return encoding.sha256(_CONTEXT + encoding.encode({"inLanguage": "en", "text": text}))


_OTHER = {
    "terms.unknown_id": "there is no agreement {} in the roster",
    "terms.unknown_axis": "{} is nothing that this version of the terms knows",
    "terms.unknown_level": "{} has a value that this version of the terms doesn't know",
}


def explained(reason: Reason, to: Literal["vendor", "customer"]) -> str:
    """A reason for refusing a choice in plain words, as it is said to one of the parties."""
    vendor = to == "vendor"
    if reason.code == "terms.not_accepted":
        return f"{'you accept' if vendor else 'the vendor accepts'} no {reason.about}"
    if reason.vendor is None or reason.customer is None:
        return _OTHER[reason.code].format(reason.about)
    axis = AXES[reason.about]
    its = words_of(axis.name, reason.vendor).short
    theirs = words_of(axis.name, reason.customer).short
    if axis.duty:
        asks, promises = (
            ("the customer asks", "you promise") if vendor else ("you ask", "the vendor promises")
        )
        return f"{axis.label}: {asks} for: {theirs}; {promises}: {its}"
    allows = "the customer allows" if vendor else "you allow"
    if isinstance(reason.vendor, int):
        keeps = "you keep" if vendor else "the vendor keeps"
        return f"{keeps} {axis.label} {_lasting(reason.vendor)}; {allows} {theirs}"
    needs = "you need" if vendor else "the vendor needs"
    return f"{axis.label}: {needs}: {its}; {allows}: {theirs}"


def _lasting(days: int) -> str:
    words = days_in_words(days)
    return words if words.startswith("without") else f"for {words}"

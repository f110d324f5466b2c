"""What the owner holds of a vendor: whether it is trusted, in which groups, and its domain."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from vrmnode.values.spans import format_day

GROUP_EXPECTED = "a group's name of 1 to 32 letters, digits, - or _"


@dataclass(frozen=True, slots=True)
class DomainProof:
    """A web host that named the vendor when the owner's node looked, at `checked`."""

    host: str
    checked: int

    @property
    def words(self) -> str:
        """ "proved: shop.example, checked 2026-11-21"."""
        return f"proved: {self.host}, checked {format_day(self.checked)}"


@dataclass(frozen=True, slots=True)
class Regard:
    """A vendor in the eyes of this node's owner; `groups` only of a trusted one."""

    trusted: bool = False
    groups: tuple[str, ...] = ()
    proof: DomainProof | None = None


STRANGER = Regard()

GROUP = "group:"
"""Before the name of a group, where a policy says which vendors it means."""


def read_who(text: str, words: Collection[str]) -> str | None:
    """Which vendors a policy means: one of `words`, or a group; None if it is neither."""
    word = text.strip().casefold()
    if not word.startswith(GROUP):
        return word if word in words else None
    group = read_group(text.strip()[len(GROUP) :])
    return None if group is None else GROUP + group


def who_expected(words: Collection[str]) -> str:
    """What `read_who` takes, for people."""
    return f"one of {', '.join(words)}, or {GROUP} and {GROUP_EXPECTED}"


def who_words(who: str) -> str:
    """The vendors that a policy means, for people."""
    if who.startswith(GROUP):
        return f"vendors in your group {who.removeprefix(GROUP)}"
    known = {"any": "any vendor", "proved": "vendors trusted or proved", "nobody": "nobody"}
    return known.get(who, f"{who} vendors")


def read_group(text: str) -> str | None:
    """A group's name as it is kept; None if it can't be one."""
    name = unicodedata.normalize("NFC", text.strip())
    return name if re.fullmatch(r"[\w-]{1,32}", name) else None

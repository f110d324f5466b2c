"""Words of names and of searches, folded so that the same word compares equal.

Case, accents and a plural s don't matter; "C++" and "C#" stay words. What counts as a match is
decided here once, for the vendor's search and for the customer's check of what is offered.
"""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+(?:\+\+|#(?!\w))?")
# Words that say nothing about a product, in the commonest languages of catalogues.
_STOP_WORDS = (
    "a an and are as at by for from in into is it its of on or the to with your "
    "de het een en van voor met op der die das den dem des ein eine und fur mit von zu auf im "
    "le la les un une et du pour avec sur el los las una y con para por del "
    "il lo gli e di da per su o os uma"
)
_STOP = frozenset(_STOP_WORDS.split())
FULL = 1000
ENOUGH = 600
"""Permille of the significant words that have to be found."""


def fold(text: str) -> list[str]:
    """The words of a text in order, folded."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return [_singular(word) for word in _WORD.findall(plain)]


def significant(text: str) -> tuple[str, ...]:
    """The folded words that tell something, each once; all of them if none does."""
    words = list(dict.fromkeys(fold(text)))
    telling = [word for word in words if word not in _STOP]
    return tuple(telling or words)


def plain(text: str) -> tuple[str, ...]:
    """The significant words as they stand in the text, for a full-text search."""
    folded = set(significant(text))
    found = (word for word in _WORD.findall(unicodedata.normalize("NFC", text.casefold())))
    return tuple(dict.fromkeys(word for word in found if set(fold(word)) & folded))


def share(wanted: tuple[str, ...], text: str) -> int:
    """Permille of the wanted words that stand in the text."""
    if not wanted:
        return 0
    there = set(fold(text))
    return sum(word in there for word in wanted) * FULL // len(wanted)


def enough(wanted: tuple[str, ...], text: str) -> bool:
    """Whether the text names what is wanted: all of one or two words, 60 % of more."""
    found = share(wanted, text)
    return found == FULL if len(wanted) <= 2 else found >= ENOUGH


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word

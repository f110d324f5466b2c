"""Levels of terms as the owner types them, in a file or a policy.

People write sets in any order; what is read here is sorted, known, and says what it seems to say
(`specs/05-terms.md#addendum`).
"""

from collections.abc import Mapping

from vrmprotocol import terms_addendum
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.terms_addendum import as_written
from vrmprotocol.terms_axes import AXES, Level
from vrmprotocol.terms_matching import Choice
from vrmprotocol.terms_words import words_of


def read_terms_id(text: str) -> str:
    """The id of an agreement of the roster, as typed in any case.

    Raises:
        LocalError: `terms.unknown_id`.
    """
    terms_addendum.check_own(text.upper(), {})
    return text.upper()


def read_levels(raw: Mapping[str, object]) -> dict[str, Level]:
    """Levels by axis, sets sorted; that they are known ones is left to the caller.

    Raises:
        LocalError: `terms.schema`.
    """
    try:
        return terms_addendum.read_levels(tidy(raw))
    except RemoteError as error:
        raise LocalError(error.code, error.detail) from None


def read_addendum(terms_id: str, raw: Mapping[str, object]) -> dict[str, Level]:
    """An addendum to an agreement of the roster; empty: none.

    Raises:
        LocalError: `terms.schema`, `terms.unknown_axis`, `terms.unknown_level`, `terms.no_effect`.
    """
    levels = read_levels(raw)
    terms_addendum.check_own(terms_id, levels)
    return levels


def choice_words(choice: Choice) -> str:
    """A choice as people read it: `SD-BASE with marketing [], retentionOrder 30`."""
    added = [f"{name} {as_written(level)}" for name, level in choice.addendum.items()]
    return f"{choice.terms} with {', '.join(added)}" if added else choice.terms


def levels_words(levels: Mapping[str, object]) -> list[str]:
    """Known levels in a few words each, such as `data of the order: 5 years`."""
    told = []
    for name, level in terms_addendum.read_levels(levels).items():
        if name in AXES and AXES[name].has(level):
            told.append(f"{AXES[name].label}: {words_of(name, level).short}")
    return told


def tidy(levels: object) -> object:
    """Levels as typed, with the members of each set sorted, each once."""
    if not isinstance(levels, Mapping):
        return levels
    return {str(name): _sorted(level) for name, level in levels.items()}


def _sorted(level: object) -> object:
    if isinstance(level, list) and all(isinstance(member, str) for member in level):
        return sorted(set(level))
    return level

"""An addendum and other maps of axes to levels, in their form on the wire.

Implements `specs/05-terms.md#addendum`. Reading checks the form alone: that axes and levels are
known is a question of matching, because a later revision may have more of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from msgspec import Meta

from vrmprotocol import schema
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.terms_axes import AXES, Level, Levels
from vrmprotocol.terms_roster import AGREEMENTS

_NAME = re.compile(r"[a-z][A-Za-z]{0,31}\Z")
_MAX_DAYS = 2**31 - 1
_MAX_MEMBERS = 16

MAX_AXES = 64
# Names and ranges are checked below, not by constraints on these types: in a union with an array
# msgspec 0.22 takes other memory for the pattern of a str, and crashes.
WireLevels = Annotated[dict[str, str | int | tuple[str, ...]], Meta(max_length=MAX_AXES)]


def read_levels(fields: object) -> dict[str, Level]:
    """The levels that a decoded map stands for; none is fine.

    Raises:
        RemoteError: `terms.schema`.
    """
    # SPEC 05: The reader MUST refuse an addendum outside this form with `terms.schema`.
    if not isinstance(fields, dict) or len(fields) > MAX_AXES:
        came = schema.describe(fields)
        raise RemoteError("terms.schema", f"expected a map of at most {MAX_AXES} axes, came {came}")
    levels = {
        name: tuple(level) if isinstance(level, list) else level for name, level in fields.items()
    }
    check_levels(levels, code="terms.schema")
    return levels


def read_addendum(fields: object) -> dict[str, Level]:
    """The addendum that a decoded map stands for.

    Raises:
        RemoteError: `terms.schema`.
    """
    levels = read_levels(fields)
    if not levels:
        raise RemoteError("terms.schema", f"expected 1 to {MAX_AXES} axes, came none")
    return levels


def check_levels(levels: Mapping[str, object], *, code: str) -> None:
    """Refuse names and values that aren't well formed; whether they are known doesn't matter.

    Raises:
        RemoteError: with `code`.
    """
    for name, level in levels.items():
        if not _is_name(name):
            raise RemoteError(code, "expected names of axes such as retentionOrder as keys")
        if not (_is_name(level) or _is_days(level) or _is_set(level)):
            detail = f"{name}: expected a name, days, or an array of ascending names, each once"
            came = schema.describe(list(level) if isinstance(level, tuple) else level)
            raise RemoteError(code, f"{detail}; came {came}")


def check_proffer(terms: Sequence[str], addenda: Sequence[Levels]) -> None:
    """Refuse a list of choices whose addenda don't fit its ids, or that names one choice twice.

    Raises:
        RemoteError: `message.body`.
    """
    # SPEC 05: The reader MUST refuse an intent whose `addendum` isn't as long as `acceptedTerms`,
    # has only empty maps, or makes two choices the same, with `message.body`.
    if addenda and (len(addenda) != len(terms) or not any(addenda)):
        expected = f"{len(terms)}, one for each of acceptedTerms, and not all empty"
        raise RemoteError("message.body", f"addendum: expected {expected}, came {len(addenda)}")
    # SPEC 05: The reader MUST refuse an addendum or a policy inside a body that is outside its form
    # with `message.body`.
    for levels in addenda:
        check_levels(levels, code="message.body")
    pairs = list(zip(terms, addenda or [{}] * len(terms), strict=True))
    if any(pair in pairs[:place] for place, pair in enumerate(pairs)):
        raise RemoteError("message.body", "acceptedTerms: expected each choice at most once")


def _is_name(level: object) -> bool:
    return isinstance(level, str) and _NAME.match(level) is not None


def _is_days(level: object) -> bool:
    return type(level) is int and 0 <= level <= _MAX_DAYS


def _is_set(level: object) -> bool:
    if not isinstance(level, tuple) or len(level) > _MAX_MEMBERS:
        return False
    return all(map(_is_name, level)) and list(level) == sorted(set(level))


def check_own(terms_id: str, addendum: Mapping[str, Level]) -> None:
    """Refuse an addendum of our own that nobody could keep to, or that says less than it seems.

    Raises:
        LocalError: `terms.unknown_id`, `terms.unknown_axis`, `terms.unknown_level`,
            `terms.no_effect`.
    """
    agreed = AGREEMENTS.get(terms_id)
    if agreed is None:
        known = ", ".join(AGREEMENTS)
        raise LocalError("terms.unknown_id", f"expected one of {known}, came {terms_id}")
    check_known(addendum)
    for name, level in addendum.items():
        # SPEC 05: The writer MUST NOT set an axis in an addendum to a looser level than the
        # agreement does.
        if name in agreed and AXES[name].stricter(agreed[name], level) != level:
            limit = as_written(agreed[name])
            detail = f"{name}: expected {limit} as in {terms_id}, or stricter"
            raise LocalError("terms.no_effect", f"{detail}; came {as_written(level)}")


def check_known(levels: Levels) -> None:
    """Refuse levels of our own that nobody would understand.

    Raises:
        LocalError: `terms.unknown_axis`, `terms.unknown_level`.
    """
    for name, level in levels.items():
        if name not in AXES:
            raise LocalError("terms.unknown_axis", f"expected an axis of the terms, came {name}")
        if not AXES[name].has(level):
            detail = f"{name}: expected {expected(name)}, came {as_written(level)}"
            raise LocalError("terms.unknown_level", detail)


def expected(axis: str) -> str:
    """The levels of an axis, as an error names them."""
    scale = ", ".join(str(each) for each in AXES[axis].scale)
    return f"an array of {scale}" if AXES[axis].is_set else f"one of {scale}"


def as_written(level: Level) -> str:
    """A level as people write it."""
    return "[" + ", ".join(level) + "]" if isinstance(level, tuple) else str(level)

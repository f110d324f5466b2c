"""Which of a customer's choices a vendor can keep, and why not the others.

Implements `specs/05-terms.md#matching`. Both sides call it with the same signed bytes and come to
the same result. Reasons are data; their words are in `terms_text`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from vrmprotocol.terms_axes import AXES, Level, Levels
from vrmprotocol.terms_policy import TermsPolicy, whole
from vrmprotocol.terms_roster import AGREEMENTS, levels_of


@dataclass(frozen=True, slots=True)
class Choice:
    """A terms id, with or without an addendum."""

    terms: str
    addendum: Levels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a choice is refused: a code, the axis or id, and on `terms.level` both levels."""

    code: str
    about: str
    vendor: Level | None = None
    customer: Level | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The place of the choice that is kept, or None; `reasons` of every choice before it."""

    place: int | None
    reasons: tuple[tuple[Reason, ...], ...]


def choose(
    choices: Sequence[Choice],
    *,
    policy: TermsPolicy | None,
    accepted: Collection[str],
    category: int | None = None,
) -> Result:
    """The customer's earliest choice that a vendor can keep.

    `policy` and `accepted` are `termsPolicy` and `acceptedTerms` of the vendor's profile.
    """
    passed: list[tuple[Reason, ...]] = []
    for place, choice in enumerate(choices):
        found = reasons(choice, policy=policy, accepted=accepted, category=category)
        if not found:
            return Result(place, tuple(passed))
        passed.append(found)
    return Result(None, tuple(passed))


def reasons(
    choice: Choice,
    *,
    policy: TermsPolicy | None,
    accepted: Collection[str],
    category: int | None = None,
) -> tuple[Reason, ...]:
    """Why a vendor can't keep a choice; none: it can."""
    # SPEC 05: The reader MUST NOT decide by `acceptedTerms` when a profile has a policy.
    vendor = policy.levels_for(category) if policy is not None else {}
    if found := (*unknown(choice), *_unknown(vendor)):
        return found
    if policy is None:
        # SPEC 05: The reader MUST refuse a choice with `terms.not_accepted` if the vendor's profile
        # has no policy and doesn't list the id.
        if choice.terms not in accepted:
            return (Reason("terms.not_accepted", choice.terms),)
        vendor = levels_of(choice.terms, {})
    return tuple(_differences(whole(vendor), levels_of(choice.terms, choice.addendum)))


def unknown(choice: Choice) -> tuple[Reason, ...]:
    """What isn't known here of a choice: the id, then axes and levels of the addendum."""
    return (*_unknown_id(choice), *_unknown(choice.addendum))


# SPEC 05: The reader MUST refuse a choice with `terms.level` for each axis on which the vendor's
# level is looser than the customer's or, on a duty, less.
def _differences(vendor: Levels, customer: Levels) -> Iterator[Reason]:
    for name, axis in AXES.items():
        if not axis.kept(vendor[name], customer[name]):
            yield Reason("terms.level", name, vendor[name], customer[name])


# SPEC 05: The reader MUST refuse a choice whose terms id isn't in the roster with
# `terms.unknown_id`.
def _unknown_id(choice: Choice) -> Iterator[Reason]:
    if choice.terms not in AGREEMENTS:
        yield Reason("terms.unknown_id", choice.terms)


# SPEC 05: The reader MUST refuse a choice whose addendum has an axis that it doesn't know with
# `terms.unknown_axis`.
# SPEC 05: The reader MUST refuse a choice whose addendum gives an axis a value that isn't one of
# its levels with `terms.unknown_level`.
# SPEC 05: The reader MUST refuse every choice with `terms.unknown_axis` if the vendor's levels have
# an axis that it doesn't know, and with `terms.unknown_level` if they have an unknown level.
def _unknown(levels: Levels) -> Iterator[Reason]:
    for name in sorted(levels):
        axis = AXES.get(name)
        if axis is None:
            yield Reason("terms.unknown_axis", name)
        elif not axis.has(levels[name]):
            yield Reason("terms.unknown_level", name)

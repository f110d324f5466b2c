"""A vendor's policy of terms: the levels that it needs and the duties that it promises.

Implements `specs/05-terms.md#vendors-policy`. Whether a choice can be kept is `terms_matching`.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from vrmprotocol import schema
from vrmprotocol.errors import RemoteError
from vrmprotocol.fields import CategoryId, Wire
from vrmprotocol.terms_addendum import WireLevels, check_levels
from vrmprotocol.terms_axes import AXES, Level, Levels
from vrmprotocol.terms_behaviour import Behaviour
from vrmprotocol.terms_roster import AGREEMENTS


class CategoryLevels(Wire, frozen=True, kw_only=True):
    """What is different for some categories of goods."""

    category: Annotated[tuple[CategoryId, ...], Meta(min_length=1, max_length=64)]
    levels: Annotated[WireLevels, Meta(min_length=1)]


class TermsPolicy(Wire, frozen=True, kw_only=True):
    """What a vendor needs to be allowed, which duties it fulfils, and whom it answers."""

    levels: WireLevels
    category: Annotated[tuple[CategoryLevels, ...], Meta(max_length=32)] = ()
    requests: Behaviour | None = None
    negotiation: Behaviour | None = None

    # SPEC 05: The reader MUST take the levels of the entry that names the category of the draft's
    # item in place of the policy's own, axis by axis.
    def levels_for(self, category: int | None) -> dict[str, Level]:
        """The levels that hold for goods of a category; axes that aren't there have defaults."""
        for entry in self.category:
            if category in entry.category:
                return {**self.levels, **entry.levels}
        return dict(self.levels)


def read_policy(fields: object) -> TermsPolicy:
    """The policy that a decoded map stands for.

    Raises:
        RemoteError: `terms.schema`.
    """
    # SPEC 05: The reader MUST refuse a policy outside this form with `terms.schema`.
    policy = schema.load(TermsPolicy, fields, code="terms.schema")
    check_policy(policy, code="terms.schema")
    return policy


def check_policy(policy: TermsPolicy, *, code: str) -> None:
    """Refuse what is wrong in a policy beyond its types.

    Raises:
        RemoteError: with `code`.
    """
    for levels in (policy.levels, *(entry.levels for entry in policy.category)):
        check_levels(levels, code=code)
    named = [category for entry in policy.category for category in entry.category]
    if len(set(named)) != len(named):
        raise RemoteError(code, "termsPolicy.category: expected each category once")


def whole(levels: Levels) -> dict[str, Level]:
    """A vendor's level on every axis; axes and levels have to be known ones."""
    # SPEC 05: The reader MUST take the default of an axis that a policy doesn't set.
    found = {name: levels.get(name, axis.default) for name, axis in AXES.items()}
    # SPEC 05: The reader MUST take a vendor's level as the strictest where the axis goes only with
    # another one on which the vendor's level is the strictest.
    for name, axis in AXES.items():
        if axis.only_with is not None and found[axis.only_with] == AXES[axis.only_with].lowest:
            found[name] = axis.lowest
    return found


def listed_terms(policy: TermsPolicy) -> tuple[str, ...]:
    """The agreements that a policy of known levels can keep with some addendum.

    An addendum can allow what an agreement is silent on, and nothing else.
    """
    sets = [policy.levels_for(None)]
    sets += [policy.levels_for(entry.category[0]) for entry in policy.category]
    vendors = [whole(levels) for levels in sets]
    return tuple(
        terms_id
        for terms_id, agreed in AGREEMENTS.items()
        if any(
            all(AXES[name].kept(vendor[name], level) for name, level in agreed.items())
            for vendor in vendors
        )
    )

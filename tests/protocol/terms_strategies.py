"""Strategies for terms: levels, addenda, choices and policies."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from vrmprotocol.terms_axes import AXES, Axis
from vrmprotocol.terms_matching import Choice
from vrmprotocol.terms_policy import CategoryLevels, TermsPolicy
from vrmprotocol.terms_roster import AGREEMENTS


def level_of(axis: Axis) -> st.SearchStrategy[Any]:
    """A level of an axis."""
    if axis.is_set:
        return st.sets(st.sampled_from(axis.scale)).map(lambda found: tuple(sorted(found)))
    return st.sampled_from(axis.scale)


AGREEMENT_IDS = st.sampled_from(sorted(AGREEMENTS))
# Mostly few axes: with many, hardly anything can be kept.
LEVELS = st.fixed_dictionaries({}, optional={n: level_of(a) for n, a in AXES.items()}) | st.lists(
    st.sampled_from(sorted(AXES)), max_size=3, unique=True
).flatmap(lambda names: st.fixed_dictionaries({name: level_of(AXES[name]) for name in names}))
WHOLE = st.fixed_dictionaries({name: level_of(axis) for name, axis in AXES.items()})
CHOICES = st.builds(Choice, AGREEMENT_IDS, LEVELS)


@st.composite
def policies(draw: Any) -> TermsPolicy:
    """A policy with entries for up to two of the categories 1 to 4."""
    taken = draw(st.lists(st.sampled_from([1, 2, 3, 4]), unique=True))
    groups = [group for group in (taken[:2], taken[2:]) if group]
    entries = tuple(
        CategoryLevels(category=tuple(group), levels=draw(LEVELS.filter(bool))) for group in groups
    )
    return TermsPolicy(levels=draw(LEVELS), category=entries)

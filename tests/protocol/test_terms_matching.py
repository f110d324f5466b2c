"""The laws of matching."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.terms_strategies import (
    AGREEMENT_IDS,
    CHOICES,
    LEVELS,
    WHOLE,
    level_of,
    policies,
)
from vrmprotocol.terms_axes import AXES, Levels
from vrmprotocol.terms_matching import Choice, choose, reasons
from vrmprotocol.terms_policy import TermsPolicy, whole
from vrmprotocol.terms_roster import AGREEMENTS, levels_of


def as_strict(one: Levels, other: Levels) -> bool:
    """Whether terms are at least as strict as others on every axis."""
    return all(axis.kept(one[name], other[name]) for name, axis in AXES.items())


def kept(choice: Choice, levels: Levels) -> bool:
    return not reasons(choice, policy=TermsPolicy(levels=dict(levels)), accepted=())


@given(WHOLE)
def test_reflexive(levels):
    assert as_strict(levels, levels)


@given(CHOICES)
def test_a_vendor_that_needs_exactly_what_is_allowed_is_accepted(choice):
    assert kept(choice, levels_of(choice.terms, choice.addendum))


@given(st.data(), WHOLE)
def test_transitive(data, loosest):
    looser = data.draw(tightened(loosest))
    strict = data.draw(tightened(looser))
    assert as_strict(looser, loosest) and as_strict(strict, looser)
    assert as_strict(strict, loosest)


@given(WHOLE, WHOLE)
def test_antisymmetric(one, other):
    if as_strict(one, other) and as_strict(other, one):
        assert one == other
    stricter = {name: axis.stricter(one[name], other[name]) for name, axis in AXES.items()}
    assert as_strict(stricter, one) and as_strict(stricter, other)
    assert (stricter == one) == as_strict(one, other)


@st.composite
def tightened(draw: Any, levels: Levels) -> dict[str, Any]:
    """Levels made stricter on some axes."""
    found = dict(levels)
    for name in draw(
        st.lists(st.sampled_from(sorted(levels)), unique=True) if levels else st.just([])
    ):
        found[name] = AXES[name].stricter(found[name], draw(level_of(AXES[name])))
    return found


@given(st.data(), AGREEMENT_IDS, WHOLE, LEVELS)
def test_tightening_the_customers_terms_turns_no_refusal_into_acceptance(
    data, terms, addendum, vendor
):
    tighter = Choice(terms, data.draw(tightened(addendum)))
    looser = Choice(terms, addendum)
    failed = {each.about for each in reasons(looser, policy=policy_of(vendor), accepted=())}
    now = {each.about for each in reasons(tighter, policy=policy_of(vendor), accepted=())}
    assert failed <= now


@given(AGREEMENT_IDS, AGREEMENT_IDS, LEVELS, LEVELS)
def test_nor_does_a_stricter_agreement(one, other, addendum, vendor):
    strict, loose = levels_of(one, addendum), levels_of(other, addendum)
    if as_strict(strict, loose) and kept(Choice(one, addendum), vendor):
        assert kept(Choice(other, addendum), vendor)


@given(st.data(), CHOICES, WHOLE)
def test_loosening_a_vendors_needs_turns_no_acceptance_into_refusal(data, choice, vendor):
    loosened = data.draw(tightened(vendor))
    failed = {each.about for each in reasons(choice, policy=policy_of(loosened), accepted=())}
    before = {each.about for each in reasons(choice, policy=policy_of(vendor), accepted=())}
    assert failed <= before


@given(WHOLE)
def test_what_goes_only_with_another_counts_only_with_it(vendor):
    found = whole(vendor)
    for name, axis in AXES.items():
        without = (
            axis.only_with is not None and vendor[axis.only_with] == AXES[axis.only_with].lowest
        )
        assert found[name] == (axis.lowest if without else vendor[name])


@given(st.lists(CHOICES, max_size=5), policies(), st.sampled_from([None, 1, 2, 3, 4, 5]))
def test_the_result_is_the_earliest_that_can_be_kept(choices, policy, category):
    result = choose(choices, policy=policy, accepted=(), category=category)
    each = [reasons(choice, policy=policy, accepted=(), category=category) for choice in choices]
    places = [place for place, found in enumerate(each) if not found]
    assert result.place == (places[0] if places else None)
    assert list(result.reasons) == each[: result.place]


@given(st.lists(CHOICES, max_size=5), st.sets(AGREEMENT_IDS))
def test_without_a_policy_ids_decide(choices, accepted):
    result = choose(choices, policy=None, accepted=accepted)
    for place, choice in enumerate(choices):
        same = as_strict(
            whole(levels_of(choice.terms, {})), levels_of(choice.terms, choice.addendum)
        )
        if choice.terms in accepted and same:
            assert result.place is not None and result.place <= place
    if result.place is not None:
        assert choices[result.place].terms in accepted


@given(st.lists(AGREEMENT_IDS, max_size=6), st.sets(AGREEMENT_IDS))
def test_without_policy_and_addenda_it_is_the_single_round(order, accepted):
    from vrmprotocol import terms

    result = choose([Choice(each) for each in order], policy=None, accepted=accepted)
    chosen = None if result.place is None else order[result.place]
    assert chosen == terms.choose(order, accepted)


def test_unknown_ids_refuse():
    for terms in ("TPR", "PDC", "", "SD-BASE-S3P"):
        assert terms not in AGREEMENTS
        found = reasons(Choice(terms), policy=None, accepted=(terms,))
        assert [(each.code, each.about) for each in found] == [("terms.unknown_id", terms)]


def policy_of(levels: Levels) -> TermsPolicy:
    return TermsPolicy(levels=dict(levels))

"""The verdicts written by hand are those of the library and of the second evaluator."""

from __future__ import annotations

import sys

import pytest

from tests.protocol import terms_evaluator, terms_verdicts
from tests.protocol.terms_spec import axes, roster
from tests.protocol.terms_verdicts import Pair
from vrmprotocol.terms_behaviour import answers_request
from vrmprotocol.terms_matching import Choice, Reason, choose, reasons
from vrmprotocol.terms_policy import CategoryLevels, TermsPolicy

PAIRS = [*terms_verdicts.matrix(), *terms_verdicts.pairs()]
KNOWN = [pair for pair in PAIRS if not any("unknown" in reason for reason in pair.reasons)]


def line_of(case: object) -> str:
    return f"line-{case.line}"  # type: ignore[attr-defined]


def test_there_are_enough(capsys):
    refused = sum(bool(pair.reasons) for pair in PAIRS)
    with capsys.disabled():
        sys.stdout.write(f"\n{len(PAIRS)} pairs written by hand, {refused} of them refused\n")
    assert len(PAIRS) >= 300
    assert len(PAIRS) / 4 < refused < len(PAIRS) * 3 / 4


def test_they_meet_every_agreement_and_every_axis_on_both_sides():
    assert {pair.terms for pair in PAIRS} >= set(roster())
    failing = {reason.split()[0] for pair in KNOWN for reason in pair.reasons}
    assert failing == set(axes())
    kept = {axis for pair in KNOWN if not pair.reasons for axis in pair.addendum}
    assert kept == set(axes())


@pytest.mark.parametrize("pair", KNOWN, ids=lambda pair: f"{line_of(pair)}-{pair.terms}")
def test_the_second_evaluator_agrees(pair: Pair):
    choice = terms_evaluator.choice_acts(pair.terms, pair.addendum)
    found = terms_evaluator.refused_axes(choice, terms_evaluator.vendor_acts(pair.vendor))
    assert found == [reason.split()[0] for reason in pair.reasons]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{line_of(pair)}-{pair.terms}")
def test_the_library_agrees(pair: Pair):
    policy = TermsPolicy(levels=pair.vendor)
    found = reasons(Choice(pair.terms, pair.addendum), policy=policy, accepted=())
    assert written(found) == pair.reasons


@pytest.mark.parametrize("case", [*terms_verdicts.id_pairs()], ids=line_of)
def test_without_a_policy_ids_decide(case: terms_verdicts.IdPair):
    choice = Choice(case.terms, case.addendum)
    assert written(reasons(choice, policy=None, accepted=case.accepted)) == case.reasons


@pytest.mark.parametrize("case", [*terms_verdicts.lists()], ids=line_of)
def test_the_earliest_choice_is_the_result(case: terms_verdicts.ListCase):
    choices = [Choice(*each) for each in case.choices]
    found = choose(choices, policy=TermsPolicy(levels=case.vendor), accepted=())
    assert found.place == (None if case.result is None else case.result - 1)
    assert tuple(written(each) for each in found.reasons) == case.reasons


@pytest.mark.parametrize("case", [*terms_verdicts.category_cases()], ids=line_of)
def test_categories_have_levels_of_their_own(case: terms_verdicts.CategoryCase):
    entries = tuple(CategoryLevels(category=ids, levels=levels) for ids, levels in case.entries)
    found = reasons(
        Choice(case.terms, case.addendum),
        policy=TermsPolicy(levels=case.vendor, category=entries),
        accepted=(),
        category=case.category,
    )
    assert written(found) == case.reasons


@pytest.mark.parametrize(("behaviour", "party", "answer"), [*terms_verdicts.behaviours()])
def test_behaviours(behaviour, party, answer):
    assert answers_request(behaviour, party) == answer


def written(found: tuple[Reason, ...]) -> tuple[str, ...]:
    """Reasons in the notation of the file."""
    return tuple(
        f"{reason.about} {level(reason.vendor)}{sign(reason)}{level(reason.customer)}"
        if reason.code == "terms.level"
        else f"{reason.code.removeprefix('terms.')} {reason.about}"
        for reason in found
    )


def sign(reason: Reason) -> str:
    return "<" if axes()[reason.about].duty else ">"


def level(value: object) -> str:
    return ("+".join(value) or "-") if isinstance(value, tuple) else str(value)

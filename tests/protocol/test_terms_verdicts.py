"""The verdicts written by hand are those of the second evaluator."""

from __future__ import annotations

import sys

import pytest

from tests.protocol import terms_evaluator, terms_verdicts
from tests.protocol.terms_spec import axes, roster
from tests.protocol.terms_verdicts import Pair

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

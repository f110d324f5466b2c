"""Every agreement with a grid of addenda, against a grid of policies, by two evaluations."""

from __future__ import annotations

import random
import sys
from collections import Counter
from typing import Any

from tests.protocol import terms_evaluator
from tests.protocol.terms_spec import SpecAxis, axes, roster
from vrmprotocol.terms_matching import Choice, reasons
from vrmprotocol.terms_policy import TermsPolicy

SEED = 7012


def some_levels(axis: SpecAxis) -> list[Any]:
    """Levels of an axis: all names, the ends and the middle of days, some sets."""
    if axis.kind == "days":
        return [0, 90, 36500]
    if axis.kind == "set":
        return [(), axis.members[:1], axis.members[-1:], axis.members]
    return list(axis.members)


def grid() -> list[dict[str, Any]]:
    """Levels on one axis at a time, and with them what the axis goes with; and many at once."""
    found: list[dict[str, Any]] = [{}]
    for axis in axes().values():
        for level in some_levels(axis):
            beside = (
                {axis.only_with: some_levels(axes()[axis.only_with])[-2]} if axis.only_with else {}
            )
            found.append({**beside, axis.name: level})
    chance = random.Random(SEED)
    for _ in range(20):
        several = chance.sample(list(axes().values()), chance.randint(2, 12))
        found.append({axis.name: chance.choice(some_levels(axis)) for axis in several})
    return found


def test_all_pairs(capsys):
    vendors = [(TermsPolicy(levels=each), terms_evaluator.vendor_acts(each)) for each in grid()]
    counts: Counter[bool] = Counter()
    failing: Counter[str] = Counter()
    for terms in roster():
        for addendum in grid():
            choice = Choice(terms, addendum)
            acts = terms_evaluator.choice_acts(terms, addendum)
            for policy, vendor in vendors:
                found = [each.about for each in reasons(choice, policy=policy, accepted=())]
                assert found == terms_evaluator.refused_axes(acts, vendor), (choice, policy)
                counts[not found] += 1
                failing.update(found)
    pairs = sum(counts.values())
    with capsys.disabled():
        sys.stdout.write(
            f"\n{pairs} pairs: {len(roster())} agreements × {len(grid())} addenda × "
            f"{len(vendors)} policies; {counts[True]} can be kept, {counts[False]} can't; "
            f"{sum(failing.values())} reasons on {len(failing)} axes\n"
        )
    assert set(failing) == set(axes())
    assert min(counts.values()) * 50 > pairs

"""Summaries of demand: no number is about fewer than k, whatever is added and subtracted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import local_code, survives
from tests.protocol.demand_attacker import Name, Number, atoms, numbers, smallest
from vrmprotocol import demand
from vrmprotocol.demand import Wanted

KS = st.integers(5, 12)
REASONS: dict[str, list[str | None]] = {
    "agreed": [None],
    "lost": ["chosen_other", "too_expensive", "unanswered"],
    "unmet": ["out_of_stock", "over_budget", "nothing_near"],
}
OUTCOMES = [(outcome, reason) for outcome, reasons in REASONS.items() for reason in reasons]


@st.composite
def markets(draw: st.DrawFn, most: int = 40) -> list[Wanted]:
    """The intents of a week: a few cells and outcomes, so that some are crowded and some aren't."""
    found: list[Wanted] = []
    for _ in range(draw(st.integers(1, 8))):
        outcome, reason = draw(st.sampled_from(OUTCOMES))
        kind = Wanted(
            draw(st.sampled_from([None, 536, 783])),
            draw(st.sampled_from(["NL", "BE"])),
            outcome,  # type: ignore[arg-type]
            reason,
            draw(st.none() | st.tuples(st.sampled_from(["EUR", "SEK"]), st.integers(0, 10**12))),
        )
        found += [kind] * draw(st.integers(0, most))
    return found


def _named(week: str, intents: list[Wanted]) -> dict[Name, Wanted]:
    return {(week, at): each for at, each in enumerate(intents)}


def _published(k: int, weeks: dict[str, list[Wanted]]) -> list[Number]:
    return [
        number
        for week, intents in weeks.items()
        for number in numbers(demand.summarise(week, k, intents), _named(week, intents))
    ]


# SPEC 17: The writer MUST leave out every cell of fewer than k intents, and MUST NOT say anything
# about what it left out.
@given(KS, st.lists(markets(), min_size=1, max_size=3))
def test_nothing_below_k_can_be_singled_out(k, weeks):
    found = _published(k, {f"2027-W{at:02}": each for at, each in enumerate(weeks, 1)})
    assert (smallest(number.members for number in found) or k) >= k
    for number in found:
        assert k <= number.told <= len(number.members) < number.told + demand.STEP


@given(KS, markets())
def test_every_crowded_cell_is_told(k, intents):
    told = {
        (cell.category, cell.country) for cell in demand.summarise("2027-W03", k, intents).cells
    }
    there = Counter((each.category, each.country) for each in intents)
    assert told == {cell for cell, count in there.items() if count >= k}


@given(KS, markets())
def test_what_is_written_can_be_read(k, intents):
    raw = demand.write(demand.summarise("2027-W03", k, intents))
    assert demand.write(demand.read(raw)) == raw


@given(KS, markets(), st.data())
def test_one_more_intent_changes_no_other_cell(k, intents, data):
    """And of its own cell only what a number of k or more can say."""
    more = data.draw(st.sampled_from(intents or [Wanted(None, "NL", "agreed")]))
    before, after = (
        {
            (cell.category, cell.country): cell
            for cell in demand.summarise("2027-W03", k, each).cells
        }
        for each in (intents, [*intents, more])
    )
    own = (more.category, more.country)
    assert before.keys() - {own} == after.keys() - {own}
    assert all(before[place] == after[place] for place in before.keys() - {own})


@given(KS, st.dictionaries(st.sampled_from(OUTCOMES), st.integers(1, 30), min_size=1))
def test_outcomes_are_put_together_and_never_lost(k, parts):
    count = sum(parts.values())
    if count >= k:
        found = demand.classes(k, parts)
        assert sum(found.values()) == count
        assert min(found.values()) >= k
        assert all(found[part] == parts[part] for part in found.keys() & parts.keys() if part[1])


def test_the_attacker_finds_overlapping_weeks():
    """The last seven days, told every day: what came yesterday and went is the difference."""
    intents = [Wanted(783, "NL", "unmet", "nothing_near")] * 21
    days = [list(_named("day", intents).items())[at : at + 20] for at in (0, 1)]
    found = [
        number.members
        for day in days
        for number in numbers(demand.summarise("2027-W03", 10, [w for _, w in day]), dict(day))
    ]
    assert smallest(found) == 1


def test_the_attacker_finds_a_week_that_is_counted_again():
    intents = [Wanted(783, "NL", "unmet", "nothing_near")] * 16
    found = _published(10, {"2027-W03": intents[:15]}) + _published(10, {"2027-W03": intents})
    assert smallest(number.members for number in found) == 1


def test_the_attacker_finds_a_total_beside_its_parts():
    intents = [Wanted(783, "NL", "agreed")] * 12 + [Wanted(783, "BE", "agreed")] * 3
    named = _named("2027-W03", intents)
    by_country = numbers(demand.summarise("2027-W03", 10, intents), named)
    everywhere = {name: replace(each, country="EU") for name, each in named.items()}
    total = numbers(demand.summarise("2027-W03", 10, everywhere.values()), everywhere)
    assert len(by_country) == len(total) == 2
    assert smallest(number.members for number in [*by_country, *total]) == 3


def test_the_attacker_finds_outcomes_that_leave_a_few(monkeypatch):
    """Had the few only been left out, the sum would tell them."""
    monkeypatch.setattr(
        demand, "classes", lambda k, parts: {part: n for part, n in parts.items() if n >= k}
    )
    intents = [Wanted(783, "NL", "agreed")] * 12 + [Wanted(783, "NL", "unmet", "late")] * 2
    cell = demand.summarise("2027-W03", 10, intents).cells[0]
    named = _named("2027-W03", intents)
    sold = frozenset(name for name, each in named.items() if each.outcome == "agreed")
    assert [part.outcome for part in cell.outcomes] == ["agreed"]
    assert smallest([frozenset(named), sold]) == 2


def test_atoms_of_three_sets():
    left, right = frozenset("abcd"), frozenset("cdef")
    assert sorted(map(sorted, atoms([left, right, frozenset("g")]))) == [
        ["a", "b"],
        ["c", "d"],
        ["e", "f"],
        ["g"],
    ]


# SPEC 17: The writer MUST NOT use a k below 5.
@pytest.mark.parametrize("k", [-1, 0, 4, 1_001])
def test_no_k_below_five(k):
    assert local_code(demand.summarise, "2027-W03", k, []) == "demand.k"


@pytest.mark.parametrize(
    ("week", "first"),
    [("2027-W03", 1_800_230_400), ("2026-W53", 1_798_416_000), ("1970-W02", 345_600)],
)
def test_weeks_begin_on_mondays(week, first):
    assert demand.begins(week) == first
    assert demand.week_of(first) == week == demand.week_of(first + demand.WEEK_S - 1)
    assert demand.week_of(first - 1) != week
    assert demand.next_week(first) == first + demand.WEEK_S == demand.next_week(first + 5)


@pytest.mark.parametrize("week", ["2027-W00", "2027-W53", "2027-3", "next", "2027-W03-2"])
def test_what_is_no_week(week):
    assert local_code(demand.begins, week) == "demand.week"


@given(st.integers(0, 10**12))
def test_bands_hold_their_amounts(amount):
    least, below = demand.band(amount)
    assert least <= amount < below
    assert demand.band(least) == (least, below)


@given(st.binary(max_size=200))
def test_reading_never_breaks(raw):
    assert survives(demand.read, raw) == "demand.schema"

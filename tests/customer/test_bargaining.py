"""Automatic counters: bounded, never above the maximum, and telling nothing of it."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.customer.bargaining import (
    LEAD_S,
    Bargain,
    Counters,
    Named,
    Step,
    Talk,
    bargain,
    read_counters,
    total_of,
)
from vrmnode.values.fields import FieldError
from vrmnode.values.money import Money
from vrmnode.vendor.concessions import Concessions, concede
from vrmprotocol.draft import Price

NOW = 1_800_000_000
AUTO = Counters(mode="automatic")


def talk(total=10_000, *, deal=1, named=(), **changes):
    plain = Talk(
        deal=bytes([deal]) * 32, vendor_name=f"Vendor {deal}", offer=bytes([deal]) * 32, seq=0,
        valid_through=NOW + 86_400, currency="EUR", first_total=total, least_total=total,
        named=tuple(named),
    )  # fmt: skip
    return replace(plain, **changes)


def now_(talks, *, counters=AUTO, maximum=99_999, now=NOW, luck=0):
    limit = None if maximum is None else Money(maximum, "EUR")
    return bargain(counters, talks, limit=limit, now=now, luck=lambda deal: luck)


def only(found: Bargain) -> Step:
    (step,) = found.steps
    return step


def test_from_first_to_last_percent():
    totals = [total_of(AUTO, 10_000, "EUR", named, 0) for named in range(3)]
    assert totals == [8_500, 9_000, 9_500]
    assert total_of(AUTO, 10_000, "EUR", 0, 255) == 8_300
    assert total_of(replace(AUTO, rounds=1), 10_000, "EUR", 0, 0) == 8_500


def test_never_above_the_target():
    counters = replace(AUTO, target=Money(7_000, "EUR"))
    assert [total_of(counters, 10_000, "EUR", named, 0) for named in range(3)] == [
        6_000, 6_500, 7_000
    ]  # fmt: skip
    assert total_of(counters, 10_000, "USD", 2, 0) == 9_500


def test_a_step_and_its_rule():
    step = only(now_([talk()]))
    assert (step.offer, step.total) == (bytes([1]) * 32, Money(8_500, "EUR"))
    assert step.rule == "automatic: counter 1 of 3 to Vendor 1, 85.00 EUR, 15.0 % below its first"


def test_waits_for_the_answer_and_not_for_ever():
    waiting = talk(named=[Named(8_500, 0, NOW, False)])
    assert now_([waiting]) == Bargain(
        (), NOW + 600, ("Vendor 1 has until 2027-01-15 08:10 UTC to answer",)
    )
    assert now_([waiting], now=NOW + 600).words == ("Vendor 1: it didn't answer in time",)


def test_another_offer_is_an_answer():
    answered = talk(named=[Named(8_500, 0, NOW, False)], seq=1, least_total=9_750)
    assert only(now_([answered])).total.amount == 9_000


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"named": (Named(8_500, 0, NOW, True),)}, "it goes no lower"),
        ({"named": (Named(1, 0, NOW, False),) * 3, "seq": 9}, "all 3 counters are sent"),
        ({"least_total": 8_400}, "it is as low as you would name"),
        ({"valid_through": NOW + LEAD_S}, "its offer is about to end"),
        ({"currency": "USD"}, "you set no maximum in USD"),
    ],
)
def test_when_there_is_nothing_more(changes, words):
    assert now_([talk(**changes)]) == Bargain((), None, (f"Vendor 1: {words}",))


def test_nothing_above_the_maximum_is_named():
    found = now_([talk()], maximum=8_499)
    assert found.steps == () and "above your maximum" in found.words[0]
    assert only(now_([talk()], maximum=8_500)).total.amount == 8_500
    assert now_([talk()], maximum=None).steps == ()


def test_with_three_vendors_at_once():
    talks = [talk(10_000 + deal, deal=deal) for deal in (4, 2, 1, 3)]
    found = now_(talks)
    assert sorted(step.offer[0] for step in found.steps) == [1, 2, 3]


def test_by_hand_is_by_hand():
    assert now_([talk()], counters=Counters()) == Bargain()


@pytest.mark.parametrize(
    "table",
    [
        {"rounds": 5}, {"rounds": 0}, {"mode": "always"}, {"first_percent": 0}, {"patience": "5s"},
        {"last_percent": 16}, {"target": "cheap"}, {"maximum": "9 EUR"}, "automatic",
    ],
)  # fmt: skip
def test_other_tables_are_refused(table):
    with pytest.raises(FieldError):
        read_counters(table, Counters())


def test_tables_come_back():
    counters = Counters("automatic", 4, 20, 0, Money(4_000, "EUR"), 60)
    assert read_counters(counters.to_dict(), Counters()) == counters
    assert read_counters(None, counters) == counters
    assert read_counters({"rounds": 2}, counters) == replace(counters, rounds=2)


COUNTERS = st.builds(
    Counters,
    mode=st.just("automatic"),
    rounds=st.integers(1, 4),
    first_percent=st.integers(20, 90),
    last_percent=st.integers(0, 20),
    target=st.none() | st.integers(1, 10**6).map(lambda cents: Money(cents, "EUR")),
    patience_s=st.just(600),
)


def played(counters, first, maximum, seed, vendor):
    """The totals named to a vendor, whose answer to each is a total, None: silence, or "no"."""
    chance, state, now = random.Random(seed), talk(first), NOW
    answers = random.Random(seed + 1)
    named: list[int] = []
    for _ in range(50):
        lucky = chance.randrange(256)
        found = now_([state], counters=counters, maximum=maximum, now=now, luck=lucky)
        if not found.steps:
            if found.until is None:
                return named, state
            now = found.until
            chance = random.Random(seed + len(named))
            continue
        step = only(found)
        named.append(step.total.amount)
        said = Named(step.total.amount, state.seq, now, False)
        answer = vendor(answers, state, step.total.amount)
        if answer == "no":
            said = replace(said, refused=True)
        state = replace(state, named=(*state.named, said))
        if isinstance(answer, int):
            state = replace(state, seq=state.seq + 1, least_total=min(state.least_total, answer))
        chance = random.Random(seed + len(named))
    raise AssertionError("it doesn't end")


def anyhow(answers, state, asked):
    return answers.choice([None, "no", answers.randrange(0, 2 * state.first_total + 1), asked])


@given(COUNTERS, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**9))
def test_whatever_the_vendor_does(counters, first, maximum, seed):
    named, _ = played(counters, first, maximum, seed, anyhow)
    assert len(named) <= counters.rounds
    assert all(total <= maximum for total in named)
    assert named == sorted(set(named))
    assert all(total < first for total in named)
    if counters.target is not None:
        assert all(total <= counters.target.amount for total in named)


@given(
    COUNTERS, st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6),
    st.integers(0, 10**9),
)  # fmt: skip
def test_what_is_named_tells_nothing_of_the_maximum(counters, first, one, other, seed):
    """Under two maxima the same totals are named, to the first that is above one of them."""
    less, more = sorted((one, other))
    under_less, _ = played(counters, first, less, seed, anyhow)
    under_more, _ = played(counters, first, more, seed, anyhow)
    assert under_more[: len(under_less)] == under_less
    assert all(total > less for total in under_more[len(under_less) : len(under_less) + 1])


def yielding(concessions, floor):
    def vendor(answers, state, asked):
        def price(total):
            return Price(price_currency="EUR", unit_price=total, delivery_charge=0, total=total)

        found = concede(
            concessions, first=price(state.first_total), last=price(state.least_total),
            quantity=1, asked_total=asked, floor=floor, rounds=state.seq,
            luck=answers.randrange(256),
        )  # fmt: skip
        return "no" if found is None else found.total

    return vendor


@given(
    st.integers(1_000, 10**6), st.integers(1, 4), st.integers(100, 3_000), st.integers(0, 10**6),
    st.integers(0, 10**9),
)  # fmt: skip
def test_both_strategies_against_each_other(first, rounds, most_bp, floor, seed):
    """They meet where the vendor may go as low as the customer's maximum in its steps."""
    concessions = Concessions(rounds=rounds, most_bp=most_bp, step_bp=most_bp)
    counters = Counters("automatic", 4, 40, 30)
    named, end = played(counters, first, first * 2, seed, yielding(concessions, floor))
    lowest = max(floor, -(-first * (10_000 - most_bp) // 10_000))
    assert end.least_total >= min(lowest, first)
    step = first * most_bp // 10_000 * 80 // 100
    assert len(named) >= 1
    if floor <= first - step and step > 0:
        assert end.least_total <= first - step + 1
    if floor >= first:
        assert end.least_total == first and end.named[-1].refused

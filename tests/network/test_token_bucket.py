"""So much at once, and so much a second from then on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vrmnode.network.limits.token_bucket import MAX_KEYS, Rates, TokenBucket


def test_what_is_beyond_the_burst_waits_for_its_time() -> None:
    bucket = TokenBucket(10, 2, 0.0)
    assert bucket.take(10, 0.0) == 0
    assert bucket.take(4, 0.0) == 2
    assert bucket.take(0, 1.0) == 1
    assert bucket.take(0, 2.0) == 0
    assert bucket.take(10, 1_000.0) == 0, "no more than a burst is saved up"
    assert bucket.take(1, 1_000.0) == 0.5


def test_one_is_taken_only_where_there_is_room() -> None:
    bucket = TokenBucket(2, 1, 0.0)
    assert [bucket.try_take(at) for at in (0.0, 0.0, 0.0, 0.5, 1.0, 1.5)] == [
        True,
        True,
        False,
        False,
        True,
        False,
    ]


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 50)), max_size=30))
def test_whoever_waits_as_told_never_exceeds_burst_and_rate(
    takes: list[tuple[float, float]],
) -> None:
    bucket, now, taken = TokenBucket(20, 4, 0.0), 0.0, 0.0
    for pause, count in takes:
        now += pause
        now += bucket.take(count, now)
        taken += count
        assert taken <= 20 + 4 * now + 1e-6


def test_buckets_are_apart_and_outlive_what_they_are_asked_for() -> None:
    now = 0.0
    rates = Rates(2, 1, lambda: now)
    assert rates.take("a", 5) == 3
    assert rates.take("b", 1) == 0
    assert not rates.try_take("a")
    now = 10.0
    assert rates.try_take("a")


def test_buckets_that_are_remembered_are_bounded() -> None:
    rates = Rates(1, 1, lambda: 0.0)
    for number in range(MAX_KEYS + 10):
        assert rates.try_take(str(number))
    assert len(rates._buckets) == MAX_KEYS
    assert not rates.try_take(str(MAX_KEYS)), "the latest are remembered"
    assert rates.try_take("0"), "the oldest are not"

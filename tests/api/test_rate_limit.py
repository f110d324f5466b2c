"""So many at once, then so many a minute."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vrmnode.api.rate_limit import RateLimit


def test_a_bucket_fills_by_itself() -> None:
    limit = RateLimit(6, most_keys=10)
    assert [limit.allows("a", 0.0) for _ in range(7)] == [True] * 6 + [False]
    assert limit.allows("b", 0.0), "each has its own"
    assert not limit.allows("a", 9.9)
    assert limit.allows("a", 10.0)
    assert not limit.allows("a", 10.0)


def test_no_more_keys_than_allowed_are_kept() -> None:
    limit = RateLimit(1, most_keys=2)
    assert [limit.allows(key, 0.0) for key in ("a", "b", "c")] == [True] * 3
    assert not limit.allows("c", 0.0)
    assert limit.allows("a", 0.0), "pushed out by newer ones"


@given(st.lists(st.floats(0, 600), max_size=200), st.integers(1, 20))
def test_never_more_than_its_bucket_and_what_flows_in(times: list[float], per_minute: int) -> None:
    limit = RateLimit(per_minute, most_keys=1)
    allowed = [at for at in sorted(times) if limit.allows("a", at)]
    for index, at in enumerate(allowed):
        since = [other for other in allowed[: index + 1] if other > at - 60]
        assert len(since) <= 2 * per_minute

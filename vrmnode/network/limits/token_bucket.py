"""How much somebody may do: so much at once, and so much a second from then on.

Pure: the time is an argument or comes from the clock that is given.
"""

from collections import OrderedDict
from collections.abc import Callable

MAX_KEYS = 4_096
"""Buckets remembered; beyond it the one that was used longest ago is forgotten."""


class TokenBucket:
    """Room for ``burst``, which comes back by ``per_s`` a second; times are monotonic seconds."""

    def __init__(self, burst: float, per_s: float, now: float) -> None:
        self._burst = burst
        self._per_s = per_s
        self._left = burst
        self._at = now

    def take(self, count: float, now: float) -> float:
        """Use up ``count``, whether there is room or not; seconds to wait until there is again."""
        self._refill(now)
        self._left -= count
        return max(0.0, -self._left / self._per_s)

    def try_take(self, now: float) -> bool:
        """Use up one, if there is room for it."""
        self._refill(now)
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True

    def _refill(self, now: float) -> None:
        self._left = min(self._burst, self._left + (now - self._at) * self._per_s)
        self._at = now


class Rates:
    """A bucket for each key, such as a peer id, which outlives the peer's connection."""

    def __init__(self, burst: float, per_s: float, clock: Callable[[], float]) -> None:
        self._burst = burst
        self._per_s = per_s
        self._clock = clock
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def take(self, key: str, count: float) -> float:
        """See ``TokenBucket.take``."""
        now = self._clock()
        return self._bucket(key, now).take(count, now)

    def try_take(self, key: str) -> bool:
        """See ``TokenBucket.try_take``."""
        now = self._clock()
        return self._bucket(key, now).try_take(now)

    def _bucket(self, key: str, now: float) -> TokenBucket:
        found = self._buckets.get(key)
        if found is None:
            found = self._buckets[key] = TokenBucket(self._burst, self._per_s, now)
            if len(self._buckets) > MAX_KEYS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return found

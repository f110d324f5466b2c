"""How often somebody may ask: so many at once, and then so many a minute."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable


class RateLimit:
    """A bucket per key that fills by itself; keys beyond `most_keys` push out the oldest.

    Args:
        per_minute: how many in the long run, and how many at once.
    """

    def __init__(self, per_minute: int, *, most_keys: int) -> None:
        self._per_minute, self._most_keys = per_minute, most_keys
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def allows(self, key: Hashable, now: float) -> bool:
        """Take one from the bucket of `key` at `now`, in seconds; False where it is empty."""
        left, at = self._buckets.pop(key, (float(self._per_minute), now))
        left = min(float(self._per_minute), left + (now - at) * self._per_minute / 60)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        if len(self._buckets) > self._most_keys:
            self._buckets.popitem(last=False)
        return allowed

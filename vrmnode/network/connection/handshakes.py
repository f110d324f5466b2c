"""Handshakes that peers have begun and not finished: so many, and no more.

Whoever opens connections and says nothing, or says it slowly, must not keep others out. So there is
always room for a new one: the oldest gives way, of the range of addresses that has most of them. An
honest handshake takes a fraction of a second, so it is hardly ever the oldest.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator

import trio


class Handshakes:
    """At most ``most`` at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: dict[trio.CancelScope, str] = {}

    def __len__(self) -> int:
        return len(self._open)

    @contextlib.contextmanager
    def begin(self, addresses: str) -> Iterator[trio.CancelScope]:
        """A scope for one from this range, which is cancelled if it has to give way."""
        if len(self._open) >= self._most:
            self._give_way()
        with trio.CancelScope() as scope:
            self._open[scope] = addresses
            try:
                yield scope
            finally:
                self._open.pop(scope, None)

    def _give_way(self) -> None:
        ((crowded, _),) = Counter(self._open.values()).most_common(1)
        oldest = next(scope for scope, addresses in self._open.items() if addresses == crowded)
        del self._open[oldest]
        oldest.cancel()

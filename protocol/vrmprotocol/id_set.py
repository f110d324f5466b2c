"""A sorted set of ids that is kept built: ranges of it are counted and summed without reading all.

Implements the set of `specs/08-sync.md#the-set`. Items are ordered by time and then by id. They
stand in runs of a few hundred, each with the sum of its ids, so that adding one item and the
fingerprint of any range cost about the length of a run.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from vrmprotocol import encoding
from vrmprotocol.sync_varint import encode_varint

ID_BYTES = 32
FINGERPRINT_BYTES = 16
MAX_TIME = 2**64 - 2
INFINITY = b"\xff" * 8
"""The time of the bound beyond every item, in 8 bytes."""

_TIME_BYTES = 8
_MODULUS = 2**256
_RUN = 256


def key_of(time: int, item: bytes) -> bytes:
    """The 40 bytes by which an item is ordered: its time, then its id of 32 bytes."""
    return time.to_bytes(_TIME_BYTES, "big") + item


def time_of(key: bytes) -> int:
    """The time in an item's key."""
    return int.from_bytes(key[:_TIME_BYTES], "big")


def id_of(key: bytes) -> bytes:
    """The id in an item's key."""
    return key[_TIME_BYTES:]


def fingerprint_of(total: int, count: int) -> bytes:
    """The 16 bytes that stand for `count` ids whose sum modulo 2^256 is `total`."""
    # SPEC 08: The writer MUST compute a fingerprint as the first 16 bytes of SHA-256 over the sum
    # and the number of the ids.
    return encoding.sha256(total.to_bytes(32, "little") + encode_varint(count))[:FINGERPRINT_BYTES]


def _number(key: bytes) -> int:
    return int.from_bytes(key[_TIME_BYTES:], "little")


def _sum(keys: Iterable[bytes]) -> int:
    return sum(map(_number, keys)) % _MODULUS


@dataclass(slots=True)
class _Run:
    keys: list[bytes]
    total: int = 0
    sums: list[int] | None = None
    """The sum of the ids before each place, once somebody has asked."""

    def changed(self, total: int) -> None:
        self.total = total % _MODULUS
        self.sums = None

    def sum_before(self, at: int) -> int:
        if self.sums is None:
            self.sums = [0, *accumulate(map(_number, self.keys))]
        return self.sums[at]


@dataclass(slots=True)
class _Totals:
    """How many items, and which sum, stand before each run; the last entry is of all."""

    counts: list[int] = field(default_factory=lambda: [0])
    sums: list[int] = field(default_factory=lambda: [0])


class IdSet:
    """Items of a time (0 to 2^64 - 2) and an id (32 bytes), each id at most once per time.

    A position is the number of items before; positions are good until the set changes.
    """

    def __init__(self, items: Iterable[tuple[int, bytes]] = ()) -> None:
        keys = sorted({key_of(time, item) for time, item in items})
        self._runs = [_made(keys[at : at + _RUN]) for at in range(0, len(keys), _RUN)]
        self._firsts = [run.keys[0] for run in self._runs]
        self._totals: _Totals | None = None

    def __len__(self) -> int:
        return self._built().counts[-1]

    def __contains__(self, item: tuple[int, bytes]) -> bool:
        key = key_of(*item)
        run = self._run_of(key)
        if run is None:
            return False
        at = bisect_left(self._runs[run].keys, key)
        return at < len(self._runs[run].keys) and self._runs[run].keys[at] == key

    def add(self, time: int, item: bytes) -> bool:
        """Add an item; False if it is there already."""
        key = key_of(time, item)
        found = self._run_of(key)
        if found is None:
            if not self._runs:
                self._insert_run(0, [key])
                return True
            found = 0
        run = self._runs[found]
        at = bisect_left(run.keys, key)
        if at < len(run.keys) and run.keys[at] == key:
            return False
        run.keys.insert(at, key)
        run.changed(run.total + _number(key))
        self._firsts[found] = run.keys[0]
        self._totals = None
        if len(run.keys) > 2 * _RUN:
            self._insert_run(found + 1, run.keys[_RUN:])
            del run.keys[_RUN:]
            run.changed(_sum(run.keys))
        return True

    def discard(self, time: int, item: bytes) -> bool:
        """Take an item out; False if it isn't there."""
        if (time, item) not in self:
            return False
        key = key_of(time, item)
        found = self._run_of(key)
        assert found is not None
        run = self._runs[found]
        run.keys.remove(key)
        run.changed(run.total - _number(key))
        self._totals = None
        if run.keys:
            self._firsts[found] = run.keys[0]
        else:
            del self._runs[found], self._firsts[found]
        return True

    def position(self, bound: bytes) -> int:
        """How many items are below a bound: a key, or the beginning of one, of 8 to 40 bytes."""
        run = self._run_of(bound)
        if run is None:
            return 0
        return self._built().counts[run] + bisect_left(self._runs[run].keys, bound)

    def keys(self, lower: int, upper: int) -> Iterator[bytes]:
        """The keys at the positions from `lower` up to, but without, `upper`."""
        while lower < upper:
            run, at = self._place(lower)
            found = self._runs[run].keys[at : at + upper - lower]
            yield from found
            lower += len(found)

    def key(self, position: int) -> bytes:
        """The key at a position below the length."""
        run, at = self._place(position)
        return self._runs[run].keys[at]

    def fingerprint(self, lower: int, upper: int) -> bytes:
        """The fingerprint of the items at the positions from `lower` up to `upper`."""
        total = (self._sum_before(upper) - self._sum_before(lower)) % _MODULUS
        return fingerprint_of(total, upper - lower)

    def _sum_before(self, position: int) -> int:
        if position >= len(self):
            return self._built().sums[-1]
        run, at = self._place(position)
        return self._built().sums[run] + self._runs[run].sum_before(at)

    def _place(self, position: int) -> tuple[int, int]:
        counts = self._built().counts
        run = bisect_left(counts, position + 1) - 1
        return run, position - counts[run]

    def _run_of(self, key: bytes) -> int | None:
        """The last run that begins at or below a key."""
        at = bisect_left(self._firsts, key)
        if at < len(self._firsts) and self._firsts[at] == key:
            return at
        return at - 1 if at else None

    def _insert_run(self, at: int, keys: list[bytes]) -> None:
        self._runs.insert(at, _made(keys))
        self._firsts.insert(at, keys[0])
        self._totals = None

    def _built(self) -> _Totals:
        if self._totals is None:
            self._totals = _Totals(
                counts=[0, *accumulate(len(run.keys) for run in self._runs)],
                sums=[0, *accumulate(run.total for run in self._runs)],
            )
        return self._totals


def _made(keys: list[bytes]) -> _Run:
    return _Run(keys=keys, total=_sum(keys))

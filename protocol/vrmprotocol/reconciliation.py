"""Which ids does the other side have that we don't, and the other way round.

Implements the messages of `specs/08-sync.md#reconciliation`: Negentropy protocol version 1, range
by range, within a frame limit. No state is kept between messages, so the set may change between
them. Who asks whom, for which set, and what becomes of the answer is left to others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from vrmprotocol.errors import RemoteError
from vrmprotocol.id_set import (
    FINGERPRINT_BYTES,
    ID_BYTES,
    INFINITY,
    MAX_TIME,
    IdSet,
    id_of,
    time_of,
)
from vrmprotocol.sync_varint import decode_varint, encode_varint

VERSION = 0x61
SKIP, FINGERPRINT, ID_LIST = 0, 1, 2
BUCKETS = 16
MIN_FRAME_BYTES = 4_096
_RESERVE = 200
"""Bytes of a frame kept free for the last range, which stands for everything that had no room."""


@dataclass(frozen=True, slots=True)
class Range:
    """A part of the order up to, without, a bound; what the sender says of its items there.

    `bound` is the beginning of a key, 8 to 40 bytes; INFINITY is beyond every item.
    """

    bound: bytes
    mode: int
    fingerprint: bytes = b""
    ids: tuple[bytes, ...] = ()

    @property
    def edge(self) -> bytes:
        """The bound in its shortest form, to compare with keys."""
        # SPEC 08: The reader MUST take an id prefix as if zero bytes followed.
        #
        # A beginning of a key compares as if it were followed by less than anything.
        return self.bound[:8] + self.bound[8:].rstrip(b"\0")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one message of the other side led to.

    `reply` None: the initiator knows all that it asked for. `have` are ids that only this side
    has, `need` ids that only the other has; the responder learns neither.
    """

    reply: bytes | None
    have: tuple[bytes, ...] = ()
    need: tuple[bytes, ...] = ()


def initiate(items: IdSet, *, start: int = 0, max_bytes: int) -> bytes:
    """The first message about all items from the time `start` on, at most `max_bytes` long."""
    writer = _Writer(max_bytes)
    lower = items.position(_bound(start))
    if start:
        writer.put(Range(_bound(start), SKIP))
    _split(items, lower, len(items), INFINITY, writer)
    return writer.message()


def respond(items: IdSet, message: bytes, *, max_bytes: int) -> bytes:
    """The answer of the side that was asked, at most `max_bytes` (4,096 or more) long.

    Raises:
        RemoteError: `sync.message`.
    """
    return _Turn(items, message, max_bytes, initiator=False).run().reply or bytes([VERSION])


def conclude(items: IdSet, message: bytes, *, max_bytes: int) -> Outcome:
    """What an answer tells the side that asked, and its next question if there is one.

    Raises:
        RemoteError: `sync.message`.
    """
    return _Turn(items, message, max_bytes, initiator=True).run()


def read_ranges(message: bytes) -> Iterator[Range]:
    """The ranges of a message, one by one as they are read.

    Raises:
        RemoteError: `sync.message`.
    """
    # SPEC 08: The reader MUST refuse a message that isn't of this form with `sync.message`.
    if not message or message[0] != VERSION:
        raise RemoteError("sync.message", f"expected the version byte {VERSION:#x}")
    at, last, edge = 1, 0, _bound(0)
    while at < len(message):
        bound, last, at = _read_bound(message, at, last)
        part, at = _read_payload(message, at, bound)
        # SPEC 08: The reader MUST refuse a message whose bounds don't ascend with `sync.message`.
        if part.edge < edge:
            raise RemoteError("sync.message", "expected bounds that ascend")
        edge = part.edge
        yield part


def _read_payload(message: bytes, at: int, bound: bytes) -> tuple[Range, int]:
    mode, at = decode_varint(message, at)
    if mode == SKIP:
        return Range(bound, SKIP), at
    if mode == FINGERPRINT:
        value, at = _take(message, at, FINGERPRINT_BYTES)
        return Range(bound, FINGERPRINT, fingerprint=value), at
    if mode == ID_LIST:
        count, at = decode_varint(message, at)
        packed, at = _take(message, at, count * ID_BYTES)
        ids = tuple(packed[i : i + ID_BYTES] for i in range(0, len(packed), ID_BYTES))
        return Range(bound, ID_LIST, ids=ids), at
    raise RemoteError("sync.message", f"mode: expected 0, 1 or 2, came {mode}")


def _read_bound(message: bytes, at: int, last: int) -> tuple[bytes, int, int]:
    """A bound, the time that the next one counts from, and the place behind it."""
    offset, at = decode_varint(message, at)
    length, at = decode_varint(message, at)
    if length > ID_BYTES:
        raise RemoteError("sync.message", f"bound: expected at most {ID_BYTES} bytes of an id")
    prefix, at = _take(message, at, length)
    if offset == 0:
        if prefix:
            raise RemoteError("sync.message", "bound: expected no id beside infinity")
        return INFINITY, last, at
    time = last + offset - 1
    if time > MAX_TIME:
        raise RemoteError("sync.message", "bound: expected a time below 2^64 - 1")
    return _bound(time) + prefix, time, at


def _take(message: bytes, at: int, count: int) -> tuple[bytes, int]:
    if len(message) - at < count:
        raise RemoteError("sync.message", f"expected {count} more bytes, came {len(message) - at}")
    return message[at : at + count], at + count


def _bound(time: int) -> bytes:
    return time.to_bytes(8, "big")


@dataclass(slots=True)
class _Writer:
    """Collects ranges into a message; times are written as differences."""

    max_bytes: int
    _out: bytearray = field(default_factory=lambda: bytearray([VERSION]))
    _last: int = 0

    def __len__(self) -> int:
        return len(self._out)

    def put(self, part: Range) -> None:
        """Write one range."""
        if part.bound == INFINITY:
            self._out += b"\0\0"
        else:
            time, prefix = time_of(part.bound), part.bound[8:]
            self._out += encode_varint(time - self._last + 1) + encode_varint(len(prefix)) + prefix
            self._last = time
        self._out += encode_varint(part.mode) + part.fingerprint
        if part.mode == ID_LIST:
            self._out += encode_varint(len(part.ids)) + b"".join(part.ids)

    def room(self) -> int:
        """How many bytes of ranges still fit; below 0 where there are too many already."""
        return self.max_bytes - _RESERVE - len(self._out)

    def full(self) -> bool:
        """Whether there is more than may be sent."""
        return self.room() < 0

    def mark(self) -> tuple[int, int]:
        """Where the message ends now, for `back_to`."""
        return len(self._out), self._last

    def back_to(self, mark: tuple[int, int]) -> None:
        """Drop what was written after a mark."""
        del self._out[mark[0] :]
        self._last = mark[1]

    def message(self) -> bytes:
        """All that was written."""
        return bytes(self._out)


def _split(items: IdSet, lower: int, upper: int, bound: bytes, writer: _Writer) -> None:
    """Say what is in a range: the ids themselves if they are few, else 16 fingerprints."""
    count = upper - lower
    if count < 2 * BUCKETS:
        writer.put(Range(bound, ID_LIST, ids=tuple(map(id_of, items.keys(lower, upper)))))
        return
    size, larger = divmod(count, BUCKETS)
    for bucket in range(BUCKETS):
        end = lower + size + (bucket < larger)
        edge = bound if end == upper else _least_bound(items.key(end - 1), items.key(end))
        writer.put(Range(edge, FINGERPRINT, fingerprint=items.fingerprint(lower, end)))
        lower = end


def _least_bound(before: bytes, after: bytes) -> bytes:
    """The shortest bound above one key and not above the next."""
    # SPEC 08: The writer MUST cut the id in a bound to the shortest prefix that separates the two
    # items beside it.
    if before[:8] != after[:8]:
        return after[:8]
    shared = next(at for at in range(8, len(after)) if before[at] != after[at])
    return after[: shared + 1]


class _Turn:
    """One message read and answered."""

    def __init__(self, items: IdSet, message: bytes, max_bytes: int, *, initiator: bool) -> None:
        self._items = items
        self._message = message
        self._initiator = initiator
        self._writer = _Writer(max_bytes)
        self._skipped: bytes | None = None
        self._have: list[bytes] = []
        self._need: list[bytes] = []

    def run(self) -> Outcome:
        """Answer range by range, until there is no room for more."""
        lower = answered = 0
        for part in read_ranges(self._message):
            upper = max(lower, self._items.position(part.edge))
            mark = self._writer.mark()
            if part.mode == FINGERPRINT:
                self._compare(part, lower, upper)
            elif part.mode == ID_LIST and self._initiator:
                self._learn(part, lower, upper)
            elif part.mode == ID_LIST:
                upper = self._list(part, lower, upper)
                answered, mark = upper, self._writer.mark()
            else:
                self._skipped = part.bound
            if self._writer.full():
                # SPEC 08: The writer MUST close a message that has no room for more ranges with one
                # fingerprint of everything above its last bound.
                self._writer.back_to(mark)
                rest = self._items.fingerprint(answered, len(self._items))
                self._writer.put(Range(INFINITY, FINGERPRINT, fingerprint=rest))
                break
            if self._writer.mark() != mark:
                answered = upper
            lower = upper
        done = self._initiator and len(self._writer) == 1
        return Outcome(
            None if done else self._writer.message(), tuple(self._have), tuple(self._need)
        )

    def _compare(self, part: Range, lower: int, upper: int) -> None:
        if self._items.fingerprint(lower, upper) == part.fingerprint:
            self._skipped = part.bound
            return
        self._put_skipped()
        _split(self._items, lower, upper, part.bound, self._writer)

    def _learn(self, part: Range, lower: int, upper: int) -> None:
        self._skipped = part.bound
        theirs = dict.fromkeys(part.ids)
        for own in map(id_of, self._items.keys(lower, upper)):
            if own in theirs:
                del theirs[own]
            else:
                self._have.append(own)
        self._need.extend(theirs)

    def _list(self, part: Range, lower: int, upper: int) -> int:
        """Name the ids of a range, as many as find room; the position up to which they are."""
        room = self._writer.room() // ID_BYTES + 1
        end = min(upper, lower + max(0, room))
        bound = part.bound if end == upper else self._items.key(end)
        self._put_skipped()
        ids = tuple(map(id_of, self._items.keys(lower, end)))
        self._writer.put(Range(bound, ID_LIST, ids=ids))
        return end

    def _put_skipped(self) -> None:
        if self._skipped is not None:
            self._writer.put(Range(self._skipped, SKIP))
            self._skipped = None

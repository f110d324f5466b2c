"""Cases of sync.json: how two sets of ids are compared, message by message.

Everything is computed from plain lists here: fingerprints by adding up, positions by counting.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeAlias

from . import sync_frame_cases
from .cases import VectorFile
from .notation import plain

CODE = "sync.message"
Item: TypeAlias = tuple[int, bytes]
Bound: TypeAlias = tuple[int, bytes] | None
T = 1_800_000_000
FRAME = 4_096


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "sync",
        "specs/08-sync.md#reconciliation",
        "`sets` at the top are lists of items (time and id) that cases name. "
        "`fingerprint` sums `ids`. `initiate` makes the first message about the set `items` "
        "from the time `start` on; `respond` answers `message` for the side that was asked, "
        "`conclude` for the side that began, with the ids that only it has (`have`) and only the "
        "other has (`need`); its `reply` is null when it is over. No message is longer than "
        "`max_bytes`. `request` and `answer` read a frame, without the length before it.",
    )
    for count in (0, 1, 2, 3, 127, 128, 300):
        file.ok(
            "fingerprint",
            f"fingerprint-{count}",
            f"{count} ids",
            {"ids": ids(count, "sum")},
            {"fingerprint": fingerprint(ids(count, "sum"))},
        )
    carry = [b"\xff" * 32, b"\x01" + bytes(31)]
    file.ok(
        "fingerprint",
        "fingerprint-carry",
        "the sum of these two is 0 modulo 2^256",
        {"ids": carry},
        {"fingerprint": fingerprint(carry)},
    )
    sets: dict[str, object] = {"few": plain(listed(FEW))}
    file.extra["sets"] = sets
    for name, comment, own, other, start, limit in PAIRS:
        sets[f"{name}-own"], sets[f"{name}-other"] = plain(listed(own)), plain(listed(other))
        conversation(file, name, comment, sorted(own), sorted(other), start, limit)
    for name, comment, message in BROKEN:
        given = {"items": "few", "message": message, "max_bytes": FRAME}
        file.bad("respond", f"message-{name}", CODE, comment, given)
        file.bad("conclude", f"message-{name}-concluding", CODE, comment, given)
    for name, comment, message in UNUSUAL:
        file.ok(
            "respond",
            f"message-{name}",
            comment,
            {"items": "few", "message": message, "max_bytes": FRAME},
            {"reply": Side(FEW, FRAME).answer(message, began=False)[0]},
        )
    sync_frame_cases.add(file)
    return file


def ids(count: int, word: str) -> list[bytes]:
    """As many ids, drawn by hashing."""
    return [hashlib.sha256(f"{word} {n}".encode()).digest() for n in range(count)]


def items(count: int, word: str, *, every: int = 600, step: int = 1) -> list[Item]:
    """As many items, `step` of them at each time."""
    return [(T + n // step * every, one) for n, one in enumerate(ids(count, word))]


def listed(given: Sequence[Item]) -> list[list[object]]:
    """Items as they stand in a case."""
    return [[time, one] for time, one in given]


def varint(number: int) -> bytes:
    """Base 128, the most significant digit first."""
    digits = [number % 128]
    while number >= 128:
        number //= 128
        digits.insert(0, number % 128 + 128)
    return bytes(digits)


def fingerprint(given: Sequence[bytes]) -> bytes:
    """The 16 bytes that stand for these ids."""
    total = sum(int.from_bytes(one, "little") for one in given) % 2**256
    return hashlib.sha256(total.to_bytes(32, "little") + varint(len(given))).digest()[:16]


class Side:
    """One side of a conversation, with the items it has, in order."""

    def __init__(self, own: Sequence[Item], limit: int) -> None:
        self.own = list(own)
        self.limit = limit
        self.out = b"\x61"
        self.last = 0

    def put(self, bound: Bound, payload: bytes) -> None:
        """Write a range."""
        if bound is None:
            self.out += varint(0) + varint(0) + payload
            return
        time, prefix = bound
        self.out += varint(time - self.last + 1) + varint(len(prefix)) + prefix + payload
        self.last = time

    def between(self, lower: Bound, upper: Bound) -> list[Item]:
        """The items from one bound up to another."""
        return [one for one in self.own if not below(one, lower) and below(one, upper)]

    def say(self, part: Sequence[Item], upper: Bound) -> None:
        """Ids of a few items, fingerprints of many."""
        if len(part) < 32:
            self.put(upper, id_list([one for _, one in part]))
            return
        at = 0
        for bucket in range(16):
            size = len(part) // 16 + (1 if bucket < len(part) % 16 else 0)
            chunk, at = part[at : at + size], at + size
            edge = upper if at == len(part) else between(part[at - 1], part[at])
            self.put(edge, varint(1) + fingerprint([one for _, one in chunk]))

    def begin(self, start: int) -> bytes:
        """The first message."""
        lower: Bound = (start, b"")
        if start:
            self.put(lower, varint(0))
        self.say(self.between(lower, None), None)
        return self.out

    def answer(
        self, message: bytes, *, began: bool
    ) -> tuple[bytes | None, list[bytes], list[bytes]]:
        """The answer to a message, and the ids that only one side has."""
        self.out, self.last = b"\x61", 0
        have: list[bytes] = []
        need: list[bytes] = []
        lower: Bound = (0, b"")
        answered: Bound = (0, b"")
        skipped: Bound = None
        waiting = False
        for upper, mode, payload in parsed(message):
            part = self.between(lower, upper)
            mine = [one for _, one in part]
            end: Bound = upper
            before = self.out
            if mode == 0 or (mode == 1 and payload == [fingerprint(mine)]):
                waiting, skipped = True, upper
            elif mode == 2 and began:
                have += [one for one in mine if one not in payload]
                need += [one for one in payload if one not in mine]
                waiting, skipped = True, upper
            else:
                if mode == 2:
                    most = max(0, (self.limit - 200 - len(self.out)) // 32 + 1)
                    if most < len(part):
                        end = part[most]
                        mine = mine[:most]
                if waiting:
                    self.put(skipped, varint(0))
                    waiting = False
                if mode == 2:
                    self.put(end, id_list(mine))
                    before, answered = self.out, end
                else:
                    self.say(part, upper)
            if len(self.out) > self.limit - 200:
                rest = [one for _, one in self.between(answered, None)]
                self.out = before
                self.put(None, varint(1) + fingerprint(rest))
                break
            if self.out != before:
                answered = upper
            lower = upper
        over = began and self.out == b"\x61"
        return (None if over else self.out), have, need


def below(one: Item, bound: Bound) -> bool:
    """Whether an item is below a bound."""
    if bound is None:
        return True
    time, prefix = bound
    return (one[0], one[1]) < (time, prefix + bytes(32 - len(prefix)))


def between(before: Item, after: Item) -> tuple[int, bytes]:
    """The shortest bound between two items."""
    if before[0] != after[0]:
        return after[0], b""
    length = next(n for n in range(1, 33) if before[1][:n] != after[1][:n])
    return after[0], after[1][:length]


def id_list(given: Sequence[bytes]) -> bytes:
    """Mode and payload of a list of ids."""
    return varint(2) + varint(len(given)) + b"".join(given)


def parsed(message: bytes) -> list[tuple[Bound, int, list[bytes]]]:
    """The ranges of a well-formed message."""
    at, last, found = 1, 0, []

    def number() -> int:
        nonlocal at
        value = 0
        while True:
            value, at = value * 128 + message[at] % 128, at + 1
            if message[at - 1] < 128:
                return value

    def take(count: int) -> bytes:
        nonlocal at
        at += count
        return message[at - count : at]

    while at < len(message):
        offset = number()
        prefix = take(number())
        last = last + offset - 1 if offset else last
        bound: Bound = (last, prefix) if offset else None
        mode = number()
        payload = [take(16)] if mode == 1 else []
        if mode == 2:
            payload = [take(32) for _ in range(number())]
        found.append((bound, mode, payload))
    return found


def conversation(
    file: VectorFile,
    name: str,
    comment: str,
    own: Sequence[Item],
    other: Sequence[Item],
    start: int,
    limit: int,
) -> None:
    """One case for each message until both know the difference."""
    message: bytes | None = Side(own, limit).begin(start)
    given = {"items": f"{name}-own", "start": start, "max_bytes": limit}
    file.ok("initiate", f"reconcile-{name}", comment, given, {"message": message})
    turn = 0
    while message is not None:
        turn += 1
        asked = {"items": f"{name}-other", "message": message, "max_bytes": limit}
        reply = Side(other, limit).answer(message, began=False)[0]
        file.ok("respond", f"reconcile-{name}-{turn}-answer", comment, asked, {"reply": reply})
        assert reply is not None
        told = {"items": f"{name}-own", "message": reply, "max_bytes": limit}
        message, have, need = Side(own, limit).answer(reply, began=True)
        output = {"reply": message, "have": have, "need": sorted(need)}
        file.ok("conclude", f"reconcile-{name}-{turn}", comment, told, output)


COMMON = items(60, "common")
FEW = sorted(items(5, "few"))
CROWD = sorted(items(70, "crowd", step=70))
PAIRS: list[tuple[str, str, list[Item], list[Item], int, int]] = [
    ("nothing", "both have nothing", [], [], 0, FRAME),
    ("all", "the side that began has nothing", [], items(40, "all"), 0, FRAME),
    ("none", "the side that was asked has nothing", items(40, "none"), [], 0, FRAME),
    ("same", "both have the same", COMMON, COMMON, 0, FRAME),
    ("few", "few items: ids at once", items(6, "few"), items(4, "few"), 0, FRAME),
    (
        "both",
        "each has what the other lacks",
        COMMON + items(3, "left", every=777),
        COMMON + items(4, "right", every=999),
        0,
        FRAME,
    ),
    ("crowd", "all at one time: bounds need ids", CROWD[:60], CROWD[9:], 0, FRAME),
    (
        "start",
        "from a time on: what is before makes no difference",
        COMMON[10:] + items(3, "left"),
        COMMON + items(2, "late", every=20_000),
        T + 600 * 30,
        FRAME,
    ),
    (
        "limit",
        "more ids than one message holds",
        items(20, "common"),
        sorted(COMMON + items(250, "many", step=3)),
        0,
        FRAME,
    ),
]

_ONE = b"\x61" + varint(T + 1) + varint(0)
BROKEN: list[tuple[str, str, bytes]] = [
    ("empty", "no bytes", b""),
    ("version", "another version", b"\x62" + b"\0\0\0"),
    ("bound-cut", "ends inside a bound", b"\x61\x81"),
    ("length-cut", "ends before the length of the id", b"\x61\x05"),
    ("id-cut", "ends inside the id of a bound", b"\x61\x05\x04abc"),
    ("id-long", "33 bytes of an id", b"\x61\x05\x21" + bytes(33) + b"\0"),
    ("mode-missing", "a bound without a mode", _ONE),
    ("mode-unknown", "mode 3", _ONE + b"\x03"),
    ("fingerprint-short", "15 bytes", b"\x61\0\0\x01" + bytes(15)),
    ("count-missing", "ids without their number", b"\x61\0\0\x02"),
    ("ids-short", "one id is missing", b"\x61\0\0\x02\x02" + bytes(32)),
    ("ids-many", "a number of ids beyond the message", b"\x61\0\0\x02\xff\xff\xff\x7f" + bytes(64)),
    ("varint-padded", "a digit too many", b"\x61\x80\x05\0\0"),
    ("varint-long", "more than ten digits", b"\x61" + b"\x81" * 10 + b"\x01\0\0"),
    ("varint-large", "2^64", b"\x61" + varint(2**64) + b"\0\0"),
    ("time-large", "the time 2^64 - 1", b"\x61" + varint(2**64 - 1) + b"\0\0" + b"\x02\0\0"),
    ("infinity-id", "an id beside infinity", b"\x61\0\x01\x05\0"),
    ("after-infinity", "a bound below the one before", b"\x61\0\0\0\x05\0\0"),
    ("descending", "the id descends", b"\x61\x05\x01\x09\0\x01\x01\x08\0"),
]
_WHOLE = _ONE + b"\x01" + fingerprint(ids(3, "cut")) + b"\0\0" + id_list(ids(2, "cut"))
BROKEN += [
    (f"cut-{at}", f"{at} bytes of {len(_WHOLE)}", _WHOLE[:at])
    for at in (2, 6, 8, 12, 23, 25, 26, 27, 58, 90, len(_WHOLE) - 1)
]
UNUSUAL: list[tuple[str, str, bytes]] = [
    ("no-ranges", "nothing is said: all is skipped", b"\x61"),
    ("equal-bounds", "an empty range", _ONE + b"\0" + b"\x01\x00\x02\x00" + b"\0\0\0"),
    ("zeros", "zero bytes at the end of an id count as missing", b"\x61\x05\x02\x09\0\0\0\0\x02\0"),
    ("two-skips", "skips that could be one", _ONE + b"\0" + b"\x0a\0\0" + b"\0\0\x02\0"),
    ("unfinished", "the rest is skipped", _ONE + b"\x02\0"),
    ("no-fingerprint", "the fingerprint of nothing", b"\x61\0\0\x01" + fingerprint([])),
]

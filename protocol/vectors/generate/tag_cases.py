"""Cases of tags.json: addresses that only two nodes can compute."""

from __future__ import annotations

import hmac

from .cases import VectorFile
from .primitives import fixed
from .world import DEAL_SECRET

INVALID = "invalid"
WINDOW, ATTEMPTS = 8, 4


def tag(secret: bytes, direction: str, seq: int, attempt: int, shard: int, shards: int) -> bytes:
    """The tag of a message at an attempt, with its shard in a network of `shards`."""
    full = random_part(secret, direction, seq, attempt)
    first = moved(full[0], shard, shards)
    return bytes([first - shards if first > 255 else first]) + full[1:]


def random_part(secret: bytes, direction: str, seq: int, attempt: int) -> bytes:
    """The first 16 bytes of the HMAC."""
    data = b"vrm/1 tag\0" + direction.encode() + seq.to_bytes(4, "big") + bytes([min(attempt, 3)])
    return hmac.digest(secret, data, "sha256")[:16]


def moved(first: int, shard: int, shards: int) -> int:
    """The first byte in its shard, which may be too large for a byte."""
    return first - first % shards + shard


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "tags",
        "specs/06-sealing-and-mail.md#tags",
        "`derive` computes a tag; `direction` is the sender's side, `attempt` counts from 0 and "
        "may go beyond 3, `shards` is the number of mail shards of the network. `window` gives, "
        "for the numbers that a reader has received, which (seq, attempt) it watches; `match` says "
        "which of them a tag is; `invalid`: none. `address` says to which number's tag, at which "
        "attempt, attempts 0, 1, 2 … go.",
    )
    for direction in ("c", "v"):
        for seq in (0, 1, 255, 256, 2**31 - 1):
            for attempt in range(4):
                _derive(file, direction, seq, attempt)
        _derive(file, direction, 1, 4, comment="later attempts use the tag of the fourth")
        _derive(file, direction, 1, 9, comment="later attempts use the tag of the fourth")
    _derive(file, "c", 0, 0, secret=fixed("other secret"), name="other-secret")
    for shards, shard in ((2, 0), (2, 1), (3, 2), (7, 6), (200, 150), (256, 255)):
        name = f"shard-{shard}-of-{shards}"
        _derive(file, "v", 5, 0, shard=shard, shards=shards, name=name)
    for shards, shard, wanted in ((3, 1, 256), (3, 2, 257), (7, 6, 258), (2, 1, 255)):
        seq = next(
            seq
            for seq in range(100_000)
            if moved(random_part(DEAL_SECRET, "v", seq, 0)[0], shard, shards) == wanted
        )
        comment = f"the first byte would be {wanted}"
        name = f"shard-{shard}-of-{shards}-at-{wanted}"
        _derive(file, "v", seq, 0, shard=shard, shards=shards, name=name, comment=comment)
    _addresses(file)
    _windows(file)
    _matches(file)
    return file


RESTORED_ONCE, RESTORED_TWICE = list(range(3, 10)), list(range(3, 17))


def _addresses(file: VectorFile) -> None:
    own_first = [(17, 0), (17, 1), (17, 2), (17, 3)]
    for name, comment, seq, left_out, ways in (
        ("alone", "nothing is left out", 3, [], [(3, 0), (3, 1), (3, 2), (3, 3), (3, 3), (3, 3)]),
        ("once", "after a restore", 10, RESTORED_ONCE, [*((10, n) for n in range(4)), (3, 3)]),
        ("twice", "by turns", 17, RESTORED_TWICE, [*own_first, *_TURNS]),
        ("round", "after the highest again the lowest", 17, [3, 4], [*own_first, *_ROUND]),
        ("above", "after 64 above again 8", 17, [3], [*own_first, *_ABOVE]),
        ("gaps", "two restores, and messages between", 17, [1, 2, 6], [*own_first, (1, 3)]),
    ):
        given = {"seq": seq, "left_out": left_out}
        output = {"ways": [{"seq": number, "attempt": counted} for number, counted in ways]}
        file.ok("address", f"address-{name}", comment, given, output)


_TURNS = [(3, 3), (17, 3), (25, 3), (17, 3), (4, 3), (17, 3), (33, 3), (17, 3)]
_ROUND = [*_TURNS, (3, 3)]
_ABOVE = [
    way for step in (*range(8, 65, 8), 8) for way in ((3, 3), (17, 3), (17 + step, 3), (17, 3))
]


def _derive(
    file: VectorFile,
    direction: str,
    seq: int,
    attempt: int,
    *,
    secret: bytes = DEAL_SECRET,
    shard: int = 0,
    shards: int = 1,
    name: str = "",
    comment: str = "a tag",
) -> None:
    given = {
        "secret": secret,
        "direction": direction,
        "seq": seq,
        "attempt": attempt,
        "shard": shard,
        "shards": shards,
    }
    output = {"tag": tag(secret, direction, seq, attempt, shard, shards)}
    file.ok("derive", name or f"tag-{direction}-{seq}-{attempt}", comment, given, output)


def watched(received: set[int]) -> list[int]:
    """The numbers that a reader waits for."""
    highest = max(received, default=-1)
    return [seq for seq in range(highest + 1 + WINDOW) if seq not in received]


WINDOWS: list[tuple[str, str, set[int]]] = [
    ("nothing", "before anything has arrived: 0 to 7", set()),
    ("first", "after the first message: 1 to 8", {0}),
    ("gap", "3 arrived first: 0 to 2 and 4 to 11", {3}),
    ("gaps", "0, 2 and 5 are there", {0, 2, 5}),
    ("in-order", "0 to 9 are there", set(range(10))),
]


def _windows(file: VectorFile) -> None:
    for name, comment, received in WINDOWS:
        given = {
            "secret": DEAL_SECRET,
            "direction": "v",
            "shard": 0,
            "shards": 1,
            "received": sorted(received),
        }
        tags = [
            {"seq": seq, "attempt": attempt, "tag": tag(DEAL_SECRET, "v", seq, attempt, 0, 1)}
            for seq in watched(received)
            for attempt in range(ATTEMPTS)
        ]
        file.ok("window", f"window-{name}", comment, given, {"tags": tags})


def _matches(file: VectorFile) -> None:
    right = tag(DEAL_SECRET, "v", 2, 1, 0, 1)
    given = {"secret": DEAL_SECRET, "direction": "v", "shard": 0, "shards": 1, "received": [0, 1]}
    comment = "the second attempt of the next message"
    output = {"seq": 2, "attempt": 1}
    file.ok("match", "match-next", comment, {**given, "tag": right}, output)
    tail = b"v" + bytes(3) + b"\x02\x01"
    for name, comment, other in (
        ("direction", "the other direction's", tag(DEAL_SECRET, "c", 2, 1, 0, 1)),
        ("secret", "another deal's", tag(fixed("other secret"), "v", 2, 1, 0, 1)),
        ("received", "of a message that has arrived", tag(DEAL_SECRET, "v", 1, 0, 0, 1)),
        ("beyond", "of a message beyond the window", tag(DEAL_SECRET, "v", 10, 0, 0, 1)),
        ("far", "of a message far beyond it", tag(DEAL_SECRET, "v", 2**31 - 1, 0, 0, 1)),
        ("bit-first", "a bit of the first byte turned", bytes([right[0] ^ 1]) + right[1:]),
        ("bit-last", "a bit of the last byte turned", right[:-1] + bytes([right[-1] ^ 1])),
        ("zero", "zero bytes", bytes(16)),
        ("short", "fifteen bytes", right[:15]),
        ("long", "seventeen bytes", right + b"\0"),
        ("no-prefix", "without the prefix", hmac.digest(DEAL_SECRET, tail, "sha256")[:16]),
        (
            "end-of-hmac",
            "the last sixteen bytes of the HMAC",
            hmac.digest(DEAL_SECRET, b"vrm/1 tag\0" + tail, "sha256")[16:],
        ),
        (
            "upper-case",
            "V instead of v",
            hmac.digest(DEAL_SECRET, b"vrm/1 tag\0V" + tail[1:], "sha256")[:16],
        ),
        (
            "seq-little-endian",
            "the number with its bytes reversed",
            hmac.digest(DEAL_SECRET, b"vrm/1 tag\0v\x02\0\0\0\x01", "sha256")[:16],
        ),
        (
            "shard-and-15",
            "a shard byte and fifteen of the HMAC",
            b"\0" + hmac.digest(DEAL_SECRET, b"vrm/1 tag\0" + tail, "sha256")[:15],
        ),
        ("attempt-4", "computed for a fifth attempt", _fifth()),
    ):
        file.bad("match", f"match-{name}", INVALID, comment, {**given, "tag": other})
    _matches_left_out(file)
    for attempt in range(4):
        for seq, when in ((0, "first"), (1, "second")):
            other = tag(DEAL_SECRET, "v", seq, attempt, 0, 1)
            comment = f"attempt {attempt} of the {when} message, which has arrived"
            name = f"match-old-{seq}-{attempt}"
            file.bad("match", name, INVALID, comment, {**given, "tag": other})
    for seq in range(10, 20):
        for attempt in (0, 3):
            other = tag(DEAL_SECRET, "v", seq, attempt, 0, 1)
            name, comment = f"match-beyond-{seq}-{attempt}", f"message {seq} isn't watched yet"
            file.bad("match", name, INVALID, comment, {**given, "tag": other})
            other = tag(DEAL_SECRET, "c", seq - 8, attempt, 0, 1)
            name, comment = f"match-own-{seq - 8}-{attempt}", "the reader's own direction"
            file.bad("match", name, INVALID, comment, {**given, "tag": other})


def _matches_left_out(file: VectorFile) -> None:
    """What a reader that has 0 to 2 watches when the next message is 17: 3 to 16 were left out."""
    given = {
        "secret": DEAL_SECRET,
        "direction": "v",
        "shard": 0,
        "shards": 1,
        "received": [0, 1, 2],
    }
    for seq in (3, 10):
        other, output = tag(DEAL_SECRET, "v", seq, 3, 0, 1), {"seq": seq, "attempt": 3}
        comment = "the tag of a number left out"
        file.ok("match", f"match-left-out-{seq}", comment, {**given, "tag": other}, output)
    for seq in (2, *range(11, 18)):
        other = tag(DEAL_SECRET, "v", seq, 3, 0, 1)
        comment = "used before" if seq == 2 else "left out, but too far"
        name = f"match-left-out-{seq}"
        file.bad("match", name, INVALID, comment, {**given, "tag": other})


def _fifth() -> bytes:
    data = b"vrm/1 tag\0v" + (2).to_bytes(4, "big") + b"\x04"
    return hmac.digest(DEAL_SECRET, data, "sha256")[:16]

"""Tags: the addresses that the two sides of a deal derive and nobody else can join.

Implements `specs/06-sealing-and-mail.md#tags`. First contact uses the published `replyTag`
of the intent; everything after it a tag made here.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence

from vrmprotocol import topics
from vrmprotocol.errors import LocalError

CUSTOMER = "c"
VENDOR = "v"
TAG_BYTES = 16
ATTEMPTS = 4
WINDOW = 8
MAX_SEQ = 2**31 - 1
# A sender chooses its own sequence numbers; without a bound below, one huge number would make
# its reader watch every smaller one.
LOOK_BACK = 64
# How far the two sides of a deal may be apart when one of them was restored from an old backup.
RESTORED_WINDOW = 64

_CONTEXT = b"vrm/1 tag\0"
_DIRECTIONS = frozenset({CUSTOMER, VENDOR})


def shard_of(tag: bytes) -> int:
    """The shard number of a tag (16 bytes)."""
    return tag[0] % topics.MAIL_SHARDS


def derive(
    secret: bytes,
    direction: str,
    seq: int,
    attempt: int,
    shard: int,
    *,
    shards: int = topics.MAIL_SHARDS,
) -> bytes:
    """The tag (16 bytes) of a message at one of its attempts.

    `secret` (32 bytes) is that of the offer; `direction` is the sender's, `CUSTOMER` or
    `VENDOR`; `shard` is the recipient's shard number, below `shards`; attempts after 3 count as 3.

    Raises:
        LocalError: `tags.argument`.
    """
    in_range = 0 <= shard < shards <= 256 and 0 <= seq <= MAX_SEQ and attempt >= 0
    if direction not in _DIRECTIONS or not in_range:
        raise LocalError("tags.argument", "expected a direction and numbers within their ranges")
    counted = min(attempt, ATTEMPTS - 1)
    message = _CONTEXT + direction.encode() + seq.to_bytes(4, "big") + bytes([counted])
    digest = hmac.digest(secret, message, "sha256")[:TAG_BYTES]
    return bytes([_first_byte(digest[0], shard, shards)]) + digest[1:]


def _first_byte(random: int, shard: int, shards: int) -> int:
    moved = random - random % shards + shard
    return moved if moved <= 255 else moved - shards


def address(seq: int, attempt: int, left_out: Sequence[int]) -> tuple[int, int]:
    """The number and the attempt to whose tag an attempt of a message goes.

    Args:
        left_out: the numbers below `seq` that its sender hasn't used, ascending. It was restored
            then, and may have used some of them, and numbers above its own, without knowing.
    """
    turn, own = divmod(attempt - ATTEMPTS, 2)
    if turn < 0 or own or not left_out:
        return seq, min(attempt, ATTEMPTS - 1)
    # SPEC 06: The writer MUST send attempts 4, 8, 12 and so on of a message that stands behind
    # numbers left out to the tags of these numbers at attempt 3, one after the other.
    # SPEC 06: The writer MUST send attempts 6, 10, 14 and so on of a message that stands behind
    # numbers left out to the tags at attempt 3 of the numbers 8, 16, 24 … 64 above its own, one
    # after the other.
    at, above = divmod(turn, 2)
    if not above:
        return left_out[at % len(left_out)], ATTEMPTS - 1
    steps = RESTORED_WINDOW // WINDOW
    return min(seq + WINDOW * (at % steps + 1), MAX_SEQ), ATTEMPTS - 1


def window(
    secret: bytes,
    direction: str,
    shard: int,
    received: Collection[int],
    *,
    shards: int = topics.MAIL_SHARDS,
) -> dict[bytes, tuple[int, int]]:
    """The tags to watch for mail from `direction`, each with its (seq, attempt).

    `received` are the sequence numbers that came. Watched are the others up to 8 above the
    highest of them, and of those below it the last 64.
    """
    highest = max(received, default=-1)
    first = max(0, highest - LOOK_BACK)
    seen = frozenset(received)
    return {
        derive(secret, direction, seq, attempt, shard, shards=shards): (seq, attempt)
        for seq in range(first, min(highest + WINDOW, MAX_SEQ) + 1)
        if seq not in seen
        for attempt in range(ATTEMPTS)
    }


def restored_window(
    secret: bytes,
    direction: str,
    shard: int,
    received: Collection[int],
    *,
    shards: int = topics.MAIL_SHARDS,
) -> dict[bytes, tuple[int, int]]:
    """What a reader that was restored watches beyond its `window`, in the same form.

    Of each number the first attempt, for what is sent once, and the last, to which all else comes
    again and again.
    """
    highest = max(received, default=-1)
    return {
        derive(secret, direction, seq, attempt, shard, shards=shards): (seq, attempt)
        for seq in range(highest + WINDOW + 1, min(highest + RESTORED_WINDOW, MAX_SEQ) + 1)
        for attempt in (0, ATTEMPTS - 1)
    }

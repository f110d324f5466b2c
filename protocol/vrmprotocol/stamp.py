"""The stamp: proof of work over the envelope id, the price of gossip.

Implements `specs/02-envelope-and-keys.md#stamp`. How many bits an envelope needs is said by
`envelope.required_bits`.
"""

from __future__ import annotations

import hashlib

from vrmprotocol.errors import LocalError

STAMP_BYTES = 8
_ID_PREFIX = b"vrm/1 envelope id\0"
_SPACE = 2**64
_LAST_BYTES = tuple(bytes([number]) for number in range(256))


def envelope_id(core: bytes, stamp: bytes) -> bytes:
    """The id (32 bytes) of an envelope with this core digest (32 bytes) and stamp (8 bytes)."""
    return hashlib.sha256(_ID_PREFIX + core + stamp).digest()


def leading_zero_bits(digest: bytes) -> int:
    """How many bits of a digest are zero before the first one."""
    return 8 * len(digest) - int.from_bytes(digest, "big").bit_length()


def grind(core: bytes, bits: int, start: int = 0, max_tries: int = 2**28) -> bytes:
    """A stamp (8 bytes) that gives the envelope id at least `bits` leading zero bits.

    Tries `start`, `start` + 1, … (modulo 2^64); 2^bits tries are to be expected. Two
    searches with starts far apart share no work.

    Raises:
        LocalError: `stamp.exhausted` after `max_tries`.
    """
    prefix = _ID_PREFIX + core
    # A digest has the zero bits exactly if it sorts before this, so one comparison tells.
    bound = (1 << (256 - bits)).to_bytes(33, "big")[1:] if bits else b"\xff" * 33
    number, end = start, start + max_tries
    while number < end:
        # All that differ in their last byte alone, one after the other: each takes 30 % less time.
        high, low = divmod(number % _SPACE, 256)
        begun = high.to_bytes(STAMP_BYTES - 1, "big")
        copy = hashlib.sha256(prefix + begun).copy
        for last in _LAST_BYTES[low : low + end - number]:
            tried = copy()
            tried.update(last)
            if tried.digest() < bound:
                return begun + last
        number += 256 - low
    raise LocalError("stamp.exhausted", f"expected {bits} zero bits within {max_tries} tries")

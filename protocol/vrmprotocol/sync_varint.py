"""The variable-length integers of set reconciliation: base 128, most significant digit first.

Implements `specs/08-sync.md#varint`. They are not those of protobuf, which begin with the least
significant digit.
"""

from __future__ import annotations

from vrmprotocol.errors import RemoteError

MAX_VARINT = 2**64 - 1
_MAX_DIGITS = 10


def encode_varint(number: int) -> bytes:
    """The shortest form of a number from 0 to 2^64 - 1."""
    digits = [number & 127]
    while number := number >> 7:
        digits.append(number & 127 | 128)
    return bytes(reversed(digits))


def decode_varint(raw: bytes, at: int) -> tuple[int, int]:
    """The number that begins at a place, and the place behind it.

    Raises:
        RemoteError: `sync.message`: cut off, longer than needed, or above 2^64 - 1.
    """
    number = 0
    for place in range(at, min(at + _MAX_DIGITS, len(raw))):
        digit = raw[place]
        if place == at and digit == 128:
            break
        number = number << 7 | digit & 127
        if digit < 128:
            if number > MAX_VARINT:
                break
            return number, place + 1
    raise RemoteError("sync.message", "varint: expected a whole number below 2^64, shortest form")

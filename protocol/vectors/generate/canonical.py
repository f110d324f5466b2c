"""Canonical msgpack, written by hand, and the forbidden forms that invalid cases need.

Implements specs/01-encoding.md, the writer's side only. `Raw` splices bytes that are already
encoded into a value, and `Pairs` is a map in the order given, duplicates and all: with these two
an otherwise valid object is broken in exactly one place.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence


class Raw(bytes):
    """Bytes that `pack` copies as they are, in the place of one value."""


class Pairs(list[tuple[object, object]]):
    """A map written in the given order, with any keys."""


def pack(value: object) -> bytes:
    """The canonical encoding of `value`; a `Raw` or `Pairs` inside it is written as it stands."""
    if isinstance(value, Raw):
        return bytes(value)
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return pack_int(value)
    if isinstance(value, str):
        return str_header(len(value.encode())) + value.encode()
    if isinstance(value, bytes | bytearray):
        return bin_header(len(value)) + bytes(value)
    if isinstance(value, Pairs):
        return map_header(len(value)) + b"".join(pack(key) + pack(item) for key, item in value)
    if isinstance(value, list | tuple):
        return array_header(len(value)) + b"".join(pack(item) for item in value)
    if isinstance(value, dict):
        return map_header(len(value)) + pack_entries(list(value.items()))
    raise TypeError(f"no canonical form for {type(value).__name__}")


def pack_entries(entries: Sequence[tuple[str, object]]) -> bytes:
    """The entries of a map, sorted by the UTF-8 bytes of the keys."""
    ordered = sorted(entries, key=lambda entry: entry[0].encode())
    return b"".join(pack(key) + pack(item) for key, item in ordered)


def pack_int(number: int) -> bytes:
    """The shortest form of an integer from -2^63 to 2^64-1."""
    if 0 <= number < 0x80:
        return bytes([number])
    if -0x20 <= number < 0:
        return bytes([0x100 + number])
    if number > 0:
        for head, bits, form in ((0xCC, 8, ">B"), (0xCD, 16, ">H"), (0xCE, 32, ">I")):
            if number < 1 << bits:
                return bytes([head]) + struct.pack(form, number)
        return b"\xcf" + struct.pack(">Q", number)
    for head, bits, form in ((0xD0, 7, ">b"), (0xD1, 15, ">h"), (0xD2, 31, ">i")):
        if number >= -(1 << bits):
            return bytes([head]) + struct.pack(form, number)
    return b"\xd3" + struct.pack(">q", number)


def str_header(length: int) -> bytes:
    """The shortest header of a string of `length` UTF-8 bytes."""
    if length < 32:
        return bytes([0xA0 | length])
    return _long_header(length, 0xD9, 0xDA, 0xDB)


def bin_header(length: int) -> bytes:
    """The shortest header of `length` raw bytes."""
    return _long_header(length, 0xC4, 0xC5, 0xC6)


def array_header(length: int) -> bytes:
    """The shortest header of an array of `length` items."""
    if length < 16:
        return bytes([0x90 | length])
    return _long_header(length, None, 0xDC, 0xDD)


def map_header(length: int) -> bytes:
    """The shortest header of a map of `length` entries."""
    if length < 16:
        return bytes([0x80 | length])
    return _long_header(length, None, 0xDE, 0xDF)


def _long_header(length: int, byte: int | None, short: int, long: int) -> bytes:
    if byte is not None and length < 0x100:
        return bytes([byte, length])
    if length < 0x10000:
        return bytes([short]) + struct.pack(">H", length)
    return bytes([long]) + struct.pack(">I", length)


def nested_arrays(depth: int) -> list[object]:
    """`depth` arrays, each the only item of the one around it; the innermost is empty."""
    value: list[object] = []
    for _ in range(depth - 1):
        value = [value]
    return value


def nested_maps(depth: int) -> dict[str, object]:
    """`depth` maps, each the only value of the one around it; the innermost is empty."""
    value: dict[str, object] = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return value

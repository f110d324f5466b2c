"""Canonical msgpack: one byte string for each value, and nothing else is read.

Implements `specs/01-encoding.md`. Reading is decode, walk, re-encode and compare. What the values
mean is left to the modules above.

The decoder is msgspec's: it never allocates by a length that the input only claims. The one in
`msgpack` does, so that 3 KB of nested array headers cost it 33 MB and 50 ms.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple, TypeAlias, Union

import msgspec

from vrmprotocol.errors import LocalError, RemoteError

Value: TypeAlias = Union[bool, int, str, bytes, "list[Value]", "dict[str, Value]", None]
Map: TypeAlias = dict[str, Value]

MAX_BYTES = 65_536
MAX_DEPTH = 16
MAX_ARRAY_ITEMS = 4096
MAX_MAP_ENTRIES = 256

_SCALARS = frozenset({type(None), bool, int, str, bytes})
_DECODER = msgspec.msgpack.Decoder()
# Sorts map keys as Python compares str, by code point, which is the order of their UTF-8 bytes.
_ENCODER = msgspec.msgpack.Encoder(order="deterministic")

# What the decoder says of broken bytes, and the rule that is. A test holds these together.
_SAYINGS = {
    # SPEC 01: The reader MUST refuse bytes that end inside a value, empty input included, with
    # `encoding.truncated`.
    "truncated": "truncated",
    # SPEC 01: The reader MUST refuse bytes that follow a complete value with
    # `encoding.trailing_bytes`.
    "trailing characters": "trailing_bytes",
    # SPEC 01: The reader MUST refuse floats, extension types and the byte `c1` with
    # `encoding.forbidden_type`.
    "invalid opcode": "forbidden_type",
    "timestamp": "forbidden_type",
    # SPEC 01: The reader MUST refuse a map key of another type than str with
    # `encoding.key_not_str`.
    "map keys": "key_not_str",
}


class _Fault(NamedTuple):
    """The rule that a value breaks: the word of its code, and what was expected."""

    word: str
    detail: str


# SPEC 01: The writer MUST encode each integer and each length in its shortest form.
# SPEC 01: The writer MUST sort the keys of each map by their UTF-8 bytes.
# SPEC 01: The writer MUST refuse a value that has no canonical form with `encoding.unencodable`,
# before it writes anything.
def encode(value: object) -> bytes:
    """The canonical bytes of a value made of None, bool, int, str, bytes, list, tuple and dict.

    Raises:
        LocalError: `encoding.unencodable`, for another type, a float, an integer outside
            -2^63 .. 2^64-1, a key that isn't str, a lone surrogate, or a limit exceeded.
    """
    fault = _fault(value)
    if fault is not None:
        raise LocalError("encoding.unencodable", fault.detail)
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:
        raise LocalError("encoding.unencodable", "expected UTF-8, came a surrogate") from None
    except OverflowError:
        raise LocalError("encoding.unencodable", "expected an int of -2^63 .. 2^64-1") from None


def decode(raw: bytes, *, max_bytes: int = MAX_BYTES) -> Value:
    """The value of canonical bytes.

    Raises:
        RemoteError: `encoding.too_large`, `.truncated`, `.trailing_bytes`, `.invalid_utf8`,
            `.forbidden_type`, `.key_not_str`, `.too_deep`, `.too_many_items`, `.noncanonical`.
            Bytes with several faults get the code of one of them.
    """
    # SPEC 01: The reader MUST check the size limit before it looks at any byte, and refuse a longer
    # input with `encoding.too_large`.
    if len(raw) > max_bytes:
        raise RemoteError(
            "encoding.too_large", f"expected at most {max_bytes} bytes, came {len(raw)}"
        )
    value: Value = _read(raw)
    fault = _fault(value)
    if fault is not None:
        raise RemoteError(f"encoding.{fault.word}", fault.detail)
    # SPEC 01: The reader MUST refuse bytes that differ from the canonical form of the value they
    # decode to with `encoding.noncanonical`.
    if _ENCODER.encode(value) != raw:
        raise RemoteError(
            "encoding.noncanonical", "expected shortest forms and sorted, unique keys"
        )
    return value


def decode_map(raw: bytes, *, max_bytes: int = MAX_BYTES) -> Map:
    """The map of canonical bytes.

    Raises:
        RemoteError: as `decode`; `encoding.not_map` for canonical bytes of anything else.
    """
    value = decode(raw, max_bytes=max_bytes)
    if type(value) is not dict:
        raise RemoteError("encoding.not_map", f"expected a map, came {type(value).__name__}")
    return value


def sha256(data: bytes) -> bytes:
    """The digest (32 bytes) that ids and digests of the protocol are made of."""
    return hashlib.sha256(data).digest()


def _read(raw: bytes) -> Value:
    try:
        value: Value = _DECODER.decode(raw)
    # SPEC 01: The reader MUST refuse a str that isn't valid UTF-8 with `encoding.invalid_utf8`.
    except UnicodeDecodeError:
        raise RemoteError("encoding.invalid_utf8", "expected UTF-8 in every str") from None
    except RecursionError:
        # Some thousand levels; the few that are allowed don't come near the decoder's limit.
        raise RemoteError("encoding.too_deep", f"expected a depth of {MAX_DEPTH}") from None
    except msgspec.DecodeError as error:
        saying = str(error)
        word = next((_SAYINGS[part] for part in _SAYINGS if part in saying), "noncanonical")
        raise RemoteError(f"encoding.{word}", f"expected canonical bytes, came {saying}") from None
    return value


# SPEC 01: The reader MUST refuse more than 16 arrays and maps in one another with
# `encoding.too_deep`.
# SPEC 01: The reader MUST refuse an array of more than 4,096 items or a map of more than 256
# entries with `encoding.too_many_items`.
def _fault(value: object) -> _Fault | None:
    """What forbids a value, or None. Goes level by level: hostile nesting costs no stack."""
    level = [value]
    depth = 0
    while level:
        below: list[object] = []
        for item in level:
            if type(item) in _SCALARS:
                continue
            fault = _enter(item, below)
            if fault is not None:
                return fault
            if depth == MAX_DEPTH:
                return _Fault("too_deep", f"expected a depth of at most {MAX_DEPTH}")
        level = below
        depth += 1
    return None


def _enter(item: object, below: list[object]) -> _Fault | None:
    """Add what a container holds to `below`, or say what forbids it."""
    if isinstance(item, dict):
        for key in item:
            if type(key) is not str:
                return _Fault("key_not_str", f"expected a str key, came {type(key).__name__}")
        if len(item) > MAX_MAP_ENTRIES:
            return _Fault("too_many_items", f"expected at most {MAX_MAP_ENTRIES} map entries")
        below.extend(item.values())
    elif isinstance(item, list | tuple):
        if len(item) > MAX_ARRAY_ITEMS:
            return _Fault("too_many_items", f"expected at most {MAX_ARRAY_ITEMS} array items")
        below.extend(item)
    else:
        return _Fault("forbidden_type", f"expected a canonical type, came {type(item).__name__}")
    return None

"""Canonical msgpack: one byte string for each value, and nothing else is read.

Implements `specs/01-encoding.md`. Reading is decode, walk, re-encode and compare; only when
that fails `diagnosis` looks for the rule that broke, so good bytes pay nothing for it.
What the values mean is left to the modules above.
"""

from __future__ import annotations

import hashlib
from typing import TypeAlias, Union

import msgpack  # type: ignore[import-untyped]
import msgspec

from vrmprotocol import diagnosis
from vrmprotocol.errors import LocalError, RemoteError

Value: TypeAlias = Union[bool, int, str, bytes, "list[Value]", "dict[str, Value]", None]
Map: TypeAlias = dict[str, Value]

MAX_BYTES = 65_536
MAX_DEPTH = diagnosis.MAX_DEPTH
MAX_ARRAY_ITEMS = diagnosis.MAX_ARRAY_ITEMS
MAX_MAP_ENTRIES = diagnosis.MAX_MAP_ENTRIES

_SCALARS = frozenset({type(None), bool, int, str, bytes})
# Sorts map keys as Python compares str, by code point, which is the order of their UTF-8 bytes.
_ENCODER = msgspec.msgpack.Encoder(order="deterministic")


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
        raise LocalError("encoding.unencodable", fault)
    try:
        return _ENCODER.encode(value)
    except (UnicodeEncodeError, OverflowError) as error:
        reason = "text is not UTF-8" if isinstance(error, UnicodeEncodeError) else "integer range"
        raise LocalError(
            "encoding.unencodable", f"expected an encodable value, came: {reason}"
        ) from None


def decode(raw: bytes, *, max_bytes: int = MAX_BYTES) -> Value:
    """The value of canonical bytes.

    Raises:
        RemoteError: the first that applies of `encoding.too_large`, `.truncated`,
            `.trailing_bytes`, `.invalid_utf8`, `.forbidden_type`, `.key_not_str`, `.too_deep`,
            `.too_many_items`, `.noncanonical`.
    """
    # SPEC 01: The reader MUST check the size limit before it looks at any byte, and refuse a longer
    # input with `encoding.too_large`.
    if len(raw) > max_bytes:
        raise RemoteError(
            "encoding.too_large", f"expected at most {max_bytes} bytes, came {len(raw)}"
        )
    try:
        value: Value = msgpack.unpackb(
            raw,
            raw=False,
            strict_map_key=True,
            max_array_len=MAX_ARRAY_ITEMS,
            max_map_len=MAX_MAP_ENTRIES,
        )
        # SPEC 01: The reader MUST refuse bytes that differ from the canonical form of the value
        # they decode to with `encoding.noncanonical`.
        if _fault(value) is None and _ENCODER.encode(value) == raw:
            return value
    except (ValueError, msgpack.exceptions.UnpackException):
        pass  # the diagnosis below names the rule; what msgpack says of it is no use
    fault = diagnosis.first_fault(raw)
    raise RemoteError(fault.code, fault.detail)


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


def _fault(value: object) -> str | None:
    """What forbids a value, or None. Goes level by level: hostile nesting costs no stack."""
    level = [value]
    for depth in range(MAX_DEPTH + 1):
        below: list[object] = []
        for item in level:
            if type(item) in _SCALARS:
                continue
            if isinstance(item, dict):
                if len(item) > MAX_MAP_ENTRIES:
                    return f"expected at most {MAX_MAP_ENTRIES} map entries"
                for key in item:
                    if type(key) is not str:
                        return f"expected a str key, came {type(key).__name__}"
                below.extend(item.values())
            elif isinstance(item, list | tuple):
                if len(item) > MAX_ARRAY_ITEMS:
                    return f"expected at most {MAX_ARRAY_ITEMS} array items"
                below.extend(item)
            else:
                return f"expected a canonical type, came {type(item).__name__}"
            if depth == MAX_DEPTH:
                return f"expected a depth of at most {MAX_DEPTH}"
        if not below:
            return None
        level = below
    return None

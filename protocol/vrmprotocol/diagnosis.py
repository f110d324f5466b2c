"""Which rule of `specs/01-encoding.md` refused bytes break.

A plain reader of msgpack that goes on past defects, so that bytes with several always get the
same code: the one that stands first in `ORDER`. It runs on refused bytes only, and needs no
stack for nesting. A truncated header or the byte 0xc1 ends the reading.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

MAX_DEPTH = 16
MAX_ARRAY_ITEMS = 4096
MAX_MAP_ENTRIES = 256

ORDER = (
    "encoding.truncated",
    "encoding.trailing_bytes",
    "encoding.invalid_utf8",
    "encoding.forbidden_type",
    "encoding.key_not_str",
    "encoding.too_deep",
    "encoding.too_many_items",
    "encoding.noncanonical",
)

# Width of the length field, and the least length for which that width is the shortest.
_STR = {0xD9: (1, 32), 0xDA: (2, 256), 0xDB: (4, 65_536)}
_BIN = {0xC4: (1, 0), 0xC5: (2, 256), 0xC6: (4, 65_536)}
_ARRAY = {0xDC: (2, 16), 0xDD: (4, 65_536)}
_MAP = {0xDE: (2, 16), 0xDF: (4, 65_536)}
_UINT = {0xCC: (1, 128), 0xCD: (2, 2**8), 0xCE: (4, 2**16), 0xCF: (8, 2**32)}
_INT = {0xD0: (1, -32), 0xD1: (2, -(2**7)), 0xD2: (4, -(2**15)), 0xD3: (8, -(2**31))}
_FIXEXT = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_EXT = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_FLOAT = {0xCA: 4, 0xCB: 8}


class Fault(NamedTuple):
    """A code of `ORDER` and what was found where (offset in bytes)."""

    code: str
    detail: str


class _Stop(Exception):
    """Nothing can be read past this point."""


class _Container:
    """An array or map that isn't read to its end; `left` counts items, two for a map entry."""

    __slots__ = ("is_map", "last_key", "left")

    def __init__(self, left: int, is_map: bool) -> None:
        self.left = left
        self.is_map = is_map
        self.last_key: bytes | None = None

    @property
    def wants_key(self) -> bool:
        return self.is_map and self.left % 2 == 0


def first_fault(raw: bytes) -> Fault:
    """The fault that stands first in `ORDER`; `encoding.noncanonical` if none is found."""
    reader = _Reader(raw)
    with suppress(_Stop):
        reader.read()
    for code in ORDER:
        if code in reader.faults:
            return Fault(code, reader.faults[code])
    return Fault("encoding.noncanonical", "expected canonical bytes")


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.at = 0
        self.open: list[_Container] = []
        self.faults: dict[str, str] = {}

    def read(self) -> None:
        while True:
            self._item()
            while self.open and self.open[-1].left == 0:
                self.open.pop()
            if not self.open:
                break
        # SPEC 01: The reader MUST refuse bytes that follow a complete value with
        # `encoding.trailing_bytes`.
        if self.at < len(self.raw):
            self._fault("trailing_bytes", f"expected the end, came {len(self.raw) - self.at} more")

    def _fault(self, word: str, detail: str) -> None:
        self.faults.setdefault(f"encoding.{word}", f"{detail} at byte {self.at}")

    def _take(self, count: int) -> bytes:
        # SPEC 01: The reader MUST refuse bytes that end inside a value, empty input included, with
        # `encoding.truncated`.
        if self.at + count > len(self.raw):
            self._fault("truncated", f"expected {count} bytes, came {len(self.raw) - self.at}")
            raise _Stop
        piece = self.raw[self.at : self.at + count]
        self.at += count
        return piece

    def _length(self, width: int, least: int) -> int:
        length = int.from_bytes(self._take(width), "big")
        if length < least:
            self._fault("noncanonical", "expected the shortest length form, came a longer one")
        return length

    def _item(self) -> None:
        parent = self.open[-1] if self.open else None
        wants_key = parent is not None and parent.wants_key
        if parent is not None:
            parent.left -= 1
        lead = self._take(1)[0]
        if 0xA0 <= lead <= 0xBF or lead in _STR:
            length = lead & 0x1F if lead not in _STR else self._length(*_STR[lead])
            self._text(self._take(length), parent if wants_key else None)
            return
        # SPEC 01: The reader MUST refuse a map key of another type than str with
        # `encoding.key_not_str`.
        if wants_key:
            self._fault("key_not_str", f"expected a str key, came 0x{lead:02x}")
        self._not_text(lead)

    def _text(self, text: bytes, parent: _Container | None) -> None:
        # SPEC 01: The reader MUST refuse a str that isn't valid UTF-8 with `encoding.invalid_utf8`.
        try:
            text.decode()
        except UnicodeDecodeError:
            self._fault("invalid_utf8", "expected UTF-8 in a str before")
        if parent is None:
            return
        if parent.last_key is not None and text <= parent.last_key:
            self._fault("noncanonical", "expected sorted, unique keys before")
        parent.last_key = text

    def _not_text(self, lead: int) -> None:
        if 0x80 <= lead <= 0x8F or lead in _MAP:
            self._enter(lead & 0x0F if lead not in _MAP else self._length(*_MAP[lead]), True)
        elif 0x90 <= lead <= 0x9F or lead in _ARRAY:
            self._enter(lead & 0x0F if lead not in _ARRAY else self._length(*_ARRAY[lead]), False)
        elif lead in _BIN:
            self._take(self._length(*_BIN[lead]))
        elif lead in _UINT or lead in _INT:
            self._integer(lead)
        elif lead in _FLOAT or lead in _FIXEXT or lead in _EXT or lead == 0xC1:
            self._forbidden(lead)

    def _enter(self, count: int, is_map: bool) -> None:
        # SPEC 01: The reader MUST refuse an array of more than 4,096 items or a map of more than
        # 256 entries with `encoding.too_many_items`.
        if count > (MAX_MAP_ENTRIES if is_map else MAX_ARRAY_ITEMS):
            self._fault("too_many_items", f"came {count} items in a container")
        self.open.append(_Container(2 * count if is_map else count, is_map))
        # SPEC 01: The reader MUST refuse more than 16 arrays and maps in one another with
        # `encoding.too_deep`.
        if len(self.open) > MAX_DEPTH:
            self._fault("too_deep", f"expected a depth of at most {MAX_DEPTH}")

    def _integer(self, lead: int) -> None:
        if lead in _UINT:
            width, least = _UINT[lead]
            shortest = int.from_bytes(self._take(width), "big") >= least
        else:
            width, below = _INT[lead]
            shortest = int.from_bytes(self._take(width), "big", signed=True) < below
        if not shortest:
            self._fault("noncanonical", "expected the shortest integer form before")

    def _forbidden(self, lead: int) -> None:
        # SPEC 01: The reader MUST refuse floats, extension types and the byte `c1` with
        # `encoding.forbidden_type`.
        self._fault("forbidden_type", f"expected no float or ext, came 0x{lead:02x}")
        if lead == 0xC1:
            raise _Stop
        if lead in _FLOAT:
            self._take(_FLOAT[lead])
        elif lead in _FIXEXT:
            self._take(1 + _FIXEXT[lead])
        else:
            self._take(1 + int.from_bytes(self._take(_EXT[lead]), "big"))

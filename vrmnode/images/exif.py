"""The one thing of Exif that makes a picture: which way up it is.

A camera that is held upright stores the picture lying and says so here. Without it a photo would
stand on its side, so this entry is kept, alone, in a block of our own making.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

ORIENTATION, PLACE = 0x0112, 0x8825
SHORT = 3
MAX_ENTRIES = 512


def only_orientation(tiff: bytes) -> bytes | None:
    """A block with the orientation and nothing else; None for a picture that is upright."""
    turned = orientation_of(tiff)
    if turned == 1:
        return None
    entry = struct.pack(">HHIHH", ORIENTATION, SHORT, 1, turned, 0)
    return b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)


def orientation_of(tiff: bytes) -> int:
    """1 … 8 as Exif has it; 1, upright, where it isn't said or can't be read."""
    for tag, kind, count, value in _entries(tiff):
        if tag == ORIENTATION and (kind, count) == (SHORT, 1) and 1 <= value <= 8:
            return value
    return 1


def words_of(tiff: bytes) -> str:
    """What a block is called to people: with a place, or without."""
    has_place = any(tag == PLACE for tag, *_ in _entries(tiff))
    return "Exif with the place where it was taken" if has_place else "Exif"


def _entries(tiff: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Tag, type, count and the value of each entry of the first directory, as one short."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 10:
        return
    (at,) = struct.unpack_from(order + "I", tiff, 4)
    if not 8 <= at <= len(tiff) - 2:
        return
    (count,) = struct.unpack_from(order + "H", tiff, at)
    for entry in range(at + 2, at + 2 + 12 * min(count, MAX_ENTRIES), 12):
        if entry + 12 > len(tiff):
            return
        yield struct.unpack_from(order + "HHIH", tiff, entry)

"""PNG: chunks up to the last one; texts, times, Exif and colour profiles are left out.

What stays makes the picture (PNG, third edition, also animated): header, palette, data,
transparency, gamma, background, resolution.
"""

from __future__ import annotations

import struct
import zlib

from vrmnode.images.exif import only_orientation, words_of
from vrmnode.images.parts import MAX_PARTS, Cursor, Stripped, malformed

MAGIC = b"\x89PNG\r\n\x1a\n"
_KEPT = frozenset(
    {
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"sBIT", b"sRGB", b"cICP"),
        *(b"bKGD", b"hIST", b"pHYs", b"acTL", b"fcTL", b"fdAT"),
    }
)
_NAMES = {
    b"tEXt": "texts",
    b"zTXt": "texts",
    b"iTXt": "texts",
    b"tIME": "the time of the last change",
    b"iCCP": "a colour profile",
}
SALT = b"saLt"
"""A private chunk that decoders leave alone and copy with the file."""


def strip(raw: bytes, salt: bytes) -> Stripped:
    """What makes the picture, with `salt` in a chunk of its own if there is one.

    Raises:
        ImageError: `image.malformed`.
    """
    found, cursor = Stripped("image/png"), Cursor(raw)
    found.parts.append(cursor.take(len(MAGIC), "signature"))
    for number in range(MAX_PARTS):
        (length,) = struct.unpack(">I", cursor.take(4, "length of a chunk"))
        kind = cursor.take(4, "type of a chunk")
        content = cursor.take(length, "chunk")
        if cursor.take(4, "check sum") != struct.pack(">I", zlib.crc32(kind + content)):
            raise malformed("the right check sum of a chunk", "another")
        if (number == 0) != (kind == b"IHDR") or (number == 0 and length != 13):
            raise malformed("one header, at the beginning", "another chunk")
        if kind == b"IHDR":
            found.width, found.height = struct.unpack(">II", content[:8])
        _take(found, kind, content)
        if kind == b"IHDR" and salt:
            found.parts.append(_chunk(SALT, salt))
        if kind == b"IEND":
            if cursor.left:
                found.leave_out("what follows the picture", cursor.left)
            return found
    raise malformed(f"at most {MAX_PARTS} chunks", "more")


def _take(found: Stripped, kind: bytes, content: bytes) -> None:
    if kind in _KEPT:
        found.parts.append(_chunk(kind, content))
    elif kind == b"eXIf":
        kept = only_orientation(content)
        if kept != content:
            found.leave_out(words_of(content), len(content))
        if kept is not None:
            found.parts.append(_chunk(kind, kept))
    elif kind[:1].isupper():
        raise malformed("chunks of PNG", "an unknown one that the picture needs")
    else:
        found.leave_out(_NAMES.get(kind, "other chunks"), len(content))


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check

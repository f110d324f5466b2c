"""JPEG: segments up to the end of the image; those of applications and comments are left out.

What stays is what a decoder needs (ITU-T T.81): tables, frame, scans, restart intervals, the JFIF
header without its thumbnail, and Adobe's note of the colour transform.
"""

from __future__ import annotations

import struct

from vrmnode.images.exif import only_orientation, words_of
from vrmnode.images.parts import MAX_PARTS, Cursor, Stripped, malformed

MAGIC = b"\xff\xd8\xff"
_EXIF = b"Exif\0\0"
_SOI, _EOI, _SOS, _COM = b"\xff\xd8", b"\xff\xd9", 0xDA, 0xFE
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
# Huffman and arithmetic tables, quantisation, number of lines, restart, hierarchy, expansion.
_NEEDED = _FRAMES | {0xC4, 0xCC, _SOS, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}
_APPLICATIONS = range(0xE0, 0xF0)


def strip(raw: bytes, salt: bytes) -> Stripped:
    """What makes the picture, with `salt` as a comment if there is one.

    Raises:
        ImageError: `image.malformed`.
    """
    found, cursor = Stripped("image/jpeg"), Cursor(raw)
    cursor.take(2, "start of image")
    found.parts.append(_SOI)
    if salt:
        found.parts.append(_segment(_COM, salt))
    for _ in range(MAX_PARTS):
        marker = _marker(cursor)
        if marker == _EOI[1]:
            found.parts.append(_EOI)
            if cursor.left:
                found.leave_out("what follows the picture", cursor.left)
            if not found.width:
                raise malformed("a frame", "the end of the image")
            return found
        (length,) = struct.unpack(">H", cursor.take(2, "length of a segment"))
        if length < 2:
            raise malformed("a segment of at least 2 bytes", str(length))
        _take(found, marker, cursor.take(length - 2, "segment"))
        if marker == _SOS:
            found.parts.append(_scan(cursor))
    raise malformed(f"at most {MAX_PARTS} segments", "more")


def _take(found: Stripped, marker: int, content: bytes) -> None:
    if marker in _NEEDED:
        found.parts.append(_segment(marker, content))
        # A later frame, of a hierarchical image, may be another size.
        if marker in _FRAMES and not found.width and len(content) >= 5:
            found.height, found.width = struct.unpack(">HH", content[1:5])
    elif marker in _APPLICATIONS:
        _application(found, marker, content)
    elif marker == _COM:
        found.leave_out("comments", len(content))
    else:
        raise malformed("a segment of JPEG", f"marker {marker:02x}")


def _application(found: Stripped, marker: int, content: bytes) -> None:
    if marker == 0xE0 and content.startswith(b"JFIF\0") and len(content) >= 14:
        # Version, unit and densities; the last two bytes are the size of a thumbnail.
        found.parts.append(_segment(marker, content[:12] + b"\0\0"))
        if len(content) > 14:
            found.leave_out("a thumbnail", len(content) - 14)
    elif marker == 0xEE and content.startswith(b"Adobe") and len(content) == 12:
        found.parts.append(_segment(marker, content))
    elif marker == 0xE1 and content.startswith(_EXIF):
        tiff = content[len(_EXIF) :]
        kept = only_orientation(tiff)
        if kept != tiff:
            found.leave_out(words_of(tiff), len(content))
        if kept is not None:
            found.parts.append(_segment(marker, _EXIF + kept))
    else:
        found.leave_out(_name(marker, content), len(content))


def _name(marker: int, content: bytes) -> str:
    if content.startswith((b"http://ns.adobe.com/", b"XMP")):
        return "XMP"
    if content.startswith(b"ICC_PROFILE"):
        return "a colour profile"
    if content.startswith(b"Photoshop"):
        return "IPTC"
    if content.startswith(b"MPF\0"):
        return "further pictures"
    return f"application data {marker - 0xE0}"


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def _marker(cursor: Cursor) -> int:
    """The next marker; any number of FF may stand before it."""
    if cursor.take(1, "marker") != b"\xff":
        raise malformed("a marker", "other bytes")
    while (code := cursor.take(1, "marker")[0]) == 0xFF:
        pass
    if code == 0x00 or 0xD0 <= code <= 0xD8 or code == 0x01:
        raise malformed("a segment", f"marker {code:02x}")
    return code


def _scan(cursor: Cursor) -> bytes:
    """The coded data up to the next marker that isn't part of them."""
    at = cursor.at
    while True:
        at = cursor.raw.find(b"\xff", at)
        if at < 0 or at + 1 >= len(cursor.raw):
            raise malformed("the end of the image", "the end of the file")
        code = cursor.raw[at + 1]
        if code != 0x00 and not 0xD0 <= code <= 0xD7:
            break
        at += 2
    return cursor.take(at - cursor.at, "coded data")

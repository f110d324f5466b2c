"""WebP: RIFF chunks; Exif, XMP, colour profiles and unknown ones are left out, in frames too.

What stays makes the picture (RFC 9649): the coded image, its alpha, animation, and the header that
says what there is, set right for what is left.
"""

from __future__ import annotations

import struct

from vrmnode.images.exif import only_orientation, words_of
from vrmnode.images.parts import MAX_PARTS, Cursor, Stripped, malformed

_KEPT = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM"})
_FRAME_BYTES = 16
_HAS_PROFILE, _HAS_EXIF, _HAS_XMP = 0x20, 0x08, 0x04
_NAMES = {b"XMP ": "XMP", b"ICCP": "a colour profile"}
SALT = b"SALT"


def looks_like(raw: bytes) -> bool:
    """Whether the first bytes are those of WebP."""
    return raw[:4] == b"RIFF" and raw[8:12] == b"WEBP"


def strip(raw: bytes, salt: bytes) -> Stripped:
    """What makes the picture, with `salt` in a chunk of its own if there is one.

    Raises:
        ImageError: `image.malformed`.
    """
    cursor = Cursor(raw)
    cursor.take(4, "RIFF")
    (size,) = struct.unpack("<I", cursor.take(4, "size"))
    if size > cursor.left or size < 4:
        raise malformed(f"{size} bytes", f"{cursor.left}")
    found = Stripped("image/webp")
    if cursor.left > size:
        found.leave_out("what follows the picture", cursor.left - size)
    chunks = list(_chunks(raw[12 : 8 + size]))
    kept, exif = [], None
    for kind, content in chunks:
        if kind in _KEPT:
            kept.append((kind, content))
        elif kind == b"VP8X":
            kept.append((kind, _header(content)))
        elif kind == b"ANMF":
            kept.append((kind, _frame(found, content)))
        elif kind == b"EXIF":
            exif = _exif(found, content)
        else:
            found.leave_out(_NAMES.get(kind, "other chunks"), len(content))
    _set_size(found, kept)
    if exif is not None and kept[0][0] == b"VP8X":
        flags = kept[0][1]
        kept[0] = (b"VP8X", bytes((flags[0] | _HAS_EXIF,)) + flags[1:])
        kept.append((b"EXIF", exif))
    if salt:
        kept.append((SALT, salt))
    body = b"WEBP" + b"".join(_chunk(kind, content) for kind, content in kept)
    found.parts = [b"RIFF", struct.pack("<I", len(body)), body]
    return found


def _chunks(raw: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a file or a frame; each is padded to an even length."""
    cursor, found = Cursor(raw), []
    while cursor.left:
        kind = cursor.take(4, "type of a chunk")
        (length,) = struct.unpack("<I", cursor.take(4, "length of a chunk"))
        found.append((kind, cursor.take(length, "chunk")))
        cursor.take(min(length % 2, cursor.left), "padding")
        if len(found) > MAX_PARTS:
            raise malformed(f"at most {MAX_PARTS} chunks", "more")
    return found


def _header(content: bytes) -> bytes:
    if len(content) != 10:
        raise malformed("a header of 10 bytes", str(len(content)))
    flags = content[0] & ~(_HAS_PROFILE | _HAS_EXIF | _HAS_XMP)
    return bytes((flags,)) + content[1:]


def _frame(found: Stripped, content: bytes) -> bytes:
    if len(content) < _FRAME_BYTES:
        raise malformed("a whole frame", f"{len(content)} bytes")
    kept = b""
    for kind, inner in _chunks(content[_FRAME_BYTES:]):
        if kind in _KEPT:
            kept += _chunk(kind, inner)
        else:
            found.leave_out("other chunks", len(inner))
    return content[:_FRAME_BYTES] + kept


def _exif(found: Stripped, content: bytes) -> bytes | None:
    # Some writers put JPEG's prefix before the block.
    tiff = content.removeprefix(b"Exif\0\0")
    kept = only_orientation(tiff)
    if kept != tiff:
        found.leave_out(words_of(tiff), len(content))
    return kept


def _set_size(found: Stripped, kept: list[tuple[bytes, bytes]]) -> None:
    kind, content = kept[0] if kept else (b"", b"")
    if kind == b"VP8X":
        found.width = 1 + int.from_bytes(content[4:7], "little")
        found.height = 1 + int.from_bytes(content[7:10], "little")
        if not any(kind in (b"VP8 ", b"VP8L", b"ANMF") for kind, _ in kept):
            raise malformed("a picture", "a header alone")
    elif kind == b"VP8 " and len(content) >= 10 and content[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", content[6:10])
        found.width, found.height = width & 0x3FFF, height & 0x3FFF
    elif kind == b"VP8L" and len(content) >= 5 and content[0] == 0x2F:
        bits = int.from_bytes(content[1:5], "little")
        found.width, found.height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        raise malformed("a picture of WebP first", "another chunk")


def _chunk(kind: bytes, content: bytes) -> bytes:
    padding = b"\0" * (len(content) % 2)
    return kind + struct.pack("<I", len(content)) + content + padding

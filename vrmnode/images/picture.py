"""A picture without what its file tells beside it, under the hash by which messages name it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from vrmnode.images import jpeg, png, webp
from vrmnode.images.parts import MAX_BYTES, ImageError

ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A file as it is kept; `removed` says by words how many bytes of what were left out."""

    raw: bytes
    media_type: str
    width: int
    height: int
    removed: Mapping[str, int]

    @property
    def digest(self) -> bytes:
        """The SHA-256 by which messages name it."""
        return hashlib.sha256(self.raw).digest()


# SPEC 03: The writer MUST leave out of an image that it names what the file says beside the
# picture: Exif but for the orientation, XMP, IPTC, comments, times, thumbnails, colour profiles and
# whatever follows the picture.
def read_picture(raw: bytes, *, salt: bytes = b"") -> Picture:
    """The picture in a file, without its metadata.

    A `salt` (16 random bytes) goes into it and makes its hash one of its own: without, the same
    picture has the same hash wherever it is named.

    Raises:
        ImageError: `image.type`, `image.too_large`, `image.malformed`.
    """
    if len(raw) > MAX_BYTES:
        limit = f"at most {MAX_BYTES // (1024 * 1024)} MiB"
        raise ImageError("image.too_large", f"expected {limit}, came {len(raw)} bytes")
    if raw.startswith(jpeg.MAGIC):
        found = jpeg.strip(raw, salt)
    elif raw.startswith(png.MAGIC):
        found = png.strip(raw, salt)
    elif webp.looks_like(raw):
        found = webp.strip(raw, salt)
    else:
        raise ImageError("image.type", f"expected a PNG, JPEG or WebP file, came {_other(raw)}")
    return Picture(
        b"".join(found.parts), found.media_type, found.width, found.height, found.removed
    )


def _other(raw: bytes) -> str:
    """What a file is instead, as far as its first bytes tell."""
    if not raw:
        return "an empty one"
    if raw[4:8] == b"ftyp":
        return "HEIC, AVIF or a video"
    if raw.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if raw.startswith(b"%PDF"):
        return "PDF"
    if raw.lstrip()[:5].lower() in (b"<svg ", b"<?xml"):
        return "SVG or XML"
    return "another kind"

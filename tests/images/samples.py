"""Pictures with all that cameras and programs put beside them, made by an independent library."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, PngImagePlugin

SECRET = b"52.3702N 4.8952E serial 4711 by Ada"
"""Stands in every kind of metadata of the samples, and in no picture."""
SIZE = (61, 43)


def pixels(mode: str = "RGB") -> Image.Image:
    """A small picture with something in it."""
    made = Image.new("RGB", SIZE)
    made.putdata([(x * 4 % 256, y * 5 % 256, (x * y) % 256) for y in range(43) for x in range(61)])
    return made.convert(mode)


def exif(orientation: int = 1) -> bytes:
    """Exif with a place, a camera, a time and a comment, without JPEG's prefix."""
    block = Image.Exif()
    if orientation != 1:
        block[0x0112] = orientation
    block[0x010E] = SECRET.decode()
    block[0x0110] = "Camera"
    block.get_ifd(0x8825)[2] = (52.0, 22.0, 12.0)
    block.get_ifd(0x8825)[1] = "N"
    block.get_ifd(0x8769)[0x9003] = "2026:11:24 18:00:00"
    block.get_ifd(0x8769)[0xA431] = SECRET.decode()
    raw: bytes = block.tobytes()
    return raw.removeprefix(b"Exif\0\0")


def jpeg(orientation: int = 1, mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    pixels(mode).save(
        out,
        "JPEG",
        exif=b"Exif\0\0" + exif(orientation),
        icc_profile=b"\0" * 128 + SECRET,
        comment=SECRET,
        xmp=SECRET,
        **options,
    )
    return out.getvalue()


def png(orientation: int = 1, mode: str = "RGB", *, frames: int = 1) -> bytes:
    info, out = PngImagePlugin.PngInfo(), io.BytesIO()
    info.add_text("Comment", SECRET.decode())
    info.add_text("Comment", SECRET.decode(), zip=True)
    info.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    info.add(b"tIME", struct.pack(">HBBBBB", 2026, 11, 24, 18, 0, 7))
    info.add(b"prVt", SECRET)
    more = _further(frames, mode)
    pixels(mode).save(
        out,
        "PNG",
        pnginfo=info,
        exif=b"Exif\0\0" + exif(orientation),
        icc_profile=b"\0" * 128 + SECRET,
        **more,
    )
    return out.getvalue()


def webp(
    orientation: int = 1, mode: str = "RGB", *, lossless: bool = False, frames: int = 1
) -> bytes:
    out = io.BytesIO()
    more = _further(frames, mode)
    pixels(mode).save(
        out,
        "WEBP",
        lossless=lossless,
        exif=exif(orientation),
        icc_profile=b"\0" * 128 + SECRET,
        xmp=SECRET,
        **more,
    )
    return out.getvalue()


def _further(frames: int, mode: str) -> dict[str, object]:
    """Options for an animation; each frame differs from the one before."""
    if frames == 1:
        return {}
    turned = [pixels(mode), pixels(mode).transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    return {"save_all": True, "append_images": [turned[n % 2] for n in range(1, frames)]}


def plain(form: str) -> bytes:
    """A picture without metadata, as a program makes it."""
    out = io.BytesIO()
    pixels().save(out, form)
    return out.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of PNG."""
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check

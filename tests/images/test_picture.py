"""Pictures are kept to the pixel, what stands beside them isn't."""

from __future__ import annotations

import hashlib
import io
import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from tests.images import samples
from tests.images.samples import SECRET, SIZE, chunk
from vrmnode.images.parts import MAX_BYTES, ImageError
from vrmnode.images.picture import Picture, read_picture

SALT = b"0123456789abcdef"
SAMPLES = {
    "jpeg": samples.jpeg(),
    "jpeg turned": samples.jpeg(6),
    "jpeg progressive": samples.jpeg(progressive=True),
    "jpeg restarts": samples.jpeg(restart_marker_blocks=1),
    "jpeg grey": samples.jpeg(mode="L"),
    "jpeg of four colours": samples.jpeg(mode="CMYK"),
    "png": samples.png(),
    "png turned": samples.png(8),
    "png palette": samples.png(mode="P"),
    "png alpha": samples.png(mode="RGBA"),
    "png animated": samples.png(frames=3),
    "webp": samples.webp(),
    "webp turned": samples.webp(3),
    "webp lossless": samples.webp(lossless=True),
    "webp alpha": samples.webp(mode="RGBA"),
    "webp animated": samples.webp(frames=3),
}
BEHIND = {name: raw + SECRET for name, raw in SAMPLES.items()}


def frames_of(raw: bytes) -> list[bytes]:
    """Every frame as a decoder shows it: turned the right way up, in full colours."""
    found = []
    with Image.open(io.BytesIO(raw)) as opened:
        for number in range(getattr(opened, "n_frames", 1)):
            opened.seek(number)
            shown = ImageOps.exif_transpose(opened.convert("RGBA"))
            shown.getexif().clear()
            turned = opened.getexif().get(0x0112, 1)
            found.append(struct.pack(">HHH", turned, *shown.size) + shown.tobytes())
    return found


def code(raw: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        read_picture(raw)
    return caught.value.code


@pytest.mark.parametrize("salt", [b"", SALT], ids=["plain", "salted"])
@pytest.mark.parametrize("raw", SAMPLES.values(), ids=SAMPLES)
def test_the_picture_stays_and_the_metadata_goes(raw: bytes, salt: bytes) -> None:
    assert SECRET in raw
    found = read_picture(raw, salt=salt)
    assert frames_of(found.raw) == frames_of(raw)
    assert SECRET not in found.raw
    assert b"Camera" not in found.raw
    assert b"2026:11:24" not in found.raw
    assert (found.width, found.height) == SIZE
    assert any(what.startswith("Exif with the place") for what in found.removed)
    assert sum(found.removed.values()) > len(SECRET)
    with Image.open(io.BytesIO(found.raw)) as opened:
        left = set(opened.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
        assert not left & {"icc_profile", "xmp", "XML:com.adobe.xmp", "Comment", "exif"} - (
            {"exif"} if opened.getexif() else set()
        )
        assert set(opened.getexif()) <= {0x0112}


@pytest.mark.parametrize("raw", BEHIND.values(), ids=BEHIND)
def test_what_follows_the_picture_goes(raw: bytes) -> None:
    found = read_picture(raw)
    assert SECRET not in found.raw
    assert found.removed["what follows the picture"] == len(SECRET)


@pytest.mark.parametrize("raw", SAMPLES.values(), ids=SAMPLES)
def test_a_second_time_changes_nothing(raw: bytes) -> None:
    once = read_picture(raw)
    again = read_picture(once.raw)
    assert (again.raw, again.removed) == (once.raw, {})


@pytest.mark.parametrize("raw", SAMPLES.values(), ids=SAMPLES)
def test_a_salt_makes_another_hash_and_the_same_picture(raw: bytes) -> None:
    plain, one, two = (
        read_picture(raw),
        read_picture(raw, salt=SALT),
        read_picture(raw, salt=b"x" * 16),
    )
    assert len({plain.digest, one.digest, two.digest}) == 3
    assert frames_of(one.raw) == frames_of(two.raw) == frames_of(plain.raw)
    assert SALT in one.raw
    assert read_picture(one.raw).raw == plain.raw
    assert one.digest == hashlib.sha256(one.raw).digest()


@pytest.mark.parametrize(("form", "ending"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp")])
def test_a_picture_without_metadata_loses_nothing(form: str, ending: str) -> None:
    raw = samples.plain(form)
    found = read_picture(raw)
    assert found.removed == {}
    assert found.raw == raw
    assert found.media_type == f"image/{ending}"


def test_a_thumbnail_in_the_jfif_header_goes() -> None:
    raw = samples.plain("JPEG")
    assert raw[2:4] == b"\xff\xe0"
    length = struct.unpack(">H", raw[4:6])[0]
    header = raw[6 : 4 + length]
    thumbnail = SECRET.ljust(3 * 4 * 3)
    fat = header[:12] + bytes((4, 3)) + thumbnail
    made = raw[:4] + struct.pack(">H", len(fat) + 2) + fat + raw[4 + length :]
    found = read_picture(made)
    assert SECRET not in found.raw
    assert found.removed == {"a thumbnail": len(thumbnail)}
    assert frames_of(found.raw) == frames_of(raw)


def test_segments_between_the_scans_go() -> None:
    raw = samples.jpeg(progressive=True)
    at = raw.index(b"\xff\xda")
    comment = b"\xff\xfe" + struct.pack(">H", len(SECRET) + 2) + SECRET
    second = raw.index(b"\xff\xda", at + 2)
    made = raw[:second] + comment + b"\xff\xff" + raw[second + 1 :]
    found = read_picture(made)
    assert SECRET not in found.raw
    assert frames_of(found.raw) == frames_of(raw)


def test_unknown_chunks_within_a_frame_go() -> None:
    raw = samples.webp(frames=2)
    at = raw.index(b"ANMF")
    size = struct.unpack("<I", raw[at + 4 : at + 8])[0]
    inner = SECRET + b"\0" * (len(SECRET) % 2)
    extra = b"NOTE" + struct.pack("<I", len(SECRET)) + inner
    frame = raw[at + 8 : at + 8 + size] + extra
    body = raw[8:at] + b"ANMF" + struct.pack("<I", len(frame)) + frame + raw[at + 8 + size :]
    found = read_picture(b"RIFF" + struct.pack("<I", len(body)) + body)
    assert SECRET not in found.raw
    assert frames_of(found.raw) == frames_of(raw)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "image.type"),
        (b"GIF89a" + bytes(20), "image.type"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "image.type"),
        (b"%PDF-1.7", "image.type"),
        (b"<svg xmlns='x'>", "image.type"),
        (b"hello", "image.type"),
        (b"\xff\xd8\xff", "image.malformed"),
        (b"\xff\xd8\xff\xd9", "image.malformed"),
        (samples.plain("JPEG")[:-2], "image.malformed"),
        (samples.plain("JPEG")[:100], "image.malformed"),
        (samples.plain("PNG")[:-1], "image.malformed"),
        (samples.plain("PNG")[:8], "image.malformed"),
        (samples.plain("PNG")[:8] + chunk(b"IEND", b""), "image.malformed"),
        (samples.plain("PNG")[:33] + chunk(b"CgBI", b"abcd"), "image.malformed"),
        (samples.plain("PNG")[:33] + samples.plain("PNG")[8:], "image.malformed"),
        (samples.plain("PNG").replace(b"IDAT", b"IDAZ"), "image.malformed"),
        (samples.plain("WEBP")[:-8], "image.malformed"),
        (b"RIFF\x04\0\0\0WEBP", "image.malformed"),
        (b"RIFF\x0c\0\0\0WEBPEXIF\0\0\0\0", "image.malformed"),
        (bytes(MAX_BYTES + 1), "image.too_large"),
    ],
)
def test_what_is_no_picture(raw: bytes, expected: str) -> None:
    assert code(raw) == expected


def test_an_error_says_what_came() -> None:
    with pytest.raises(ImageError, match="expected a PNG, JPEG or WebP file, came HEIC"):
        read_picture(b"\0\0\0\x18ftypheic" + bytes(20))


def survives(raw: bytes) -> Picture | None:
    with suppress(ImageError):
        return read_picture(raw)
    return None


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_broken_files_raise_nothing_else(name: str, data: st.DataObject) -> None:
    raw = bytearray(SAMPLES[name])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    found = survives(bytes(raw))
    if found is not None:
        assert survives(found.raw) is not None


@given(st.binary(max_size=200), st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF"]))
def test_noise_behind_the_first_bytes(noise: bytes, magic: bytes) -> None:
    survives(magic + noise)
    survives(b"RIFF" + struct.pack("<I", len(noise) + 4) + b"WEBP" + noise)

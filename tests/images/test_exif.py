"""Of Exif only the orientation is read, whatever else is in the block or wrong with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.images.samples import exif
from vrmnode.images.exif import only_orientation, orientation_of, words_of


@pytest.mark.parametrize("turned", range(1, 9))
def test_each_orientation_is_kept_alone(turned):
    block = exif(turned)
    assert orientation_of(block) == turned
    kept = only_orientation(block)
    if turned == 1:
        assert kept is None
    else:
        assert kept is not None
        assert len(kept) == 26
        assert orientation_of(kept) == turned
        read = Image.Exif()
        read.load(b"Exif\0\0" + kept)
        assert dict(read) == {0x0112: turned}


@pytest.mark.parametrize("order", [b"II*\0", b"MM\0*"])
def test_both_byte_orders(order):
    little = order == b"II*\0"
    entry = [(0x0112, 2), (3, 2), (1, 4), (5, 2), (0, 2)]
    raw = order + (8).to_bytes(4, "little" if little else "big")
    raw += (1).to_bytes(2, "little" if little else "big")
    raw += b"".join(value.to_bytes(size, "little" if little else "big") for value, size in entry)
    assert orientation_of(raw + bytes(4)) == 5


def test_a_place_is_told():
    assert words_of(exif()) == "Exif with the place where it was taken"
    block = Image.Exif()
    block[0x0110] = "Camera"
    assert words_of(block.tobytes().removeprefix(b"Exif\0\0")) == "Exif"


@pytest.mark.parametrize(
    "raw", [b"", b"II*\0", b"MM\0*\0\0\0\x08", b"II*\0\xff\xff\xff\xff\0\0", b"?" * 40]
)
def test_what_is_no_exif_is_upright(raw):
    assert orientation_of(raw) == 1
    assert only_orientation(raw) is None


@given(st.binary(max_size=100), st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]))
def test_noise(noise, start):
    assert 1 <= orientation_of(start + noise) <= 8
    words_of(start + noise)

"""The folder of pictures: private files under their hash."""

import hashlib
import stat

import pytest

from tests.images import samples
from vrmnode.images.parts import MAX_BYTES, ImageError
from vrmnode.images.picture import read_picture
from vrmnode.images.store import ImageStore, read_file


@pytest.fixture
def store(tmp_path):
    return ImageStore(tmp_path)


def code(function, *args):
    with pytest.raises(ImageError) as caught:
        function(*args)
    return caught.value.code


def test_a_picture_is_found_as_it_was_kept(store):
    picture = read_picture(samples.jpeg(6))
    kept = store.keep(picture)
    assert kept.image == hashlib.sha256(kept.path.read_bytes()).hexdigest()
    assert kept.path.name == f"{kept.image}.jpg"
    assert store.find(kept.image[:6]) == store.find(kept.image.upper()) == kept
    found = store.read(kept)
    assert (found.raw, found.digest.hex()) == (picture.raw, kept.image)
    assert (found.width, found.height) == samples.SIZE


def test_files_are_the_owners_alone(store):
    kept = store.keep(read_picture(samples.png()))
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


def test_the_same_picture_is_kept_once(store):
    first, again = (store.keep(read_picture(samples.webp())) for _ in range(2))
    assert first == again
    assert store.all() == [first]


def test_what_else_lies_in_the_folder_is_left_alone(store):
    assert store.all() == []
    kept = store.keep(read_picture(samples.png()))
    (store.folder / "notes.txt").write_text("mine")
    (store.folder / ("a" * 64 + ".gif")).write_bytes(b"GIF89a")
    assert store.all() == [kept]


def test_references(store):
    kept = store.keep(read_picture(samples.png()))
    assert code(store.find, "abc") == "image.reference"
    assert code(store.find, "../../etc") == "image.reference"
    assert code(store.find, "0" * 64) == "image.not_found"
    twin = kept.path.with_name(kept.image[:-1] + ("0" if kept.image[-1] != "0" else "1") + ".png")
    twin.write_bytes(b"")
    assert code(store.find, kept.image[:8]) == "image.ambiguous"


def test_a_file_that_changed_is_told(store):
    kept = store.keep(read_picture(samples.png()))
    kept.path.write_bytes(samples.plain("JPEG"))
    assert code(store.read, kept) == "image.damaged"


def test_only_as_much_is_read_as_tells_that_it_is_too_large(tmp_path):
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES * 3)
    assert len(read_file(path)) == MAX_BYTES + 1

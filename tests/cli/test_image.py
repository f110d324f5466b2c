"""`vrm image`: what is kept, what is left out, and which file is the one that was named."""

import hashlib

import pytest

from tests.images import samples
from vrmnode.errors import ServiceError

OFFER = "9f8e7d6c5b4a"


@pytest.fixture
def node(tmp_path):
    (tmp_path / "keystore.json").write_text("{}")
    return tmp_path


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "chair.jpg"
    path.write_bytes(samples.jpeg(6))
    return path


def add(vrm, photo):
    return vrm("image", "add", photo).stdout.strip()


def test_add_prints_the_hash_and_says_what_was_left_out(node, vrm, photo):
    result = vrm("image", "add", photo)
    (image,) = result.stdout.split()
    raw = (node / "images" / f"{image}.jpg").read_bytes()
    assert hashlib.sha256(raw).hexdigest() == image
    assert samples.SECRET not in raw
    assert "chair.jpg: left out Exif with the place where it was taken (" in result.stderr
    assert "left out XMP" in result.stderr and "left out comments" in result.stderr
    assert photo.read_bytes() == samples.jpeg(6)


def test_add_in_json(node, vrm, photo):
    (value,) = vrm.json("image", "add", photo)
    assert (value["media_type"], value["width"], value["height"]) == ("image/jpeg", *samples.SIZE)
    assert value["removed"]["XMP"] > 0
    assert len(value["image"]) == 64


@pytest.mark.parametrize(
    ("name", "raw", "code"),
    [
        ("cat.gif", b"GIF89a", "image.type"),
        ("broken.png", samples.plain("PNG")[:40], "image.malformed"),
    ],
)
def test_what_is_no_picture(node, vrm, tmp_path, name, raw, code):
    path = tmp_path / name
    path.write_bytes(raw)
    error = vrm.error("image", "add", path, code=2)
    assert error["code"] == code
    assert error["detail"].startswith(f"{path}: expected")
    assert not (node / "images").exists()


def test_a_file_that_is_not_there(node, vrm, tmp_path):
    assert vrm.error("image", "add", tmp_path / "none.jpg", code=2)["code"] == "file.read"


def test_a_folder_without_a_node(vrm, photo):
    assert vrm.error("image", "add", photo, code=3)["code"] == "keystore.missing"


def test_list_show_export_remove(node, vrm, photo, tmp_path):
    assert "no images" in vrm("image", "list").output
    image = add(vrm, photo)
    assert image[:12] in vrm("image", "list").output
    assert [each["image"] for each in vrm.json("image", "list")] == [image]
    shown = vrm.json("image", "show", image[:8])
    assert (shown["width"], shown["height"]) == samples.SIZE
    out = tmp_path / "out.jpg"
    vrm("image", "export", image[:8], "-o", out)
    assert hashlib.sha256(out.read_bytes()).hexdigest() == image
    assert vrm.error("image", "export", image, "-o", out, code=2)["code"] == "file.exists"
    vrm("image", "export", image, "-o", out, "--force")
    assert "removed 1 image" in vrm("image", "remove", image[:8]).output
    assert vrm.error("image", "show", image, code=3)["code"] == "image.not_found"
    assert vrm.error("image", "show", "xyz", code=2)["code"] == "image.reference"


def test_all_are_removed_or_none(node, vrm, photo):
    image = add(vrm, photo)
    vrm.error("image", "remove", image, "0" * 64, code=3)
    assert len(vrm.json("image", "list")) == 1


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--offer", "is image 2 of 2 that the offer names"),
        ("--intent", "is image 2 of 2 that the intent names"),
        ("--vendor", "is image 2 of 2 that the vendor's profile names"),
    ],
)
def test_check_finds_the_file_that_was_named(daemon, vrm, photo, option, words):
    named = ["0" * 64, hashlib.sha256(photo.read_bytes()).hexdigest()]
    daemon.service.answers["image.named"] = {"images": named}
    reference = "z6MkgDAMxx8RrZFmxdyeHXy6" if option == "--vendor" else OFFER
    assert words in vrm("image", "check", photo, option, reference).output
    assert daemon.calls == [("image.named", {option[2:]: reference})]
    value = vrm.json("image", "check", photo, option, reference)
    assert value["named"] is True and value["images"] == named


@pytest.mark.parametrize(
    ("named", "words"),
    [([], "names no image at all"), (["0" * 64], "names 1 other image"),
     (["0" * 64, "1" * 64], "names 2 other images")],
)  # fmt: skip
def test_check_of_another_file_fails(daemon, vrm, photo, named, words):
    daemon.service.answers["image.named"] = {"images": named}
    result = vrm("image", "check", photo, "--offer", OFFER, code=1)
    assert words in result.stderr and "[image.not_named]" in result.stderr
    assert vrm.error("image", "check", photo, "--offer", OFFER, code=1)["code"] == "image.not_named"


@pytest.mark.parametrize("given", [(), ("--offer", OFFER, "--intent", OFFER)])
def test_check_against_one_thing(daemon, vrm, photo, given):
    assert vrm.error("image", "check", photo, *given, code=2)["code"] == "option.which"


def published(daemon):
    ((_, params),) = [call for call in daemon.calls if call[0] == "intent.publish"]
    return params["request"]["image"]


def test_each_intent_gets_an_image_of_its_own(daemon, node, vrm, photo):
    found = []
    for _ in range(2):
        result = vrm("intent", "publish", "--name", "chair", "--country", "AT", "--image", photo)
        assert "left out Exif with the place" in result.stderr
        (image,) = published(daemon)
        found.append(image)
        daemon.service.calls.clear()
    first, second = found
    assert first != second
    kept = {each["image"] for each in vrm.json("image", "list")}
    assert kept == {first, second}


def test_what_to_hand_over_is_said(daemon, node, vrm, photo):
    result = vrm("intent", "publish", "--name", "chair", "--country", "AT", "--image", photo)
    (image,) = published(daemon)
    assert f"hand the picture over as: vrm image export {image[:12]}" in result.stderr


def test_an_intent_that_is_refused_leaves_no_image(daemon, node, vrm, photo):
    daemon.service.failures["intent.publish"] = ServiceError("intent.image_used", "no", 409)
    vrm.error("intent", "publish", "--name", "chair", "--country", "AT", "--image", photo, code=4)
    assert vrm.json("image", "list") == []


def test_one_broken_picture_of_two_leaves_none(daemon, node, vrm, photo, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(samples.plain("PNG")[:40])
    images = ("--image", photo, "--image", broken)
    vrm.error("intent", "publish", "--name", "chair", "--country", "AT", *images, code=2)
    assert vrm.json("image", "list") == []


def test_a_dry_run_keeps_no_image(daemon, node, vrm, photo):
    vrm("intent", "publish", "--name", "chair", "--country", "AT", "--image", photo, "--dry-run")
    assert len(published(daemon)) == 1
    assert not (node / "images").exists()


def test_a_file_may_name_images_or_hashes(daemon, node, vrm, photo):
    asked = node / "chair.toml"
    asked.write_text(f'name = "chair"\ncountry = "AT"\nimage = ["{photo}", "{"ab" * 32}"]\n')
    vrm("intent", "publish", "--file", asked)
    image, hashed = published(daemon)
    assert len(image) == 64 and hashed == "ab" * 32


def rows(daemon):
    ((_, params),) = [call for call in daemon.calls if call[0] == "catalogue.rows"]
    return {each["sku"]: each.get("image") for each in params["products"]}


def test_images_of_a_catalogue_are_files_beside_it(daemon, vrm, tmp_path, photo):
    shop = tmp_path / "shop"
    (shop / "pictures").mkdir(parents=True)
    (shop / "pictures" / "a.jpg").write_bytes(samples.jpeg())
    (shop / "b.png").write_bytes(samples.png())
    (shop / "not.png").write_bytes(b"GIF89a")
    (shop / "catalogue.csv").write_text(
        "sku,name,price,image\n"
        "A,Chair,12.00,pictures/a.jpg | b.png\n"
        "B,Table,13.00,\n"
        "C,Lamp,14.00,https://shop.example/lamp.jpg\n"
        "D,Bed,15.00,pictures/none.jpg\n"
        f"E,Desk,16.00,../{photo.name}\n"
        f"F,Shelf,17.00,{photo}\n"
        "G,Stool,18.00,not.png\n"
        "H,Bench,19.00," + "|".join(["b.png"] * 9) + "\n"
    )
    result = vrm("vendor", "catalogue", "import", shop / "catalogue.csv")
    found = rows(daemon)
    assert set(found) == {"A", "B", "C"}
    assert found["B"] is None and found["C"] is None
    assert len(found["A"]) == 2 and all(
        (tmp_path / "images").glob(f"{each}.*") for each in found["A"]
    )
    assert "addresses of images were left out, nothing is ever fetched" in result.stderr
    for row in (5, 6, 7, 8):
        assert f"row {row}, image: expected a PNG, JPEG or WebP file below" in result.stderr
    assert "row 9, image: expected at most 8 images, came '9 images'" in result.stderr
    assert len(list((tmp_path / "images").iterdir())) == 2

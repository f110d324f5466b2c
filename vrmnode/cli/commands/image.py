"""`vrm image`: the owner's pictures, and whether a file is one that a message names."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vrmnode.cli.failures import FAILED, CommandError, from_coded, usage
from vrmnode.cli.input_file import unreadable
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import columns, counted, day, short

if TYPE_CHECKING:
    from vrmnode.images.picture import Picture
    from vrmnode.images.store import Kept

_HERE = "vrmnode.cli.commands.image"

Json = dict[str, object]


@click.group(
    cls=LazyGroup,
    commands_at={
        "add": (_HERE, "add", "Take pictures in, without their metadata."),
        "list": (_HERE, "list_images", "List the pictures of this node."),
        "show": (_HERE, "show", "Show what is known of a picture."),
        "export": (_HERE, "export", "Write a picture to a file, to hand it over."),
        "remove": (_HERE, "remove", "Remove pictures."),
        "check": (_HERE, "check", "Check whether a file is an image that a message names."),
    },
)
@shared_options
def image() -> None:
    """Keep pictures; check files against messages.

    Messages name an image by the hash of its file; the file goes from hand to hand by mail, on a
    web page, in person. Nothing is ever fetched.

    \b
    Example:
      vrm image check chair.jpg --offer 9f8e7d6c5b4a
    """


@click.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@shared_options
def add(files: tuple[Path, ...]) -> None:
    """Take pictures in, without their metadata.

    PNG, JPEG or WebP, at most 8 MiB each. What stands in the file beside the picture is left out:
    where and when it was taken, by which camera, comments, thumbnails. Prints the hash of what is
    kept; the file given stays as it is, so hand over what is kept: vrm image export

    \b
    Examples:
      vrm image add lamp.jpg
      vrm vendor profile set "image=[\\"$(vrm image add logo.png)\\"]"
    """
    from vrmnode.cli.pictures import keep_picture, load_picture

    here = session()
    found = []
    for path in files:
        picture = load_picture(path)
        digest = keep_picture(here, picture, path)
        found.append(
            {
                "file": str(path),
                "image": digest,
                "media_type": picture.media_type,
                "width": picture.width,
                "height": picture.height,
                "size_bytes": len(picture.raw),
                "removed": dict(picture.removed),
            }
        )
    here.result(found, lambda: "\n".join(str(each["image"]) for each in found))


@click.command("list")
@shared_options
def list_images() -> None:
    """List the pictures of this node.

    The newest first.

    \b
    Example:
      vrm image list
    """
    from vrmnode.cli.pictures import picture_store

    here = session()
    kept = picture_store(here).all()
    value = [
        {
            "image": each.image,
            "media_type": each.media_type,
            "size_bytes": each.size_bytes,
            "added": each.added,
        }
        for each in kept
    ]

    def words() -> str:
        if not value:
            return "no images; take one in with: vrm image add FILE"
        rows = [
            (
                short(each.image),
                each.media_type.removeprefix("image/"),
                each.size_bytes,
                day(each.added),
            )
            for each in kept
        ]
        return columns(("image", "type", "bytes", "added"), rows)

    here.result(value, words)


@click.command()
@click.argument("reference", metavar="IMAGE")
@shared_options
def show(reference: str) -> None:
    """Show what is known of a picture.

    IMAGE is its hash or the first 6 characters of it, or more.

    \b
    Example:
      vrm image show 5d41402abc4b
    """
    from vrmnode.cli.show import nested

    here = session()
    kept, picture = _read(here, reference)
    value: Json = {
        "image": kept.image,
        "media_type": kept.media_type,
        "width": picture.width,
        "height": picture.height,
        "size_bytes": kept.size_bytes,
        "added": kept.added,
        "file": str(kept.path),
    }
    here.result(value, lambda: nested(value))


@click.command()
@click.argument("reference", metavar="IMAGE")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="File to write; - for stdout."
)
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@shared_options
def export(reference: str, output: Path | None, force: bool) -> None:
    """Write a picture to a file, to hand it over.

    It is what the hash is of, without metadata. The other side checks it with: vrm image check

    \b
    Example:
      vrm image export 5d41402abc4b -o chair.jpg
    """
    from vrmnode.cli.output_file import write_output

    here = session()
    kept, picture = _read(here, reference)
    path = output or Path(f"image-{short(kept.image)}{kept.path.suffix}")
    if write_output(path, picture.raw, force=force):
        value = {"image": kept.image, "file": str(path), "size_bytes": kept.size_bytes}
        here.result(value, f"wrote {path} ({kept.size_bytes} bytes)")


@click.command()
@click.argument("references", metavar="IMAGE...", nargs=-1, required=True)
@shared_options
def remove(references: tuple[str, ...]) -> None:
    """Remove pictures.

    Messages that name them stay as they are; the picture can't be shown from here any more.

    \b
    Example:
      vrm image remove 5d41402abc4b
    """
    from vrmnode.cli.pictures import picture_store
    from vrmnode.images.parts import ImageError

    here = session()
    store = picture_store(here)
    try:
        found = [store.find(reference) for reference in references]
    except ImageError as error:
        raise from_coded(error) from None
    for each in found:
        each.path.unlink(missing_ok=True)
    value = {"removed": [each.image for each in found]}
    here.result(value, f"removed {counted(len(found), 'image')}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--offer", help="Against the images that this offer names.")
@click.option("--intent", help="Against those of an intent, your own or one that came in.")
@click.option("--vendor", help="Against those of a vendor's profile.")
@shared_options
def check(file: Path, offer: str | None, intent: str | None, vendor: str | None) -> None:
    """Check whether a file is an image that a message names.

    0 if it is one of them, else 1. It is compared by its hash, byte for byte: a picture that was
    made smaller, turned or saved again is another file.

    \b
    Examples:
      vrm image check chair.jpg --offer 9f8e7d6c5b4a
      vrm image check broken-leg.jpg --intent 3fa2c4d5e6f7
    """
    from vrmnode.images.store import read_file

    asked = {"offer": offer, "intent": intent, "vendor": vendor}
    given = [name for name, value in asked.items() if value is not None]
    if len(given) != 1:
        came = " and ".join(f"--{name}" for name in given) or "none of them"
        raise usage("option.which", f"expected one of --offer, --intent and --vendor, came {came}")
    here = session()
    try:
        digest = hashlib.sha256(read_file(file)).hexdigest()
    except OSError as error:
        raise unreadable(file, error) from None
    value = here.client.get("images", **asked)
    images = value.get("images") if isinstance(value, dict) else None
    named = [str(each) for each in images] if isinstance(images, list) else []
    _report(here, file, given[0], digest, named)


def _report(here: Session, file: Path, what: str, digest: str, named: list[str]) -> None:
    which = {"offer": "the offer", "intent": "the intent", "vendor": "the vendor's profile"}[what]
    report = {"file": str(file), "image": digest, "named": digest in named, "images": named}
    if digest in named:
        place = f"image {named.index(digest) + 1} of {len(named)}"
        here.result(report, f"{file} is {place} that {which} names")
        return
    if here.as_json:
        here.result(report, "")
    came = f"{counted(len(named), 'other image')}" if named else "no image at all"
    raise CommandError(
        FAILED,
        "image.not_named",
        f"{file}: expected an image that {which} names, which names {came}",
        "ask for the file as it was named: a picture saved again has another hash",
    )


def _read(here: Session, reference: str) -> tuple[Kept, Picture]:
    from vrmnode.cli.pictures import picture_store
    from vrmnode.images.parts import ImageError

    store = picture_store(here)
    try:
        kept = store.find(reference)
        return kept, store.read(kept)
    except ImageError as error:
        raise from_coded(error) from None
    except OSError as error:
        detail = f"{kept.path}: expected a readable file, came: {error.strerror}"
        raise CommandError(FAILED, "file.read", detail) from None

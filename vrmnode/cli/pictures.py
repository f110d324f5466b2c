"""Pictures that a command takes from files into the node's folder, and names by their hash."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from vrmnode.cli.failures import from_coded
from vrmnode.cli.input_file import unreadable
from vrmnode.cli.output_file import unwritable
from vrmnode.cli.session import Session
from vrmnode.errors import KeystoreError
from vrmnode.images.parts import SALT_BYTES, ImageError
from vrmnode.images.picture import Picture, read_picture
from vrmnode.images.store import ImageStore, read_file

_HASH = re.compile(r"[0-9a-f]{64}")


def picture_store(here: Session) -> ImageStore:
    """The pictures of the node in this folder; a node has to be there."""
    if not (here.data_dir / "keystore.json").exists():
        detail = f"expected a node in {here.data_dir}, came none"
        raise from_coded(KeystoreError("keystore.missing", detail))
    return ImageStore(here.data_dir)


def load_picture(path: Path, *, of_its_own: bool = False) -> Picture:
    """The picture in a file, without metadata; `of_its_own`: under a hash that nothing else has."""
    try:
        raw = read_file(path)
        return read_picture(raw, salt=secrets.token_bytes(SALT_BYTES) if of_its_own else b"")
    except ImageError as error:
        failure = from_coded(error)
        failure.detail = f"{path}: {failure.detail}"
        raise failure from None
    except OSError as error:
        raise unreadable(path, error) from None


def keep_picture(here: Session, picture: Picture, path: Path) -> str:
    """Put a picture into the folder, and say what of its file was left out; its hash in hex."""
    for what, size_bytes in picture.removed.items():
        here.progress(f"{path}: left out {what} ({size_bytes} bytes)")
    try:
        return picture_store(here).keep(picture).image
    except OSError as error:
        raise unwritable(here.data_dir, error) from None


class IntentImages:
    """The pictures of one intent: each gets a hash that no other intent names.

    They are kept before the intent is published, and let go if it isn't.
    """

    def __init__(self, here: Session, *, keep: bool) -> None:
        self._here = here
        self._keep = keep
        self.kept: list[str] = []

    def named(self, images: object) -> object:
        """The hashes of pictures given by their paths; what is a hash already stays."""
        if not isinstance(images, list | str):
            return images  # the node says what it expects
        return [self._named(each) for each in ([images] if isinstance(images, str) else images)]

    def _named(self, each: object) -> object:
        if not isinstance(each, str) or _HASH.fullmatch(each):
            return each
        picture = load_picture(Path(each), of_its_own=True)
        if not self._keep:
            return picture.digest.hex()
        self.kept.append(keep_picture(self._here, picture, Path(each)))
        return self.kept[-1]

    def let_go(self) -> None:
        """Remove what was kept."""
        store = picture_store(self._here)
        for image in self.kept:
            store.find(image).path.unlink(missing_ok=True)

"""The folder with the owner's pictures, each under its hash: `images` in the node's folder."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from vrmnode import privatefile
from vrmnode.images.parts import MAX_BYTES, ImageError
from vrmnode.images.picture import ENDINGS, Picture, read_picture

FOLDER = "images"
SHORTEST_PREFIX = 6
_NAME = re.compile(rf"([0-9a-f]{{64}})\.({'|'.join(ENDINGS.values())})")


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture in the folder: its hash in hex, and the file's place, size and time."""

    image: str
    path: Path
    media_type: str
    size_bytes: int
    added: int


class ImageStore:
    """Keeps, finds and removes pictures of one node."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    def keep(self, picture: Picture) -> Kept:
        """Write the picture under its hash, readable by the owner alone; again changes nothing.

        Raises:
            OSError: as it comes.
        """
        image = picture.digest.hex()
        self.folder.mkdir(mode=privatefile.FOLDER_MODE, exist_ok=True)
        path = self.folder / f"{image}.{ENDINGS[picture.media_type]}"
        if not path.exists():
            privatefile.write_atomically(path, picture.raw, replace=True)
        return _kept(path)

    def all(self) -> list[Kept]:
        """What there is, the newest first."""
        if not self.folder.is_dir():
            return []
        found = [_kept(path) for path in self.folder.iterdir() if _NAME.fullmatch(path.name)]
        return sorted(found, key=lambda each: (-each.added, each.image))

    def find(self, reference: str) -> Kept:
        """The one whose hash begins so.

        Raises:
            ImageError: `image.reference`, `image.not_found`, `image.ambiguous`.
        """
        text = reference.strip().lower()
        if not re.fullmatch(f"[0-9a-f]{{{SHORTEST_PREFIX},64}}", text):
            expected = f"{SHORTEST_PREFIX} to 64 hex digits of an image's hash"
            raise ImageError("image.reference", f"expected {expected}, came {reference[:80]!r}")
        found = [each for each in self.all() if each.image.startswith(text)]
        if not found:
            raise ImageError("image.not_found", f"expected an image of this node, came {text}")
        if len(found) > 1:
            expected = f"the beginning of one hash, {text} begins {len(found)} of them"
            raise ImageError("image.ambiguous", f"expected {expected}")
        return found[0]

    def read(self, kept: Kept) -> Picture:
        """The picture as it was kept.

        Raises:
            ImageError: `image.damaged` when the file has changed since.
            OSError: as it comes.
        """
        raw = kept.path.read_bytes()
        if hashlib.sha256(raw).hexdigest() != kept.image:
            raise ImageError(
                "image.damaged", f"expected the bytes of that hash in {kept.path}, came others"
            )
        plain = read_picture(raw)
        return Picture(raw, plain.media_type, plain.width, plain.height, {})


def read_file(path: Path) -> bytes:
    """The bytes of a file that may be a picture, and one more than the largest has if it's larger.

    Raises:
        OSError: as it comes.
    """
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _kept(path: Path) -> Kept:
    image, _, ending = path.name.partition(".")
    media_type = next(kind for kind, known in ENDINGS.items() if known == ending)
    status = path.stat()
    return Kept(image, path, media_type, status.st_size, int(status.st_mtime))

"""Images of a catalogue file: files beside it, named in a column, kept under their hash."""

from __future__ import annotations

from pathlib import Path

from vrmnode.images.parts import ImageError
from vrmnode.images.picture import read_picture
from vrmnode.images.store import ImageStore, read_file
from vrmnode.vendor.cells import CellError

EXPECTED = "a PNG, JPEG or WebP file below the folder of the catalogue"


class CatalogueImages:
    """Takes the images that rows name into the node's folder; each file once."""

    def __init__(self, folder: Path, store: ImageStore) -> None:
        self._folder = folder.resolve()
        self._store = store
        self._known: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """The hash of the image with this name, a path relative to the catalogue's folder.

        Raises:
            CellError: there is no such image, or it lies elsewhere.
        """
        if name not in self._known:
            self._known[name] = self._kept(name)
        return self._known[name]

    def _kept(self, name: str) -> str:
        path = (self._folder / name).resolve()
        # The file may have come from somebody else, and point anywhere.
        if not path.is_relative_to(self._folder):
            raise CellError("image", EXPECTED, name)
        try:
            return self._store.keep(read_picture(read_file(path))).image
        except (OSError, ValueError):
            raise CellError("image", EXPECTED, name) from None
        except ImageError as error:
            _, _, came = error.message.partition(", came ")
            raise CellError("image", EXPECTED, f"{name}: {came}") from None

"""What the readers of the three formats share: bytes with a place, errors, the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from vrmnode.errors import NodeError

MAX_BYTES = 8 * 1024 * 1024
MAX_PARTS = 100_000
SALT_BYTES = 16


class ImageError(NodeError):
    """A file that is no picture of ours, or is broken: `image.*`."""


def malformed(expected: str, came: str) -> ImageError:
    """The error of a file that isn't as its format has it."""
    return ImageError("image.malformed", f"expected {expected}, came {came}")


class Cursor:
    """Takes bytes from the front; a file that ends early is malformed."""

    def __init__(self, raw: bytes, at: int = 0) -> None:
        self.raw = raw
        self.at = at

    @property
    def left(self) -> int:
        return len(self.raw) - self.at

    def take(self, count: int, what: str) -> bytes:
        """The next bytes; `what` they are is named when they aren't there."""
        if count > self.left:
            raise malformed(f"{count} bytes of {what}", f"{self.left}")
        found = self.raw[self.at : self.at + count]
        self.at += count
        return found


@dataclass
class Stripped:
    """A picture whose metadata is left out: its parts, and what was found beside them."""

    media_type: str
    parts: list[bytes] = field(default_factory=list)
    width: int = 0
    height: int = 0
    removed: dict[str, int] = field(default_factory=dict)

    def leave_out(self, what: str, size_bytes: int) -> None:
        """Note that something wasn't kept, by a word for people."""
        self.removed[what] = self.removed.get(what, 0) + size_bytes


Reader = Callable[[bytes, bytes], Stripped]
"""From a file and a salt (16 bytes, or none) to what is kept of it."""

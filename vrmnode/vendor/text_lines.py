"""Lines of text from a stream of bytes whose encoding may be unknown, in bounded memory.

UTF-8 and UTF-16 are told by their marks; without one a line is UTF-8, else Windows-1252, and
the report says so. Files that are no text are refused by their first bytes.
"""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from vrmnode.values.fields import FieldError

CHUNK_BYTES = 1 << 16
MAX_LINE_BYTES = 1 << 20
FALLBACK = "cp1252"

_BINARY = {
    b"PK\x03\x04": "a ZIP file, such as .xlsx: export it as CSV",
    b"\xd0\xcf\x11\xe0": "an old Office file, such as .xls: export it as CSV",
    b"\x1f\x8b": "a gzip file: unpack it",
    b"%PDF": "a PDF",
    b"SQLite format 3": "an SQLite database",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Unreadable(str):
    """Stands in for a line that can't be given; the text says why."""

    __slots__ = ()


class Lines:
    """Iterates over decoded lines with their line ends; some may be `Unreadable`.

    `encoding` is what the file is read as; `fallbacks` counts lines that were not UTF-8.

    Raises: FieldError `catalogue.encoding` when the file is no text or the encoding is unknown.
    """

    def __init__(self, stream: BinaryIO, encoding: str | None = None) -> None:
        self._stream = stream
        self._head = _read(stream)
        self.encoding = _normal_name(encoding) if encoding else _guess(self._head)
        self._given = encoding is not None
        self.fallbacks = 0
        self._carriage_returns = b"\r" in self._head and b"\n" not in self._head

    def sample(self) -> str:
        """The beginning of the file as text, for guessing; reads nothing more."""
        name = "utf-8" if self.encoding == "utf-8-sig" else self.encoding
        text = self._head.removeprefix(codecs.BOM_UTF8).decode(name, "replace")
        if not self._given and self.encoding == "utf-8" and "\ufffd" in text[:-4]:
            text = self._head.decode(FALLBACK, "replace")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def __iter__(self) -> Iterator[str]:
        for raw, whole in _split(self._utf8_chunks()):
            if not whole:
                yield Unreadable(f"a line of more than {MAX_LINE_BYTES} bytes")
            elif b"\x00" in raw:
                yield Unreadable("a line with NUL characters")
            else:
                yield self._decode(raw)

    def _decode(self, raw: bytes) -> str:
        if self.encoding.startswith(("utf-16", "utf-32")):
            text = raw.decode("utf-8", "replace")
            return Unreadable(f"bytes that are no {self.encoding}") if "\ufffd" in text else text
        try:
            return raw.decode("utf-8" if self.encoding == "utf-8-sig" else self.encoding)
        except UnicodeDecodeError:
            if self._given:
                return Unreadable(f"bytes that are no {self.encoding}")
        try:
            text = raw.decode(FALLBACK)
        except UnicodeDecodeError:
            return Unreadable("bytes that are neither UTF-8 nor Windows-1252")
        self.fallbacks += 1
        return text

    def _utf8_chunks(self) -> Iterator[bytes]:
        """The file's chunks; wide encodings are turned into UTF-8, in which lines are split."""
        chunk = self._head
        decoder = None
        if self.encoding.startswith(("utf-16", "utf-32")):
            decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        elif self.encoding == "utf-8-sig":
            chunk = chunk.removeprefix(codecs.BOM_UTF8)
        while chunk:
            data = chunk if decoder is None else decoder.decode(chunk).encode("utf-8", "replace")
            yield data.replace(b"\r", b"\n") if self._carriage_returns else data
            chunk = _read(self._stream)
        if decoder is not None:
            yield decoder.decode(b"", True).encode("utf-8", "replace")


def _read(stream: BinaryIO) -> bytes:
    """A full chunk, also from a pipe that gives less at a time; short only at the end."""
    parts = []
    wanted = CHUNK_BYTES
    while wanted and (part := stream.read(wanted)):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


def _split(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Lines, each with whether it is whole; of an overlong one only the news that it was there."""
    rest = b""
    skipping = False
    for chunk in chunks:
        lines = _cut(rest + chunk)
        rest = lines.pop()
        for line in lines:
            if skipping:
                skipping = False
            else:
                yield line, len(line) <= MAX_LINE_BYTES
        if len(rest) > MAX_LINE_BYTES:
            if not skipping:
                yield b"", False
            rest, skipping = b"", True
    if rest and not skipping:
        yield rest, True


def _cut(data: bytes) -> list[bytes]:
    """Cuts after each line feed; the last part has none and may be empty."""
    lines = data.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + lines[-1:]


def _normal_name(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, TypeError, ValueError):
        raise FieldError(
            "catalogue.encoding", "encoding", "a name such as utf-8 or cp1252", repr(encoding[:40])
        ) from None
    return name


def _guess(head: bytes) -> str:
    for start, words in _BINARY.items():
        if head.startswith(start):
            raise FieldError("catalogue.encoding", "file", "CSV text", words)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    pairs = min(len(head), 2000) // 2
    if pairs:
        # Latin text in UTF-16 has a NUL in every other byte.
        if head[1 : 2 * pairs : 2].count(0) > pairs * 2 // 5:
            return "utf-16-le"
        if head[0 : 2 * pairs : 2].count(0) > pairs * 2 // 5:
            return "utf-16-be"
    if head[:2000].count(0) > 20:
        raise FieldError("catalogue.encoding", "file", "CSV text", "a binary file with NUL bytes")
    return "utf-8"

"""Records of a delimited file, each with its row number; one broken record never hides the next.

A quote that is never closed would swallow the rest of the file: such a record is given up after
a limit, reported at its first line, and reading goes on with the line after it.
"""

import csv
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vrmnode.vendor.text_lines import Unreadable

DELIMITERS = (",", ";", "\t", "|")
MAX_RECORD_LINES = 400
MAX_RECORD_CHARACTERS = 1 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of row `row` (1 is the first), or why there are none."""

    row: int
    cells: list[str]
    fault: str | None = None
    lines: int = 1


class _GiveUp(Exception):
    """The record under way is longer than any real one."""


class _Unreadable(Exception):
    """The line just drawn can't be read."""


class Records:
    """Iterates over `Record`; blank lines count as rows but are not given.

    `reject` puts back all but the first line of the record just given: for one that joined
    several rows by a stray quote.
    """

    def __init__(self, lines: Iterator[str], delimiter: str) -> None:
        self._source = lines
        self._delimiter = delimiter
        self._put_back: deque[str] = deque()
        self._drawn: list[str] = []
        self._row = 0

    def reject(self) -> None:
        self._put_back.extendleft(reversed(self._drawn[1:]))
        del self._drawn[1:]

    def __iter__(self) -> Iterator[Record]:
        while True:
            self._drawn = []
            # Strict: a quote that closes in the midst of a cell belongs to another row.
            reader = csv.reader(self._draw(), delimiter=self._delimiter, strict=True)
            try:
                cells = next(reader, None)
            except _Unreadable as error:
                yield self._broken(str(error), keep=1)
            except _GiveUp:
                yield self._broken("a quote that is never closed")
            except csv.Error as error:
                stray = "expected after" in str(error)
                yield self._broken("a stray quote" if stray else str(error)[:80])
            else:
                if cells is None:
                    return
                self._row += 1
                if any(cell.strip() for cell in cells):
                    yield Record(self._row, cells, lines=len(self._drawn))

    def _broken(self, fault: str, keep: int = 0) -> Record:
        """Reports the record under way; of its later lines all are read again.

        With `keep` the last line itself is at fault, not the first.
        """
        if keep and len(self._drawn) > 1:
            fault = "a quote that is not closed before an unreadable line"
        self.reject()
        self._row += 1
        return Record(self._row, [], fault)

    def _draw(self) -> Iterator[str]:
        size = 0
        while True:
            line = self._put_back.popleft() if self._put_back else next(self._source, None)
            if line is None:
                # Asked for more within a record: a quote is still open at the end of the file.
                if self._drawn:
                    raise _GiveUp
                return
            self._drawn.append(line)
            size += len(line)
            if isinstance(line, Unreadable):
                raise _Unreadable(line)
            if len(self._drawn) > MAX_RECORD_LINES or size > MAX_RECORD_CHARACTERS:
                raise _GiveUp
            yield line


def guess_delimiter(sample: str, is_header: Callable[[list[str]], bool]) -> str:
    """The delimiter that shows a header in the first row, or rows of the same several cells."""
    lines = [line for line in sample.split("\n")[:40] if line.strip()]
    best, best_score = ",", (False, 0, 0)
    for delimiter in DELIMITERS:
        try:
            rows = list(csv.reader((line + "\n" for line in lines), delimiter=delimiter))
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows if row)
        if not widths:
            continue
        width, times = widths.most_common(1)[0]
        header = len(rows[0]) > 1 and is_header(rows[0])
        score = (header, times, width) if width > 1 else (header, 0, 0)
        if score > best_score:
            best, best_score = delimiter, score
    return best

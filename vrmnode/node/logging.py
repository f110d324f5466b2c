"""The node's log: one line per event to stderr, without secrets and without message bodies."""

from __future__ import annotations

import collections
import contextlib
import logging
import sys
import time
from collections.abc import Callable
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict

LINES_PER_EVENT = 100
WINDOW_S = 60.0
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


class LossyStream:
    """A text stream that drops what can't be written.

    The log may stand on the disk that is full, or go to a program that has ended; neither must end
    the node.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or drop."""
        with contextlib.suppress(OSError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        """Hand on what was written, as far as possible."""
        with contextlib.suppress(OSError):
            self._stream.flush()


class LineLimit:
    """A processor of structlog's: so many lines of an event a minute.

    Strangers cause many of the events, so they must not choose how much is written. The first line
    afterwards says how many were left out.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self._lines: collections.Counter[str] = collections.Counter()
        self._left_out: collections.Counter[str] = collections.Counter()

    def __call__(self, logger: object, method: str, line: EventDict) -> EventDict:
        """The line, or none of it.

        Raises:
            structlog.DropEvent: there are enough of it.
        """
        if self._clock() - self._began >= WINDOW_S:
            self._began = self._clock()
            self._lines.clear()
        event = str(line.get("event"))
        self._lines[event] += 1
        if self._lines[event] > LINES_PER_EVENT:
            self._left_out[event] += 1
            raise structlog.DropEvent
        if left_out := self._left_out.pop(event, 0):
            line["left_out_before"] = left_out
        return line


def set_up(level: str) -> None:
    """Send the node's log lines of `level` and above to stderr; libraries' from warning on."""
    chosen = LEVELS[level]
    logging.basicConfig(stream=sys.stderr, level=max(chosen, logging.WARNING))
    structlog.configure(
        processors=[
            LineLimit(time.monotonic),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(chosen),
        logger_factory=structlog.PrintLoggerFactory(file=cast("TextIO", LossyStream(sys.stderr))),
        cache_logger_on_first_use=True,
    )

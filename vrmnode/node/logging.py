"""The node's log: one line per event to stderr, without secrets and without message bodies."""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TextIO, cast

import structlog

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


def set_up(level: str) -> None:
    """Send the node's log lines of `level` and above to stderr; libraries' from warning on."""
    chosen = LEVELS[level]
    logging.basicConfig(stream=sys.stderr, level=max(chosen, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(chosen),
        logger_factory=structlog.PrintLoggerFactory(file=cast("TextIO", LossyStream(sys.stderr))),
        cache_logger_on_first_use=True,
    )

"""Log lines that a peer can provoke, bounded per peer and in total.

Peers choose how often something goes wrong, so they must not choose how much is written: at most
``PER_PEER`` lines per peer and ``IN_TOTAL`` lines a minute; what was left out is counted and told
with the next line that passes. Neither message bodies nor the text of exceptions is written (it
may quote what a peer sent): only the exception's type and where it came from.
"""

import logging
import traceback
from collections.abc import Callable

WINDOW_S = 60.0
PER_PEER = 5
IN_TOTAL = 60
TRACEBACK_FRAMES = 6
TRACEBACK_CHARS = 2_000


class BoundedLog:
    """A logger for events caused by peers. ``clock`` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float], logger: logging.Logger | None = None) -> None:
        self._clock = clock
        self._logger = logger or logging.getLogger("vrmnode.network")
        self._window_start = clock()
        self._lines: dict[str, int] = {}
        self._total = 0
        self._left_out = 0

    def event(self, peer: str, what: str) -> None:
        """Write one line about ``peer``; ``what`` is our own words, never peer data."""
        self._write(logging.INFO, peer, what)

    def exception(self, peer: str, what: str, error: BaseException) -> None:
        """Write one line and the innermost frames of ``error``'s traceback."""
        frames = traceback.format_tb(error.__traceback__)[-TRACEBACK_FRAMES:]
        where = "".join(frames)[-TRACEBACK_CHARS:]
        self._write(logging.WARNING, peer, f"{what}: {type(error).__name__}\n{where}")

    def _write(self, level: int, peer: str, text: str) -> None:
        now = self._clock()
        if now - self._window_start >= WINDOW_S:
            self._window_start = now
            self._lines.clear()
            self._total = 0
        if self._total >= IN_TOTAL or self._lines.get(peer, 0) >= PER_PEER:
            self._left_out += 1
            return
        self._lines[peer] = self._lines.get(peer, 0) + 1
        self._total += 1
        more = f" ({self._left_out} lines left out before)" if self._left_out else ""
        self._left_out = 0
        self._logger.log(level, "peer %s: %s%s", peer or "unknown", text, more)

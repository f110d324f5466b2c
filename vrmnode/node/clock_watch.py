"""Notices that this machine's clock is wrong, by what peers' envelopes state; never adjusts it.

An honest envelope states a time between 20 and 30 minutes before it was sent
(specs/02-envelope-and-keys.md#times), and gossip brings it within seconds. So the median age of
what arrives tells how far this clock is from the others'. It is only a warning: stamps make it
costly, not impossible, to feign.
"""

from __future__ import annotations

import collections
import statistics

EXPECTED_AGE_S = 1_500
TOLERATED_S = 900
WITNESSES = 3
KEPT = 64


# SPEC 02: The reader MUST NOT adjust its clock because of what others send.
class ClockWatch:
    """Collects how old verified envelopes say they are when they arrive."""

    def __init__(self) -> None:
        self._ages: collections.OrderedDict[bytes, int] = collections.OrderedDict()

    def saw(self, author: bytes, created: int, now: int) -> None:
        """Note an envelope that verified; the last one of each author counts."""
        self._ages[author] = now - created
        self._ages.move_to_end(author)
        if len(self._ages) > KEPT:
            self._ages.popitem(last=False)

    def offset_s(self) -> int | None:
        """Seconds by which this clock seems to be ahead of the others'; None while unknown."""
        if len(self._ages) < WITNESSES:
            return None
        return int(statistics.median(self._ages.values())) - EXPECTED_AGE_S

    def warning(self) -> str | None:
        """Words for the owner when the clock seems to be off by more than a quarter hour."""
        offset = self.offset_s()
        if offset is None or abs(offset) <= TOLERATED_S:
            return None
        way = "ahead of" if offset > 0 else "behind"
        return (
            f"this machine's clock seems to be about {abs(offset) // 60} minutes {way} the other"
            " nodes': expected within 5 minutes; set it right, or others refuse your messages"
        )

"""What the network counts since it was opened; the keys are part of its interface."""

from collections import Counter

KEYS = (
    "accepted",
    "ignored",
    "rejected",
    "duplicates",
    "malformed",
    "validator_errors",
    "published",
    "relayed",
    "queue_full",
    "synced",
    "fetched",
    "banned",
    "ranges_banned",
    "slowed",
    "connections_in",
    "connections_out",
    "connections_refused",
    "handshakes_failed",
    "dials_failed",
    "streams_refused",
    "bytes_received",
    "bytes_sent",
)
"""accepted ... duplicates: messages from peers by what became of them (each once); malformed:
breaches of a protocol that ended a stream or connection; validator_errors: exceptions of the
validator, which count as ignored, too; published: own messages queued to at least one peer;
relayed: frames queued to other peers; queue_full: frames dropped because a peer's queue was full;
synced: comparisons with a peer that were finished; fetched: messages that came by any; banned:
bans of peers pronounced; ranges_banned: of ranges of addresses; slowed: pauses in reading from a
peer that sent too much; connections_*, handshakes_failed, dials_failed, streams_refused: as they
say; bytes_*: on encrypted channels, Yamux headers included."""


class Counters:
    """Counts by key; an unknown key is a bug."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter(dict.fromkeys(KEYS, 0))

    def add(self, key: str, count: int = 1) -> None:
        """Add ``count`` to ``key``."""
        if key not in self._counts:
            raise KeyError(key)
        self._counts[key] += count

    def snapshot(self) -> dict[str, int]:
        """All counts now."""
        return dict(self._counts)

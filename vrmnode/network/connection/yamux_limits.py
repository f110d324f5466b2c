"""What one Yamux connection may ask of us in a time, beyond windows and numbers of streams.

Frames without content cost their sender nothing: without these limits a peer keeps a node busy with
pings, streams that it opens and resets, or windows of a byte.
"""

from vrmnode.network.connection.yamux_frames import INITIAL_WINDOW
from vrmnode.network.limits.token_bucket import TokenBucket

FRAMES, FRAMES_PER_S = 16_384, 8_192
"""Frames of any kind; beyond it the connection is read from later."""
PINGS, PINGS_PER_S = 64, 4
"""Pings that are answered; more are a breach of the protocol."""
STREAMS, STREAMS_PER_S = 256, 16
"""Streams that are taken; more are reset."""
STRAY, STRAY_PER_S = 64 * INITIAL_WINDOW, 4 * INITIAL_WINDOW
"""Bytes to streams that are over here; more are a breach of the protocol."""


class YamuxLimits:
    """The limits of one connection; ``now`` is monotonic, in seconds."""

    def __init__(self, now: float) -> None:
        self._frames = TokenBucket(FRAMES, FRAMES_PER_S, now)
        self._pings = TokenBucket(PINGS, PINGS_PER_S, now)
        self._streams = TokenBucket(STREAMS, STREAMS_PER_S, now)
        self._stray = TokenBucket(STRAY, STRAY_PER_S, now)

    def frames(self, count: int, now: float) -> float:
        """Seconds to wait before more is read."""
        return self._frames.take(count, now)

    def may_ping(self, now: float) -> bool:
        """Whether one more ping is answered."""
        return self._pings.try_take(now)

    def may_open(self, now: float) -> bool:
        """Whether one more stream is taken."""
        return self._streams.try_take(now)

    def may_stray(self, size_bytes: int, now: float) -> bool:
        """Whether as many bytes to a stream that is over are passed over."""
        return self._stray.take(size_bytes, now) == 0

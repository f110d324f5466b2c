"""Frames waiting to be sent to one peer: bounded in bytes and number, control first.

Stands in for ``libp2p.pubsub.rpc_queue``, which in 0.8.1 holds 32 RPCs and drops the rest without a
word: of 5,000 messages published in a loop 32 arrived. It can go when publishing waits for room.
"""

from collections import deque

import trio

BATCH_BYTES = 65_536
"""Bytes taken at a time, to be written at once."""


class OutboundQueue:
    """Ready frames for one peer."""

    def __init__(self, max_frames: int, max_bytes: int) -> None:
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self._control: deque[bytes] = deque()
        self._messages: deque[bytes] = deque()
        self._bytes = 0
        self._closed = False
        self.stalled = False
        """A publisher has waited for room in vain, and nothing was taken since."""
        self._filled = trio.Event()
        self._taker_waits = False
        # Several tasks may wait here, so no event that one of them could replace.
        self._waiting_for_room = trio.lowlevel.ParkingLot()
        self._waiting_for_end = trio.lowlevel.ParkingLot()

    def __len__(self) -> int:
        return len(self._control) + len(self._messages)

    @property
    def size_bytes(self) -> int:
        """Bytes waiting."""
        return self._bytes

    @property
    def closed(self) -> bool:
        """Whether the peer is gone."""
        return self._closed

    def push(self, frame: bytes, *, control: bool = False) -> bool:
        """Append ``frame``; whether there was room."""
        full = len(self) >= self._max_frames or self._bytes + len(frame) > self._max_bytes
        if self._closed or full:
            return False
        (self._control if control else self._messages).append(frame)
        self._bytes += len(frame)
        self._filled.set()
        return True

    async def push_when_room(self, frame: bytes) -> bool:
        """Append ``frame`` as soon as there is room; False if the peer goes away first."""
        while not self.push(frame):
            if self._closed or len(frame) > self._max_bytes:
                return False
            await self._waiting_for_room.park()
        return True

    async def pop_batch(self) -> bytes | None:
        """Whole frames, about ``BATCH_BYTES`` of them, as soon as there are any; None at the end.

        At least one frame, however large.
        """
        while not self:
            if self._closed:
                return None
            self._filled = trio.Event()
            self._taker_waits = True
            self._waiting_for_end.unpark_all()
            await self._filled.wait()
            self._taker_waits = False
        batch: list[bytes] = []
        size = 0
        for queue in (self._control, self._messages):
            while queue and (not batch or size + len(queue[0]) <= BATCH_BYTES):
                frame = queue.popleft()
                batch.append(frame)
                size += len(frame)
        self._bytes -= size
        self.stalled = False
        self._waiting_for_room.unpark_all()
        return b"".join(batch)

    async def drained(self) -> None:
        """Return once everything was taken and the taker asks for more, or the peer is gone."""
        while not self._closed and (self or not self._taker_waits):
            await self._waiting_for_end.park()

    def close(self) -> None:
        """The peer is gone: drop everything, wake everybody."""
        self._closed = True
        self._control.clear()
        self._messages.clear()
        self._bytes = 0
        self._filled.set()
        self._waiting_for_room.unpark_all()
        self._waiting_for_end.unpark_all()

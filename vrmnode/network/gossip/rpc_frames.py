"""Cutting a peer's gossip stream into RPC frames: a varint length, then that many bytes.

Pure: bytes in, frames out. It holds at most one frame, whose length is checked before its bytes are
kept.
"""

from collections.abc import Iterable, Iterator

from vrmnode.network.connection.byte_stream import encode_varint
from vrmnode.network.errors import PeerFaultError


class FrameDecoder:
    """Frames of at most ``max_frame_bytes``."""

    def __init__(self, max_frame_bytes: int) -> None:
        self._max_frame_bytes = max_frame_bytes
        self._max_prefix = (max(max_frame_bytes.bit_length(), 1) + 6) // 7
        self._buffer = bytearray()
        self.unfinished = 0
        """The length of a frame that isn't complete yet, once that is known."""

    @property
    def buffered(self) -> int:
        """Bytes of a frame that isn't complete yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take ``data`` and give each frame that is complete, in order; consume all of them.

        Raises:
            PeerFaultError: ``rpc_length``: a length above the limit, or one that never ends.
        """
        self._buffer += data
        self.unfinished = position = 0
        try:
            while True:
                prefix = self._length_at(position)
                if prefix is None:
                    return
                start, length = prefix
                if len(self._buffer) - start < length:
                    self.unfinished = length
                    return
                position = start + length
                yield bytes(self._buffer[start:position])
        finally:
            del self._buffer[:position]

    def _length_at(self, position: int) -> tuple[int, int] | None:
        value = 0
        for index in range(self._max_prefix):
            if position + index >= len(self._buffer):
                return None
            byte = self._buffer[position + index]
            value |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                # SPEC 07: A reader MUST reset the stream of a frame longer than its limit
                # without reading the frame.
                if value > self._max_frame_bytes:
                    break
                return position + index + 1, value
        raise PeerFaultError("rpc_length")


def in_batches(frames: Iterable[bytes], most: int) -> Iterator[list[bytes]]:
    """The same frames, so many together; those before one that can't be cut are given first.

    The lists are the caller's.

    Raises:
        PeerFaultError: as ``FrameDecoder.feed``.
    """
    batch: list[bytes] = []
    failure: PeerFaultError | None = None
    try:
        for frame in frames:
            batch.append(frame)
            # Whoever has the batch may let go of it, while it isn't asked for the next.
            del frame
            if len(batch) == most:
                yield batch
                batch = []
    except PeerFaultError as error:
        failure = error
    if batch:
        yield batch
    if failure is not None:
        raise failure


def encode_frame(rpc: bytes) -> bytes:
    """``rpc`` with its length in front."""
    return encode_varint(len(rpc)) + rpc

"""Yamux frame headers: the twelve bytes before every frame, and the protocol's constants.

Source: the Yamux specification of hashicorp, as libp2p uses it under ``/yamux/1.0.0``.
"""

import struct
from dataclasses import dataclass

from vrmnode.network.errors import PeerFaultError

PROTOCOL = "/yamux/1.0.0"

DATA, WINDOW_UPDATE, PING, GO_AWAY = range(4)
SYN, ACK, FIN, RST = 1, 2, 4, 8
HEADER_BYTES = 12
INITIAL_WINDOW = 262_144
"""Bytes that either side of a new stream may send before it needs a window update."""
MAX_DATA = 65_536 - HEADER_BYTES
"""Bytes we put into one frame; more would hold up other streams."""
MAX_SEND_WINDOW = 16 << 20
"""Bytes we ever send ahead; a larger grant (py-libp2p gives more) counts as this."""

_HEADER = struct.Struct("!BBHII")


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """``length`` is the body's bytes for DATA, a window's for WINDOW_UPDATE, else a value."""

    kind: int
    flags: int
    stream_id: int
    length: int


def encode_frame(kind: int, flags: int, stream_id: int, length: int, body: bytes = b"") -> bytes:
    """Header and body."""
    return _HEADER.pack(0, kind, flags, stream_id, length) + body


def decode_header(buffer: bytearray, position: int) -> FrameHeader:
    """The header at ``position``; the caller has made sure that 12 bytes are there.

    Raises:
        PeerFaultError: ``yamux_header``: unknown version or kind; ``yamux_window``: a DATA frame
            larger than any window we grant.
    """
    version, kind, flags, stream_id, length = _HEADER.unpack_from(buffer, position)
    if version != 0 or kind > GO_AWAY:
        raise PeerFaultError("yamux_header")
    if kind == DATA and length > INITIAL_WINDOW:
        raise PeerFaultError("yamux_window")
    return FrameHeader(kind=kind, flags=flags, stream_id=stream_id, length=length)

"""What every layer of a connection offers to the next: bytes in, bytes out.

Byte streams in this package are the wire (a TCP socket, or a WebSocket over one), the Noise channel
over it, and each Yamux stream over that. Names follow trio.
"""

import math
import os
from typing import Protocol

import trio

from vrmnode.network.errors import ConnectionLostError, PeerFaultError


class ByteStream(Protocol):
    """Bytes in order, both ways."""

    async def receive_some(self, max_bytes: int) -> bytes:
        """1 to ``max_bytes`` bytes; empty at the end.

        Raises:
            ConnectionLostError: the stream was reset.
            PeerFaultError: what came breaks this layer's protocol.
        """

    async def send_all(self, data: bytes) -> None:
        """Hand over all of ``data``; may wait for the peer.

        Raises:
            ConnectionLostError: the stream can't be written any more.
        """


async def receive_exactly(stream: ByteStream, count: int) -> bytes:
    """Exactly ``count`` bytes.

    Raises:
        ConnectionLostError: the stream ended before.
    """
    received = bytearray()
    while len(received) < count:
        data = await stream.receive_some(count - len(received))
        if not data:
            raise ConnectionLostError(f"ended after {len(received)} of {count} bytes")
        received += data
    return bytes(received)


async def receive_varint(stream: ByteStream, largest: int, first: bytes = b"") -> int:
    """One unsigned LEB128 number, not above ``largest``; ``first`` is its first byte, if read.

    Raises:
        PeerFaultError: ``varint``: it is larger, or longer than it need be for ``largest``.
    """
    value = 0
    for shift in range(0, max(largest.bit_length(), 1), 7):
        byte = (first or await receive_exactly(stream, 1))[0]
        first = b""
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value > largest:
                break
            return value
    raise PeerFaultError("varint")


async def receive_frame(
    stream: ByteStream, largest: int, within_s: float = math.inf
) -> bytes | None:
    """The next length-prefixed frame, at most ``largest`` long; None where the stream ends.

    Raises:
        PeerFaultError: ``varint``.
        ConnectionLostError: it ended inside a frame.
        trio.TooSlowError: it took more than ``within_s`` from its first byte on.
    """
    first = await stream.receive_some(1)
    if not first:
        return None
    with trio.fail_after(within_s):
        return await receive_exactly(stream, await receive_varint(stream, largest, first))


def encode_varint(value: int) -> bytes:
    """Unsigned LEB128 of ``value``."""
    if value < 0x80:
        return bytes((value,))
    if value < 0x4000:  # most frames
        return bytes((value & 0x7F | 0x80, value >> 7))
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


class Wire(ByteStream, Protocol):
    """What is nearest to the system."""

    transport: str
    """``tcp``, ``ws`` or ``wss``."""

    @property
    def remote(self) -> tuple[str, int]:
        """IP address and port of the other end.

        Raises:
            ConnectionLostError: it is gone already.
        """

    @property
    def local_host(self) -> str:
        """IP address of our end, with its zone if that is needed.

        Raises:
            ConnectionLostError: it is gone already.
        """

    def send_now(self, data: bytes) -> int:
        """Hand over as much of ``data`` as fits now; how many bytes that is.

        0 where the connection is gone: whoever sends the rest will hear of that.
        """

    async def send_eof(self) -> None:
        """Send nothing more; reading goes on."""

    def close(self) -> None:
        """Close at once; whatever waits on it raises ``ConnectionLostError``."""


class SocketWire:
    """What all wires over a TCP socket have in common; see ``Wire``."""

    def __init__(self, sock: trio.SocketStream) -> None:
        self._sock = sock

    @property
    def remote(self) -> tuple[str, int]:
        try:
            name = self._sock.socket.getpeername()
        except OSError as error:
            raise ConnectionLostError("no remote address") from error
        return str(name[0]), int(name[1])

    @property
    def local_host(self) -> str:
        try:
            return str(self._sock.socket.getsockname()[0])
        except OSError as error:
            raise ConnectionLostError("no local address") from error

    def close(self) -> None:
        self._sock.socket.close()


class TcpStream(SocketWire):
    """A TCP connection as a wire."""

    transport = "tcp"

    async def receive_some(self, max_bytes: int) -> bytes:
        try:
            return bytes(await self._sock.receive_some(max_bytes))
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise ConnectionLostError("tcp read") from error

    async def send_all(self, data: bytes) -> None:
        try:
            await self._sock.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise ConnectionLostError("tcp write") from error

    def send_now(self, data: bytes) -> int:
        try:
            return os.write(self._sock.socket.fileno(), data)
        except OSError:
            return 0

    async def send_eof(self) -> None:
        try:
            await self._sock.send_eof()
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise ConnectionLostError("tcp write") from error

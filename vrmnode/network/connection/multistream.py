"""Agreeing on a protocol: multistream-select 1.0, both sides.

Stands in for ``libp2p.protocol_muxer``: in 0.8.1 a protocol name that isn't UTF-8 raises
``UnicodeDecodeError`` out of the stream handler and stops the host. It can go when upstream answers
junk with its own error. The caller sets the deadline.
"""

from collections.abc import Container, Sequence

from vrmnode.network.connection.byte_stream import (
    ByteStream,
    encode_varint,
    receive_exactly,
    receive_varint,
)
from vrmnode.network.errors import PeerFaultError

HEADER = b"/multistream/1.0.0"
NOT_AVAILABLE = b"na"
MAX_LINE = 1_024
MAX_PROPOSALS = 32
"""Protocols that one stream may propose before it is given up."""


class ProtocolsRefusedError(Exception):
    """The peer speaks none of the protocols proposed."""


async def propose(stream: ByteStream, protocols: Sequence[str]) -> str:
    """The first of ``protocols`` that the peer accepts.

    Raises:
        ProtocolsRefusedError: it accepts none.
        PeerFaultError: ``multistream``: it doesn't speak multistream-select.
        ConnectionLostError: the stream ended.
    """
    await stream.send_all(_line(HEADER) + _line(protocols[0].encode()))
    if await _read_line(stream) != HEADER:
        raise PeerFaultError("multistream")
    for index, protocol in enumerate(protocols):
        if index:
            await stream.send_all(_line(protocol.encode()))
        answer = await _read_line(stream)
        if answer == protocol.encode():
            return protocol
        if answer != NOT_AVAILABLE:
            raise PeerFaultError("multistream")
    raise ProtocolsRefusedError


async def accept(stream: ByteStream, supported: Container[str]) -> str:
    """The protocol that the peer proposed and we support.

    Raises:
        PeerFaultError: ``multistream``: junk, or more than ``MAX_PROPOSALS`` proposals.
        ConnectionLostError: the stream ended.
    """
    # SPEC 07: A node MUST NOT send anything over a WebSocket that it takes before something has
    # come.
    #
    # js-libp2p 3.3 loses what comes before it has heard that there is a WebSocket.
    if await _read_line(stream) != HEADER:
        raise PeerFaultError("multistream")
    await stream.send_all(_line(HEADER))
    for _ in range(MAX_PROPOSALS):
        line = await _read_line(stream)
        try:
            proposed = line.decode()
        except UnicodeDecodeError as error:
            raise PeerFaultError("multistream") from error
        if proposed in supported:
            await stream.send_all(_line(line))
            return proposed
        await stream.send_all(_line(NOT_AVAILABLE))
    raise PeerFaultError("multistream")


def _line(text: bytes) -> bytes:
    return encode_varint(len(text) + 1) + text + b"\n"


async def _read_line(stream: ByteStream) -> bytes:
    size = await receive_varint(stream, MAX_LINE)
    if size == 0:
        raise PeerFaultError("multistream")
    line = await receive_exactly(stream, size)
    if line[-1:] != b"\n":
        raise PeerFaultError("multistream")
    return line[:-1]

"""One connection to one peer: its wire, Noise, Yamux, and what is known about it."""

import time
from collections.abc import Awaitable, Callable

import trio

from vrmnode.network.addresses import tcp_multiaddr
from vrmnode.network.config import NetworkConfig
from vrmnode.network.connection import multistream, yamux_frames
from vrmnode.network.connection.byte_stream import ByteStream, Wire
from vrmnode.network.connection.noise_channel import noise_handshake
from vrmnode.network.connection.pinned_libp2p import NOISE_PROTOCOL, NoiseTransport
from vrmnode.network.connection.yamux_connection import YamuxConnection
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import PeerFaultError

INBOUND = "inbound"
OUTBOUND = "outbound"

StreamServer = Callable[[YamuxStream, str], Awaitable[None]]
"""(stream, peer id); raises nothing."""


class PeerConnection:
    """An agreed connection; ``run`` serves it to its end."""

    def __init__(self, wire: Wire, muxer: YamuxConnection, peer: str, direction: str) -> None:
        self.peer = peer
        self.direction = direction
        self.transport = wire.transport
        self.dialled = ""
        """The address by which we reached it, if we did."""
        self.remote = wire.remote
        self.local_host = wire.local_host
        self.opened_at = time.time()
        self.agreed_at = trio.current_time()
        self.ended = trio.Event()
        self.muxer = muxer
        self._wire = wire

    @property
    def address(self) -> str:
        """Where the peer was reached, or whence it came; with its peer id."""
        # Its IP address alone doesn't lead to what stands behind a web server under a name.
        if self.transport == "wss":
            return self.dialled
        web_socket = "/ws" if self.transport == "ws" else ""
        return f"{tcp_multiaddr(*self.remote)}{web_socket}/p2p/{self.peer}"

    async def run(self) -> None:
        """Serve streams until the connection ends.

        Raises:
            PeerFaultError: the peer broke Noise or Yamux.
            ConnectionLostError: any other end.
        """
        try:
            await self.muxer.run()
        finally:
            self.close()

    def close(self) -> None:
        """End the connection at once."""
        self._wire.close()
        self.ended.set()

    async def goodbye(self) -> None:
        """Tell the peer, wait until it closes, too, then close.

        Closing while something of the peer's is unread would make TCP drop what it hasn't read
        of ours.
        """
        self.muxer.goodbye()
        await self.ended.wait()

    async def open_stream(self, protocols: tuple[str, ...], timeout_s: float) -> YamuxStream:
        """A new stream that speaks the first of ``protocols`` that the peer accepts.

        Raises:
            ProtocolsRefusedError, PeerFaultError, ConnectionLostError, trio.TooSlowError.
        """
        stream = self.muxer.open_stream()
        try:
            with trio.fail_after(timeout_s):
                await multistream.propose(stream, protocols)
        except BaseException:
            stream.reset()
            raise
        return stream


async def agree(
    wire: Wire,
    config: NetworkConfig,
    transport: NoiseTransport,
    serve_stream: StreamServer,
    *,
    expected_peer: str | None,
) -> PeerConnection:
    """Agree with the other end on Noise and Yamux; we are the initiator if a peer is expected.

    The caller sets the deadline, and closes the wire when this raises.

    Raises:
        PeerFaultError: it doesn't speak our protocols, or isn't the expected peer.
        ConnectionLostError: it went away.
    """
    # SPEC 07: A node MUST refuse every security protocol but `/noise`.
    initiator = expected_peer is not None
    await _select(wire, str(NOISE_PROTOCOL), initiator=initiator)
    channel, peer = await noise_handshake(
        wire, transport, initiator=initiator, expected_peer=expected_peer
    )
    await _select(channel, yamux_frames.PROTOCOL, initiator=initiator)

    async def serve_one(stream: YamuxStream) -> None:
        await serve_stream(stream, peer)

    muxer = YamuxConnection(
        channel,
        initiator=initiator,
        handle_stream=serve_one,
        max_streams=config.max_streams_per_connection,
        ping_interval_s=config.ping_interval_s,
        ping_timeout_s=config.ping_timeout_s,
        stall_timeout_s=config.stall_timeout_s,
    )
    return PeerConnection(wire, muxer, peer, OUTBOUND if initiator else INBOUND)


async def _select(stream: ByteStream, protocol: str, *, initiator: bool) -> None:
    try:
        if initiator:
            await multistream.propose(stream, (protocol,))
        else:
            await multistream.accept(stream, (protocol,))
    except multistream.ProtocolsRefusedError as error:
        raise PeerFaultError("multistream") from error

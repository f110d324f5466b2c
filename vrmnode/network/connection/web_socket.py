"""libp2p's WebSocket transport: the bytes of a connection in binary messages (RFC 6455).

Implements `specs/07-gossip.md#websocket`. The frames are wsproto's; where its messages begin and
end means nothing. TLS, where there is any, ends at the web server of whoever listens.
"""

import contextlib
import ssl
from collections import deque

import trio
import wsproto
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from vrmnode.network.connection.byte_stream import SocketWire
from vrmnode.network.errors import ConnectionLostError, PeerFaultError
from vrmnode.network.limits.token_bucket import TokenBucket

READ_BYTES = 65_536
SMALL_BYTES = 64
SMALL_AT_ONCE, SMALL_PER_S = 4_096.0, 2_000.0
"""Frames of less than 64 bytes that are taken; then the peer is read later. Each costs 20 µs, and a
read may have ten thousand of them."""
_LOST = (trio.BrokenResourceError, trio.ClosedResourceError, ssl.SSLError)


class WebSocketWire(SocketWire):
    """A WebSocket once both sides have agreed on it; `stream` may be the socket's own or TLS."""

    def __init__(
        self,
        sock: trio.SocketStream,
        stream: trio.SocketStream | trio.SSLStream,
        protocol: wsproto.WSConnection,
        transport: str,
    ) -> None:
        super().__init__(sock)
        self.transport = transport
        self._stream = stream
        self._protocol = protocol
        self._came: deque[bytes] = deque()
        self._ended = False
        self._writing = trio.Lock()
        self._small = TokenBucket(SMALL_AT_ONCE, SMALL_PER_S, trio.current_time())

    async def receive_some(self, max_bytes: int) -> bytes:
        """1 to ``max_bytes`` bytes; empty at the end.

        Raises:
            ConnectionLostError: it ended without a goodbye.
            PeerFaultError: ``websocket``: it isn't what RFC 6455 says, or a text.
        """
        # What came together with the end of the handshake is there before anything is read.
        await self._take_all()
        while not self._came:
            if self._ended:
                return b""
            await self._read()
            await self._take_all()
        first = self._came.popleft()
        if len(first) > max_bytes:
            self._came.appendleft(first[max_bytes:])
            return first[:max_bytes]
        return first

    async def _read(self) -> None:
        try:
            data = await self._stream.receive_some(READ_BYTES)
        except _LOST as error:
            raise ConnectionLostError("websocket read") from error
        if not data:
            raise ConnectionLostError("websocket ended without a goodbye")
        try:
            self._protocol.receive_data(bytes(data))
        except RemoteProtocolError as error:
            raise PeerFaultError("websocket") from error

    async def _take_all(self) -> None:
        try:
            for event in self._protocol.events():
                await self._take(event)
        except RemoteProtocolError as error:
            raise PeerFaultError("websocket") from error

    async def _take(self, event: Event) -> None:
        if not isinstance(event, BytesMessage) or len(event.data) < SMALL_BYTES:
            wait_s = self._small.take(1, trio.current_time())
            if wait_s:
                await trio.sleep(wait_s)
        if isinstance(event, BytesMessage):
            if event.data:
                self._came.append(bytes(event.data))
        elif isinstance(event, Ping):
            await self._write(event.response())
        elif isinstance(event, CloseConnection):
            self._ended = True
            with contextlib.suppress(ConnectionLostError):  # it needn't wait for that
                await self._write(event.response())
        # SPEC 07: A node MUST close a WebSocket over which a text message comes.
        elif isinstance(event, TextMessage):
            raise PeerFaultError("websocket")

    async def send_all(self, data: bytes) -> None:
        await self._write(BytesMessage(data))

    def send_now(self, data: bytes) -> int:
        """0: what is written together is in one message, so nothing of it goes before the rest."""
        return 0

    async def send_eof(self) -> None:
        """Say goodbye; reading goes on until the other side has."""
        await self._write(CloseConnection(code=1_000))

    async def _write(self, event: Event) -> None:
        async with self._writing:
            try:
                await self._stream.send_all(self._protocol.send(event))
            except (LocalProtocolError, *_LOST) as error:
                raise ConnectionLostError("websocket write") from error


async def accept_web_socket(sock: trio.SocketStream) -> WebSocketWire:
    """The WebSocket that the other end of a socket asks for; the caller sets the deadline.

    Raises:
        PeerFaultError: ``websocket``: it asks for something else, which is refused in HTTP.
        ConnectionLostError: it went away.
    """
    protocol = wsproto.WSConnection(wsproto.ConnectionType.SERVER)
    wire = WebSocketWire(sock, sock, protocol, "ws")
    while True:
        try:
            if isinstance(await _handshake_event(sock, protocol), Request):
                break
        except RemoteProtocolError as error:
            if error.event_hint is not None:
                await wire._write(error.event_hint)
            raise PeerFaultError("websocket") from error
        except ValueError as error:  # a header that isn't ASCII, or a name that IDNA can't express
            raise PeerFaultError("websocket") from error
    await wire._write(AcceptConnection())
    return wire


async def ask_for_web_socket(
    sock: trio.SocketStream, host: str, port: int, context: ssl.SSLContext | None = None
) -> WebSocketWire:
    """A WebSocket from whoever is at the other end of a socket; the caller sets the deadline.

    With a context by TLS, for the name ``host``.

    Raises:
        PeerFaultError: ``websocket``: it refuses, or speaks something else.
        ConnectionLostError: it went away, or has no certificate for the name.
    """
    stream: trio.SocketStream | trio.SSLStream = sock
    if context is not None:
        stream = trio.SSLStream(sock, context, server_hostname=host, https_compatible=True)
        try:
            await stream.do_handshake()
        except _LOST as error:
            raise ConnectionLostError(f"TLS: {error.__cause__ or error}") from error
    protocol = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
    wire = WebSocketWire(sock, stream, protocol, "ws" if context is None else "wss")
    named = f"[{host}]" if ":" in host else host
    await wire._write(Request(host=f"{named}:{port}", target="/"))
    while True:
        try:
            event = await _handshake_event(stream, protocol)
        except (RemoteProtocolError, ValueError) as error:
            raise PeerFaultError("websocket") from error
        if isinstance(event, RejectConnection):
            raise PeerFaultError("websocket")
        if isinstance(event, AcceptConnection):
            return wire


async def _handshake_event(
    stream: trio.SocketStream | trio.SSLStream, protocol: wsproto.WSConnection
) -> Event | None:
    """The next event of a handshake; what has come after it stays with ``protocol``."""
    try:
        data = await stream.receive_some(READ_BYTES)
    except _LOST as error:
        raise ConnectionLostError("websocket read") from error
    if not data:
        raise ConnectionLostError("ended before it was a websocket")
    protocol.receive_data(bytes(data))
    return next(protocol.events(), None)

"""libp2p's WebSocket transport: the bytes of a connection in binary messages (RFC 6455).

Implements `specs/07-gossip.md#websocket`. The frames are wsproto's; where its messages begin and
end means nothing. TLS, where there is any, ends at the web server of whoever listens.
"""

import contextlib
import ssl
from collections import deque

import h11
import trio
import wsproto
from wsproto.connection import ConnectionState
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
SMALL_BYTES = 1_024
SMALL_AT_ONCE, SMALL_PER_S = 8_192.0, 4_000.0
"""Frames of less than 1 KiB that are taken; then the peer is read later. Any costs 7 µs at least,
and a read may have ten thousand of them."""
TURN = 128
"""Frames after which others have their turn."""
_ASKS_BY = frozenset({b"connection", b"upgrade", b"sec-websocket-key", b"sec-websocket-version"})
"""The headers by which a WebSocket is asked for."""
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
            for number, event in enumerate(self._protocol.events(), 1):
                await self._take(event)
                if number % TURN == 0:
                    await trio.lowlevel.checkpoint()
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
            # It is made up where what came is no frame.
            if self._protocol.state in (ConnectionState.OPEN, ConnectionState.LOCAL_CLOSING):
                raise PeerFaultError("websocket")
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
    try:
        protocol.initiate_upgrade_connection(await _asked(sock), "/")
    except (h11.RemoteProtocolError, RemoteProtocolError, ValueError) as error:
        hint = getattr(error, "event_hint", None)
        await wire._write(hint if isinstance(hint, RejectConnection) else RejectConnection())
        raise PeerFaultError("websocket") from error
    await wire._write(AcceptConnection())
    return wire


async def _asked(stream: trio.SocketStream) -> list[tuple[bytes, bytes]]:
    """The headers of a request that ask for a WebSocket.

    wsproto would decode the name of the host, which takes a second of CPU for 15 KB of it.

    Raises:
        h11.RemoteProtocolError: it is no request, or asks for something else.
        ConnectionLostError.
    """
    http = h11.Connection(h11.SERVER)
    while (request := http.next_event()) is h11.NEED_DATA:
        http.receive_data(await _receive(stream))
    if not isinstance(request, h11.Request) or (request.method, request.http_version) != (
        b"GET",
        b"1.1",
    ):
        raise h11.RemoteProtocolError("expected a GET by HTTP/1.1")
    # Whoever asks has to wait for the answer before it sends anything else.
    if not isinstance(http.next_event(), h11.EndOfMessage) or http.trailing_data[0]:
        raise h11.RemoteProtocolError("expected nothing behind the request")
    asked = [(name, value) for name, value in request.headers if name in _ASKS_BY]
    return [(b"Host", b"x"), *asked]


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
    protocol.receive_data(await _receive(stream))
    return next(protocol.events(), None)


async def _receive(stream: trio.SocketStream | trio.SSLStream) -> bytes:
    try:
        data = bytes(await stream.receive_some(READ_BYTES))
    except _LOST as error:
        raise ConnectionLostError("websocket read") from error
    if not data:
        raise ConnectionLostError("ended before it was a websocket")
    return data

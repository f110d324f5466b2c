"""A WebSocket as a wire: RFC 6455 as others speak it, and who breaks it."""

from __future__ import annotations

import os
import socket
from collections.abc import Awaitable, Callable, Iterator

import pytest
import trio
import wsproto
from wsproto.events import AcceptConnection, BytesMessage, Ping, Request, TextMessage

from benchmarks.hostile.layers import long_name
from vrmnode.network.connection.byte_stream import receive_exactly
from vrmnode.network.connection.web_socket import (
    SMALL_AT_ONCE,
    SMALL_BYTES,
    SMALL_PER_S,
    WebSocketWire,
    accept_web_socket,
    ask_for_web_socket,
)
from vrmnode.network.errors import ConnectionLostError, PeerFaultError

_opened: list[socket.socket] = []


@pytest.fixture(autouse=True)
def _close_sockets() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def _sockets() -> list[trio.SocketStream]:
    pair = socket.socketpair()
    _opened.extend(pair)
    return [trio.SocketStream(trio.socket.from_stdlib_socket(each)) for each in pair]


async def _wires() -> tuple[WebSocketWire, WebSocketWire]:
    """The side that asked, and the side that took."""
    here, there = _sockets()
    found: dict[str, WebSocketWire] = {}

    async def take() -> None:
        found["taken"] = await accept_web_socket(there)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(take)
        found["asked"] = await ask_for_web_socket(here, "::1", 4101)
    return found["asked"], found["taken"]


def test_borders_of_messages_mean_nothing() -> None:
    async def main() -> None:
        for sender, reader in ((ends := await _wires()), reversed(ends)):
            data = os.urandom(300_000)

            async def send(sender: WebSocketWire = sender, data: bytes = data) -> None:
                for at in range(0, len(data), 70_000):
                    await sender.send_all(data[at : at + 70_000])

            async with trio.open_nursery() as nursery:
                nursery.start_soon(send)
                assert await receive_exactly(reader, len(data)) == data

    trio.run(main)


def test_a_goodbye_is_answered_and_an_end_without_one_is_a_loss() -> None:
    async def main() -> None:
        asked, taken = await _wires()
        await asked.send_eof()
        assert await taken.receive_some(10) == await asked.receive_some(10) == b""
        asked, taken = await _wires()
        asked.close()
        with pytest.raises(ConnectionLostError):
            await taken.receive_some(10)
        with pytest.raises(ConnectionLostError):
            await taken.send_all(b"x")

    trio.run(main)


async def _foreign(
    act: Callable[[trio.SocketStream, wsproto.WSConnection], Awaitable[None]],
) -> WebSocketWire:
    """A wire whose other end has been asked for, and then acts as it likes."""
    here, there = _sockets()
    protocol = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
    await here.send_all(protocol.send(Request(host="x", target="/")))
    wire = await accept_web_socket(there)
    protocol.receive_data(bytes(await here.receive_some(65_536)))
    assert [type(event) for event in protocol.events()] == [AcceptConnection]
    await act(here, protocol)
    return wire


def test_a_ping_is_answered_and_parts_of_a_message_are_joined() -> None:
    async def act(sock: trio.SocketStream, protocol: wsproto.WSConnection) -> None:
        parts = [BytesMessage(b"a", message_finished=False), Ping(b"p"), BytesMessage(b"b")]
        await sock.send_all(b"".join(map(protocol.send, parts)))

    async def main() -> None:
        wire = await _foreign(act)
        assert await receive_exactly(wire, 2) == b"ab"

    trio.run(main)


def test_a_text_message_ends_the_connection() -> None:
    # SPEC 07: A node MUST close a WebSocket over which a text message comes.
    async def act(sock: trio.SocketStream, protocol: wsproto.WSConnection) -> None:
        await sock.send_all(protocol.send(TextMessage("hello")))

    async def main() -> None:
        wire = await _foreign(act)
        with pytest.raises(PeerFaultError, match="websocket"):
            await wire.receive_some(10)

    trio.run(main)


def test_who_sends_many_small_frames_is_read_later() -> None:
    """An empty frame takes 6 bytes, so a read may have ten thousand of them."""
    more = 1_000

    async def main() -> None:
        left = int(SMALL_AT_ONCE) + more
        empty = [BytesMessage(b"", message_finished=False)] * left

        async def act(sock: trio.SocketStream, protocol: wsproto.WSConnection) -> None:
            raw = b"".join(map(protocol.send, [*empty, BytesMessage(b"x" * SMALL_BYTES)]))
            nursery.start_soon(sock.send_all, raw)

        async with trio.open_nursery() as nursery:
            began = trio.current_time()
            wire = await _foreign(act)
            assert await receive_exactly(wire, SMALL_BYTES) == b"x" * SMALL_BYTES
            assert trio.current_time() - began >= 0.9 * more / SMALL_PER_S

    trio.run(main)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x83\x80\0\0\0\0",  # an opcode that there isn't
        b"\x82\x01x",  # not masked
        b"\x80\x80\0\0\0\0",  # goes on with nothing
        b"\xc2\x80\0\0\0\0",  # of an extension
        b"\x88\x81\0\0\0\0\x03",  # half a reason to close
    ],
)
def test_what_is_no_frame_is_a_fault(raw: bytes) -> None:
    async def act(sock: trio.SocketStream, protocol: wsproto.WSConnection) -> None:
        await sock.send_all(raw)

    async def main() -> None:
        wire = await _foreign(act)
        with pytest.raises(PeerFaultError, match="websocket"):
            await wire.receive_some(10)

    trio.run(main)


ASKS = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def test_the_name_of_the_host_is_not_looked_at() -> None:
    """This one has 15 KB, and takes a second of CPU to decode by IDNA, before anybody is known."""

    async def main() -> None:
        here, there = _sockets()
        await here.send_all(b"GET / HTTP/1.1\r\nHost: %s\r\n" % long_name() + ASKS)
        await accept_web_socket(there)
        assert (await here.receive_some(65_536)).startswith(b"HTTP/1.1 101")

    trio.run(main)


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.0\r\nHost: x\r\n" + ASKS,
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n" + ASKS,
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n" + ASKS + b"x",
        2 * (b"GET / HTTP/1.1\r\nHost: x\r\n" + ASKS),
        b"GET / HTTP/1.1\r\nHost: x\r\n" + ASKS + b"\x82\x80\0\0\0\0",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\n\r\n",
        b"GARBAGE\r\n\r\n",
        b"G" * 100_000,
        b"POST / HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_who_asks_for_something_else_is_refused(raw: bytes) -> None:
    async def main() -> None:
        here, there = _sockets()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(here.send_all, raw)
            with pytest.raises(PeerFaultError, match="websocket"):
                await accept_web_socket(there)
            nursery.cancel_scope.cancel()

    trio.run(main)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: x\r\n\r\n",
        b"\x13/multistream/1.0.0\n",
    ],
)
def test_a_server_of_something_else_is_no_web_socket(raw: bytes) -> None:
    async def main() -> None:
        here, there = _sockets()
        await there.send_all(raw)
        with pytest.raises(PeerFaultError, match="websocket"):
            await ask_for_web_socket(here, "x", 80)

    trio.run(main)

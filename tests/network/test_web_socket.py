"""Connections by WebSocket: between nodes, through TLS, and with peers that break RFC 6455."""

from __future__ import annotations

import datetime
import os
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
import wsproto
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from wsproto.events import AcceptConnection, BytesMessage, Ping, Request, TextMessage

from tests.network.support import TOPIC, open_node, ready, receive, until
from vrmnode.network import Network, NetworkError
from vrmnode.network.addresses import parse_dial_address
from vrmnode.network.connection import transports
from vrmnode.network.connection.byte_stream import TcpStream, receive_exactly
from vrmnode.network.connection.web_socket import (
    SMALL_AT_ONCE,
    SMALL_PER_S,
    WebSocketWire,
    accept_web_socket,
    ask_for_web_socket,
)
from vrmnode.network.errors import ConnectionLostError, PeerFaultError


def by_web_socket(node: Network, kind: str = "ws") -> str:
    """The address of a node on loopback, by WebSocket."""
    return node.addresses[0].replace("/p2p/", f"/{kind}/p2p/")


async def _exchanges(one: Network, other: Network) -> None:
    """Both get what the other says."""
    await until(lambda: ready(one) and ready(other))
    for said, (sender, reader) in enumerate(((one, other), (other, one))):
        data = bytes([said]) * 100_000
        await sender.publish(TOPIC, data)
        assert await receive(reader) == [data]


def test_nodes_meet_by_tcp_and_by_web_socket_at_one_port() -> None:
    async def main() -> None:
        async with open_node() as hub, open_node() as guest, open_node() as other:
            await guest.connect(by_web_socket(hub))
            await _exchanges(hub, guest)
            (peer,) = guest.peers()
            assert peer.addresses == (by_web_socket(hub),)
            assert "/ws/" in hub.peers()[0].addresses[0]
            await other.connect(hub.addresses[0])
            await until(lambda: len(hub.peers()) == 2)

    trio.run(main)


def test_whoever_dials_speaks_first() -> None:
    # SPEC 07: A node MUST NOT send anything over a WebSocket that it takes before something has
    # come.
    async def main() -> None:
        async with open_node() as node:
            _, _, host, _, port, *_ = node.addresses[0].split("/")
            wire = await ask_for_web_socket(await trio.open_tcp_stream(host, int(port)), "x", 80)
            with trio.move_on_after(0.2) as waiting:
                await wire.receive_some(1)
            assert waiting.cancelled_caught
            header = b"\x13/multistream/1.0.0\n"
            await wire.send_all(header)
            assert await receive_exactly(wire, len(header)) == header
            wire.close()

    trio.run(main)


def test_both_say_goodbye_over_a_web_socket() -> None:
    async def main() -> None:
        async with open_node() as hub:
            async with open_node() as guest:
                await guest.connect(by_web_socket(hub))
                await until(lambda: ready(hub))
            await until(lambda: not hub.peers())
            assert hub.stats()["malformed"] == 0

    trio.run(main)


# TLS ends at a web server in front of the node.


def _certificate(folder: Path, name: str) -> Path:
    """A file with a key and a certificate for a name, which vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@asynccontextmanager
async def _web_server(certificate: Path, node: Network) -> AsyncIterator[int]:
    """The port of a server that takes TLS and passes on what is in it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    _, _, host, _, port, *_ = node.addresses[0].split("/")

    async def serve(sock: trio.SocketStream) -> None:
        try:
            async with (
                trio.SSLStream(sock, context, server_side=True, https_compatible=True) as outside,
                await trio.open_tcp_stream(host, int(port)) as inside,
                trio.open_nursery() as nursery,
            ):
                nursery.start_soon(_copy, outside, inside)
                await _copy(inside, outside)
                nursery.cancel_scope.cancel()
        except* (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # one side is gone, and so is the other

    async with trio.open_nursery() as nursery:
        (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, serve, [listener])
        yield listener.socket.getsockname()[1]
        nursery.cancel_scope.cancel()


async def _copy(source: trio.abc.ReceiveStream, sink: trio.abc.SendStream) -> None:
    async for data in source:
        await sink.send_all(data)


def _the_same(context: ssl.SSLContext) -> ssl.SSLContext:
    return context


@pytest.mark.parametrize("form", ["wss", "tls/ws"])
def test_a_node_behind_a_web_server(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        certificate = _certificate(tmp_path, "localhost")
        context = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr(transports, "_tls", partial(_the_same, context))
        async with open_node() as hub, open_node() as guest, _web_server(certificate, hub) as port:
            peer = hub.addresses[0].rpartition("/")[2]
            await guest.connect(f"/dns4/localhost/tcp/{port}/{form}/p2p/{peer}")
            await _exchanges(hub, guest)
            assert guest.peers()[0].addresses == (f"/dns4/localhost/tcp/{port}/wss/p2p/{peer}",)

    trio.run(main)


def test_a_certificate_for_another_name_or_of_nobody_known_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # SPEC 07: A node MUST check that the certificate of a `wss` address is for its name.
    async def main() -> None:
        other, own = (_certificate(tmp_path, name) for name in ("other.example", "localhost"))
        for presented, trusted in ((other, str(other)), (own, None)):
            context = ssl.create_default_context(cafile=trusted)
            monkeypatch.setattr(transports, "_tls", partial(_the_same, context))
            async with (
                open_node() as hub,
                open_node() as guest,
                _web_server(presented, hub) as port,
            ):
                peer = hub.addresses[0].rpartition("/")[2]
                with pytest.raises(NetworkError, match="certificate") as refused:
                    await guest.connect(f"/dns4/localhost/tcp/{port}/wss/p2p/{peer}")
                assert refused.value.code == "network.dial_failed"

    trio.run(main)


PEER = "12D3KooWJeESyB5qGKzSXmo2mztTEzF7kM3fJrJK9TLH5Nq6dRQd"


@pytest.mark.parametrize(
    "text",
    [
        f"/ip4/192.0.2.7/tcp/443/wss/p2p/{PEER}",
        f"/ip4/192.0.2.7/tcp/443/tls/ws/p2p/{PEER}",
        f"/dns/a.example/tcp/443/tls/p2p/{PEER}",
        f"/dns/a.example/tcp/443/ws/ws/p2p/{PEER}",
        "/dns/a.example/tcp/443/wss",
    ],
)
def test_an_address_of_another_form_is_said_clearly(text: str) -> None:
    with pytest.raises(NetworkError, match="expected /ip4/") as refused:
        parse_dial_address(text)
    assert refused.value.code == "network.address_invalid"


# The wire alone.


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
            raw = b"".join(map(protocol.send, [*empty, BytesMessage(b"x" * 64)]))
            nursery.start_soon(sock.send_all, raw)

        async with trio.open_nursery() as nursery:
            began = trio.current_time()
            wire = await _foreign(act)
            assert await wire.receive_some(100) == b"x" * 64
            assert trio.current_time() - began >= 0.9 * more / SMALL_PER_S

    trio.run(main)


@pytest.mark.parametrize(
    "raw",
    [
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


def test_a_browser_is_told_that_this_is_no_web_site() -> None:
    async def main() -> None:
        async with open_node() as node:
            _, _, host, _, port, *_ = node.addresses[0].split("/")
            sock = await trio.open_tcp_stream(host, int(port))
            await sock.send_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = await receive_exactly(TcpStream(sock), 12)
            assert answer == b"HTTP/1.1 400"
            sock.socket.close()
            await until(lambda: node.stats()["handshakes_failed"] == 1)

    trio.run(main)

"""Connections by WebSocket: between nodes, and through a web server that ends TLS."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from tests.certificates import self_signed
from tests.network.support import TOPIC, open_node, ready, receive, until
from vrmnode.network import Network, NetworkError
from vrmnode.network.addresses import parse_dial_address
from vrmnode.network.connection import transports
from vrmnode.network.connection.byte_stream import TcpStream, receive_exactly
from vrmnode.network.connection.web_socket import (
    ask_for_web_socket,
)


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
        certificate = self_signed(tmp_path)
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
        other, own = (self_signed(tmp_path, name) for name in ("other.example", "localhost"))
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
    expected = "/dns4/<name>" if text.startswith("/ip4") else "/ip4/<address>"
    with pytest.raises(NetworkError, match=f"expected {expected}/tcp/<port>") as refused:
        parse_dial_address(text)
    assert refused.value.code == "network.address_invalid"


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

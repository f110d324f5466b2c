"""Below the services: multistream, Yamux, Noise, the handshake, multicast DNS."""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any, cast

import trio
import trio.testing
import wsproto
from libp2p.security.noise.patterns import PatternXX
from libp2p.security.noise.transport import Transport
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Ping, Pong, Request

from tests.fuzz.fed_node import (
    HEADER,
    PEER,
    REFUSALS,
    FedNode,
    FedStream,
    envelopes,
    fed_stream,
    run_virtually,
    vectors,
)
from tests.fuzz.target import Target
from vrmnode.network import NetworkConfig
from vrmnode.network.connection import multistream
from vrmnode.network.connection.byte_stream import ByteStream, TcpStream
from vrmnode.network.connection.noise_channel import NoiseChannel
from vrmnode.network.connection.peer_connection import agree
from vrmnode.network.connection.ping import PROTOCOL as PING
from vrmnode.network.connection.ping import PingService
from vrmnode.network.connection.pinned_libp2p import (
    key_pair_from_seed,
    noise_transport,
    peer_id_from_key,
)
from vrmnode.network.connection.stream_guard import StreamGuard
from vrmnode.network.connection.web_socket import accept_web_socket
from vrmnode.network.connection.yamux_connection import YamuxConnection
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import PeerFaultError
from vrmnode.network.gossip.rpc_frames import encode_frame
from vrmnode.network.gossip.rpc_messages import publish_frame
from vrmnode.network.peers.mdns import addresses_in
from vrmprotocol import stem_frames


def targets() -> Iterator[Target]:
    """All of them."""
    yield Target("multistream: accept", _lines(), _accept, REFUSALS)
    yield Target("multistream: propose", _lines(), _propose, REFUSALS)
    yield Target("ping", [bytes(32), bytes(96)], _ping, REFUSALS)
    yield Target(
        "mdns",
        [b"\x0edotted=nothing" + b"\x30dnsaddr=/ip4/8.8.8.8/tcp/4101/p2p/" + b"Q" * 13],
        _mdns,
        REFUSALS,
    )
    yield Target("yamux", _yamux_samples(), _yamux, REFUSALS, cost=4)
    yield Target("websocket", [_web_socket_sample()], _web_socket, REFUSALS)
    yield Target("noise frames", [_noise_sample()], _noise, REFUSALS)
    yield Target("handshake", [_transcript()], _handshake, REFUSALS, cost=20)
    yield Target("handshake payload", [_payload()], _handshake_payload, REFUSALS, cost=100)


def _lines() -> list[bytes]:
    return [
        HEADER + b"\x0f/meshsub/1.1.0\n",
        HEADER + b"\x03na\n\x0f/meshsub/1.0.0\n",
        HEADER + b"\x10/ipfs/id/1.0.0\n\x13/ipfs/id/push/1.0\n",
    ]


def _accept(raw: bytes) -> None:
    run_virtually(
        partial(_awaited, multistream.accept(cast(ByteStream, FedStream(raw)), {"/meshsub/1.1.0"}))
    )


def _propose(raw: bytes) -> None:
    protocols = ("/meshsub/1.1.0", "/meshsub/1.0.0")
    run_virtually(
        partial(_awaited, multistream.propose(cast(ByteStream, FedStream(raw)), protocols))
    )


def _ping(raw: bytes) -> None:
    async def main() -> None:
        await PingService(trio.current_time, trio.sleep).answer(fed_stream(raw), "peer", PING)

    run_virtually(main)


async def _awaited(what: Awaitable[object]) -> None:
    await what


def _mdns(raw: bytes) -> None:
    addresses_in(raw)


def _frame(kind: int, flags: int, stream: int, length: int, body: bytes = b"") -> bytes:
    return struct.pack("!BBHII", 0, kind, flags, stream, length) + body


def _yamux_samples() -> list[bytes]:
    def said(stream: int, protocol: bytes, data: bytes) -> bytes:
        line = bytes([len(protocol) + 1]) + protocol + b"\n"
        body = HEADER + line + data
        return _frame(0, 1, stream, len(body), body) + _frame(1, 4, stream, 0)

    (topic, raw), *_ = envelopes()
    gossip = said(1, b"/meshsub/1.1.0", publish_frame(topic, raw))
    stem = said(3, b"/vrm/stem/1", encode_frame(stem_frames.write(topic, raw)))
    submit = said(5, b"/vrm/submit/1", encode_frame(raw))
    ping = _frame(2, 1, 0, 7) + _frame(1, 1, 7, 0) + _frame(1, 8, 7, 0)
    sync = said(9, b"/vrm/sync/1", encode_frame(vectors("sync", "request")[0]))
    return [gossip + stem, submit + ping + sync, ping + gossip + _frame(3, 0, 0, 0)]


def _yamux(raw: bytes) -> None:
    async def main() -> None:
        node = FedNode()
        faults: list[PeerFaultError] = []
        handlers = {
            "/meshsub/1.1.0": node.node.reader.handle_stream,
            "/vrm/stem/1": node.node.stem.handle_stream,
            "/vrm/submit/1": node.submit.answer,
            "/vrm/sync/1": node.sync.answer,
            "/vrm/peers/1": node.exchange.answer,
        }
        guard = StreamGuard(
            handlers, negotiation_s=10, log=node.log, on_fault=lambda _, fault: faults.append(fault)
        )
        connection = YamuxConnection(
            FedStream(raw),
            initiator=False,
            handle_stream=lambda stream: guard.serve(stream, PEER),
            max_streams=8,
            ping_interval_s=5,
            ping_timeout_s=10,
            stall_timeout_s=30,
        )
        try:
            await connection.run()
        finally:
            if node.log.bugs:
                raise node.log.bugs[0]

    run_virtually(main)


def _web_socket_sample() -> bytes:
    """What a peer says: the handshake, and frames of all sorts."""
    ours, theirs = (wsproto.WSConnection(kind) for kind in wsproto.ConnectionType)
    if not ours.client:
        ours, theirs = theirs, ours
    raw = ours.send(Request(host="x", target="/"))
    theirs.receive_data(raw)
    ours.receive_data(theirs.send(AcceptConnection()))
    said = [
        BytesMessage(b"one"),
        BytesMessage(b"part", message_finished=False),
        Ping(b"?"),
        BytesMessage(bytes(70_000)),
        Pong(b"!"),
        CloseConnection(code=1_000),
    ]
    return raw + b"".join(map(ours.send, said))


def _web_socket(raw: bytes) -> None:
    async def main() -> None:
        wire = await accept_web_socket(cast(trio.SocketStream, FedStream(raw)))
        while await wire.receive_some(1_000):
            pass

    run_virtually(main)


def _noise_sample() -> bytes:
    sent = bytearray()

    class Tcp:
        async def send_all(self, data: bytes) -> None:
            sent.extend(data)

    async def main() -> None:
        channel = NoiseChannel(cast(TcpStream, Tcp()), bytes(32), bytes(32))
        for data in (b"one", bytes(70_000), b""):
            await channel.send_all(data)

    trio.run(main)
    return bytes(sent)


def _noise(raw: bytes) -> None:
    async def main() -> None:
        channel = NoiseChannel(cast(TcpStream, FedStream(raw)), bytes(32), bytes(32))
        while await channel.receive_some(1_000):
            pass

    run_virtually(main)


# The handshake: with what a peer wrote before any key was agreed on, and with what it swears to.

OWN, OTHER = key_pair_from_seed(b"o" * 32), key_pair_from_seed(b"p" * 32)


async def _both_ends(
    initiator: Callable[[trio.SocketStream], Awaitable[object]],
) -> None:
    here, there = trio.socket.socketpair()
    failure: list[BaseException] = []

    async def write() -> None:
        stream = trio.SocketStream(there)
        try:
            await initiator(stream)
        except (*REFUSALS, trio.BrokenResourceError, trio.ClosedResourceError):
            return
        finally:
            there.close()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(write)
        try:
            await agree(
                TcpStream(trio.SocketStream(here)),
                NetworkConfig(),
                noise_transport(OWN),
                _no_streams,
                expected_peer=None,
            )
        except BaseException as error:  # noqa: BLE001 - raised again outside the nursery
            failure.append(error)
        here.close()
        nursery.cancel_scope.cancel()
    if failure:
        raise failure[0]


async def _no_streams(stream: YamuxStream, peer: str) -> None: ...


def _transcript() -> bytes:
    ephemeral = bytes(range(32))
    return HEADER + b"\x07/noise\n" + b"\x00\x20" + ephemeral + b"\x00\x40" + bytes(64)


def _handshake(raw: bytes) -> None:
    async def write(stream: trio.SocketStream) -> None:
        await stream.send_all(raw)

    trio.run(_both_ends, write)


class _Sworn:
    """A payload that serialises to what it is given."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def serialize(self) -> bytes:
        return self._raw


class _Pattern(PatternXX):
    raw = b""

    def make_handshake_payload(self, extensions: Any = None) -> Any:
        return _Sworn(self.raw)


def _payload() -> bytes:
    transport = noise_transport(OTHER)
    pattern = cast(PatternXX, transport.get_pattern())
    return pattern.make_handshake_payload().serialize()


def _handshake_payload(raw: bytes) -> None:
    transport = noise_transport(OTHER)
    pattern = cast(PatternXX, transport.get_pattern())
    hostile = _Pattern(pattern.local_peer, pattern.libp2p_privkey, pattern.noise_static_key)
    hostile.raw = raw

    class Hostile(Transport):
        def get_pattern(self) -> Any:
            return hostile

    async def write(stream: trio.SocketStream) -> None:
        forged = Hostile(OTHER, noise_privkey=pattern.noise_static_key)
        await agree(
            TcpStream(stream),
            NetworkConfig(),
            forged,
            _no_streams,
            expected_peer=peer_id_from_key(OWN),
        )

    trio.run(_both_ends, write)

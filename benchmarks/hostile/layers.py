"""Attacks between TCP and Yamux: what a WebSocket and Noise are made to work for, and say nothing.

A frame costs who reads it microseconds, however little is in it, and who writes it may do so once
for all its connections.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import trio
from libp2p.pubsub.pb import rpc_pb2

from benchmarks.hostile.attacker import TIMEOUT_S, Attack, Attacker, until_thrown_out
from benchmarks.hostile.connections import AT_ONCE, together
from vrmnode.network.connection import multistream
from vrmnode.network.connection.byte_stream import TcpStream, Wire, encode_varint
from vrmnode.network.connection.noise_channel import NoiseChannel, noise_handshake
from vrmnode.network.connection.pinned_libp2p import (
    NOISE_PROTOCOL,
    key_pair_from_seed,
    noise_transport,
)
from vrmnode.network.connection.web_socket import WebSocketWire, ask_for_web_socket
from vrmnode.network.gossip.gossip_link import PROTOCOLS as GOSSIP

EACH = 64
"""Bytes in each small frame."""


def long_name() -> bytes:
    """A host whose name takes hundreds of milliseconds to decode by IDNA: each sign is 18."""
    return b"xn--" + ("\ufdfa" * 15_000).encode("punycode")


def asks_for(host: bytes) -> Attack:
    """Ask for a WebSocket of such a host, eight at a time."""

    async def ask(attacker: Attacker) -> None:
        async with await attacker.tcp() as stream:
            await attacker.write(stream.send_all, b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % host)
            await until_thrown_out(stream)

    async def attack(attacker: Attacker) -> None:
        await together([ask] * AT_ONCE, attacker)

    return attack


class _InSmallFrames(WebSocketWire):
    """A WebSocket that cuts what it writes into small frames."""

    async def send_all(self, data: bytes) -> None:
        async with self._writing:
            await TcpStream(self._sock).send_all(b"".join(_small_frames(data)))


def _small_frames(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), EACH):
        part = data[at : at + EACH]
        yield bytes((0x82, 0x80 | len(part), 0, 0, 0, 0)) + part


async def small_frames(attacker: Attacker) -> None:
    """An RPC of 1 MB that says nothing, by WebSocket, 64 bytes a frame, again and again."""
    message = rpc_pb2.Message(data=bytes(1_000_000), topicIDs=["y"])
    raw = rpc_pb2.RPC(publish=[message]).SerializeToString()
    rpc = encode_varint(len(raw)) + raw
    sock = await attacker.tcp()
    wire = await ask_for_web_socket(sock, attacker.target.host, attacker.target.port)
    cut = _InSmallFrames(sock, wire._stream, wire._protocol, "ws")
    async with attacker.connection_over(cut) as connection:
        stream = await connection.open_stream(GOSSIP, TIMEOUT_S)
        while True:
            await attacker.write(stream.send_all, rpc)


@asynccontextmanager
async def _channel(attacker: Attacker) -> AsyncIterator[tuple[Wire, NoiseChannel]]:
    """An encrypted channel on which nothing is agreed on yet."""
    sock = await attacker.tcp()
    wire = TcpStream(sock)
    try:
        with trio.fail_after(TIMEOUT_S):
            await multistream.propose(wire, (str(NOISE_PROTOCOL),))
            channel, _ = await noise_handshake(
                wire,
                noise_transport(key_pair_from_seed(os.urandom(32))),
                initiator=True,
                expected_peer=attacker.target.peer_id,
            )
        yield wire, channel
    finally:
        sock.socket.close()


def _cut(channel: NoiseChannel, data: bytes, each: int) -> bytes:
    """Frames of Noise with so many bytes each; one with none where there is nothing."""
    return b"".join(
        channel._sealed(data[at : at + each]) if each else _empty(channel)
        for at in range(0, len(data), each or 1)
    )


def _empty(channel: NoiseChannel) -> bytes:
    frame = channel._seal(b"\0\0\0\0" + channel._sent.to_bytes(8, "little"), b"", None)
    channel._sent += 1
    return len(frame).to_bytes(2, "big") + frame


async def noise_of_nothing(attacker: Attacker) -> None:
    """Frames of Noise with nothing in them, without end."""
    async with _channel(attacker) as (wire, channel):
        while True:
            await attacker.write(wire.send_all, _cut(channel, bytes(2_000), 0))


async def noise_of_a_byte(attacker: Attacker) -> None:
    """Proposals that nobody speaks, a byte in each frame of Noise."""
    header = b"\x13/multistream/1.0.0\n"
    line = encode_varint(1_001) + b"/" * 1_000 + b"\n"
    async with _channel(attacker) as (wire, channel):
        await attacker.write(wire.send_all, _cut(channel, header + 31 * line, 1))
        with trio.move_on_after(2):
            while await wire.receive_some(65_536):
                pass


ATTACKS: dict[str, Attack] = {
    "websocket for a name that decodes slowly": asks_for(long_name()),
    "websocket frames of 64 bytes": small_frames,
    "noise frames of nothing": noise_of_nothing,
    "noise frames of a byte": noise_of_a_byte,
}

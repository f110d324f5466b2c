"""Attacks below gossip: TCP, WebSocket, multistream, Noise, Yamux, identify, ping."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import AsyncExitStack

import trio

from benchmarks.hostile.attacker import THROWN_OUT, Attack, Attacker, drain, until_thrown_out
from vrmnode.network.connection import identify, ping
from vrmnode.network.connection.byte_stream import encode_varint
from vrmnode.network.connection.peer_connection import PeerConnection
from vrmnode.network.connection.web_socket import ask_for_web_socket

HEADER = b"\x13/multistream/1.0.0\n"
NOT_UTF8 = b"\xff\xfe\xfd\xfc"
CONNECTIONS = 200
AT_ONCE = 8
"""Handshakes of one attacker at the same time."""
DATA, WINDOW, PING = 0, 1, 2
SYN, ACK, FIN, RST = 1, 2, 4, 8


def frame(kind: int, flags: int, stream: int, length: int, body: bytes = b"") -> bytes:
    """A Yamux frame, right or wrong."""
    head = bytes((0, kind)) + flags.to_bytes(2, "big") + stream.to_bytes(4, "big")
    return head + length.to_bytes(4, "big") + body


def tcp_writes(*chunks: bytes) -> Attack:
    """Write without a handshake."""

    async def attack(attacker: Attacker) -> None:
        async with await attacker.tcp() as stream:
            for chunk in chunks:
                await attacker.write(stream.send_all, chunk)
            await until_thrown_out(stream)

    return attack


def web_socket_writes(chunk: bytes, times: int = 1) -> Attack:
    """Agree on a WebSocket, then write what may be no frames."""

    async def attack(attacker: Attacker) -> None:
        async with await attacker.tcp() as stream:
            await ask_for_web_socket(stream, "x", 80)
            for _ in range(times):
                await attacker.write(stream.send_all, chunk)
            await until_thrown_out(stream)

    return attack


def small(kind: int) -> bytes:
    """A masked frame with nothing in it."""
    return bytes((kind, 0x80, 0, 0, 0, 0))


async def half_open(attacker: Attacker) -> None:
    """200 connections at a time that say nothing."""
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(await attacker.tcp()) for _ in range(CONNECTIONS)
        ]
        await until_thrown_out(streams[0], 15.0)


async def slow_senders(attacker: Attacker) -> None:
    """200 connections that say a byte of their handshake every half second."""
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(await attacker.tcp()) for _ in range(CONNECTIONS)
        ]
        for byte in HEADER + b"\x07/noise\n":
            for stream in list(streams):
                try:
                    await stream.send_all(bytes([byte]))
                except THROWN_OUT:
                    streams.remove(stream)
            if not streams:
                raise trio.BrokenResourceError
            await trio.sleep(0.5)


async def idle_connections(attacker: Attacker) -> None:
    """200 agreed connections that stay; for each that is ended or refused, another one."""
    connecting = trio.Semaphore(AT_ONCE)

    async def stay(attacker: Attacker) -> None:
        async with AsyncExitStack() as stack:
            async with connecting:
                connection = await stack.enter_async_context(attacker.connection())
            await connection.ended.wait()
            raise trio.BrokenResourceError

    await together([stay] * CONNECTIONS, attacker)


async def comings_and_goings(attacker: Attacker) -> None:
    """Connect, agree, leave, eight at a time."""
    await together([_come_and_go] * AT_ONCE, attacker)


async def together(attacks: Iterable[Attack], attacker: Attacker) -> None:
    """Several attacks at a time, each again and again."""
    async with trio.open_nursery() as nursery:
        for each in attacks:
            nursery.start_soon(attacker.attack, each)


async def _come_and_go(attacker: Attacker) -> None:
    async with attacker.connection() as connection:
        attacker.sent += 1
        with trio.move_on_after(0.01):
            await connection.ended.wait()
            raise trio.BrokenResourceError


async def _raw(attacker: Attacker, connection: PeerConnection, chunks: Iterable[bytes]) -> None:
    muxer = connection.muxer

    async def send(data: bytes) -> None:
        # Where its own frames wait, so that nothing comes between.
        await muxer.wait_for_room()
        muxer.queue_frame(data)

    for chunk in chunks:
        await attacker.write(send, chunk)
        await trio.lowlevel.checkpoint()
    with trio.move_on_after(2):
        await connection.ended.wait()
        raise trio.BrokenResourceError


def muxer_writes(*chunks: bytes, times: int = 1) -> Attack:
    """Write into the encrypted channel, past Yamux."""

    async def attack(attacker: Attacker) -> None:
        async with attacker.connection() as connection:
            await _raw(attacker, connection, chunks * times)

    return attack


def negotiates(*chunks: bytes) -> Attack:
    """Open streams and write that instead of a protocol."""

    async def attack(attacker: Attacker) -> None:
        async with attacker.connection() as connection:
            for chunk in chunks:
                stream = connection.muxer.open_stream()
                await attacker.write(stream.send_all, chunk)
                await until_thrown_out(stream, 1.0)

    return attack


def floods(protocol: str, data: bytes) -> Attack:
    """Open streams of a protocol without end, and write on each."""

    async def attack(attacker: Attacker) -> None:
        async with attacker.connection() as connection:
            while True:
                stream = await connection.open_stream((protocol,), 10)
                await attacker.write(stream.send_all, data)
                stream.close()

    return attack


async def pings(attacker: Attacker) -> None:
    """Pings without end, two thousand a write, on one stream."""
    async with attacker.stream(ping.PROTOCOL) as stream:
        attacker.nursery.start_soon(drain, stream)
        while True:
            await attacker.write(stream.send_all, bytes(65_536))


async def noise_then_junk(attacker: Attacker) -> None:
    """An agreed connection, then frames that aren't of its keys."""
    async with attacker.connection() as connection:
        await trio.sleep(0.1)  # its own first frames are out
        await attacker.write(connection._wire.send_all, b"\x00\x20" + os.urandom(32))
        with trio.move_on_after(2):
            await connection.ended.wait()
            raise trio.BrokenResourceError


ATTACKS: dict[str, Attack] = {
    "tcp garbage": tcp_writes(b"\xff" + os.urandom(5_000)),
    "tcp 10 MB": tcp_writes(HEADER, *[bytes(65_536)] * 160),
    "http": tcp_writes(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    "websocket headers without end": tcp_writes(
        b"GET / HTTP/1.1\r\n", *[b"X: " + b"x" * 60_000 + b"\r\n"] * 100
    ),
    "websocket junk": web_socket_writes(b"\xff" + os.urandom(1_000)),
    "websocket frames of nothing": web_socket_writes(small(0x02) + small(0x00) * 10_000, 1_000),
    "websocket pings": web_socket_writes(small(0x89) * 10_000, 1_000),
    "plaintext": tcp_writes(HEADER, b"\x11/plaintext/2.0.0\n"),
    "noise garbage": tcp_writes(
        HEADER + b"\x07/noise\n", b"\x00\x20" + os.urandom(32), b"\0\5junk!"
    ),
    "half-open x 200": half_open,
    "slow senders x 200": slow_senders,
    "idle connections x 200": idle_connections,
    "comings and goings": comings_and_goings,
    "noise then junk": noise_then_junk,
    "multistream junk": negotiates(
        HEADER + b"\x05" + NOT_UTF8 + b"\n", HEADER + b"\x00", b"\xff" * 30, os.urandom(100)
    ),
    "multistream proposals": negotiates(HEADER + b"\x09/nothing\n" * 10_000),
    "yamux junk": muxer_writes(b"\x07" + os.urandom(1_200)),
    "yamux frame of 1 GiB": muxer_writes(frame(DATA, SYN, 101, 1 << 30), *[bytes(1 << 20)] * 20),
    "yamux over the window": muxer_writes(
        frame(DATA, SYN, 101, 0), *[frame(DATA, 0, 101, 60_000, bytes(60_000))] * 100
    ),
    "1,000 streams": muxer_writes(
        b"".join(frame(WINDOW, SYN, 1_001 + 2 * n, 0) for n in range(1_000))
    ),
    "20,000 streams": muxer_writes(
        b"".join(frame(WINDOW, SYN, 1_001 + 2 * n, 0) for n in range(20_000))
    ),
    "streams opened and reset": muxer_writes(
        b"".join(frame(1, SYN, n, 0) + frame(1, RST, n, 0) for n in range(1_001, 9_001, 2))
    ),
    "yamux pings": muxer_writes(frame(PING, SYN, 0, 7) * 5_000, times=100),
    "yamux windows": muxer_writes(frame(WINDOW, 0, 99, 1) * 5_000, times=1_000),
    "yamux bytes to no stream": muxer_writes(
        frame(DATA, 0, 99, 60_000, bytes(60_000)), times=5_000
    ),
    "identify flood": floods(identify.PROTOCOL, b"x"),
    "identify push junk": floods("/ipfs/id/push/1.0.0", encode_varint(300) + os.urandom(300)),
    "ping flood": pings,
    "ping junk": floods(ping.PROTOCOL, os.urandom(33)),
}

"""Attacks on submit, sync, the stem and peer exchange."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable

import trio

from benchmarks.hostile.attacker import Attack, Attacker, drain, until_thrown_out
from benchmarks.hostile.gossip import MARKET, forged
from vrmnode.network.connection.byte_stream import encode_varint
from vrmprotocol import (
    envelope,
    peer_exchange,
    reconciliation,
    stem_frames,
    submit_frames,
    sync_frames,
)
from vrmprotocol.id_set import IdSet
from vrmprotocol.sync_frames import Request

Frame = Callable[[bytes], bytes]
LARGEST = 1 << 28


def framed(raw: bytes) -> bytes:
    """With its length before it."""
    return encode_varint(len(raw)) + raw


def on_stem(raw: bytes) -> bytes:
    """An envelope as the stem carries it."""
    return framed(stem_frames.write(envelope.unsecure_topic(raw) or MARKET, raw))


def envelopes(protocol: str, frame: Frame, *, change: Frame = bytes, most: int = 10**9) -> Attack:
    """Hand over envelopes without end, and take the answers."""

    async def attack(attacker: Attacker) -> None:
        async with attacker.stream(protocol) as stream:
            attacker.nursery.start_soon(drain, stream)
            for raw in itertools.cycle(attacker.envelopes[:most]):
                await attacker.write(stream.send_all, frame(change(raw)))
                attacker.messages += 1
                await trio.lowlevel.checkpoint()

    return attack


def junk(protocol: str, *chunks: bytes) -> Attack:
    """Write that on streams of a protocol."""

    async def attack(attacker: Attacker) -> None:
        async with attacker.stream(protocol) as stream:
            for chunk in chunks:
                await attacker.write(stream.send_all, chunk)
            await until_thrown_out(stream)

    return attack


async def many_sessions(attacker: Attacker) -> None:
    """Begin sessions of submit, sync and peer exchange, and say no more."""
    async with attacker.connection() as connection:
        for protocol in (submit_frames.PROTOCOL, sync_frames.PROTOCOL, peer_exchange.PROTOCOL):
            stream = await connection.open_stream((protocol,), 10)
            await attacker.write(stream.send_all, b"\x10")
        await trio.sleep(0.2)


async def answers_not_taken(attacker: Attacker) -> None:
    """Hand over known envelopes without taking an answer."""
    async with attacker.stream(submit_frames.PROTOCOL) as stream:
        stream._grant = lambda count: None  # type: ignore[method-assign]
        for raw in itertools.cycle(attacker.envelopes[:100]):
            await attacker.write(stream.send_all, framed(raw))


def _comparison() -> bytes:
    """A message about as many ranges as fit, none of which the node has like this."""
    now = int(time.time())
    whole = IdSet((now - 86_400 + number, os.urandom(32)) for number in range(20_000))
    first = reconciliation.initiate(whole, max_bytes=sync_frames.MAX_MESSAGE_BYTES)
    other = IdSet((now - 86_400 + number, os.urandom(32)) for number in range(20_000))
    return reconciliation.respond(other, first, max_bytes=sync_frames.MAX_MESSAGE_BYTES)


async def comparisons(attacker: Attacker) -> None:
    """Compare again and again in one session, asking for all ids of the node each time."""
    message = _comparison()
    async with attacker.stream(sync_frames.PROTOCOL) as stream:
        attacker.nursery.start_soon(drain, stream)
        request = Request(topic=MARKET, at=int(time.time()), message=message)
        while True:
            await attacker.write(stream.send_all, framed(sync_frames.write(request)))


async def fetches(attacker: Attacker) -> None:
    """Fetch the same envelopes again and again."""
    async with attacker.stream(sync_frames.PROTOCOL) as stream:
        attacker.nursery.start_soon(drain, stream)
        message = reconciliation.initiate(IdSet(), max_bytes=sync_frames.MAX_MESSAGE_BYTES)
        begin = Request(topic=MARKET, at=int(time.time()), message=message)
        await attacker.write(stream.send_all, framed(sync_frames.write(begin)))
        fetch = Request(fetch=tuple(os.urandom(32) for _ in range(sync_frames.MAX_FETCH)))
        while True:
            await attacker.write(stream.send_all, framed(sync_frames.write(fetch)))


async def questions(attacker: Attacker) -> None:
    """Ask for peers on one stream after another."""
    async with attacker.connection() as connection:
        for port in itertools.cycle(range(1, 65_536)):
            stream = await connection.open_stream((peer_exchange.PROTOCOL,), 10)
            await attacker.write(stream.send_all, framed(peer_exchange.question(port)))
            stream.close()


SUBMIT, STEM, SYNC = submit_frames.PROTOCOL, stem_frames.PROTOCOL, sync_frames.PROTOCOL

ATTACKS: dict[str, Attack] = {
    "submit: garbage": junk(SUBMIT, framed(os.urandom(300)) * 100),
    "submit: huge length": junk(SUBMIT, encode_varint(LARGEST), bytes(100_000)),
    "submit: invalid signatures": envelopes(SUBMIT, framed, change=forged),
    "submit: duplicates": envelopes(SUBMIT, framed, most=1_000),
    "submit: answers not taken": answers_not_taken,
    "submit: valid flood": envelopes(SUBMIT, framed),
    "sessions that say nothing": many_sessions,
    "stem: garbage": junk(STEM, framed(os.urandom(300))),
    "stem: huge length": junk(STEM, encode_varint(LARGEST), bytes(100_000)),
    "stem: invalid signatures": envelopes(STEM, on_stem, change=forged),
    "stem: duplicates": envelopes(STEM, on_stem, most=100),
    "stem: valid flood": envelopes(STEM, on_stem),
    "sync: garbage": junk(SYNC, framed(os.urandom(300))),
    "sync: huge length": junk(SYNC, encode_varint(LARGEST), bytes(100_000)),
    "sync: comparisons": comparisons,
    "sync: fetches": fetches,
    "peers: questions": questions,
    "peers: garbage": junk(peer_exchange.PROTOCOL, framed(os.urandom(50))),
}

"""Attacks by gossip: RPCs that can't be read, control that means harm, messages good and bad."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterable, Iterator

import trio
from libp2p.crypto.rsa import create_new_key_pair as create_rsa_key
from libp2p.peer.id import ID
from libp2p.pubsub.pb import rpc_pb2

from benchmarks.hostile.attacker import (
    PAUSE_S,
    TIMEOUT_S,
    Attack,
    Attacker,
    until_thrown_out,
)
from vrmnode.network.connection.byte_stream import encode_varint
from vrmnode.network.gossip.gossip_link import PROTOCOLS as GOSSIP
from vrmnode.network.gossip.rpc_messages import publish_frame, subscriptions_frame
from vrmprotocol import envelope, topics

RPC, Control, Message = rpc_pb2.RPC, rpc_pb2.ControlMessage, rpc_pb2.Message
MARKET = topics.market_topic("", None)
SUBSCRIBE = subscriptions_frame(topics.all_topics())
NOT_UTF8 = b"\xff\xfe\xfd\xfc"
AT_ONCE = 50
"""Messages that a flood puts into one write."""


def rpc(**fields: object) -> bytes:
    """A framed RPC; the topic `ZZZZ` becomes bytes that aren't UTF-8."""
    raw = RPC(**fields).SerializeToString().replace(b"ZZZZ", NOT_UTF8)  # type: ignore[arg-type]
    return encode_varint(len(raw)) + raw


def message(**fields: object) -> bytes:
    """An RPC with one message."""
    return rpc(publish=[Message(**fields)])  # type: ignore[arg-type]


def control(**fields: object) -> bytes:
    """An RPC of control."""
    return rpc(control=Control(**fields))  # type: ignore[arg-type]


def ids(count: int, size: int = 32) -> list[bytes]:
    """As many message ids that nobody has."""
    return [os.urandom(size) for _ in range(count)]


def sends(*frames: bytes) -> Attack:
    """Send these, and see what the node says to it."""

    async def attack(attacker: Attacker) -> None:
        async with attacker.stream() as stream:
            for frame in frames:
                await attacker.write(stream.send_all, frame)
            await until_thrown_out(stream)

    return attack


def floods(frames: Iterable[bytes]) -> Attack:
    """Subscribe, then send these again and again, as fast as they go."""

    async def attack(attacker: Attacker) -> None:
        async with attacker.stream() as stream:
            await attacker.write(stream.send_all, SUBSCRIBE)
            for frame in itertools.cycle(frames):
                await attacker.write(stream.send_all, frame)
                await trio.lowlevel.checkpoint()

    return attack


def with_key(key: bytes) -> bytes:
    """A message as strict signing has it, by an RSA key that isn't one."""
    origin = ID.from_pubkey(create_rsa_key().public_key).to_bytes()
    return message(
        from_id=origin, seqno=b"1" * 8, data=b"x", topicIDs=[MARKET], signature=b"s" * 64, key=key
    )


def forged(raw: bytes) -> bytes:
    """An envelope with a stamp that is right and a signature that isn't."""
    at = raw.index(envelope.unsecure_load(raw).sig)
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


async def invalid_signatures(attacker: Attacker) -> None:
    """Each costs a signature check; a new id after each ban."""
    async with attacker.stream() as stream:
        await attacker.write(stream.send_all, SUBSCRIBE)
        for raw in attacker.envelopes:
            await attacker.write(stream.send_all, publish_frame(MARKET, forged(raw)))
        await until_thrown_out(stream)


async def valid_flood(attacker: Attacker) -> None:
    """All the good envelopes it has, as fast as they go; then the same again."""
    async with attacker.stream() as stream:
        await attacker.write(stream.send_all, SUBSCRIBE)
        frames = [
            publish_frame(envelope.unsecure_topic(raw) or MARKET, raw) for raw in attacker.envelopes
        ]
        for at in itertools.cycle(range(0, len(frames), AT_ONCE)):
            some = frames[at : at + AT_ONCE]
            await attacker.write(stream.send_all, b"".join(some))
            attacker.messages += len(some)


async def duplicate_flood(attacker: Attacker) -> None:
    """The same thousand good envelopes again and again, many in a write."""
    async with attacker.stream() as stream:
        await attacker.write(stream.send_all, SUBSCRIBE)
        frames = [publish_frame(MARKET, raw) for raw in attacker.envelopes[:1_000]]
        for at in itertools.cycle(range(0, len(frames), AT_ONCE)):
            await attacker.write(stream.send_all, b"".join(frames[at : at + AT_ONCE]))


async def never_reads(attacker: Attacker) -> None:
    """Subscribes, asks for what there is, and takes nothing of what the node sends."""
    async with attacker.connection() as connection:
        stream = await connection.open_stream(GOSSIP, TIMEOUT_S)
        connection._wire.receive_some = _never  # type: ignore[method-assign]
        await attacker.write(stream.send_all, SUBSCRIBE)
        while True:
            await attacker.write(
                stream.send_all, control(iwant=[rpc_pb2.ControlIWant(messageIDs=ids(100))])
            )
            await trio.sleep(PAUSE_S)


async def _never(max_bytes: int) -> bytes:
    await trio.sleep(math.inf)
    return b""


def _grafts_and_prunes() -> Iterator[bytes]:
    prune = rpc_pb2.ControlPrune(topicID=MARKET, backoff=0)
    graft = rpc_pb2.ControlGraft(topicID=MARKET)
    yield control(graft=[graft] * 200, prune=[prune] * 200)


PRUNE = rpc_pb2.ControlPrune(
    topicID=MARKET,
    backoff=2**63,
    peers=[rpc_pb2.PeerInfo(peerID=b"junk", signedPeerRecord=b"junk")],
)
GRAFT = rpc_pb2.ControlGraft(topicID=MARKET)
MANY_TOPICS = [RPC.SubOpts(subscribe=True, topicid=f"x{n}") for n in range(250)]
IN_AND_OUT = [RPC.SubOpts(subscribe=bool(n % 2), topicid=MARKET) for n in range(250)]

ATTACKS: dict[str, Attack] = {
    "garbage rpc": sends(encode_varint(300) + b"\xff" + os.urandom(299)),
    "wire type that never ends": sends(encode_varint(6) + b"\x0a\xff\xff\xff\xff\x0f"),
    "huge length": sends(b"\xff" * 8 + b"\x7f" + b"A" * 10),
    "length without end": sends(b"\xff" * 20),
    "10 MB frame": sends(encode_varint(10_000_000), *[bytes(100_000)] * 100),
    "rsa from and junk key": sends(*[with_key(b"\xff\xff\xffgarbage")] * 50),
    "rsa from and short key": sends(*[with_key(b"\x08\x01\x12\x04abcd")] * 50),
    "empty from": sends(*[message(from_id=b"", data=b"x", topicIDs=[MARKET])] * 50),
    "bad from": sends(*[message(from_id=b"\0\x24junk", data=b"x", topicIDs=[MARKET])] * 50),
    "no topic": sends(message(data=b"x")),
    "no signature, no envelope": sends(*[message(data=b"x", topicIDs=[MARKET])] * 50),
    "topic not utf-8": sends(message(data=b"x", topicIDs=["ZZZZ"])),
    "subscription not utf-8": sends(
        rpc(subscriptions=[RPC.SubOpts(subscribe=True, topicid="ZZZZ")])
    ),
    "graft not utf-8": sends(control(graft=[rpc_pb2.ControlGraft(topicID="ZZZZ")])),
    "signed record junk": floods([rpc(senderRecord=b"junk" * 1_000)]),
    "empty rpcs": floods([b"\0" * 10_000]),
    "unknown topics": floods([rpc(publish=[Message(data=b"x", topicIDs=["y"])] * 4_000)]),
    "backoff 2^63": floods([control(prune=[PRUNE] * 250)]),
    "graft flood": floods([control(graft=[GRAFT] * 250)]),
    "graft and prune flood": floods(list(_grafts_and_prunes())),
    "subscription flood": floods([rpc(subscriptions=MANY_TOPICS)]),
    "subscribed in and out": floods([rpc(subscriptions=IN_AND_OUT)]),
    "4,000 subscriptions": sends(rpc(subscriptions=MANY_TOPICS * 16)),
    "ihave flood": floods(
        [
            control(ihave=[rpc_pb2.ControlIHave(topicID=MARKET, messageIDs=ids(5_000))])
            for _ in range(40)
        ]
    ),
    "ihave of short ids": sends(
        control(ihave=[rpc_pb2.ControlIHave(topicID=MARKET, messageIDs=ids(9, 20))])
    ),
    "iwant flood": floods([control(iwant=[rpc_pb2.ControlIWant(messageIDs=ids(5_000))])]),
    "idontwant of an empty id": floods(
        [control(idontwant=[rpc_pb2.ControlIDontWant(messageIDs=[b""])])]
    ),
    "invalid signatures": invalid_signatures,
    "never reads": never_reads,
    "duplicate flood": duplicate_flood,
    "valid flood": valid_flood,
}

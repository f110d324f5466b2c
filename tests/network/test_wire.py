"""What is on the wire, seen by a plain py-libp2p host."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
import trio
from libp2p.abc import IHost, INetStream
from libp2p.host.exceptions import StreamFailure
from libp2p.identity.identify.pb.identify_pb2 import Identify
from libp2p.io.utils import read_exactly
from libp2p.pubsub.pb import rpc_pb2
from libp2p.utils import encode_varint_prefixed
from libp2p.utils.varint import read_varint_prefixed_bytes

from tests.network.support import (
    MESHSUB,
    TOPIC,
    connected,
    foreign_host,
    join,
    open_foreign_stream,
    open_node,
    receive,
    until,
)
from vrmnode.network import Network, Verdict


class Capture:
    """Raw RPCs that a node has sent to a foreign host."""

    def __init__(self, host: IHost) -> None:
        self.raw: list[bytes] = []
        host.set_stream_handler(MESHSUB, self._handle)  # type: ignore[arg-type]

    async def _handle(self, stream: INetStream) -> None:
        while True:
            self.raw.append(await read_varint_prefixed_bytes(stream))

    def rpcs(self) -> list[rpc_pb2.RPC]:
        return [rpc_pb2.RPC.FromString(raw) for raw in self.raw]

    def published(self) -> list[rpc_pb2.Message]:
        return [m for rpc in self.rpcs() for m in rpc.publish]

    def advertised(self) -> list[bytes]:
        return [i for r in self.rpcs() for entry in r.control.ihave for i in entry.messageIDs]


async def say(stream: INetStream, rpc: rpc_pb2.RPC) -> None:
    await stream.write(encode_varint_prefixed(rpc.SerializeToString()))


SUBSCRIBE = rpc_pb2.RPC(subscriptions=[rpc_pb2.RPC.SubOpts(subscribe=True, topicid=TOPIC)])


def with_foreign_peer(test: Callable[[Network, IHost, Capture, INetStream], object]) -> None:
    """Run ``test`` with a node and a foreign peer that has subscribed to TOPIC."""

    async def main() -> None:
        async with open_node(_validate) as node, foreign_host() as host:
            capture = Capture(host)
            await join(host, node.addresses[0])
            stream = await open_foreign_stream(host, node.addresses[0])
            await say(stream, SUBSCRIBE)
            await until(lambda: node.peers() and node.peers()[0].topics)
            await test(node, host, capture, stream)  # type: ignore[misc]

    trio.run(main)


def _validate(topic: str, data: bytes, peer: str) -> Verdict:
    return Verdict.REJECT if data.startswith(b"bad") else Verdict.ACCEPT


def test_own_message_carries_data_and_topic_and_nothing_else() -> None:
    # SPEC 07: A writer MUST fill `data` and exactly one `topic`, and no other field of a message.
    async def test(node: Network, host: IHost, capture: Capture, stream: INetStream) -> None:
        await node.publish(TOPIC, b"hello")
        await until(capture.published)
        (raw,) = [r for r in capture.raw if rpc_pb2.RPC.FromString(r).publish]
        topic = TOPIC.encode()
        message = b"\x12\x05hello" + b"\x22" + bytes([len(topic)]) + topic
        assert raw == b"\x12" + bytes([len(message)]) + message

    with_foreign_peer(test)


def test_relayed_message_carries_nothing_else_either() -> None:
    async def test(node: Network, host: IHost, capture: Capture, stream: INetStream) -> None:
        async with open_node() as third:
            await connected(third, node)
            await third.publish(TOPIC, b"relayed")
            await until(capture.published)
        (message,) = capture.published()
        assert [f.name for f, _ in message.ListFields()] == ["data", "topicIDs"]

    with_foreign_peer(test)


@pytest.mark.parametrize("name", ["from_id", "seqno", "signature", "key"])
@pytest.mark.parametrize("value", [b"", b"x"])
def test_message_with_a_signing_field_is_rejected(name: str, value: bytes) -> None:
    # SPEC 07: A reader MUST reject a message that carries `from`, `seqno`, `signature` or `key`,
    # even an empty one.
    async def test(node: Network, host: IHost, capture: Capture, stream: INetStream) -> None:
        message = rpc_pb2.Message(data=b"signed", topicIDs=[TOPIC], **{name: value})
        await say(stream, rpc_pb2.RPC(publish=[message]))
        await until(lambda: node.stats()["rejected"])
        # The data itself is innocent: it may still come as it should.
        await say(stream, rpc_pb2.RPC(publish=[rpc_pb2.Message(data=b"signed", topicIDs=[TOPIC])]))
        assert await receive(node) == [b"signed"]

    with_foreign_peer(test)


def test_oversized_data_is_rejected() -> None:
    # SPEC 07: A node MUST reject a message whose `data` is longer than 131072 bytes.
    async def test(node: Network, host: IHost, capture: Capture, stream: INetStream) -> None:
        large = rpc_pb2.Message(data=bytes(131_073), topicIDs=[TOPIC])
        await say(stream, rpc_pb2.RPC(publish=[large]))
        await until(lambda: node.stats()["rejected"])

    with_foreign_peer(test)


def test_iwant_is_answered_by_sha256_of_the_data() -> None:
    # SPEC 07: The message id MUST be the 32 bytes of SHA-256 over `data`.
    async def test(node: Network, host: IHost, capture: Capture, stream: INetStream) -> None:
        await node.publish(TOPIC, b"again")
        await until(capture.published)
        identifier = hashlib.sha256(b"again").digest()
        wants = rpc_pb2.ControlMessage(iwant=[rpc_pb2.ControlIWant(messageIDs=[identifier])])
        await say(stream, rpc_pb2.RPC(control=wants))
        await until(lambda: len(capture.published()) == 2)
        assert {m.data for m in capture.published()} == {b"again"}

    with_foreign_peer(test)


def test_ihave_is_answered_by_iwant_for_what_is_missing() -> None:
    async def test(node: Network, host: IHost, capture: Capture, stream: INetStream) -> None:
        ids = [hashlib.sha256(b"%d" % n).digest() for n in range(3)]
        has = rpc_pb2.ControlMessage(ihave=[rpc_pb2.ControlIHave(topicID=TOPIC, messageIDs=ids)])
        await say(stream, rpc_pb2.RPC(publish=[rpc_pb2.Message(data=b"1", topicIDs=[TOPIC])]))
        await say(stream, rpc_pb2.RPC(control=has))
        await until(lambda: any(r.control.iwant for r in capture.rpcs()))
        (wants,) = [w for r in capture.rpcs() for w in r.control.iwant]
        assert list(wants.messageIDs) == [ids[0], ids[2]]

    with_foreign_peer(test)


def test_own_and_relayed_messages_come_alike_to_a_peer_outside_the_mesh() -> None:
    # SPEC 07: A node MUST spread an envelope of its own to the peers to which it would relay one of
    # another's, and tell the others of it in the same way.
    async def test(node: Network, host: IHost, capture: Capture, stream: INetStream) -> None:
        async with open_node() as third:
            await connected(third, node)
            prune = rpc_pb2.ControlPrune(topicID=TOPIC, backoff=2**63)
            await say(stream, rpc_pb2.RPC(control=rpc_pb2.ControlMessage(prune=[prune])))
            await until(lambda: node.stats()["mesh"] == 2)  # the third peer's, for both topics
            await third.publish(TOPIC, b"other")
            await node.publish(TOPIC, b"own")
            both = {hashlib.sha256(data).digest() for data in (b"own", b"other")}
            await until(lambda: both <= set(capture.advertised()))
            assert capture.published() == []

    with_foreign_peer(test)


def test_identify_tells_nothing_about_the_user() -> None:
    # SPEC 07: A node MUST answer identify with the agent version `vrmnode` or an equally constant
    # text that doesn't tell its version, platform or owner.
    async def test(node: Network, host: IHost, capture: Capture, stream: INetStream) -> None:
        asked = await open_foreign_stream(host, node.addresses[0], "/ipfs/id/1.0.0")
        answer = Identify.FromString(await read_varint_prefixed_bytes(asked))
        assert answer.agent_version == "vrmnode"
        assert answer.protocol_version == "vrm/1"
        assert set(answer.protocols) == {
            "/ipfs/id/1.0.0",
            "/ipfs/ping/1.0.0",
            "/meshsub/1.0.0",
            "/meshsub/1.1.0",
            "/vrm/stem/1",
            "/vrm/submit/1",
        }
        assert len(answer.listen_addrs) == 1

    with_foreign_peer(test)


def test_ping_is_answered() -> None:
    async def test(node: Network, host: IHost, capture: Capture, stream: INetStream) -> None:
        asked = await open_foreign_stream(host, node.addresses[0], "/ipfs/ping/1.0.0")
        for n in range(3):
            await asked.write(bytes([n]) * 32)
            assert await read_exactly(asked, 32) == bytes([n]) * 32

    with_foreign_peer(test)


def test_only_gossipsub_1_0_and_1_1_are_spoken() -> None:
    # SPEC 07: A node MUST accept `/meshsub/1.1.0` and no later version of GossipSub.
    async def test(node: Network, host: IHost, capture: Capture, stream: INetStream) -> None:
        for protocol in ("/meshsub/1.0.0", "/meshsub/1.1.0"):
            await open_foreign_stream(host, node.addresses[0], protocol)
        for protocol in ("/meshsub/1.2.0", "/meshsub/2.0.0", "/floodsub/1.0.0"):
            with pytest.raises(StreamFailure):
                await open_foreign_stream(host, node.addresses[0], protocol)

    with_foreign_peer(test)

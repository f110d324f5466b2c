"""RPCs decoded and encoded, and fuzzed through the whole receiving side."""

from __future__ import annotations

import hashlib
import random
import sys

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from libp2p.pubsub.pb import rpc_pb2

from tests.network.support import TOPIC, connected, open_node, receive, swallow
from vrmnode.network.errors import PeerFaultError
from vrmnode.network.gossip.gossip_router import GossipRouter
from vrmnode.network.gossip.message_cache import MessageCache
from vrmnode.network.gossip.rpc_frames import FrameDecoder, encode_frame
from vrmnode.network.gossip.rpc_messages import (
    GossipMessage,
    MessageId,
    Prune,
    Rpc,
    control_frame,
    decode_rpc,
    message_id,
    publish_frame,
    subscriptions_frame,
)
from vrmnode.network.interface import Delivery, Sender, Way
from vrmnode.network.limits.abreast import BATCHES_ABREAST, abreast
from vrmnode.network.limits.peer_score import PeerScores

RPC = rpc_pb2.RPC
IDS = [MessageId(hashlib.sha256(bytes([n])).digest()) for n in range(4)]


def decode(frame: bytes) -> Rpc:
    (raw,) = FrameDecoder(1 << 20).feed(frame)
    return decode_rpc(raw)


def test_message_survives_the_round_trip() -> None:
    (message,) = decode(publish_frame(TOPIC, b"data")).messages
    assert (message.topic, message.data, message.signed) == (TOPIC, b"data", False)


@given(st.text(max_size=300), st.binary(max_size=400), st.integers(0, 300))
def test_a_message_is_written_as_protobuf_writes_it(topic: str, data: bytes, times: int) -> None:
    data *= times
    by_library = RPC(publish=[rpc_pb2.Message(data=data, topicIDs=[topic])])
    assert publish_frame(topic, data) == encode_frame(by_library.SerializeToString())


def test_what_holds_a_message_does_not_show_it() -> None:
    held = GossipMessage("t", b"secret", signed=False)
    shown = repr(Rpc(messages=(held,))) + repr(Delivery("t", b"secret", "peer"))
    assert "secret" not in shown


def test_subscriptions_survive_the_round_trip() -> None:
    assert decode(subscriptions_frame(["a", "b"])).subscriptions == (("a", True), ("b", True))


def test_control_survives_the_round_trip() -> None:
    frame = control_frame(
        ihave=[("a", IDS[:2])], iwant=IDS[2:], graft=["b"], prune=[Prune("c", 60)]
    )
    assert decode(frame) == Rpc(
        ihave=(("a", tuple(IDS[:2])),),
        iwant=tuple(IDS[2:]),
        graft=("b",),
        prune=(Prune("c", 60),),
    )


def test_prune_without_backoff() -> None:
    raw = RPC(control=rpc_pb2.ControlMessage(prune=[rpc_pb2.ControlPrune(topicID="t")]))
    assert decode_rpc(raw.SerializeToString()).prune == (Prune("t", None),)


def test_units_are_what_an_rpc_costs() -> None:
    assert Rpc().units == 16
    assert Rpc(iwant=(message_id(b""),)).units == 1
    message = GossipMessage("t", b"x", signed=False)
    assert Rpc(messages=(message,) * 5).units == 5
    ids = tuple(message_id(b"%d" % n) for n in range(640))
    full = Rpc(
        subscriptions=(("t", True),),
        messages=(message,),
        ihave=(("t", ids),),
        iwant=ids,
        graft=("t",),
        prune=(Prune("t", None),),
    )
    assert full.units == 84


def test_message_id_is_sha256_of_the_data() -> None:
    # SPEC 07: The message id MUST be the 32 bytes of SHA-256 over `data`.
    assert message_id(b"hello").hex() == (
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    )


@pytest.mark.parametrize(
    "rpc",
    [
        RPC(publish=[rpc_pb2.Message(data=b"x")]),
        RPC(publish=[rpc_pb2.Message(data=b"x", topicIDs=["a", "b"])]),
        RPC(publish=[rpc_pb2.Message(data=b"x", topicIDs=["a" * 257])]),
        RPC(publish=[rpc_pb2.Message(data=b"x", topicIDs=["t"])] * 4_097),
        RPC(subscriptions=[RPC.SubOpts(subscribe=True, topicid="t")] * 257),
        RPC(control=rpc_pb2.ControlMessage(graft=[rpc_pb2.ControlGraft(topicID="t")] * 257)),
        RPC(
            control=rpc_pb2.ControlMessage(
                ihave=[rpc_pb2.ControlIHave(topicID="t", messageIDs=[bytes(31)])]
            )
        ),
        RPC(control=rpc_pb2.ControlMessage(iwant=[rpc_pb2.ControlIWant(messageIDs=[b""])])),
    ],
)
def test_wrong_shape_is_a_fault(rpc: rpc_pb2.RPC) -> None:
    with pytest.raises(PeerFaultError):
        decode_rpc(rpc.SerializeToString())


@given(st.binary(max_size=400))
def test_junk_is_a_fault_or_a_value(raw: bytes) -> None:
    try:
        assert isinstance(decode_rpc(raw), Rpc)
    except PeerFaultError:
        return


def _samples() -> list[bytes]:
    control = rpc_pb2.ControlMessage(
        ihave=[rpc_pb2.ControlIHave(topicID=TOPIC, messageIDs=IDS)],
        iwant=[rpc_pb2.ControlIWant(messageIDs=IDS)],
        graft=[rpc_pb2.ControlGraft(topicID=TOPIC)],
        prune=[
            rpc_pb2.ControlPrune(
                topicID=TOPIC,
                backoff=2**63,
                peers=[rpc_pb2.PeerInfo(peerID=b"p", signedPeerRecord=b"r")],
            )
        ],
        idontwant=[rpc_pb2.ControlIDontWant(messageIDs=IDS)],
    )
    message = rpc_pb2.Message(
        data=b"data", topicIDs=[TOPIC], from_id=b"f", seqno=b"s", signature=b"g", key=b"k"
    )
    return [
        RPC(
            subscriptions=[RPC.SubOpts(subscribe=True, topicid=TOPIC)],
            publish=[message, rpc_pb2.Message(data=b"data", topicIDs=[TOPIC])],
            control=control,
            senderRecord=b"record",
        ).SerializeToString(),
        RPC(control=control).SerializeToString(),
        RPC(publish=[rpc_pb2.Message(data=b"data", topicIDs=[TOPIC])]).SerializeToString(),
    ]


def test_fuzzed_rpcs_raise_nothing_but_faults() -> None:
    seed = random.SystemRandom().randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    samples = _samples()

    async def main() -> None:
        scores = PeerScores(1e9, trio.current_time)
        router = GossipRouter([TOPIC], MessageCache(), scores, chance)
        faults = 0
        for n in range(20_000):
            peer = f"peer {n % 7}"
            if n % 7 == n % 50:
                router.add_peer(peer, outbound=bool(n % 2))
            raw = _mutated(chance, chance.choice(samples))
            try:
                rpc = decode_rpc(raw)
            except PeerFaultError:
                faults += 1
                continue
            unseen = [i for _, ids in rpc.ihave for i in ids]
            router.handle(peer, rpc, n / 10, unseen)
            if n % 100 == 0:
                router.heartbeat(n / 10)
        assert 1_000 < faults < 19_000

    trio.run(main)


def test_fuzzed_frames_raise_nothing_but_faults_in_the_whole_service() -> None:
    seed = random.SystemRandom().randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    samples = _samples()

    class Stream:
        def __init__(self) -> None:
            frames = [_mutated(chance, chance.choice(samples)) for _ in range(2)]
            raw = b"".join(map(encode_frame, frames))
            self.parts = [raw[:50], raw[50:], b""]

        async def receive_some(self, max_bytes: int) -> bytes:
            return self.parts.pop(0)

    async def main() -> None:
        async with open_node(ban_after_faults=1e9) as node, open_node() as peer:
            await connected(peer, node)
            faults = 0
            with trio.CancelScope() as scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(swallow(node))
                    for _ in range(1_000):
                        try:
                            room, sender = node._gossip.check_room, Sender(Way.GOSSIP, peer.peer_id)
                            async with abreast(BATCHES_ABREAST, room, sender) as batches:
                                await node._reader._read(Stream(), peer.peer_id, batches)  # type: ignore[arg-type]
                        except PeerFaultError:
                            faults += 1
                    scope.cancel()
            assert 100 < faults < 1_000
            assert node.stats()["rejected"] > 0
            assert node.stats()["accepted"] > 0
            await node.publish(TOPIC, b"still there")
            await receive(peer)

    trio.run(main)


def _mutated(chance: random.Random, sample: bytes) -> bytes:
    raw = bytearray(sample)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(raw) or 1)
        how = chance.randrange(4)
        if how == 0 and raw:
            raw[at] = chance.randrange(256)
        elif how == 1:
            raw[at:at] = chance.randbytes(chance.randrange(1, 5))
        elif how == 2:
            del raw[at : at + chance.randrange(1, 5)]
        else:
            raw += raw[at : at + 40]
    return bytes(raw)

"""GossipSub RPCs as values: what a peer sent, checked; what we send, serialised once.

The schema is libp2p's. Reading turns it into frozen values and refuses everything of a wrong shape
in one place; writing produces exactly the fields of StrictNoSign (``specs/07-gossip.md#message``),
where py-libp2p 0.8.1 always fills ``from`` and ``seqno``.
"""

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NewType

import msgspec
from google.protobuf.message import DecodeError

from vrmnode.network.connection.byte_stream import encode_varint
from vrmnode.network.connection.pinned_libp2p import rpc_pb2
from vrmnode.network.errors import PeerFaultError
from vrmnode.network.gossip.rpc_frames import encode_frame

MessageId = NewType("MessageId", bytes)
"""SHA-256 of a message's data, 32 bytes."""

MESSAGE_ID_BYTES = 32
MAX_MESSAGES = 4_096
MAX_SUBSCRIPTIONS = 256
MAX_CONTROL_ENTRIES = 256
MAX_IDS = 5_000
"""Message ids of one RPC that are looked at; the rest is left."""
MAX_TOPIC_CHARS = 256
IDS_PER_UNIT = 16
EMPTY_UNITS = 16.0
"""What an RPC counts that says nothing: no honest peer needs one."""

# A field's number and its type, "bytes that follow a length" (2), as protobuf writes them.
_PUBLISH = bytes([2 << 3 | 2])  # of RPC
_DATA = bytes([2 << 3 | 2])  # of Message
_TOPIC = bytes([4 << 3 | 2])  # of Message


@dataclass(frozen=True, slots=True)
class Prune:
    """A peer takes us out of its mesh for ``backoff_s`` seconds (None: it didn't say)."""

    topic: str
    backoff_s: int | None


# These two are made for each message; a frozen dataclass takes four times as long.
class GossipMessage(msgspec.Struct, frozen=True):
    """One published message as it came. ``signed`` tells whether it broke StrictNoSign."""

    topic: str
    data: bytes
    signed: bool

    def __repr__(self) -> str:
        return f"GossipMessage({self.topic!r}, {len(self.data)} bytes, signed={self.signed})"


class Rpc(msgspec.Struct, frozen=True):
    """Everything of one RPC that we act upon."""

    subscriptions: tuple[tuple[str, bool], ...] = ()
    messages: tuple[GossipMessage, ...] = ()
    ihave: tuple[tuple[str, tuple[MessageId, ...]], ...] = ()
    iwant: tuple[MessageId, ...] = ()
    graft: tuple[str, ...] = ()
    prune: tuple[Prune, ...] = ()

    @property
    def has_control(self) -> bool:
        """Whether there is anything for the mesh."""
        return bool(self.ihave or self.iwant or self.graft or self.prune)

    @property
    def units(self) -> float:
        """What it counts for a peer's rate; its bytes are counted beside it."""
        ids = len(self.iwant) + sum(len(ids) for _, ids in self.ihave)
        others = len(self.messages) + len(self.graft) + len(self.prune) + len(self.subscriptions)
        return max(1.0, others + ids / IDS_PER_UNIT) if others or ids else EMPTY_UNITS


def message_id(data: bytes) -> MessageId:
    """The id that names ``data`` in IHAVE and IWANT."""
    # SPEC 07: The message id MUST be the 32 bytes of SHA-256 over `data`.
    return MessageId(hashlib.sha256(data).digest())


def decode_rpc(raw: bytes) -> Rpc:
    """What ``raw`` says; fields that GossipSub 1.1 doesn't know are left unread.

    Raises:
        PeerFaultError: ``rpc_malformed``.
    """
    try:
        rpc = rpc_pb2.RPC.FromString(raw)
    except DecodeError as error:
        raise PeerFaultError("rpc_malformed") from error
    if len(rpc.publish) > MAX_MESSAGES:
        raise PeerFaultError("rpc_messages")
    subscriptions = tuple([(_topic(s.topicid), s.subscribe) for s in rpc.subscriptions])
    if len(subscriptions) > MAX_SUBSCRIPTIONS:
        raise PeerFaultError("rpc_subscriptions")
    messages = tuple([_message(m) for m in rpc.publish])
    if not rpc.HasField("control"):
        return Rpc(subscriptions=subscriptions, messages=messages)
    control = rpc.control
    entries = (control.ihave, control.iwant, control.graft, control.prune)
    if any(len(e) > MAX_CONTROL_ENTRIES for e in entries):
        raise PeerFaultError("rpc_control")
    wanted = [i for entry in control.iwant for i in entry.messageIDs]
    return Rpc(
        subscriptions=subscriptions,
        messages=messages,
        ihave=tuple((_topic(e.topicID), _ids(e.messageIDs)) for e in control.ihave),
        iwant=_ids(wanted),
        graft=tuple(_topic(e.topicID) for e in control.graft),
        prune=tuple(
            Prune(_topic(e.topicID), e.backoff if e.HasField("backoff") else None)
            for e in control.prune
        ),
    )


def _message(raw: rpc_pb2.Message) -> GossipMessage:
    # SPEC 07: A reader MUST reject a message that carries `from`, `seqno`, `signature` or `key`,
    # even an empty one.
    named = raw.topicIDs
    if len(named) != 1:
        raise PeerFaultError("rpc_malformed")
    has = raw.HasField
    signed = has("from_id") or has("seqno") or has("signature") or has("key")
    return GossipMessage(topic=_topic(named[0]), data=raw.data, signed=signed)


def _topic(value: object) -> str:
    # The protobuf runtime hands out bytes, or raises, where a string isn't UTF-8.
    if not isinstance(value, str) or len(value) > MAX_TOPIC_CHARS:
        raise PeerFaultError("rpc_malformed")
    return value


def _ids(raw: Iterable[object]) -> tuple[MessageId, ...]:
    ids: list[MessageId] = []
    for value in raw:
        if not isinstance(value, bytes) or len(value) != MESSAGE_ID_BYTES:
            raise PeerFaultError("rpc_malformed")
        if len(ids) == MAX_IDS:
            break
        ids.append(MessageId(value))
    return tuple(ids)


def publish_frame(topic: str, data: bytes) -> bytes:
    """The frame that carries one message to any number of peers."""
    # SPEC 07: A writer MUST fill `data` and exactly one `topic`, and no other field of a message.
    #
    # Written by hand, with the numbers of the schema: once for each message that is relayed.
    message = b"".join((_DATA, encode_varint(len(data)), data, _named(topic)))
    return encode_frame(b"".join((_PUBLISH, encode_varint(len(message)), message)))


@functools.lru_cache(maxsize=256)
def _named(topic: str) -> bytes:
    name = topic.encode()
    return b"".join((_TOPIC, encode_varint(len(name)), name))


def subscriptions_frame(topics: Iterable[str]) -> bytes:
    """The frame that tells a new peer all topics we are subscribed to."""
    options = [rpc_pb2.RPC.SubOpts(subscribe=True, topicid=topic) for topic in topics]
    return encode_frame(rpc_pb2.RPC(subscriptions=options).SerializeToString())


def control_frame(
    *,
    ihave: Iterable[tuple[str, Iterable[MessageId]]] = (),
    iwant: Iterable[MessageId] = (),
    graft: Iterable[str] = (),
    prune: Iterable[Prune] = (),
) -> bytes:
    """The frame of one control message."""
    control = rpc_pb2.ControlMessage(
        ihave=[rpc_pb2.ControlIHave(topicID=t, messageIDs=list(ids)) for t, ids in ihave],
        graft=[rpc_pb2.ControlGraft(topicID=t) for t in graft],
        prune=[rpc_pb2.ControlPrune(topicID=p.topic, backoff=p.backoff_s) for p in prune],
    )
    wanted = list(iwant)
    if wanted:
        control.iwant.append(rpc_pb2.ControlIWant(messageIDs=wanted))
    return encode_frame(rpc_pb2.RPC(control=control).SerializeToString())

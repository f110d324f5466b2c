"""The values that cross the border between the network and the rest of the node."""

import enum
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import msgspec

from vrmprotocol.id_set import IdSet


class Verdict(enum.Enum):
    """What the validator says of one gossip message (``specs/07-gossip.md#verdicts``)."""

    ACCEPT = "accept"
    """Deliver it here and relay it."""
    REJECT = "reject"
    """Drop it and count it against the peer that forwarded it."""
    IGNORE = "ignore"
    """Drop it; nobody is to blame."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the validator says of one message, and why: a code of ``specs/00-index.md``."""

    verdict: Verdict
    code: str = ""
    """Empty if the message is accepted."""


ACCEPTED = Finding(Verdict.ACCEPT)

Incoming = tuple[str, bytes]
"""(topic, data) of a message from a peer, not verified."""


class Way(enum.Enum):
    """How a message came."""

    GOSSIP = "gossip"
    STEM = "stem"
    SUBMIT = "submit"
    SYNC = "sync"


class Sender(NamedTuple):
    """Who sent a message, and how."""

    way: Way
    peer: str


Validator = Callable[[Sequence[Incoming], Sender], Awaitable[Sequence[Finding]]]
"""(messages, who sent them) -> what is found of each, in their order. New messages that came
together are asked about together. An exception in it is logged and counts as IGNORE for all."""

KEPT = "kept"
"""The message is on disk, or what it said is."""
NOT_KEPT = "submit.not_kept"
"""The node couldn't keep it now; sent again, it may be kept."""


class Delivery(msgspec.Struct, frozen=True):
    """One accepted message, delivered once per (topic, data) while its id is remembered."""

    topic: str
    data: bytes
    peer: str
    """Peer id of the peer that forwarded it first; says nothing about who wrote it."""
    settle: Callable[[str], None] | None = None
    """Whoever takes the delivery says once what became of it: ``KEPT`` after the commit,
    ``NOT_KEPT``, or the code of what was found only then. None: nobody waits for that."""

    def __repr__(self) -> str:
        return f"Delivery({self.topic!r}, {len(self.data)} bytes, peer={self.peer!r})"


class SyncStore(Protocol):
    """What the node keeps, as ``/vrm/sync/1`` compares and hands it out (``specs/08-sync.md``)."""

    def items(self, topic: str, at: int) -> IdSet:
        """The set of a topic at a time (Unix seconds): times and ids of envelopes."""

    def missing(self, ids: Sequence[bytes]) -> list[bytes]:
        """Those of these ids that were never accepted here."""

    async def load(self, topic: str, ids: Sequence[bytes]) -> list[bytes]:
        """The envelopes of a topic with these ids, as far as they are kept."""


@dataclass(frozen=True, slots=True)
class KnownPeer:
    """An address at which a peer was reached, as it is kept across restarts."""

    address: str
    """A multiaddr with an IP address, ending in ``/p2p/<peer id>``."""
    seen_at: int
    """Unix seconds, UTC, when a connection to it was last there."""
    good: int
    """How often it was reached."""
    bad: int
    """How often it wasn't, since it last was."""


@dataclass(frozen=True, slots=True)
class PeerStatus:
    """One connected peer, as of the moment of the call."""

    peer_id: str
    addresses: tuple[str, ...]
    direction: str
    """``inbound`` (the peer dialled us) or ``outbound``."""
    topics: tuple[str, ...]
    """Topics the peer has subscribed to, of those that we know."""
    connected_at: int
    """Unix seconds, UTC."""
    score: float
    """Above 0: useful; below 0: it sent messages that were rejected. See ``peer_score``."""
    gossip: bool
    """Whether the peer speaks gossip with us yet."""

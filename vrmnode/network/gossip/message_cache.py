"""Messages of the last few heartbeats, to answer IWANT with, and their ids, for IHAVE.

It also remembers which of them a peer handed over by submit, for that peer isn't told of them.

Keyed by the message id that goes over the wire. py-libp2p 0.8.1 keys its cache by ``from`` and
``seqno`` whatever the id function says, so that with content ids every IWANT misses and is repeated
at each heartbeat.
"""

from collections import deque
from collections.abc import Set
from dataclasses import dataclass, field

from vrmnode.network.gossip.rpc_messages import MessageId

WINDOWS = 5
"""Heartbeats a message is kept."""
GOSSIP_WINDOWS = 3
"""Heartbeats, of those, during which it is advertised."""
MAX_BYTES = 64 << 20
"""Bytes of frames kept in total; beyond it the oldest go first."""


@dataclass(slots=True)
class _Entry:
    topic: str
    frame: bytes = field(repr=False)
    peers: set[str] = field(default_factory=set)
    """Those that handed it over."""


class MessageCache:
    """Frames by message id."""

    def __init__(self) -> None:
        self._entries: dict[MessageId, _Entry] = {}
        self._windows: deque[list[MessageId]] = deque([[]], maxlen=WINDOWS + 1)
        self._bytes = 0
        self._handed: dict[str, set[MessageId]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, message: MessageId, topic: str, frame: bytes) -> None:
        """Keep ``frame`` for ``WINDOWS`` heartbeats from now."""
        if message in self._entries:
            return
        self._entries[message] = _Entry(topic, frame)
        self._windows[0].append(message)
        self._bytes += len(frame)
        while self._bytes > MAX_BYTES:
            self._drop(next(iter(self._entries)))

    def get(self, message: MessageId) -> bytes | None:
        """The frame of ``message``, if it is still kept."""
        entry = self._entries.get(message)
        return None if entry is None else entry.frame

    def recent(self, topic: str) -> list[MessageId]:
        """Ids to advertise in ``topic``, newest window first."""
        found: list[MessageId] = []
        for window in list(self._windows)[:GOSSIP_WINDOWS]:
            for message in window:
                entry = self._entries.get(message)
                if entry is not None and entry.topic == topic:
                    found.append(message)
        return found

    def note_handed(self, message: MessageId, peer: str) -> None:
        """``peer`` has handed ``message`` over, so it has it."""
        entry = self._entries.get(message)
        if entry is not None:
            entry.peers.add(peer)
            self._handed.setdefault(peer, set()).add(message)

    def handed_by(self, peer: str) -> Set[MessageId]:
        """What ``peer`` has handed over, of what is kept."""
        return self._handed.get(peer, frozenset())

    def shift(self) -> None:
        """One heartbeat has passed."""
        self._windows.appendleft([])
        if len(self._windows) > WINDOWS:
            for message in self._windows.pop():
                self._drop(message)

    def _drop(self, message: MessageId) -> None:
        entry = self._entries.pop(message, None)
        if entry is None:
            return
        self._bytes -= len(entry.frame)
        for peer in entry.peers:
            self._handed[peer].discard(message)
            if not self._handed[peer]:
                del self._handed[peer]

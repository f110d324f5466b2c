"""The stem's decisions: through whom an envelope travels, and when it is spread. Pure: no clock,
no I/O.

Implements ``specs/07-gossip.md#stem``. What a node does with an envelope that came to it depends on
who brought it and on chance, never on whether the node knows the envelope already or wrote it, so
sending one twice tells nothing.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from vrmnode.network.gossip.rpc_messages import MessageId

RELAYS = 2
SPREAD_CHANCE = 0.2
"""Share of the envelopes brought by others that a node spreads instead of passing them on."""
EPOCH_S = (300.0, 900.0)
"""Between these a node draws how long it keeps its relays."""
EMBARGO_S = (5.0, 15.0)
"""Between these a node draws how long it waits for an envelope to come by gossip."""
MAX_HELD = 4_096
MAX_HELD_BYTES = 16 << 20
"""Envelopes waited for; beyond it they are spread at once."""

Peers = Callable[[], Sequence[tuple[str, bool]]]
"""The peers that a relay may be drawn from, and whether we dialled each."""


@dataclass(frozen=True, slots=True)
class Forward:
    """Hand ``data`` to ``peer`` along the stem."""

    peer: str
    topic: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Spread:
    """Spread ``data`` by gossip now; ``source`` brought it, None: it is our own."""

    source: str | None
    topic: str
    data: bytes = field(repr=False)


Step = Forward | Spread


@dataclass(slots=True)
class _Held:
    source: str | None
    data: bytes = field(repr=False)
    until: float
    relay: str


class Stem:
    """The stem of one node. ``now`` is monotonic, in seconds, and given by the caller."""

    def __init__(self, peers: Peers, rng: random.Random) -> None:
        self._peers = peers
        self._rng = rng
        self._held: dict[tuple[str, MessageId], _Held] = {}
        self._held_bytes = 0
        self._mute: set[str] = set()
        self._relays: list[str] = []
        self._relay_of: dict[str | None, str] = {}
        self._epoch_ends = 0.0

    def __len__(self) -> int:
        return len(self._held)

    @property
    def relays(self) -> tuple[str, ...]:
        """The relays of this epoch, as far as they were needed."""
        return tuple(self._relays)

    # What comes.

    def begin(self, topic: str, message: MessageId, data: bytes, now: float) -> Step:
        """What to do with an envelope of our own."""
        return self._pass_on(None, topic, message, data, now)

    def take(self, peer: str, topic: str, message: MessageId, data: bytes, now: float) -> Step:
        """What to do with a good envelope that ``peer`` handed over."""
        # SPEC 07: A node MUST decide anew, with the same chance, for each frame that carries an
        # envelope which hasn't come to it by gossip, whether it has had such a frame before or not.
        if self._rng.random() < SPREAD_CHANCE:
            return self._spread(peer, topic, message, data)
        return self._pass_on(peer, topic, message, data, now)

    def holds(self, topic: str, message: MessageId) -> bool:
        """Whether an envelope was passed on and hasn't come by gossip yet."""
        return (topic, message) in self._held

    def release(self, topic: str, message: MessageId) -> bool:
        """An envelope has come by gossip, or is spread; whether it was waited for."""
        held = self._held.pop((topic, message), None)
        if held is None:
            return False
        self._held_bytes -= len(held.data)
        return True

    def mute(self, peer: str, now: float) -> list[Step]:
        """``peer`` doesn't speak the protocol: other ways for what it was to get."""
        self._mute.add(peer)
        waiting = [(key, held) for key, held in self._held.items() if held.relay == peer]
        return [
            self._pass_on(held.source, topic, message, held.data, now)
            for (topic, message), held in waiting
        ]

    # As time goes by.

    def overdue(self, now: float) -> list[Spread]:
        """What was waited for too long, to be spread."""
        # SPEC 07: A node MUST spread an envelope that it has passed on and that hasn't come to it
        # by gossip within a time that it draws for each envelope between 5 and 15 seconds.
        over = [(key, held) for key, held in self._held.items() if held.until <= now]
        return [self._spread(held.source, *key, held.data) for key, held in over]

    # Parts.

    def _spread(self, source: str | None, topic: str, message: MessageId, data: bytes) -> Spread:
        held = self._held.get((topic, message))
        self.release(topic, message)
        # Our own stays our own, also when it comes back along the stem.
        return Spread(source if held is None else held.source, topic, data)

    def _pass_on(
        self, source: str | None, topic: str, message: MessageId, data: bytes, now: float
    ) -> Step:
        key = (topic, message)
        held = self._held.get(key)
        relay = self._relay(source, now)
        full = len(self._held) >= MAX_HELD or self._held_bytes + len(data) > MAX_HELD_BYTES
        if relay is None or (held is None and full):
            return self._spread(source, topic, message, data)
        if held is None:
            until = now + self._rng.uniform(*EMBARGO_S)
            self._held[key] = _Held(source, data, until, relay)
            self._held_bytes += len(data)
        else:
            held.relay = relay
        return Forward(relay, topic, data)

    def _relay(self, source: str | None, now: float) -> str | None:
        """The relay of what ``source`` brings, the same for the whole epoch."""
        if now >= self._epoch_ends:
            self._epoch_ends = now + self._rng.uniform(*EPOCH_S)
            self._relays, self._relay_of = [], {}
        known = self._peers()
        self._mute.intersection_update(peer for peer, _ in known)
        if len(self._relay_of) > 2 * len(known) + 1:  # peers that came and went
            here = {None, *(peer for peer, _ in known)}
            self._relay_of = {peer: r for peer, r in self._relay_of.items() if peer in here}
        speaking = [(peer, dialled) for peer, dialled in known if peer not in self._mute]
        # SPEC 07: A node MUST draw its relays from the peers that it dialled, if any of them speaks
        # the protocol.
        pool = [peer for peer, dialled in speaking if dialled] or [peer for peer, _ in speaking]
        self._relays = [peer for peer in self._relays if peer in pool]
        fresh = [peer for peer in pool if peer not in self._relays]
        missing = min(RELAYS - len(self._relays), len(fresh))
        self._relays += self._rng.sample(fresh, missing)
        # SPEC 07: A node MUST NOT hand an envelope back to the peer that handed it over.
        choices = [peer for peer in self._relays if peer != source]
        if self._relay_of.get(source) not in choices:
            self._relay_of.pop(source, None)
            if choices:
                self._relay_of[source] = self._rng.choice(choices)
        return self._relay_of.get(source)

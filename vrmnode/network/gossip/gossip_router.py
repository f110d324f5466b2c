"""GossipSub's decisions: who is in the mesh, who gets what. Pure: no clock, no I/O.

Stands in for ``libp2p.pubsub.gossipsub`` with the part of GossipSub 1.1 that specs/07 asks for
(``specs/07-gossip.md#gossipsub``): mesh with graft, prune and backoff, lazy gossip by IHAVE and
IWANT, scores. In 0.8.1 the original crashes on junk in control messages, keeps
peers with any score in the mesh, and remembers every delivery for ever. It can go when upstream
validates control messages and takes a message id function throughout.

Own messages go exactly where relayed ones go: to the mesh, and to two peers that we dialled, whom
an attacker can't choose. There is no flood publishing and no fanout: a neighbour that left the mesh
and still got a message at once would know for certain who wrote it.
"""

import random
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from vrmnode.network.gossip.message_cache import GOSSIP_WINDOWS, MessageCache
from vrmnode.network.gossip.rpc_messages import MessageId, Prune, Rpc, control_frame
from vrmnode.network.limits.peer_score import (
    FAULT_BROKEN_PROMISE,
    FAULT_GRAFT_IN_BACKOFF,
    GOSSIP_THRESHOLD,
    MESH_THRESHOLD,
    PeerScores,
)

DEGREE = 6
DEGREE_LOW = 4
DEGREE_HIGH = 12
DEGREE_OUTBOUND = 2
"""Peers that we dialled and keep when pruning: an attacker can't choose those."""
BACKOFF_S = 60
MAX_BACKOFF_S = 3_600
"""A longer backoff that a peer asks for counts as this."""
MAX_IHAVE_IDS = 5_000
"""Ids of one peer's IHAVEs that are looked at between two heartbeats; also what we send."""
MAX_IWANT_IDS = 5_000
"""Ids of one peer's IWANTs that are answered between two heartbeats."""
MAX_RESENDS = 3
"""Times one message is sent to one peer on request."""
IWANT_TIMEOUT_S = 3.0
"""Seconds a peer has to send what it advertised before that counts against it."""
ASK_AGAIN_S = 0.25
"""Seconds after which a message is asked of another peer, too; of a good one at once if those
asked so far are at fault."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send ``frame`` to ``peer``."""

    peer: str
    frame: bytes = field(repr=False)
    control: bool


@dataclass(frozen=True, slots=True)
class Blame:
    """Count a fault of ``weight`` against ``peer``."""

    peer: str
    weight: float


Effect = Send | Blame


@dataclass(slots=True)
class _Peer:
    outbound: bool
    topics: set[str] = field(default_factory=set)
    ihave_left: int = MAX_IHAVE_IDS
    iwant_left: int = MAX_IWANT_IDS
    resent: dict[MessageId, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Asked:
    """Who was asked for a message, until when each is waited for, and when others may be asked."""

    until: dict[str, float] = field(default_factory=dict)
    again_at: float = 0.0


class GossipRouter:
    """The mesh of one node. ``now`` is monotonic, in seconds, and given by the caller."""

    def __init__(
        self, topics: Iterable[str], cache: MessageCache, scores: PeerScores, rng: random.Random
    ) -> None:
        self.topics = frozenset(topics)
        self.mesh: dict[str, set[str]] = {topic: set() for topic in self.topics}
        self._cache = cache
        self._scores = scores
        self._rng = rng
        self._peers: dict[str, _Peer] = {}
        self._chosen: dict[str, list[str]] = {}
        """What ``_targets`` found, by topic, until somebody comes, goes or changes place."""
        self._backoff: dict[tuple[str, str], float] = {}
        self._asked: dict[MessageId, _Asked] = {}
        self._promises: deque[tuple[float, MessageId, str]] = deque()
        """Until when which message is waited for from whom, soonest first."""
        self._waited_for: Counter[str] = Counter()
        """How many messages are waited for, by peer."""
        self._fresh: dict[tuple[str, str], int] = {}
        """Peers new in the mesh, and for how many heartbeats they are still told of messages: of
        what went to the mesh just before, nobody would tell them otherwise."""

    # Peers.

    def add_peer(self, peer: str, *, outbound: bool) -> None:
        """``peer`` can be sent gossip from now on."""
        self._peers[peer] = _Peer(outbound)
        self._chosen.clear()

    def remove_peer(self, peer: str) -> None:
        """``peer`` is gone."""
        self._peers.pop(peer, None)
        for topic in self.topics:
            self._leave(topic, peer)

    def topics_of(self, peer: str) -> tuple[str, ...]:
        """Our topics that ``peer`` is subscribed to, sorted."""
        known = self._peers.get(peer)
        return tuple(sorted(known.topics)) if known else ()

    def in_good_standing(self) -> list[tuple[str, bool]]:
        """The peers that read our topics and aren't at fault, and whether we dialled each."""
        return [
            (peer, known.outbound)
            for peer, known in sorted(self._peers.items())
            if known.topics >= self.topics and self._scores.score(peer) >= MESH_THRESHOLD
        ]

    # Messages.

    def publish_targets(self, topic: str) -> list[str]:
        """Peers that get a message which no peer has brought by gossip, such as our own."""
        # SPEC 07: A node MUST spread an envelope of its own to the peers to which it would relay
        # one of another's, and tell the others of it in the same way.
        return list(self._targets(topic))

    def relay_targets(self, topic: str, source: str) -> list[str]:
        """Peers that get a message which ``source`` brought."""
        return [peer for peer in self._targets(topic) if peer != source]

    def came(self, topic: str, message: MessageId, peer: str, now: float) -> list[Effect]:
        """``message`` has come for the first time, and is accepted.

        Whoever had to be asked for it is taken into the mesh: it has what the mesh doesn't bring.
        """
        asked = self._arrived(message)
        known = self._peers.get(peer)
        if asked is None or known is None or peer not in asked.until:
            return []
        useful = topic in known.topics and self._may_graft(topic, peer, now)
        return [self._graft(topic, peer)] if useful else []

    def refused(self, message: MessageId) -> None:
        """``message`` has come and isn't accepted."""
        self._arrived(message)

    def _arrived(self, message: MessageId) -> _Asked | None:
        asked = self._asked.pop(message, None)
        if asked is not None:
            self._waited_for.subtract(asked.until)
        return asked

    # What a peer says.

    def handle(self, peer: str, rpc: Rpc, now: float, unseen: Iterable[MessageId]) -> list[Effect]:
        """Act on the subscriptions and the control part of ``rpc``.

        ``unseen`` are the ids of its IHAVEs, in our topics, that the node hasn't seen.
        """
        known = self._peers.get(peer)
        if known is None:
            return []
        effects: list[Effect] = []
        effects += self._handle_subscriptions(peer, known, rpc.subscriptions, now)
        effects += self._handle_prunes(peer, rpc.prune, now)
        effects += self._handle_grafts(peer, rpc.graft, now)
        if self._scores.score(peer) >= GOSSIP_THRESHOLD:
            effects += self._handle_ihave(peer, known, unseen, now)
            effects += self._handle_iwant(peer, known, rpc.iwant)
        return effects

    def _handle_subscriptions(
        self, peer: str, known: _Peer, subscriptions: Iterable[tuple[str, bool]], now: float
    ) -> list[Effect]:
        effects: list[Effect] = []
        # The last word about each: who goes in and out a hundred times gets no hundred answers.
        for topic, subscribe in dict(subscriptions).items():
            # Topics that we don't have ourselves are of no use to us and would take memory.
            if topic not in self.topics:
                continue
            if not subscribe:
                known.topics.discard(topic)
                self._leave(topic, peer)
                continue
            known.topics.add(topic)
            self._chosen.clear()
            # Small networks shouldn't wait for a heartbeat until messages flow.
            if len(self.mesh[topic]) < DEGREE_LOW and self._may_graft(topic, peer, now):
                effects.append(self._graft(topic, peer))
        return effects

    def _handle_prunes(self, peer: str, prunes: Iterable[Prune], now: float) -> list[Effect]:
        for prune in prunes:
            if prune.topic in self.topics:
                asked = BACKOFF_S if prune.backoff_s is None else prune.backoff_s
                self._leave(prune.topic, peer)
                self._back_off(prune.topic, peer, now + min(max(asked, 0), MAX_BACKOFF_S))
        return []

    def _handle_grafts(self, peer: str, grafts: Iterable[str], now: float) -> list[Effect]:
        effects: list[Effect] = []
        refused: list[str] = []
        for topic in dict.fromkeys(grafts):
            if topic not in self.topics or peer in self.mesh[topic]:
                continue
            if self._backoff.get((topic, peer), 0.0) > now:
                effects.append(Blame(peer, FAULT_GRAFT_IN_BACKOFF))
                refused.append(topic)
            elif self._scores.score(peer) < MESH_THRESHOLD or (
                len(self.mesh[topic]) >= DEGREE_HIGH and not self._peers[peer].outbound
            ):
                refused.append(topic)
            else:
                self._enter(topic, peer)
        if refused:
            effects.append(self._prune(refused, peer, now))
        return effects

    def _handle_ihave(
        self, peer: str, known: _Peer, unseen: Iterable[MessageId], now: float
    ) -> list[Effect]:
        wanted: list[MessageId] = []
        good = self._scores.score(peer) >= MESH_THRESHOLD
        for message in unseen:
            if known.ihave_left == 0:
                break
            known.ihave_left -= 1
            asked = self._asked.setdefault(message, _Asked())
            if peer not in asked.until and (asked.again_at <= now):
                asked.until[peer] = now + IWANT_TIMEOUT_S
                self._promises.append((asked.until[peer], message, peer))
                self._waited_for[peer] += 1
                asked.again_at = now + (ASK_AGAIN_S if good else 0.0)
                wanted.append(message)
        return [Send(peer, control_frame(iwant=wanted), control=True)] if wanted else []

    def _handle_iwant(self, peer: str, known: _Peer, wanted: Iterable[MessageId]) -> list[Effect]:
        effects: list[Effect] = []
        for message in dict.fromkeys(wanted):
            if known.iwant_left == 0:
                break
            known.iwant_left -= 1
            frame = self._cache.get(message)
            times = known.resent.get(message, 0)
            if frame is not None and times < MAX_RESENDS:
                known.resent[message] = times + 1
                effects.append(Send(peer, frame, control=False))
        return effects

    # Once a second.

    def heartbeat(self, now: float) -> list[Effect]:
        """Mend the meshes, advertise recent messages, call in broken promises."""
        effects = self._broken_promises(now)
        for key in [key for key, until in self._backoff.items() if until <= now]:
            del self._backoff[key]
        self._waited_for = +self._waited_for
        for peer, known in self._peers.items():
            # Who advertises and doesn't send fills no more memory than that.
            known.ihave_left = max(0, MAX_IHAVE_IDS - self._waited_for[peer])
            known.iwant_left = MAX_IWANT_IDS
            known.resent = {m: n for m, n in known.resent.items() if self._cache.get(m)}
        for topic in sorted(self.topics):
            effects += self._mend(topic, now)
            effects += self._advertise(topic)
        self._fresh = {key: left - 1 for key, left in self._fresh.items() if left > 1}
        self._cache.shift()
        return effects

    def _broken_promises(self, now: float) -> list[Effect]:
        late: dict[str, None] = {}
        while self._promises and self._promises[0][0] <= now:
            until, message, peer = self._promises.popleft()
            asked = self._asked.get(message)
            if asked is None or asked.until.get(peer) != until:
                continue  # it came
            late[peer] = None
            del asked.until[peer]
            self._waited_for[peer] -= 1
            if not asked.until:
                del self._asked[message]
        # One fault however many ids: a peer that is merely slow shouldn't be banned for one RPC.
        return [Blame(peer, FAULT_BROKEN_PROMISE) for peer in late]

    def _mend(self, topic: str, now: float) -> list[Effect]:
        mesh = self.mesh[topic]
        effects: list[Effect] = []
        for peer in [p for p in sorted(mesh) if self._scores.score(p) < MESH_THRESHOLD]:
            effects.append(self._prune([topic], peer, now))
        if len(mesh) < DEGREE_LOW:
            candidates = [p for p in self._subscribers(topic) if self._may_graft(topic, p, now)]
            for peer in self._rng.sample(candidates, min(len(candidates), DEGREE - len(mesh))):
                effects.append(self._graft(topic, peer))
        elif len(mesh) > DEGREE_HIGH:
            for peer in self._surplus(mesh):
                effects.append(self._prune([topic], peer, now))
        return effects

    def _surplus(self, mesh: set[str]) -> list[str]:
        members = sorted(mesh)
        self._rng.shuffle(members)
        members.sort(key=self._scores.score, reverse=True)
        kept = [p for p in members if self._peers[p].outbound][:DEGREE_OUTBOUND]
        kept += [p for p in members if p not in kept][: DEGREE - len(kept)]
        return [p for p in members if p not in kept]

    def _advertise(self, topic: str) -> list[Effect]:
        # All of them: who has no other neighbour than us would miss what a draw passes over.
        untold = [
            peer
            for peer in self._subscribers(topic)
            if self._scores.score(peer) >= GOSSIP_THRESHOLD
            and (peer not in self.mesh[topic] or (topic, peer) in self._fresh)
        ]
        recent = self._cache.recent(topic) if untold else []
        if not recent:
            return []
        # Shuffled, so that it doesn't tell in which order they came. The draw is long, and the
        # system's randomness slow: it only seeds it.
        drawn = random.Random(self._rng.getrandbits(64))
        ids = drawn.sample(recent, min(len(recent), MAX_IHAVE_IDS))
        frame = control_frame(ihave=[(topic, ids)])
        effects: list[Effect] = []
        for peer in untold:
            # SPEC 13: A node MUST NOT relay an envelope to the peer that has handed it over, nor
            # tell that peer of it by IHAVE.
            handed = self._cache.handed_by(peer)
            others = [message for message in ids if message not in handed] if handed else ids
            if others:
                own = control_frame(ihave=[(topic, others)]) if handed else frame
                effects.append(Send(peer, own, control=True))
        return effects

    # Parts.

    def _targets(self, topic: str) -> list[str]:
        """The mesh, with two peers that we dialled; all subscribers where that is nobody."""
        targets = self._chosen.get(topic)
        if targets is None:
            subscribers = self._subscribers(topic)
            mesh = self.mesh.get(topic, set())
            dialled = [p for p in subscribers if self._peers[p].outbound]
            dialled.sort(key=mesh.__contains__, reverse=True)
            chosen = mesh.union(dialled[:DEGREE_OUTBOUND])
            targets = [p for p in subscribers if p in chosen] or subscribers
            if topic in self.topics:  # a bounded number of them
                self._chosen[topic] = targets
        return targets

    def _subscribers(self, topic: str) -> list[str]:
        return sorted(p for p, known in self._peers.items() if topic in known.topics)

    def _may_graft(self, topic: str, peer: str, now: float) -> bool:
        return (
            peer not in self.mesh[topic]
            and self._backoff.get((topic, peer), 0.0) <= now
            and self._scores.score(peer) >= MESH_THRESHOLD
        )

    def _graft(self, topic: str, peer: str) -> Send:
        self._enter(topic, peer)
        return Send(peer, control_frame(graft=[topic]), control=True)

    def _enter(self, topic: str, peer: str) -> None:
        self.mesh[topic].add(peer)
        self._chosen.clear()
        self._fresh[(topic, peer)] = GOSSIP_WINDOWS

    def _leave(self, topic: str, peer: str) -> None:
        self.mesh[topic].discard(peer)
        self._chosen.clear()

    def _prune(self, topics: Iterable[str], peer: str, now: float) -> Send:
        for topic in topics:
            self._leave(topic, peer)
            self._back_off(topic, peer, now + BACKOFF_S)
        frame = control_frame(prune=[Prune(topic, BACKOFF_S) for topic in topics])
        return Send(peer, frame, control=True)

    def _back_off(self, topic: str, peer: str, until: float) -> None:
        key = (topic, peer)
        self._backoff[key] = max(self._backoff.get(key, 0.0), until)

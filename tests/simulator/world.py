"""The clock, the wires between nodes, and what goes wrong on them; all from one seed.

Time is virtual: the world goes from event to event, so a minute takes as long as its messages
need to be handled. One task does everything, in the order of (time, number), so nothing depends on
a scheduler. Like TCP, a wire keeps the order of what is sent; a lost frame is one that a full queue
dropped, not a gap.
"""

from __future__ import annotations

import hashlib
import heapq
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from vrmnode.network.errors import ConnectionLostError
from vrmnode.network.gossip.rpc_frames import FrameDecoder
from vrmnode.network.gossip.rpc_messages import Rpc
from vrmnode.network.gossip.rpc_messages import decode_rpc as decode
from vrmnode.network.gossip.stem_service import TICK_S

if TYPE_CHECKING:
    from tests.simulator.node import SimulatedNode

MAX_FRAME_BYTES = 1 << 20

decode_rpc = lru_cache(8_192)(decode)
"""One frame goes to many nodes, and what it says is a value."""

Action = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Delays:
    """How long wires take: each draws its own delay once, and each frame adds to it at random."""

    shortest_s: float = 0.005
    longest_s: float = 0.100
    jitter: float = 0.2
    """Share of a wire's delay that a frame may take longer."""


@dataclass(slots=True)
class Wire:
    """One direction between two connected nodes."""

    delay_s: float
    dialled: bool
    """Whether the end that sends dialled the other."""
    free_at: float = 0.0
    decoder: FrameDecoder = field(default_factory=lambda: FrameDecoder(MAX_FRAME_BYTES))


class World:
    """All nodes of one simulation. `loss` is the share of frames with messages that get lost."""

    def __init__(self, seed: int | str, *, delays: Delays | None = None, loss: float = 0.0) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.now = 0.0
        self.delays = delays or Delays()
        self.loss = loss
        self.nodes: dict[str, SimulatedNode] = {}
        self.wires: dict[tuple[str, str], Wire] = {}
        self.asleep: dict[str, list[Action]] = {}
        """What waits for nodes whose process or machine is suspended, in its order."""
        self._events: list[tuple[float, int, Action]] = []
        self._numbered = 0
        self._trace = hashlib.sha256()

    def clock(self) -> float:
        """Seconds since the beginning."""
        return self.now

    @property
    def trace(self) -> str:
        """A digest of every frame that arrived so far, with time and ends."""
        return self._trace.hexdigest()

    # Time.

    def after(self, delay_s: float, action: Action) -> None:
        """Do something later."""
        self._numbered += 1
        heapq.heappush(self._events, (self.now + delay_s, self._numbered, action))

    async def run(self, duration_s: float) -> None:
        """Let as much time pass."""
        end = self.now + duration_s
        while self._events and self._events[0][0] <= end:
            self.now, _, action = heapq.heappop(self._events)
            await action()
        self.now = end

    # Nodes and wires.

    def add(self, node: SimulatedNode) -> None:
        """Let a node take part; its heartbeats begin at a random moment."""
        self.nodes[node.name] = node

        async def beat() -> None:
            if node.name not in self.asleep:
                node.heartbeat()
                await self.flush(node)
            self.after(1.0, beat)

        async def tick() -> None:
            if node.name not in self.asleep:
                await node.stem.tick()
                node.note_deliveries()
                await self.flush(node)
            self.after(TICK_S, tick)

        self.after(self.rng.random(), beat)
        self.after(self.rng.random(), tick)

    def suspend(self, name: str) -> None:
        """Let a node do nothing from now on; what comes for it waits, as in a socket's buffer."""
        self.asleep[name] = []

    async def resume(self, name: str) -> None:
        """Let a node go on, with all that waits for it at once."""
        for action in self.asleep.pop(name):
            await action()

    async def connect(self, dialling: str, dialled: str) -> None:
        """Let one node dial another; nothing if they are connected."""
        if (dialling, dialled) in self.wires:
            return
        delay = self.rng.uniform(self.delays.shortest_s, self.delays.longest_s)
        self.wires[(dialling, dialled)] = Wire(delay, dialled=True)
        self.wires[(dialled, dialling)] = Wire(delay, dialled=False)
        self.nodes[dialling].attach(dialled, outbound=True)
        self.nodes[dialled].attach(dialling, outbound=False)
        await self.flush(self.nodes[dialling])
        await self.flush(self.nodes[dialled])

    def disconnect(self, one: str, other: str) -> None:
        """End a connection; what is on its way is lost."""
        if self.wires.pop((one, other), None) is not None:
            del self.wires[(other, one)]
            self.nodes[one].detach(other)
            self.nodes[other].detach(one)

    async def flush(self, node: SimulatedNode) -> None:
        """Send what a node has queued."""
        for peer, batch in await node.take_batches():
            self.send(node.name, peer, batch)

    def send(self, source: str, target: str, batch: bytes) -> None:
        """Put bytes on a wire; they arrive after those before them."""
        wire = self.wires[(source, target)]
        slower = 1 + self.delays.jitter * self.rng.random()
        wire.free_at = max(wire.free_at, self.now + wire.delay_s * slower)

        async def arrive() -> None:
            if self.wires.get((source, target)) is not wire:
                return
            if target in self.asleep:
                self.asleep[target].append(arrive)
                return
            self._trace.update(f"{self.now:.6f} {source} {target}".encode() + batch)
            receiver = self.nodes[target]
            for frame in wire.decoder.feed(batch):
                rpc = self._as_it_arrives(self.nodes[source], target, decode_rpc(frame))
                try:
                    await receiver.take_rpc(source, rpc)
                except ConnectionLostError:
                    break
            await self.flush(receiver)

        self.after(wire.free_at - self.now, arrive)

    def hand_over(self, source: str, target: str, frame: bytes) -> None:
        """Put a frame of the stem on a wire; it has a stream of its own."""
        wire = self.wires[(source, target)]

        async def arrive() -> None:
            if self.wires.get((source, target)) is not wire or self.nodes[source].drops:
                return
            if target in self.asleep:
                self.asleep[target].append(arrive)
                return
            self._trace.update(f"{self.now:.6f} {source} {target} stem".encode() + frame)
            await self.nodes[target].take_stem(source, frame)
            await self.flush(self.nodes[target])

        self.after(wire.delay_s * (1 + self.delays.jitter * self.rng.random()), arrive)

    def _as_it_arrives(self, source: SimulatedNode, target: str, rpc: Rpc) -> Rpc:
        source.asked.update((target, message) for message in rpc.iwant)
        lost = source.drops or (self.loss and rpc.messages and self.rng.random() < self.loss)
        return replace(rpc, messages=()) if lost else rpc

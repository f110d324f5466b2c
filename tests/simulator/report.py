"""What a run of gossip came to, beside what no protocol on the same wires could beat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulator.graph import distances, random_dials
from tests.simulator.node import SimulatedNode
from tests.simulator.world import World
from vrmnode.network.gossip.rpc_messages import MessageId

BODY_BYTES = 512
HEARTBEATS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a run is made of, but for its seed."""

    nodes: int = 200
    dials: int = 6
    messages: int = 40
    warm_up: int = 0
    """Messages before those that are measured."""
    rate: float = 10.0
    """Messages a second, in the whole network."""
    droppers: float = 0.0
    """Share of the nodes that pass no message on."""
    loss: float = 0.0


@dataclass(frozen=True, slots=True)
class Published:
    """One measured message."""

    message: MessageId
    author: str
    at: float


@dataclass(frozen=True, slots=True)
class Report:
    """Figures over all pairs of a message and an honest node but its author."""

    seed: int | str
    pairs: int
    delivered: int
    eager: int
    """Delivered without having been asked for."""
    duplicates: float
    """Copies of what a node has already, per delivery; those that come back to the author, too."""
    p50_ms: float
    p99_ms: float
    best_p50_ms: float
    best_p99_ms: float
    """The same, had each message taken every shortest path at once."""
    trace: str

    def words(self) -> str:
        """One line for people."""
        return (
            f"seed {self.seed}: {self.delivered} of {self.pairs} delivered, "
            f"{self.eager / self.pairs:.2%} eagerly; p50 {self.p50_ms:.0f} ms "
            f"(best {self.best_p50_ms:.0f}), p99 {self.p99_ms:.0f} ms "
            f"(best {self.best_p99_ms:.0f}); {self.duplicates:.2f} duplicates per delivery; "
            f"trace {self.trace[:12]}"
        )


async def built(seed: int | str, setting: Setting) -> tuple[World, list[str]]:
    """A world whose mesh has formed, and the names of its honest nodes."""
    world = World(seed, loss=setting.loss)
    names = [f"n{number:03}" for number in range(setting.nodes)]
    dropping = set(world.rng.sample(names, round(setting.nodes * setting.droppers)))
    for name in names:
        world.add(SimulatedNode(world, name, drops=name in dropping))
    for dialling, dialled in random_dials(names, setting.dials, world.rng):
        await world.connect(dialling, dialled)
    await world.run(5)
    return world, [name for name in names if name not in dropping]


async def publish(world: World, authors: Sequence[str], count: int, rate: float) -> list[Published]:
    """Let nodes drawn at random publish, at random moments."""
    found = []
    for _ in range(count):
        author = world.rng.choice(authors)
        message = await world.nodes[author].publish(world.rng.randbytes(BODY_BYTES))
        found.append(Published(message, author, world.now))
        await world.run(world.rng.expovariate(rate))
    return found


async def played(seed: int | str, setting: Setting) -> tuple[World, list[str], list[Published]]:
    """Publish, and wait for three heartbeats after the last message."""
    world, honest = await built(seed, setting)
    await publish(world, honest, setting.warm_up, setting.rate)
    await world.run(HEARTBEATS)
    messages = await publish(world, honest, setting.messages, setting.rate)
    await world.run(HEARTBEATS)
    return world, honest, messages


async def measured(seed: int | str, setting: Setting) -> Report:
    """Play it, and look."""
    return report(*await played(seed, setting))


def report(world: World, honest: Sequence[str], messages: Sequence[Published]) -> Report:
    """The figures of a run that is over."""
    late, best = [], []
    pairs = eager = duplicates = 0
    for each in messages:
        shortest = distances(world, each.author, through=honest)
        for name in honest:
            if name == each.author:
                duplicates += len(world.nodes[name].copies.get(each.message, ()))
            if name == each.author or name not in shortest:
                continue
            pairs += 1
            best.append(shortest[name])
            node = world.nodes[name]
            copy = node.delivered.get(each.message)
            if copy is not None:
                late.append(copy.at - each.at)
                eager += not copy.asked_for
                duplicates += len(node.copies[each.message]) - 1
    return Report(
        world.seed,
        pairs,
        len(late),
        eager,
        duplicates / len(late),
        _ms(late, 0.50),
        _ms(late, 0.99),
        _ms(best, 0.50),
        _ms(best, 0.99),
        world.trace,
    )


def _ms(times: Sequence[float], share: float) -> float:
    return sorted(times)[int(share * (len(times) - 1))] * 1000

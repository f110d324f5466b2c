"""Spies among the nodes: what they guess of who published what, with the stem and without.

Spies behave as the protocol asks, tell one another all that they see, and know the whole graph:
every connection with its delay, and every node's relays. Two ways to guess:

- *first heard*: the neighbour from which any spy has heard of the message first.
- *likeliest*: for every honest node, how probable what was seen is if it is the author. Without
  the stem that is how well the times at all spies fit the delays from there. With it, it is the
  sum over all ways along relays without a spy, each hop 1/2 for the relay and 4/5 for going on,
  that end at the relay which handed it to the first spy, or at a node from which the times fit.

    python -m tests.simulator.spies --worlds 4
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import trio

from tests.simulator.graph import distances, random_dials
from tests.simulator.node import Copy, SimulatedNode
from tests.simulator.report import BODY_BYTES
from tests.simulator.world import World
from vrmnode.network.gossip.rpc_messages import MessageId
from vrmnode.network.gossip.stem import SPREAD_CHANCE

TIMING_S = 0.010
"""How far times are taken to be off the delays, by jitter and by ways that aren't shortest."""
ROUNDS = 60
"""Hops that are looked at; longer stems are too rare to matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Who is there, and how many messages each honest node publishes."""

    nodes: int = 200
    dials: int = 6
    spies: float = 0.1
    messages: int = 1
    by_stem: bool = True
    spies_drop: bool = False
    """Whether spies pass nothing on, so that the stem breaks at them."""


@dataclass(frozen=True, slots=True)
class Guesses:
    """How many of the messages were guessed right."""

    messages: int
    first_heard: int
    likeliest: int
    delivered: int
    """Pairs of a message and an honest node that got it, of `pairs`."""
    pairs: int
    latest_s: float
    """The longest time from publishing until a node had the message."""

    def __add__(self, other: Guesses) -> Guesses:
        return Guesses(
            self.messages + other.messages,
            self.first_heard + other.first_heard,
            self.likeliest + other.likeliest,
            self.delivered + other.delivered,
            self.pairs + other.pairs,
            max(self.latest_s, other.latest_s),
        )

    def words(self) -> str:
        """One line for people."""
        return (
            f"{self.messages} messages: first heard {self.first_heard / self.messages:.1%}, "
            f"likeliest {self.likeliest / self.messages:.1%}; {self.delivered} of {self.pairs} "
            f"delivered, the last after {self.latest_s:.1f} s"
        )


async def played(seed: int | str, market: Market) -> Guesses:
    """Let every honest node publish, and the spies guess."""
    world = World(seed)
    names = [f"n{number:03}" for number in range(market.nodes)]
    spies = sorted(world.rng.sample(names, round(market.nodes * market.spies)))
    for name in names:
        drops = market.spies_drop and name in spies
        world.add(SimulatedNode(world, name, drops=drops))
    for dialling, dialled in random_dials(names, market.dials, world.rng):
        await world.connect(dialling, dialled)
    await world.run(5)
    honest = [name for name in names if name not in spies]
    authors = honest * market.messages
    world.rng.shuffle(authors)
    published: list[tuple[MessageId, str, float]] = []
    for author in authors:
        data = world.rng.randbytes(BODY_BYTES)
        message = await world.nodes[author].publish(data, by_stem=market.by_stem)
        published.append((message, author, world.now))
        await world.run(world.rng.expovariate(2.0))
    await world.run(25)
    ring = Ring(world, spies, honest, by_stem=market.by_stem)
    found = Guesses(0, 0, 0, 0, 0, 0.0)
    for message, author, at in published:
        first, likeliest = ring.guess(message)
        times = [
            world.nodes[name].delivered[message].at - at
            for name in honest
            if message in world.nodes[name].delivered
        ]
        found += Guesses(
            1, first == author, likeliest == author, len(times), len(honest), max(times)
        )
    return found


class Ring:
    """All spies of a world together, with what they know of the graph."""

    def __init__(
        self, world: World, spies: Sequence[str], honest: Sequence[str], *, by_stem: bool
    ) -> None:
        self._world = world
        self._spies = spies
        self._honest = honest
        self._by_stem = by_stem
        self._far = {spy: distances(world, spy) for spy in spies}
        self._relays = {name: world.nodes[name].relays for name in honest}
        self._rng = random.Random(f"{world.seed} guesses")

    def guess(self, message: MessageId) -> tuple[str, str]:
        """The author as first heard, and the likeliest one."""
        along = self._heard(message, along_stem=True)
        spread = self._heard(message, along_stem=False)
        everything = sorted(
            [(copy.at, copy.source, spy) for spy, copy in [*along.items(), *spread.items()]]
        )
        if not everything:
            unknown = self._rng.choice(self._honest)
            return unknown, unknown
        _, first, _ = everything[0]
        if not self._by_stem:
            return first, self._best(self._fits(spread))
        if along:
            _, source, spy = min((copy.at, copy.source, spy) for spy, copy in along.items())
            return first, self._best(self._ways({}, handed=(source, spy)))
        return first, self._best(self._ways(self._fits(spread), handed=None))

    def _heard(self, message: MessageId, *, along_stem: bool) -> dict[str, Copy]:
        """The first copy at each spy that an honest node brought."""
        found = {}
        for spy in self._spies:
            node = self._world.nodes[spy]
            copies = (node.handed_over if along_stem else node.copies).get(message, [])
            honest = [copy for copy in copies if copy.source not in self._far]
            if honest:
                found[spy] = honest[0]
        return found

    def _fits(self, spread: Mapping[str, Copy]) -> dict[str, float]:
        """How probable the times at the spies are if a message spreads from each node, up to a
        factor."""
        slower = 1 + self._world.delays.jitter / 2
        misfit = {}
        for name in self._honest:
            off = [copy.at - slower * self._far[spy][name] for spy, copy in spread.items()]
            begun = min(off)
            misfit[name] = sum(min(each - begun, 0.1) ** 2 for each in off) / max(1, len(off))
        least = min(misfit.values())
        return {name: math.exp((least - each) / (2 * TIMING_S**2)) for name, each in misfit.items()}

    def _ways(
        self, spreads: Mapping[str, float], handed: tuple[str, str] | None
    ) -> dict[str, float]:
        """How probable what was seen is if a message is on the stem at each node."""
        found = dict.fromkeys(self._honest, 0.0)
        for _ in range(ROUNDS):
            found = {name: self._onwards(name, found, spreads, handed) for name in self._honest}
        return found

    def _onwards(
        self,
        name: str,
        found: Mapping[str, float],
        spreads: Mapping[str, float],
        handed: tuple[str, str] | None,
    ) -> float:
        relays = self._relays[name]
        total = 0.0
        for relay in relays:
            if relay in self._far:
                total += handed == (name, relay)
            else:
                stays = SPREAD_CHANCE * spreads.get(relay, 0.0)
                total += stays + (1 - SPREAD_CHANCE) * found[relay]
        return total / max(1, len(relays))

    def _best(self, likelihoods: Mapping[str, float]) -> str:
        most = max(likelihoods.values())
        return self._rng.choice([name for name, each in likelihoods.items() if each >= most])


def main() -> None:
    """Print a line for each share of spies, with the stem and without."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator.spies")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worlds", type=int, default=1, help="how many, from --seed on")
    parser.add_argument("--nodes", type=int, default=200)
    given = parser.parse_args()
    for share in (0.1, 0.3):
        for by_stem, drop in ((False, False), (True, False), (True, True)):
            market = Market(nodes=given.nodes, spies=share, by_stem=by_stem, spies_drop=drop)
            found = Guesses(0, 0, 0, 0, 0, 0.0)
            for seed in range(given.seed, given.seed + given.worlds):
                found += trio.run(played, seed, market)
            how = ("by stem" if by_stem else "spread at once") + (", spies drop" if drop else "")
            sys.stdout.write(f"{share:.0%} spies, {how}: {found.words()}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()

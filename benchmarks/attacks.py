"""Attacks on a node, and what its honest peers notice of them.

`make bench-attacks`. The node is `vrm run` as it is shipped. One honest peer publishes envelopes at
a steady rate, with real stamps, and another counts what the node passes on to it: for some seconds
in peace, then as long while a process of its own attacks from another address, again and again,
under a new peer id each time that it is thrown out. An envelope counts if it comes within three
seconds. Each attack is compared with the peace before it, so a busy machine matters little.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import trio

from benchmarks import corpus
from benchmarks.hostile.__main__ import ATTACKS
from benchmarks.report import load_words, percentile, ratios, table
from examples.local_node import LocalNode, LocalNodes
from vrmnode.cli.client import Client
from vrmnode.cli.paths import socket_path
from vrmnode.network import ACCEPTED, Finding, Incoming, Network, NetworkConfig, open_network
from vrmprotocol import topics

RATE = 10.0
"""Honest envelopes a second."""
PEACE_S, ATTACK_S = 5.0, 10.0
LATE_S = 3.0
HONEST, HOSTILE, FLOOD = 1_500, 500, 12_000
"""Envelopes that honest and hostile peers have on one node; a flood's are mail."""
MARKET = topics.market_topic("", None)
SIGNS = (
    "banned",
    "ranges_banned",
    "slowed",
    "malformed",
    "rejected",
    "connections_refused",
    "handshakes_failed",
    "streams_refused",
)
"""Counters by which the node shows that it doesn't put up with something."""
UNUSED_ENVELOPES = ("valid flood", "submit: valid flood", "stem: valid flood")
"""Attacks that need a node which has none of theirs."""
TO_BLAME = (
    "noise then junk",
    "yamux junk",
    "yamux frame of 1 GiB",
    "20,000 streams",
    "streams opened and reset",
    "yamux pings",
    "yamux bytes to no stream",
    "garbage rpc",
    "wire type that never ends",
    "huge length",
    "length without end",
    "10 MB frame",
    "rsa from and junk key",
    "rsa from and short key",
    "empty from",
    "bad from",
    "no topic",
    "no signature, no envelope",
    "topic not utf-8",
    "subscription not utf-8",
    "graft not utf-8",
    "4,000 subscriptions",
    "ihave of short ids",
    "invalid signatures",
    "submit: garbage",
    "submit: huge length",
    "submit: invalid signatures",
    "stem: garbage",
    "stem: huge length",
    "stem: invalid signatures",
    "sync: garbage",
    "sync: huge length",
    "peers: garbage",
)
"""Attacks that no honest peer could make by mistake, and that break a rule: a ban is due."""


async def _accept(messages: Sequence[Incoming], peer: str) -> list[Finding]:
    return [ACCEPTED] * len(messages)


@dataclass(slots=True)
class Phase:
    """Seconds from publishing to delivery; those that came too late or not at all aren't there."""

    sent: int = 0
    late_s: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of what was sent, how much came."""
        return len(self.late_s) / self.sent

    @property
    def p99_ms(self) -> float:
        return percentile(self.late_s, 99) * 1000 if self.late_s else float("inf")


@dataclass(slots=True)
class Outcome:
    """What an attack came to."""

    name: str
    peace: Phase
    attack: Phase
    before_mb: float
    peak_mb: float
    limited_s: float | None
    signs: dict[str, int]
    hostile: dict[str, Any]

    @property
    def kept(self) -> float:
        """The honest rate under attack, as a share of that in peace."""
        return self.attack.share / self.peace.share

    @property
    def is_banned(self) -> bool:
        return self.signs["banned"] + self.signs["ranges_banned"] > 0

    def row(self) -> list[str]:
        """A line of the table."""
        signs = ", ".join(f"{word} {n}" for word, n in self.signs.items() if n)
        return [
            self.name,
            f"{self.kept:.1%}",
            f"{self.peace.p99_ms:.0f}",
            f"{self.attack.p99_ms:.0f}",
            f"{self.before_mb:.0f}",
            f"{self.peak_mb:.0f}",
            "-" if self.limited_s is None else f"{self.limited_s:.1f}",
            f"{self.hostile['sent'] / 1e6:.1f}",
            str(self.hostile["thrown_out"]),
            signs,
        ]


HEAD = (
    "attack",
    "honest",
    "p99 ms",
    "attacked",
    "RSS MB",
    "peak",
    "limited s",
    "sent MB",
    "thrown out",
    "what the node counted",
)


def _rss_mb(node: LocalNode) -> float:
    pages = int(Path(f"/proc/{node.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Place:
    """A node, and two honest peers of it."""

    def __init__(self, node: LocalNode, envelopes: Sequence[bytes]) -> None:
        self.node = node
        self.left = list(envelopes)
        self.published: list[bytes] = []
        self._client = Client(socket_path(node.folder))
        self._sent: dict[bytes, float] = {}
        self._came: dict[bytes, float] = {}

    def counters(self) -> dict[str, int]:
        """What the node counts."""
        status = cast("dict[str, Any]", self._client.get("status"))
        return {sign: int(status["network"][sign]) for sign in SIGNS}

    @asynccontextmanager
    async def peers(self) -> AsyncIterator[Network]:
        """The peer that publishes, while the context lasts; the other one counts."""
        config = NetworkConfig(topics=topics.all_topics())
        async with (
            open_network(config, os.urandom(32), _accept) as publisher,
            open_network(config, os.urandom(32), _accept) as counting,
            trio.open_nursery() as nursery,
        ):
            for network in (publisher, counting):
                await network.connect(self.node.addresses[0])
                with trio.fail_after(60):
                    # The network gives no event for it.
                    while not _speaks(network):  # noqa: ASYNC110
                        await trio.sleep(0.02)
            nursery.start_soon(self._count, counting)
            yield publisher
            nursery.cancel_scope.cancel()

    async def _count(self, network: Network) -> None:
        async for delivery in network.deliveries:
            self._came.setdefault(delivery.data, time.monotonic())

    async def publish(self, network: Network, seconds: float) -> list[bytes]:
        """Publish at the honest rate; what was published."""
        found: list[bytes] = []
        began = trio.current_time()
        while (due := began + len(found) / RATE) < began + seconds:
            await trio.sleep_until(due)
            raw = self.left.pop()
            self._sent[raw] = time.monotonic()
            found.append(raw)
            await network.publish(MARKET, raw)
        self.published += found
        return found

    def phase(self, published: Sequence[bytes]) -> Phase:
        """How long each took, once it is too late for the last."""
        late = [self._came[raw] - self._sent[raw] for raw in published if raw in self._came]
        return Phase(len(published), [each for each in late if each <= LATE_S])


def _speaks(network: Network) -> bool:
    wanted = set(topics.all_topics())
    return any(p.gossip and wanted <= set(p.topics) for p in network.peers())


@dataclass(slots=True)
class _Watch:
    """Looks at the node while it is attacked."""

    place: Place
    before: dict[str, int]
    peak_mb: float = 0.0
    limited_s: float | None = None
    began: float = field(default_factory=time.monotonic)

    async def run(self) -> None:
        """Look, until cancelled."""
        while True:
            self.peak_mb = max(self.peak_mb, _rss_mb(self.place.node))
            if self.limited_s is None:
                now = await trio.to_thread.run_sync(self.place.counters)
                if now != self.before:
                    self.limited_s = time.monotonic() - self.began
            await trio.sleep(0.25)


async def _attacked(place: Place, network: Network, name: str, source: str) -> Outcome:
    words = [name, place.node.addresses[0], source, str(ATTACK_S), str(HONEST), str(HOSTILE)]
    words.append(str(FLOOD if name in UNUSED_ENVELOPES else 0))
    process = subprocess.Popen(  # noqa: ASYNC220 - it starts at once, and is read from a thread
        [sys.executable, "-m", "benchmarks.hostile", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        await trio.to_thread.run_sync(process.stdout.readline)
        peace = await place.publish(network, PEACE_S)
        await trio.sleep(LATE_S)
        before, before_mb = place.counters(), _rss_mb(place.node)
        watch = _Watch(place, before)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(watch.run)
            process.stdin.write("go\n")
            process.stdin.flush()
            attacked = await place.publish(network, ATTACK_S)
            await trio.sleep(LATE_S)
            nursery.cancel_scope.cancel()
        hostile = json.loads(await trio.to_thread.run_sync(process.stdout.readline))
    finally:
        process.kill()
        process.communicate()
    after = place.counters()
    known = [each for each in (watch.limited_s, hostile["held_up_s"]) if each is not None]
    return Outcome(
        name,
        place.phase(peace),
        place.phase(attacked),
        before_mb,
        watch.peak_mb,
        min(known) if known else None,
        {sign: after[sign] - before[sign] for sign in SIGNS},
        hostile,
    )


def _lost(place: Place) -> int:
    """Honest envelopes that aren't in the node's database."""
    with sqlite3.connect(f"file:{place.node.folder}/node.db?mode=ro", uri=True) as database:
        stored = {bytes(raw) for (raw,) in database.execute("SELECT raw FROM envelopes")}
    database.close()
    return sum(raw not in stored for raw in place.published)


async def _on_one_node(place: Place, names: Sequence[str], tunnel: bool) -> list[Outcome]:
    found = []
    async with place.peers() as network:
        for number, name in enumerate(names):
            source = "127.0.0.1" if tunnel else f"127.0.1.{number + 2}"
            outcome = await _attacked(place, network, name, source)
            print("  ".join(outcome.row()), file=sys.stderr)
            found.append(outcome)
    return found


def measured(names: Sequence[str], *, tunnel: bool = False) -> tuple[list[Outcome], int]:
    """What each attack came to, and how many honest envelopes were lost."""
    envelopes = corpus.load(HONEST + HOSTILE)[:HONEST]
    found: list[Outcome] = []
    lost = 0
    for some in _shared_out(names):
        with tempfile.TemporaryDirectory() as folder, LocalNodes(Path(folder)) as nodes:
            place = Place(nodes.add("node"), envelopes)
            found += trio.run(_on_one_node, place, some, tunnel)
            lost += _lost(place)
    return found, lost


def _shared_out(names: Sequence[str]) -> list[list[str]]:
    """Which attacks go on one node: as many as there are envelopes for, or one alone."""
    most = int(HONEST / RATE / (PEACE_S + ATTACK_S)) - 1
    found: list[list[str]] = []
    for name in names:
        alone = not found or len(found[-1]) >= most or found[-1][-1] in UNUSED_ENVELOPES
        if alone or name in UNUSED_ENVELOPES:
            found.append([])
        found[-1].append(name)
    return found


def main() -> None:
    """Attack, and print the table and the ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("attacks", nargs="*", help="names of attacks; all, if none")
    arguments.add_argument(
        "--tunnel", action="store_true", help="from 127.0.0.1, which no range is limited by"
    )
    given = arguments.parse_args()
    names = given.attacks or list(ATTACKS)
    for name in names:
        if name not in ATTACKS:
            raise SystemExit(f"expected one of {', '.join(ATTACKS)}, came {name}")
    print(f"{len(names)} attacks, {RATE:g} honest envelopes a second; {load_words()}")
    found, lost = measured(names, tunnel=given.tunnel)
    print(table(HEAD, [each.row() for each in found]))
    due = [each for each in found if each.name in TO_BLAME]
    print(
        ratios(
            attacks=len(found),
            honest_least=min(each.kept for each in found),
            p99_ms=max(each.attack.p99_ms for each in found),
            limited=sum(each.limited_s is not None and each.limited_s <= 10 for each in found),
            to_ban=len(due),
            banned=sum(each.is_banned for each in due),
            growth_mb=max(each.peak_mb - each.before_mb for each in found),
            lost=lost,
        )
    )


if __name__ == "__main__":
    main()

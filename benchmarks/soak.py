"""A soak: 90 messages a second for minutes or hours, and what that costs a node.

`make soak`, or `python -m benchmarks.soak --minutes 60`. A publisher, a relay, a receiver behind
it: the last two are `vrm run` as it is shipped. What is sent is mail with real stamps; the store of
both is full before the measuring begins, as it is in a node that has run for long.

`--store-mb 16 --warm-up 6000` fills small stores soon, and shows that they keep in step: *fetched*
is what a node fetched by sync, *copies* what came to it more than once, *received* all bytes of its
connections, each while it was measured.

Processor time is what the kernel counts for a node's process, user and system, so other work on the
machine doesn't matter. Memory is the resident set (VmRSS), read every second; its drift compares
the mean of the last tenth of the time with that of the first. Lost is what a node has neither in
its store nor among the ids that it remembers.
"""

from __future__ import annotations

import argparse
import os
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, cast

import trio

from benchmarks import corpus, processes
from benchmarks.report import load_words, ratios, table
from examples.local_node import LocalNode, LocalNodes
from vrmnode.cli.client import Client
from vrmnode.cli.paths import socket_path
from vrmnode.network import (
    ACCEPTED,
    Finding,
    Incoming,
    Network,
    NetworkConfig,
    Sender,
    open_network,
)
from vrmnode.network.handover.submission import Submission
from vrmprotocol import envelope, topics

RATE = 90.0
FULL_STORE = 130_000
"""Mails that are more than `store_mb` allows as it is shipped."""
AT_ONCE = 500
PATIENCE_S = 900.0
SAMPLE_S = 1.0
MIB = 1 << 20
COUNTED = ("fetched", "duplicates", "bytes_received")
HEAD = [
    "",
    "processors",
    "MiB, first tenth",
    "most MiB",
    "drift %",
    "lost",
    "fetched",
    "copies",
    "received MiB",
]


@dataclass(slots=True)
class Watched:
    """A node's process while it is measured."""

    node: LocalNode
    pid: int
    rss_bytes: list[int] = field(default_factory=list)
    cpu_s: float = 0.0
    wall_s: float = 0.0
    counted: dict[str, int] = field(default_factory=dict)
    """What the node counted meanwhile."""

    def counters(self) -> dict[str, int]:
        """What the node has counted since it was started."""
        status = cast("dict[str, Any]", Client(socket_path(self.node.folder)).get("status"))
        return {name: int(status["network"][name]) for name in COUNTED}

    @property
    def cores(self) -> float:
        """Processors used on average."""
        return self.cpu_s / self.wall_s

    @property
    def first_bytes(self) -> float:
        """Memory in the first tenth of the time."""
        return _mean(self.rss_bytes[: _tenth(self.rss_bytes)])

    @property
    def drift_percent(self) -> float:
        """By how much that of the last tenth differs."""
        last = _mean(self.rss_bytes[-_tenth(self.rss_bytes) :])
        return 100 * (last / self.first_bytes - 1)


def _tenth(values: Sequence[int]) -> int:
    return max(1, len(values) // 10)


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values)


def remembered(node: LocalNode) -> set[bytes]:
    """The ids of everything that a node has taken, whether or not it still keeps it."""
    database = sqlite3.connect(f"file:{node.folder}/node.db?mode=ro", uri=True)
    found = {bytes(each) for (each,) in database.execute("SELECT id FROM seen")}
    database.close()
    return found


def _count(node: LocalNode) -> int:
    database = sqlite3.connect(f"file:{node.folder}/node.db?mode=ro", uri=True)
    (count,) = database.execute("SELECT count(*) FROM seen").fetchone()
    database.close()
    return int(count)


async def _accept(messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
    return [ACCEPTED] * len(messages)


@asynccontextmanager
async def _connected(node: LocalNode) -> AsyncIterator[tuple[Network, str]]:
    """A publisher that is connected to a node, and the node's peer id."""
    config = NetworkConfig(topics=topics.all_topics())
    async with (
        open_network(config, os.urandom(32), _accept) as network,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(_drain, network)
        yield network, await network.connect(node.addresses[0])
        nursery.cancel_scope.cancel()


async def _drain(network: Network) -> None:
    """Take what a node tells us of our own, or it would find that we take nothing."""
    async for _ in network.deliveries:
        pass


class Soak:
    """What is sent, and the nodes that take it."""

    def __init__(self, nodes: Sequence[LocalNode], envelopes: Iterator[bytes], rate: float) -> None:
        self._nodes = nodes
        self._envelopes = envelopes
        self._rate = rate
        self.sent: list[bytes] = []
        self.watched: list[Watched] = []

    async def run(self, warm_up: int, seconds: float) -> None:
        """Fill the stores, send at the rate for as long, and wait until everybody has it."""
        async with AsyncExitStack() as open_:
            sessions = [await self._session(open_, node) for node in self._nodes]
            while some := await self._drawn(min(AT_ONCE, warm_up)):
                # To each by itself: a burst is more than they take of one another.
                async with trio.open_nursery() as nursery:
                    for session in sessions:
                        nursery.start_soon(session.hand_over, some)
                self.sent += [envelope.unsecure_load(raw).id for raw in some]
                warm_up -= len(some)
        await self._until_all_have_it()
        async with _connected(self._nodes[0]) as (network, _):
            await self._measured(network, seconds)
        await self._until_all_have_it()

    async def _session(self, open_: AsyncExitStack, node: LocalNode) -> Submission:
        network, peer = await open_.enter_async_context(_connected(node))
        return await open_.enter_async_context(network.submission(peer))

    async def _drawn(self, count: int) -> list[bytes]:
        # In a thread: peers want a sign of life meanwhile.
        return await trio.to_thread.run_sync(lambda: list(islice(self._envelopes, count)))

    async def _measured(self, network: Network, seconds: float) -> None:
        self.watched = [Watched(node, node.pid or 0) for node in self._nodes]
        began = time.monotonic()
        before = [processes.cpu_s(each.pid) for each in self.watched]
        counted = [each.counters() for each in self.watched]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._sample)
            await self._send(network, round(seconds * self._rate))
            nursery.cancel_scope.cancel()
        for each, spent_s in zip(self.watched, before, strict=True):
            each.cpu_s = processes.cpu_s(each.pid) - spent_s
            each.wall_s = time.monotonic() - began
        for each, start in zip(self.watched, counted, strict=True):
            each.counted = {name: n - start[name] for name, n in each.counters().items()}

    async def _sample(self) -> None:
        while True:
            for each in self.watched:
                each.rss_bytes.append(processes.rss_bytes(each.pid))
            await trio.sleep(SAMPLE_S)

    async def _send(self, network: Network, count: int) -> None:
        began = trio.current_time()
        for at, raw in enumerate(islice(self._envelopes, count)):
            await trio.sleep_until(began + at / self._rate)
            loaded = envelope.unsecure_load(raw)
            await network.publish(loaded.topic, raw)
            self.sent.append(loaded.id)

    async def _until_all_have_it(self) -> None:
        """Return when the nodes have everything, or after a while."""
        with trio.move_on_after(PATIENCE_S):
            for node in self._nodes:
                # The node gives no event for it.
                while await trio.to_thread.run_sync(_count, node) < len(self.sent):  # noqa: ASYNC110
                    await trio.sleep(SAMPLE_S)

    def lost(self, node: LocalNode) -> int:
        """How many of the messages never came to a node."""
        return len(set(self.sent) - remembered(node))


def _started(
    nodes: LocalNodes, name: str, store_mb: int | None, peers: Sequence[str] = ()
) -> LocalNode:
    """A node that runs, with room for so much."""
    node = nodes.prepare(name, peers=peers)
    if store_mb is not None:
        path = node.folder / "config.toml"
        shipped = path.read_text(encoding="utf-8")
        changed = re.sub(r"(?m)^store_mb = .*", f"store_mb = {store_mb}", shipped)
        path.write_text(changed, encoding="utf-8")
    node.start()
    return node


def soak(seconds: float, warm_up: int, rate: float = RATE, store_mb: int | None = None) -> str:
    """Run, print the table, and return the line of ratios."""
    total = warm_up + round(seconds * rate)
    corpus.prepare(total, corpus.MAIL)
    print(f"soak, {rate:g} mails/s for {seconds / 60:g} min, {load_words()}")
    with tempfile.TemporaryDirectory() as folder, LocalNodes(Path(folder)) as nodes:
        relay = _started(nodes, "relay", store_mb)
        receiver = _started(nodes, "receiver", store_mb, relay.addresses)
        run = Soak([relay, receiver], corpus.each_of(total, corpus.MAIL), rate)
        trio.run(run.run, warm_up, seconds)
        lost = {each.node.name: run.lost(each.node) for each in run.watched}
    rows = [
        [
            each.node.name,
            f"{each.cores:.2f}",
            f"{each.first_bytes / MIB:.0f}",
            f"{max(each.rss_bytes) / MIB:.0f}",
            f"{each.drift_percent:+.1f}",
            f"{lost[each.node.name]} of {len(run.sent):,}",
            *(f"{each.counted[name]:,}" for name in COUNTED[:2]),
            f"{each.counted['bytes_received'] / MIB:.1f}",
        ]
        for each in run.watched
    ]
    print(table(HEAD, rows))
    sent_per_s = (len(run.sent) - warm_up) / run.watched[0].wall_s
    return ratios(
        cores=run.watched[1].cores,
        relay_cores=run.watched[0].cores,
        rss_mib=run.watched[1].first_bytes / MIB,
        drift_percent=run.watched[1].drift_percent,
        relay_drift_percent=run.watched[0].drift_percent,
        sent_per_s=sent_per_s,
        lost=sum(lost.values()),
        fetched=sum(each.counted["fetched"] for each in run.watched),
    )


def main() -> None:
    """Measure, and print the table and the ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=10.0)
    arguments.add_argument("--rate", type=float, default=RATE, help="messages a second")
    arguments.add_argument(
        "--warm-up", type=int, default=FULL_STORE, help="messages before those that are measured"
    )
    arguments.add_argument("--store-mb", type=int, help="of each node; as shipped, if not given")
    given = arguments.parse_args()
    print(soak(given.minutes * 60, given.warm_up, given.rate, given.store_mb))
    sys.stdout.flush()


if __name__ == "__main__":
    main()

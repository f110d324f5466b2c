"""Durable ingest: how fast a node takes envelopes that are handed over, beside Nostr relays.

`make bench-ingest`. The node is `vrm run` as it is shipped; the envelopes have real stamps and
512-byte bodies, and each is acknowledged after it is on disk. Each round measures everything once,
on empty folders; figures are medians of the rounds, ratios medians of the ratios in each round.
"""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import trio

from benchmarks import corpus, nostr
from benchmarks.report import load_words, middle, ms, per_s, percentile, ratios, table
from examples.local_node import LocalNode, LocalNodes
from vrmnode.network import (
    ACCEPTED,
    Finding,
    Incoming,
    Network,
    NetworkConfig,
    NetworkError,
    Sender,
    open_network,
)
from vrmprotocol import envelope, topics

ONE, DELIVERED, DELIVERED_PER_S = 300, 300, 50
BURST, BAD, KILLED = 10_000, 5_000, 4_000
PEER_BURSTS = {"lmdb": 3_000, "sqlite": 600, "localrelay": 3_000}
PATIENCE_S = 600.0


@dataclass(slots=True)
class Round:
    """What one round found of the node."""

    one_s: list[float]
    late_s: list[float]
    per_s: float
    duplicates_per_s: float
    bad_per_s: float = 0.0
    lost: int = 0


async def _accept(messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
    return [ACCEPTED] * len(messages)


def _config() -> NetworkConfig:
    return NetworkConfig(topics=topics.all_topics())


async def _rate(network: Network, peer: str, envelopes: Sequence[bytes], wanted: str) -> float:
    async with network.submission(peer) as session:
        began = time.perf_counter()
        results = await session.hand_over(envelopes)
        took = time.perf_counter() - began
    if set(results) != {wanted}:
        raise SystemExit(f"expected {wanted} for each, came {sorted(set(results))}")
    return len(envelopes) / took


async def _one_at_a_time(network: Network, peer: str, envelopes: Sequence[bytes]) -> list[float]:
    took = []
    async with network.submission(peer) as session:
        for each in envelopes:
            began = time.perf_counter()
            assert await session.hand_over([each]) == ["kept"]
            took.append(time.perf_counter() - began)
    return took


async def _late(
    network: Network, subscriber: Network, peer: str, envelopes: Sequence[bytes]
) -> list[float]:
    """Seconds from handing over to the delivery at another node that the relay is connected to."""
    sent: dict[bytes, float] = {}
    late: list[float] = []

    async def receive() -> None:
        while len(late) < len(envelopes):
            delivery = await subscriber.deliveries.receive()
            if delivery.data in sent:  # else one from before, of which the relay has told
                late.append(time.perf_counter() - sent[delivery.data])

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery, network.submission(peer) as session:
            nursery.start_soon(receive)
            for each in envelopes:
                sent[each] = time.perf_counter()
                assert await session.hand_over([each]) == ["kept"]
                await trio.sleep(1 / DELIVERED_PER_S)
    return late


def _speaks(network: Network, wanted: set[str]) -> bool:
    return any(p.gossip and wanted <= set(p.topics) for p in network.peers())


async def _until_gossip(network: Network) -> None:
    wanted = set(topics.all_topics())
    with trio.fail_after(PATIENCE_S):
        # The network gives no event for it.
        while not _speaks(network, wanted):  # noqa: ASYNC110
            await trio.sleep(0.02)


async def _measure(address: str, envelopes: Sequence[bytes]) -> Round:
    async with (
        open_network(_config(), os.urandom(32), _accept) as network,
        open_network(_config(), os.urandom(32), _accept) as subscriber,
    ):
        peer = await network.connect(address)
        one = await _one_at_a_time(network, peer, envelopes[:ONE])
        await subscriber.connect(address)
        await _until_gossip(subscriber)
        late = await _late(network, subscriber, peer, envelopes[ONE : ONE + DELIVERED])
    async with open_network(_config(), os.urandom(32), _accept) as network:
        peer = await network.connect(address)
        many = envelopes[ONE + DELIVERED :]
        rate = await _rate(network, peer, many, "kept")
        duplicates = await _rate(network, peer, many, "envelope.duplicate")
    return Round(one, late, rate, duplicates)


async def _bad(address: str, envelopes: Sequence[bytes]) -> float:
    async with open_network(_config(), os.urandom(32), _accept) as network:
        peer = await network.connect(address)
        return await _rate(network, peer, [_forged(raw) for raw in envelopes], "envelope.signature")


def _forged(raw: bytes) -> bytes:
    at = raw.index(envelope.unsecure_load(raw).sig)
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


async def _acknowledged(node: LocalNode, envelopes: Sequence[bytes]) -> list[bytes]:
    """What is acknowledged until the node is killed in the middle of it."""
    found: list[bytes] = []
    async with open_network(_config(), os.urandom(32), _accept) as network:
        peer = await network.connect(node.addresses[0])
        try:
            async with network.submission(peer) as session:
                for at in range(0, len(envelopes), 100):
                    some = envelopes[at : at + 100]
                    if len(found) >= len(envelopes) // 2:
                        # Later than this, while a hundred are on their way.
                        node.send(signal.SIGKILL)
                    results = await session.hand_over(some)
                    found += [e for e, r in zip(some, results, strict=True) if r == "kept"]
        except NetworkError:
            return found
    raise SystemExit("expected the node to die, and it took everything")


def _lost(node: LocalNode, acknowledged: Sequence[bytes]) -> int:
    """Acknowledged envelopes that aren't in the database of a node that was killed."""
    node.wait_until_ended(30)
    with sqlite3.connect(node.folder / "node.db") as database:
        stored = {bytes(raw) for (raw,) in database.execute("SELECT raw FROM envelopes")}
    database.close()
    return sum(raw not in stored for raw in acknowledged)


def _round(envelopes: Sequence[bytes]) -> Round:
    with tempfile.TemporaryDirectory() as folder, LocalNodes(Path(folder)) as nodes:
        relay = nodes.add("relay")
        found = trio.run(_measure, relay.addresses[0], envelopes[: ONE + DELIVERED + BURST])
        relay.stop()
        found.bad_per_s = _bad_rate(nodes, envelopes[:BAD])
        victim = nodes.add("victim")
        found.lost = _lost(victim, trio.run(_acknowledged, victim, envelopes[:KILLED]))
    return found


def _bad_rate(nodes: LocalNodes, envelopes: Sequence[bytes]) -> float:
    node = nodes.make("forgiving")
    node.init()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.forgiving_node", str(node.folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        node.vrm("status", "--wait", "60s")
        return trio.run(_bad, str(node.vrm("net", "address")[0]), envelopes)
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Measure, and print the table and the ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    rounds = arguments.parse_args().rounds
    nostr.set_up()
    envelopes = corpus.load(ONE + DELIVERED + BURST)
    print(f"durable ingest, {rounds} rounds; {load_words()}")
    own: list[Round] = []
    peers: dict[str, list[nostr.Figures]] = {kind: [] for kind in PEER_BURSTS}
    for number in range(rounds):
        print(f"round {number + 1}", file=sys.stderr)
        own.append(_round(envelopes))
        for kind, burst in PEER_BURSTS.items():
            figures = nostr.measure(kind, one=ONE // 3, burst=burst, delivered=DELIVERED // 3)
            peers[kind].append(figures)
    _print(own, peers)


def _print(own: list[Round], peers: dict[str, list[nostr.Figures]]) -> None:
    one_s = middle([middle(each.one_s) for each in own])
    late_s = middle([percentile(each.late_s, 99) for each in own])
    durable = middle([each.per_s for each in own])
    duplicates = middle([each.duplicates_per_s for each in own])
    bad = middle([each.bad_per_s for each in own])
    lost = sum(each.lost for each in own)
    rows = [
        ["vrmnode, submit", per_s(durable), ms(one_s), ms(late_s), per_s(duplicates), per_s(bad)]
    ]
    names = {
        "lmdb": "nostr-relay, LMDB (acknowledges before the disk)",
        "sqlite": "nostr-relay, SQLite",
        "localrelay": "nostr-sdk LocalRelay (in memory)",
    }
    for kind, name in names.items():
        found = peers[kind]
        rows.append(
            [
                name,
                per_s(middle([each.per_s for each in found])),
                ms(middle([middle(each.one_s) for each in found])),
                ms(middle([percentile(each.late_s, 99) for each in found])),
                "",
                "",
            ]
        )
    head = ["", "in a burst/s", "one: p50 ms", "delivered: p99 ms", "duplicates/s", "forged/s"]
    print(table(head, rows))
    print(f"killed in the middle of a burst: {lost} of the acknowledged lost")
    versus = {
        f"vs_{kind}": middle(
            [mine.per_s / theirs.per_s for mine, theirs in zip(own, peers[kind], strict=True)]
        )
        for kind in names
    }
    print(
        ratios(
            **versus,
            durable_per_s=durable,
            p50_ms=one_s * 1000,
            duplicates_per_s=duplicates,
            bad_per_s=bad,
            deliver_p99_ms=late_s * 1000,
            lost=lost,
        )
    )


if __name__ == "__main__":
    main()

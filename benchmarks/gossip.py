"""Gossip between two nodes, beside js-libp2p and py-libp2p as they come.

`make bench-gossip`. Ours: a burst of twenty thousand envelopes with real stamps and 512-byte bodies
from one peer; the receiver is `vrm run` as it is shipped, and what counts is what is in its
database. The others verify one signature a message too, and store nothing. Their publishers wait
for the receiver, or their queues would drop messages; ours waits for its own queue alone.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import trio

from benchmarks import corpus, javascript
from benchmarks.report import load_words, middle, per_s, ratios, table
from examples.local_node import LocalNode, LocalNodes
from vrmnode.network import ACCEPTED, Finding, Incoming, NetworkConfig, Sender, open_network
from vrmprotocol import topics

BURST = 20_000
JS_BURST, STOCK_BURST = 10_000, 1_500
PATIENCE_S = 600.0
STOCK = [sys.executable, "-m", "benchmarks.peers.stock_gossip"]


async def _accept(messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
    return [ACCEPTED] * len(messages)


async def _publish(address: str, envelopes: Sequence[bytes]) -> float:
    """Publish all in a burst; when it began. The connection lasts until all has left."""
    topic = topics.market_topic("", None)
    config = NetworkConfig(topics=topics.all_topics())
    async with open_network(config, os.urandom(32), _accept) as network:
        await network.connect(address)
        with trio.fail_after(PATIENCE_S):
            # The network gives no event for it.
            while not any(p.gossip and topic in p.topics for p in network.peers()):  # noqa: ASYNC110
                await trio.sleep(0.02)
        began = time.perf_counter()
        for each in envelopes:
            await network.publish(topic, each)
        (link,) = network._gossip._links.values()
        with trio.fail_after(PATIENCE_S):
            await link.queue.drained()
            await trio.sleep(1.0)
    return began


def _stored(node: LocalNode) -> int:
    with sqlite3.connect(f"file:{node.folder}/node.db?mode=ro", uri=True) as database:
        (count,) = database.execute("SELECT count(*) FROM envelopes").fetchone()
    database.close()
    return int(count)


def _own(envelopes: Sequence[bytes]) -> tuple[float, float]:
    """Envelopes a second until all are in the receiver's database, and how many came in the end."""
    with tempfile.TemporaryDirectory() as folder, LocalNodes(Path(folder)) as nodes:
        node = nodes.add("receiver")
        began: list[float] = []
        publisher = threading.Thread(
            target=lambda: began.append(trio.run(_publish, node.addresses[0], envelopes))
        )
        publisher.start()
        count, changed = 0, time.perf_counter()
        # Until all are there, or none has come for ten seconds.
        while count < len(envelopes) and time.perf_counter() - changed < 10:
            time.sleep(0.02)
            now = _stored(node)
            if now != count or not count:
                count, changed = now, time.perf_counter()
        publisher.join()
        return count / (changed - began[0]), count / len(envelopes)


def _forward(source: IO[str], target: IO[str], came: list[tuple[float, int]]) -> None:
    for line in source:
        came.append((time.perf_counter(), int(line)))
        try:
            target.write(line)
            target.flush()
        except OSError:
            return


def _pair(command: Sequence[str], count: int) -> float:
    """Messages a second between two peers of another implementation."""
    with ExitStack() as stack:
        receiver = stack.enter_context(_started([*command, "receive"]))
        words = [*command, "publish", _told(receiver), str(count), str(corpus.BODY_BYTES)]
        publisher = stack.enter_context(_started(words))
        if _told(publisher) != "begin":
            raise SystemExit("expected the publisher to begin")
        began = time.perf_counter()
        came: list[tuple[float, int]] = []
        assert receiver.stdout is not None
        assert publisher.stdin is not None
        pipes = (receiver.stdout, publisher.stdin, came)
        threading.Thread(target=_forward, args=pipes, daemon=True).start()
        _told(publisher)
        deadline = time.monotonic() + 10
        while (not came or came[-1][1] < count) and time.monotonic() < deadline:
            time.sleep(0.05)
    at, arrived = came[-1]
    return arrived / (at - began)


@contextmanager
def _started(words: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A peer, which ends with the block."""
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _told(peer: subprocess.Popen[str]) -> str:
    """What a peer says next."""
    assert peer.stdout is not None
    line = peer.stdout.readline()
    if not line:
        raise SystemExit(f"a peer ended with status {peer.wait()}")
    return str(json.loads(line))


def main() -> None:
    """Measure, and print the table and the ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    rounds = arguments.parse_args().rounds
    js = ["node", str(javascript.set_up() / "gossip.mjs")]
    envelopes = corpus.load(BURST)
    print(f"gossip between two nodes, {rounds} rounds; {load_words()}")
    own, theirs, stock = [], [], []
    for number in range(rounds):
        print(f"round {number + 1}", file=sys.stderr)
        own.append(_own(envelopes))
        theirs.append(_pair(js, JS_BURST))
        stock.append(_pair(STOCK, STOCK_BURST))
    delivery = min(came for _, came in own)
    rates = [rate for rate, _ in own]
    rows = [
        ["vrmnode, verified and in the database", per_s(middle(rates)), f"{delivery:.2%}"],
        ["js-libp2p, verified, nothing stored", per_s(middle(theirs)), ""],
        ["py-libp2p as it comes, nothing stored", per_s(middle(stock)), ""],
    ]
    print(table(["", "messages/s", "delivered of the burst"], rows))
    print(
        ratios(
            vs_js=middle([a / b for a, b in zip(rates, theirs, strict=True)]),
            vs_stock=middle([a / b for a, b in zip(rates, stock, strict=True)]),
            delivery=delivery,
        )
    )


if __name__ == "__main__":
    main()

"""Attacks on a node, and what its honest peers notice of them.

`make bench-attacks`, or `python -m benchmarks.attacks --only "valid flood" "10 MB frame"`. The node
is `vrm run` as it is shipped. One honest peer publishes envelopes at a steady rate, with real
stamps, and another counts what the node passes on to it: for some seconds in peace, then while a
process of its own attacks, again and again, under a new peer id each time that it is thrown out.
An envelope counts if it comes within three seconds. Each attack is compared with the peace before
it. A machine that is busy for seconds, with something else, makes envelopes late all the same: what
honest peers lost while node or peers waited for a processor is measured again, on a new node.

The attacker connects from a loopback address that the node counts as a range of its own, and the
honest peers from 127.0.0.1; some attacks are made from there, too (`specs/07-gossip.md#penalties`).
An attack is held if honest peers keep 90 % of their rate, the node's memory grows by no more than
its limits allow, the attacker is held up or thrown out within ten seconds, and banned where no
honest peer could have done the same. If one isn't, the exit status is 1. Who brings good messages
no faster than any peer may (`specs/07-gossip.md#limits`) is within its share, and not limited.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import trio

from benchmarks import corpus, processes
from benchmarks.hostile.outcome import (
    BANS,
    HEAD,
    RUNS,
    SIGNS,
    TO_BLAME,
    TUNNEL,
    UNUSED_ENVELOPES,
    Outcome,
    Phase,
    Run,
)
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
from vrmprotocol import topics

RATE = 10.0
"""Honest envelopes a second."""
PEACE_S, ATTACK_S = 3.0, 10.0
ENOUGH_S = 4.0
"""An attack that is limited by then, and banned if that is due, need not go on."""
LATE_S = 3.0
FEEL_S = 0.1
AGAIN = 3
"""How often an attack is measured again at most."""
HONEST, HOSTILE, FLOOD = 1_500, 500, 12_000
"""Envelopes that honest and hostile peers have on one node; a flood's are mail."""
MARKET = topics.market_topic("", None)


async def _accept(messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
    return [ACCEPTED] * len(messages)


def _rss_mb(node: LocalNode) -> float:
    assert node.pid is not None
    return processes.rss_bytes(node.pid) / 1e6


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

    async def publish(
        self, network: Network, seconds: float, is_enough: Callable[[], bool] = lambda: False
    ) -> list[bytes]:
        """Publish at the honest rate, for as long or until it is enough; what was published."""
        found: list[bytes] = []
        began = trio.current_time()
        while (due := began + len(found) / RATE) < began + seconds and not is_enough():
            await trio.sleep_until(due)
            raw = self.left.pop()
            self._sent[raw] = time.monotonic()
            found.append(raw)
            await network.publish(MARKET, raw)
        self.published += found
        return found

    async def until_all_came(self, published: Sequence[bytes]) -> None:
        """Return when the other peer has everything, or it is too late for the last."""
        with trio.move_on_after(LATE_S):
            while not self._came.keys() >= set(published):  # noqa: ASYNC110 - looked at anyway
                await trio.sleep(0.02)

    def phase(self, published: Sequence[bytes]) -> Phase:
        """How long each took, once it is too late for the last."""
        late = [self._came[raw] - self._sent[raw] for raw in published if raw in self._came]
        return Phase(len(published), [each for each in late if each <= LATE_S])


def _speaks(network: Network) -> bool:
    wanted = set(topics.all_topics())
    return any(p.gossip and wanted <= set(p.topics) for p in network.peers())


@dataclass(slots=True)
class _Watch:
    """Looks at the node while it is attacked, and hears what the attacker says of itself."""

    place: Place
    before: dict[str, int]
    due: bool
    """Whether a ban is due."""
    peak_mb: float = 0.0
    limited_s: float | None = None
    banned: bool = False
    stood_s: float = 0.0
    """For how long the node, or the honest peers, which are in this process, were not let run."""
    began: float = field(default_factory=time.monotonic)

    async def look(self) -> None:
        """Look at the node, until cancelled."""
        while True:
            self.peak_mb = max(self.peak_mb, _rss_mb(self.place.node))
            now = await trio.to_thread.run_sync(self.place.counters)
            if now != self.before:
                self._note_limited()
            self.banned = any(now[sign] > self.before[sign] for sign in BANS)
            await trio.sleep(0.25)

    async def feel(self) -> None:
        """Feel for how long this process stands still, or the node is stopped, until cancelled."""
        while True:
            due = trio.current_time() + FEEL_S
            await trio.sleep_until(due)
            late_s = trio.current_time() - due
            self.stood_s += late_s if late_s > FEEL_S else 0.0
            if self.place.node.pid is not None and processes.is_stopped(self.place.node.pid):
                self.stood_s += FEEL_S

    async def hear(self, process: subprocess.Popen[str]) -> dict[str, Any]:
        """Hear the attacker to its end; what it says then."""
        assert process.stdout is not None
        while (line := await trio.to_thread.run_sync(process.stdout.readline)) == "limited\n":
            self._note_limited()
        return dict(json.loads(line))

    def _note_limited(self) -> None:
        if self.limited_s is None:
            self.limited_s = time.monotonic() - self.began

    def has_seen_enough(self) -> bool:
        """Whether the attack need not go on to its end."""
        if self.limited_s is None or (self.due and not self.banned):
            return False
        return time.monotonic() - self.began >= ENOUGH_S


@asynccontextmanager
async def _attacker(words: Sequence[str]) -> AsyncIterator[subprocess.Popen[str]]:
    """A process that waits for its first line to attack."""
    with subprocess.Popen(  # noqa: ASYNC220 - it starts at once, and is read from a thread
        [sys.executable, "-m", "benchmarks.hostile", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            await trio.to_thread.run_sync(process.stdout.readline)
            yield process
        finally:
            process.kill()


async def _attacked(place: Place, network: Network, run: Run, source: str) -> Outcome:
    assert place.node.pid is not None
    flood = FLOOD if run.attack in UNUSED_ENVELOPES else 0
    numbers = map(str, (ATTACK_S, HONEST, HOSTILE, flood))
    async with _attacker([run.attack, place.node.addresses[0], source, *numbers]) as process:
        assert process.stdin is not None
        peace = await place.publish(network, PEACE_S)
        await place.until_all_came(peace)
        before, before_mb = place.counters(), _rss_mb(place.node)
        process.stdin.write("go\n")
        process.stdin.flush()
        watch = _Watch(place, before, run.attack in TO_BLAME)
        waited_s = processes.waited_s(place.node.pid)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(watch.look)
            nursery.start_soon(watch.feel)
            hostile: dict[str, Any] = {}

            async def hear() -> None:
                hostile.update(await watch.hear(process))

            nursery.start_soon(hear)
            attacked = await place.publish(network, ATTACK_S, watch.has_seen_enough)
            await place.until_all_came(attacked)
            process.stdin.close()
            while not hostile:  # noqa: ASYNC110 - told by a thread
                await trio.sleep(0.02)
            nursery.cancel_scope.cancel()
    after = place.counters()
    return Outcome(
        run,
        place.phase(peace),
        place.phase(attacked),
        before_mb,
        watch.peak_mb,
        watch.limited_s,
        {sign: after[sign] - before[sign] for sign in SIGNS},
        hostile,
        max(watch.stood_s, processes.waited_s(place.node.pid) - waited_s),
    )


def _lost(place: Place) -> int:
    """Honest envelopes that aren't in the node's database."""
    with sqlite3.connect(f"file:{place.node.folder}/node.db?mode=ro", uri=True) as database:
        stored = {bytes(raw) for (raw,) in database.execute("SELECT raw FROM envelopes")}
    database.close()
    return sum(raw not in stored for raw in place.published)


async def _on_one_node(place: Place, runs: Sequence[Run]) -> list[Outcome]:
    found = []
    async with place.peers() as network:
        for number, run in enumerate(runs):
            source = TUNNEL if run.by_tunnel else f"127.0.1.{number + 2}"
            outcome = await _attacked(place, network, run, source)
            print("  ".join(outcome.row()), file=sys.stderr, flush=True)
            found.append(outcome)
    return found


def measured(runs: Sequence[Run]) -> tuple[list[Outcome], int]:
    """What each attack came to, and how many honest envelopes were lost."""
    corpus.load(FLOOD, corpus.MAIL)
    found: list[Outcome] = []
    lost = 0
    for some in _shared_out(runs):
        outcomes, gone = _on_new_node(some)
        for _ in range(AGAIN):
            for number, each in enumerate(outcomes):
                if each.is_in_doubt:
                    (outcomes[number],), more = _on_new_node([each.run])
                    gone += more
        found += outcomes
        lost += gone
    return found, lost


def _on_new_node(runs: Sequence[Run]) -> tuple[list[Outcome], int]:
    with tempfile.TemporaryDirectory() as folder, LocalNodes(Path(folder)) as nodes:
        place = Place(nodes.add("node"), corpus.load(HONEST + HOSTILE)[:HONEST])
        return trio.run(_on_one_node, place, runs), _lost(place)


def _shared_out(runs: Sequence[Run]) -> list[list[Run]]:
    """Which attacks go on one node: as many as there are envelopes for, or one alone."""
    most = int(HONEST / RATE / (PEACE_S + ATTACK_S)) - 1
    found: list[list[Run]] = []
    for run in runs:
        if not found or len(found[-1]) >= most or run.is_alone or found[-1][-1].is_alone:
            found.append([])
        found[-1].append(run)
    return found


def _chosen(names: Sequence[str]) -> list[Run]:
    for name in names:
        if name not in RUNS:
            raise SystemExit(f"expected one of {', '.join(RUNS)}, came {name}")
    return [RUNS[name] for name in names or RUNS]


def main() -> int:
    """Attack, and print the table and the ratios; 1 if an attack wasn't held or any was lost."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", nargs="+", default=(), metavar="NAME", help="of attacks")
    runs = _chosen(arguments.parse_args().only)
    print(f"{len(runs)} attacks, {RATE:g} honest envelopes a second; {load_words()}", flush=True)
    began = time.monotonic()
    found, lost = measured(runs)
    print(table(HEAD, [each.row() for each in found]))
    due = [each for each in found if each.run.attack in TO_BLAME]
    broken = [each for each in found if each.broken]
    print(
        ratios(
            attacks=len(found),
            held=len(found) - len(broken),
            honest_least=min(each.kept for each in found),
            p99_ms=max(each.attack.p99_ms for each in found),
            limited_s=max(each.limited_s or math.inf for each in found),
            to_ban=len(due),
            banned=sum(each.is_banned for each in due),
            growth_mb=max(each.growth_mb for each in found),
            lost=lost,
            minutes=(time.monotonic() - began) / 60,
        )
    )
    return 1 if broken or lost else 0


if __name__ == "__main__":
    sys.exit(main())

"""A node to be attacked: prints its address, then its state for each line that it is sent.

Run with ``python -m tests.network.victim '{"setting": value, ...}'``; ends with its input. The
validator rejects data that begins with ``bad``, ignores ``odd``, raises at ``bug``.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

import trio

from tests.network.support import open_node
from tests.simulator.catching_up import Shelf
from tests.simulator.world import World
from vrmnode.network import Network, Verdict


def validate(topic: str, data: bytes, peer: str) -> Verdict:
    if data.startswith(b"bug"):
        raise RuntimeError("validator bug")
    if data.startswith(b"bad"):
        return Verdict.REJECT
    return Verdict.IGNORE if data.startswith(b"odd") else Verdict.ACCEPT


def rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def count(network: Network, delivered: list[int]) -> None:
    async for _ in network.deliveries:
        delivered[0] += 1


async def main(settings: dict[str, Any]) -> None:
    delivered = [0]
    store = Shelf(World(1)) if settings.pop("syncs", False) else None
    async with (
        open_node(validate, store=store, **settings) as network,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(count, network, delivered)
        say({"address": network.addresses[0]})
        while await trio.to_thread.run_sync(sys.stdin.readline):
            say(
                {
                    "delivered": delivered[0],
                    "stats": network.stats(),
                    "peers": [p.peer_id for p in network.peers()],
                    "rss_mb": rss_mb(),
                    "tasks": trio.lowlevel.current_statistics().tasks_living,
                }
            )
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(main, json.loads(sys.argv[1]))

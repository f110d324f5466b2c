"""Some of the nodes of ``test_swarm``: JSON lines in, JSON lines out.

In: how many nodes; out: their addresses. In: who dials whom; out: once all are ready. In: who
publishes what and when; out: what each node got, and how late.
"""

from __future__ import annotations

import contextlib
import json
import struct
import sys
import time
from typing import Any

import trio

from tests.network.support import TOPIC, open_node, ready, until
from vrmnode.network import Network

BODY = struct.Struct(">Id")


def say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def hear() -> Any:
    return json.loads(await trio.to_thread.run_sync(sys.stdin.readline))


class Node:
    def __init__(self, network: Network) -> None:
        self.network = network
        self.got: list[int] = []
        self.late: list[float] = []

    async def collect(self) -> None:
        async for delivery in self.network.deliveries:
            number, sent_at = BODY.unpack_from(delivery.data)
            self.got.append(number)
            self.late.append(time.time() - sent_at)


async def publish(nodes: list[Node], plan: dict[str, Any]) -> None:
    for offset, index, number in plan["publish"]:
        await trio.sleep(max(0.0, plan["start"] + offset - time.time()))
        node = nodes[index]
        node.got.append(number)
        await node.network.publish(TOPIC, BODY.pack(number, time.time()) + bytes(500))


async def main() -> None:
    async with contextlib.AsyncExitStack() as stack:
        nodes = [
            Node(await stack.enter_async_context(open_node(heartbeat_s=1.0)))
            for _ in range(await hear())
        ]
        say([node.network.addresses[0] for node in nodes])
        for index, address in await hear():
            await nodes[index].network.connect(address)
        await until(lambda: all(ready(node.network, 4) for node in nodes))
        say("ready")
        plan = await hear()
        async with trio.open_nursery() as nursery:
            for node in nodes:
                nursery.start_soon(node.collect)
            await publish(nodes, plan)
            expected = plan["total"]
            await until(lambda: all(len(set(n.got)) == expected for n in nodes))
            nursery.cancel_scope.cancel()
        say(
            {
                "got": [sorted(node.got) for node in nodes],
                "late": [late for node in nodes for late in node.late],
                "peers": [len(node.network.peers()) for node in nodes],
            }
        )


if __name__ == "__main__":
    trio.run(main)

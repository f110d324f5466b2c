"""Some of the nodes of a real swarm: the network of a node as it is shipped, each with its socket.

In: their numbers; out: where each listens. In: whom each dials, and how many neighbours it will
have; out: once it has them. In: when to publish what; out, when the time is over: which messages
each got and how late, how often it got what it had, and how late the process itself was.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import trio

from tests.simulator.node import TOPIC
from tests.simulator.report import BODY_BYTES
from vrmnode.network import (
    ACCEPTED,
    Finding,
    Incoming,
    Network,
    NetworkConfig,
    Sender,
    open_network,
)

CONFIG = NetworkConfig(listen=("/ip4/127.0.0.1/tcp/0",), topics=(TOPIC,))
BODY = struct.Struct(">Id")
"""The message's number, and when it was published on the machine's monotonic clock."""
LOOK_S = 0.05
PATIENCE_S = 120.0
"""So long what is late is waited for."""


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def _hear() -> Any:
    return json.loads(await trio.to_thread.run_sync(sys.stdin.readline))


async def _accept(messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
    return [ACCEPTED] * len(messages)


async def _collect(network: Network, got: list[tuple[int, float]]) -> None:
    async for delivery in network.deliveries:
        number, at = BODY.unpack_from(delivery.data)
        got.append((number, time.monotonic() - at))


async def _publish(networks: dict[str, Network], plan: Sequence[tuple[float, str, int]]) -> None:
    for at, name, number in plan:
        await _sleep_until(at)
        body = BODY.pack(number, time.monotonic())
        await networks[name].publish(TOPIC, body + os.urandom(BODY_BYTES - len(body)))


async def _sleep_until(at: float) -> None:
    # Trio's clock begins at random; the machine's is the same in every process.
    await trio.sleep(max(0.0, at - time.monotonic()))


async def _watch(late: list[float]) -> None:
    while True:
        due = trio.current_time() + LOOK_S
        await trio.sleep_until(due)
        late.append(trio.current_time() - due)


def _has(network: Network, neighbours: int) -> bool:
    return sum(TOPIC in peer.topics and peer.gossip for peer in network.peers()) == neighbours


async def _join(networks: dict[str, Network], told: Any) -> None:
    async with trio.open_nursery() as nursery:
        for name, address in told["dial"]:
            nursery.start_soon(networks[name].connect, address)
    wanted = told["neighbours"].items()
    # The network gives no event for it.
    while not all(_has(networks[name], count) for name, count in wanted):  # noqa: ASYNC110
        await trio.sleep(LOOK_S)


async def _play(networks: dict[str, Network], told: Any) -> object:
    got: dict[str, list[tuple[int, float]]] = {name: [] for name in networks}
    late: list[float] = []
    before = {name: network.stats()["duplicates"] for name, network in networks.items()}
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_watch, late)
        for name, network in networks.items():
            nursery.start_soon(_collect, network, got[name])
        await _publish(networks, told["publish"])
        await _sleep_until(told["end"])
        # A machine that is late with everything hasn't lost anything yet.
        with trio.move_on_after(PATIENCE_S):
            while any(len(got[name]) < count for name, count in told["expected"].items()):  # noqa: ASYNC110
                await trio.sleep(LOOK_S)
        nursery.cancel_scope.cancel()
    again = sum(each.stats()["duplicates"] - before[name] for name, each in networks.items())
    return {"got": got, "duplicates": again, "late": late}


async def _serve() -> None:
    async with AsyncExitStack() as stack:
        networks = {
            name: await stack.enter_async_context(open_network(CONFIG, os.urandom(32), _accept))
            for name in await _hear()
        }
        _say({name: network.addresses[0] for name, network in networks.items()})
        await _join(networks, await _hear())
        _say("joined")
        _say(await _play(networks, await _hear()))


if __name__ == "__main__":
    trio.run(_serve)

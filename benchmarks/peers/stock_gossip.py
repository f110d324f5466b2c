"""Two nodes of py-libp2p as it comes, each a process: one publishes, one receives.

`python -m benchmarks.peers.stock_gossip receive` or `… publish ADDRESS COUNT BODY_BYTES`, with
lines as in `js/gossip.mjs`. Only what would stop it is set: a heartbeat of a second, and no limit
of ten messages a second. The publisher has few messages on their way, for the queue holds 32.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import libp2p
import trio
from libp2p.peer.peerinfo import info_from_p2p_addr
from libp2p.pubsub.gossipsub import PROTOCOL_ID_V11, GossipSub
from libp2p.pubsub.pubsub import Pubsub
from libp2p.tools.anyio_service import background_trio_service
from multiaddr import Multiaddr

TOPIC = "bench"
WINDOW = 24
LOOPBACK = "/ip4/127.0.0.1/tcp/0"


def tell(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def main(role: str, *rest: str) -> None:
    """Play one of the two."""
    listen = [Multiaddr(LOOPBACK)]
    host = libp2p.new_host(listen_addrs=listen)
    router = GossipSub(
        protocols=[PROTOCOL_ID_V11],
        degree=6,
        degree_low=4,
        degree_high=12,
        heartbeat_interval=1,
        heartbeat_initial_delay=0.1,
        adaptive_gossip_enabled=False,
        spam_protection_enabled=False,
    )
    async with host.run(listen_addrs=listen):
        pubsub = Pubsub(host, router)
        async with background_trio_service(pubsub), background_trio_service(router):
            await pubsub.wait_until_ready()
            subscription = await pubsub.subscribe(TOPIC)
            if role == "receive":
                tell(str(host.get_addrs()[0]))
                await receive(subscription)
            else:
                await publish(host, pubsub, subscription, rest[0], int(rest[1]), int(rest[2]))


async def receive(subscription: Any) -> None:
    came = 0
    while True:
        await subscription.get()
        came += 1
        if came % 10 == 0:
            tell(came)


async def publish(
    host: Any, pubsub: Any, subscription: Any, address: str, count: int, body: int
) -> None:
    peer = info_from_p2p_addr(Multiaddr(address))
    await host.connect(peer)
    await pubsub.wait_for_subscription(peer.peer_id, TOPIC)
    await trio.sleep(2)
    tell("begin")
    came = 0
    wake = trio.Event()

    async def hear() -> None:
        nonlocal came, wake
        async for line in trio.wrap_file(sys.stdin):
            came = int(line)
            wake.set()

    async def swallow() -> None:
        while True:
            await subscription.get()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(hear)
        nursery.start_soon(swallow)
        for sent in range(count):
            while sent - came >= WINDOW:
                wake = trio.Event()
                await wake.wait()
            await pubsub.publish(TOPIC, os.urandom(body))
        tell("sent")
        await trio.sleep(5)
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(main, *sys.argv[1:])

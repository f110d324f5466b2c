"""A raw peer: puts whatever bytes on a topic, and hears what a node passes on.

It uses `vrmnode.network` alone, so nothing above it tidies up what is sent. Each `send` is a peer
of its own, with a new identity, so that a ban of one says nothing about the next.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import trio

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

PATIENCE_S = 180.0
HUGE_BYTES = 4 << 20
"""What this peer sends at most: more than any node takes."""


async def _accept(messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
    return [ACCEPTED] * len(messages)


def _speaks(network: Network) -> bool:
    peers = network.peers()
    return bool(peers) and all(
        p.gossip and set(topics.all_topics()) <= set(p.topics) for p in peers
    )


async def _connected(network: Network, address: str) -> None:
    with trio.fail_after(PATIENCE_S):
        await network.connect(address)
        while not _speaks(network):  # noqa: ASYNC110 - the network gives no event for it
            await trio.sleep(0.02)


def send(address: str, *messages: tuple[str, bytes], until: Callable[[], object]) -> str:
    """Publish (topic, bytes) to the node at `address`, in order; the peer id that sent them.

    The peer stays until it is seen, by that condition, that all of it has come: a node that is busy
    may not read any more what a peer that leaves has left behind.
    """

    async def run() -> str:
        config = NetworkConfig(
            topics=topics.all_topics(),
            max_message_bytes=HUGE_BYTES,
            max_rpc_bytes=HUGE_BYTES + 1_024,
        )
        async with open_network(config, os.urandom(32), _accept) as network:
            await _connected(network, address)
            for topic, data in messages:
                assert await network.publish(topic, data) == 1
            with trio.fail_after(PATIENCE_S):
                # What another process has done gives no event.
                while not await trio.to_thread.run_sync(until):  # noqa: ASYNC110
                    await trio.sleep(0.05)
            return network.peer_id

    return trio.run(run)


class Ear:
    """What a peer heard from its node, by the bytes."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def has(self, data: bytes) -> bool:
        """Whether it heard this."""
        return data in self.heard


@contextmanager
def listening(address: str) -> Iterator[Ear]:
    """A peer that only listens, in a thread, while the block lasts."""
    ear, ready, scopes = Ear(), threading.Event(), list[trio.CancelScope]()
    tokens: list[trio.lowlevel.TrioToken] = []

    async def run() -> None:
        tokens.append(trio.lowlevel.current_trio_token())
        config = NetworkConfig(topics=topics.all_topics())
        with trio.CancelScope() as scope:
            scopes.append(scope)
            async with open_network(config, os.urandom(32), _accept) as network:
                await _connected(network, address)
                ready.set()
                async for delivery in network.deliveries:
                    ear.heard.append(delivery.data)

    thread = threading.Thread(target=trio.run, args=(run,), daemon=True)
    thread.start()
    assert ready.wait(PATIENCE_S), "the ear didn't connect"
    try:
        yield ear
    finally:
        tokens[0].run_sync_soon(scopes[0].cancel)
        thread.join(PATIENCE_S)


async def handed_over(address: str, envelopes: Sequence[bytes]) -> list[str]:
    """What became of envelopes that a peer hands over to the node at an address by submit."""
    config = NetworkConfig(topics=topics.all_topics())
    async with open_network(config, os.urandom(32), _accept) as network:
        peer = await network.connect(address)
        async with network.submission(peer) as session:
            return await session.hand_over(envelopes)

"""What several network tests use: nodes on loopback, waiting for conditions, foreign peers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

import libp2p
import trio
from libp2p.abc import IHost, INetStream
from libp2p.crypto.keys import KeyPair
from libp2p.crypto.x25519 import create_new_key_pair as create_noise_key
from libp2p.network.config import ConnectionConfig
from libp2p.peer.peerinfo import info_from_p2p_addr
from libp2p.security.noise.transport import PROTOCOL_ID as NOISE
from libp2p.security.noise.transport import Transport as NoiseTransport
from multiaddr import Multiaddr

from vrmnode.network import (
    Finding,
    Incoming,
    Network,
    NetworkConfig,
    Sender,
    SyncStore,
    Validator,
    Verdict,
    open_network,
)

TOPIC = "/vrm/1/market/0"
OTHER_TOPIC = "/vrm/1/mail/0"
LOOPBACK = "/ip4/127.0.0.1/tcp/0"
MESHSUB = "/meshsub/1.1.0"
PATIENCE_S = 120.0
"""Longest that a test waits for something that ought to happen soon."""


Say = Callable[[str, bytes, str], Verdict]
"""(topic, data, peer) -> what is said of one message."""


def accept_all(topic: str, data: bytes, peer: str) -> Verdict:
    return Verdict.ACCEPT


def one_by_one(say: Say) -> Validator:
    """A validator that says something of each message for itself."""

    async def validate(messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
        return [Finding(say(topic, data, sender.peer)) for topic, data in messages]

    return validate


def open_node(
    say: Say = accept_all,
    seed: bytes | None = None,
    store: SyncStore | None = None,
    **settings: Any,
) -> AbstractAsyncContextManager[Network]:
    """A node on loopback, subscribed to both topics, with a fast heartbeat."""
    config = NetworkConfig(
        **{
            "listen": (LOOPBACK,),
            "topics": (TOPIC, OTHER_TOPIC),
            "heartbeat_s": 0.2,
            **settings,
        }
    )
    return open_network(config, seed or os.urandom(32), one_by_one(say), store)


async def until(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Return as soon as ``condition`` holds; fail when it doesn't within ``patience_s``."""
    with trio.fail_after(patience_s):
        # The conditions are facts about nodes and processes, which have no events to wait for.
        while not condition():  # noqa: ASYNC110
            await trio.sleep(0.01)


def ready(network: Network, peers: int = 1) -> bool:
    """Whether gossip flows from ``network`` to as many peers."""
    return sum(TOPIC in p.topics and p.gossip for p in network.peers()) >= peers


async def connected(a: Network, b: Network) -> None:
    """Connect ``a`` to ``b`` and wait until gossip flows both ways."""
    await a.connect(b.addresses[0])
    await until(
        lambda: all(
            any(p.peer_id == y.peer_id and TOPIC in p.topics and p.gossip for p in x.peers())
            for x, y in ((a, b), (b, a))
        )
    )


async def receive(network: Network, count: int = 1, patience_s: float = PATIENCE_S) -> list[bytes]:
    """The data of the next ``count`` deliveries."""
    with trio.fail_after(patience_s):
        return [(await network.deliveries.receive()).data for _ in range(count)]


def swallow(sink: Network) -> Callable[[], Any]:
    """A task that takes every delivery of ``sink``."""

    async def run() -> None:
        async for _ in sink.deliveries:
            pass

    return run


# Foreign peers: plain py-libp2p hosts, which know nothing of our code.


@asynccontextmanager
async def foreign_host(key_pair: KeyPair | None = None) -> AsyncIterator[IHost]:
    """A py-libp2p host that speaks Noise and Yamux and no gossip by itself."""
    key_pair = key_pair or libp2p.generate_new_ed25519_identity()
    noise = NoiseTransport(key_pair, noise_privkey=create_noise_key().private_key)
    host = libp2p.new_host(
        key_pair=key_pair,
        listen_addrs=[Multiaddr(LOOPBACK)],
        sec_opt={NOISE: noise},
        connection_config=ConnectionConfig(max_connections_per_peer=1),
    )
    async with host.run(listen_addrs=[Multiaddr(LOOPBACK)]):
        try:
            yield host
        finally:
            with trio.CancelScope(shield=True), trio.move_on_after(2):
                await host.close()


async def join(host: IHost, address: str) -> None:
    """Connect a foreign host to ``address``."""
    with trio.fail_after(PATIENCE_S):
        await host.connect(info_from_p2p_addr(Multiaddr(address)))


async def open_foreign_stream(host: IHost, address: str, protocol: str = MESHSUB) -> INetStream:
    """A stream from a foreign host to a node that it has joined."""
    peer = info_from_p2p_addr(Multiaddr(address)).peer_id
    with trio.fail_after(PATIENCE_S):
        return await host.new_stream(peer, [protocol])  # type: ignore[list-item]


def host_and_port(address: str) -> tuple[str, int]:
    """Of a multiaddr of a node."""
    parts = address.split("/")
    return parts[2], int(parts[4])


# Processes.


class Victim:
    """A node in a process of its own (``tests.network.victim``)."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        self.address = address

    def ask(self) -> dict[str, Any]:
        """The victim's state: ``delivered``, ``stats``, ``peers``, ``rss_mb``, ``tasks``."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("state\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the victim ended with {self.process.wait()}"
        state: dict[str, Any] = json.loads(line)
        return state


@contextmanager
def victim(**settings: Any) -> Iterator[Victim]:
    """A running victim; killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.network.victim", json.dumps(settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the victim ended with {process.wait()}"
        yield Victim(process, json.loads(line)["address"])
    finally:
        process.kill()
        process.communicate()
